/** What *why* says of itself: commands, faults, what stands at the moment, writes that nobody gave a reason for; and the scheduler's choices. */

type Args = Readonly<Record<string, string | number>>;
type Text = (args: Args) => string;

const n = (count: string | number | undefined, one: string, many = `${one}s`): string => `${count} ${Number(count) === 1 ? one : many}`;

export const observeEn = {
  // Where chains begin
  'you.command': (a) => `You: ${a.line}`,
  'you.trafficOn': (a) => `You let client ${a.line} send requests.`,
  'you.trafficOff': (a) => `You stopped client ${a.line}.`,
  'cluster.start': () => 'So it was when the cluster started.',
  'process.started': (a) => `${a.process} had just started, and looked at everything anew.`,
  'fault.killNode': (a) => `The power of ${a.node} failed.`,
  'fault.returnNode': (a) => `${a.node} was switched on again.`,
  'fault.freezeNode': (a) => `${a.node} stopped in its tracks.`,
  'fault.thawNode': (a) => `${a.node} went on where it had stopped.`,
  'fault.partitionNode': (a) => `The wire to ${a.node} was cut. The machine itself lives on.`,
  'fault.healNode': (a) => `The wire to ${a.node} was mended.`,
  'fault.crashContainer': (a) => `The program in container ${a.container} of Pod ${a.pod} was made to fall over.`,
  'fault.crash': (a) => `${a.component} crashed.`,
  'fault.restart': (a) => `${a.component} was started again.`,
  'fault.slowLink': (a) => `Every message between ${a.component} and the API server was made ${Math.round(Number(a.extraMicros) / 1000)} ms slower.`,
  'fault.cutLink': (a) => `The wire between ${a.component} and the API server was cut.`,
  'fault.mendLink': (a) => `The wire between ${a.component} and the API server was mended.`,
  // Writes
  'object.created': (a) => `${a.kind} ${a.name} was created.`,
  'object.changed': (a) => `${a.kind} ${a.name} was changed.`,
  'object.marked': (a) => `${a.kind} ${a.name} was marked for deletion.`,
  'object.gone': (a) => `${a.kind} ${a.name} was deleted.`,
  'object.bound': (a) => `The binding of Pod ${a.pod} to ${a.node} was stored.`,
  'event.says': (a) => `${a.reason}: ${a.message}`,
  'kubelet.waits': (a) => `Container ${a.container} of Pod ${a.pod} waits on ${a.node}: ${a.reason}${a.message === '' ? '' : ` (${a.message})`}`,
  // Machines
  'machine.exited': (a) => `The program in container ${a.container} ended by itself on ${a.node}, with code ${a.code} (${a.reason}).`,
  'machine.pullFailed': (a) => `${a.node} could not pull ${a.image}: ${a.message}`,
  'machine.probeFailed': (a) => `The ${a.probe} probe of container ${a.container} failed: ${a.output}`,
  'machine.containerFailed': (a) => `The runtime of ${a.node} could not start container ${a.container}: ${a.message}`,
  // What stands now
  'why.rulesUnaware': (a) => `The rules of ${a.node} still contain Pod ${a.pod}: nobody has told kube-proxy otherwise.`,
  'why.rulesBehind': (a) => `The rules of ${a.node} still contained Pod ${a.pod}, ${a.millis} ms after its deletion was asked for: they follow with a delay.`,
  'why.notNoticed': (a) => `Nobody has noticed yet: ${a.node} has been silent for ${a.silentSeconds} s, and is given ${a.graceSeconds} s.`,
  'why.cannotConfirm': (a) => `Only the kubelet of ${a.node} can say that Pod ${a.pod} has ended, and it is not heard.`,
  'why.finalizers': (a) => `Pod ${a.pod} has finalizers that somebody must remove first: ${a.finalizers}.`,
  'why.grace': (a) => `The containers of Pod ${a.pod} have ${n(a.seconds, 'second')} to stop by themselves; ${a.left} left.`,
  'why.noOwner': (a) => `No controller owns Pod ${a.pod}: nobody makes another one.`,
  'why.stillCounted': (a) => `${a.owner} wants ${a.wanted} and counts ${a.have}: Pod ${a.pod} still exists as an object, so there is nothing to create.`,
  'why.tolerates': (a) => `Pod ${a.pod} tolerates ${a.taint} of ${a.node}; it may stay for another ${a.left} s.`,
  'why.gated': (a) => `Pod ${a.pod} has scheduling gates: the scheduler leaves it alone until they are removed.`,
  'why.notTried': (a) => `The scheduler has not come to Pod ${a.pod} yet.`,
  // The scheduler
  'scheduler.best': (a) => `${a.feasible} of ${n(a.nodes, 'node')} could take Pod ${a.pod}; ${a.node} has the highest score, ${a.score}, ${a.ahead} ahead of the next.`,
  'scheduler.tie': (a) => `${n(a.among, 'node')} share the highest score, ${a.score}, for Pod ${a.pod}; chance chose ${a.node}.`,
  'scheduler.onlyNode': (a) => `Of ${n(a.nodes, 'node')}, only ${a.node} can take Pod ${a.pod}.`,
  'scheduler.noNode': (a) => `No node can take Pod ${a.pod}: ${a.message}`,
  'scheduler.preempted': (a) => `Pod ${a.pod} has to go from ${a.node} to make room for Pod ${a.by}, which has a higher priority.`,
  'scheduler.bindingFailed': (a) => `Pod ${a.pod} could not be bound to ${a.node}: ${a.message}`,
} satisfies Readonly<Record<string, Text>>;

export type ObserveReasons = Readonly<Record<keyof typeof observeEn, Text>>;
