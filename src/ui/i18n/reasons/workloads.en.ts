/** Why the Deployment and ReplicaSet controllers did what they did. The codes are explained at the top of each controller's file. */

type Args = Readonly<Record<string, string | number>>;

const n = (count: string | number | undefined, one: string, many = `${one}s`): string => `${count} ${Number(count) === 1 ? one : many}`;

export const workloadsEn = {
  'replicaset.gone': (a: Args) => `ReplicaSet ${a['replicaSet']} does not exist any more: there is nothing to do.`,
  'replicaset.awaitsOwnWrites': (a: Args) => `Its cache does not show yet what it wrote itself about ${a['replicaSet']}: it waits instead of doing it twice.`,
  'replicaset.tooFew': (a: Args) => `${a['replicaSet']} wants ${n(a['wanted'], 'Pod')} and has ${a['have']} active: ${Number(a['wanted']) - Number(a['have'])} too few.`,
  'replicaset.tooMany': (a: Args) => `${a['replicaSet']} wants ${n(a['wanted'], 'Pod')} and has ${a['have']} active: ${Number(a['have']) - Number(a['wanted'])} too many.`,
  'replicaset.asDesired': (a: Args) => `${a['replicaSet']} has as many active Pods as it wants: ${a['have']}.`,
  'replicaset.awaitsDeletions': (a: Args) => `What it created or deleted for ${a['replicaSet']} does not show in its cache yet: it waits before it makes or deletes more.`,
  'replicaset.beingDeleted': (a: Args) => `${a['replicaSet']} is being deleted: it makes and deletes no Pods any more.`,
  'replicaset.adopts': (a: Args) => `Pod ${a['pod']} has no controller, and the selector of ${a['replicaSet']} matches its labels: it adopts it.`,
  'replicaset.releases': (a: Args) => `The selector of ${a['replicaSet']} does not match the labels of Pod ${a['pod']} any more: it lets go of it.`,
  'replicaset.counts': (a: Args) => `The status of ${a['replicaSet']} did not say what its Pods are now: ${a['have']} of ${a['wanted']}${a['ready'] === undefined ? '' : `, ${a['ready']} ready`}.`,

  'deployment.gone': (a: Args) => `Deployment ${a['deployment']} does not exist any more: there is nothing to do.`,
  'deployment.asDesired': (a: Args) => `Everything about Deployment ${a['deployment']} is as wanted.`,
  'deployment.selectsAll': (a: Args) => `The empty selector of ${a['deployment']} would match every Pod: the controller refuses to act.`,
  'deployment.beingDeleted': (a: Args) => `${a['deployment']} is being deleted: only its status is kept up.`,
  'deployment.adopts': (a: Args) => `ReplicaSet ${a['replicaSet']} has no controller, and the selector of ${a['deployment']} matches its labels: it adopts it.`,
  'deployment.releases': (a: Args) => `The selector of ${a['deployment']} does not match the labels of ReplicaSet ${a['replicaSet']} any more: it lets go of it.`,
  'deployment.firstReplicaSet': (a: Args) => `${a['deployment']} has no ReplicaSet yet: it makes ${a['replicaSet']} with ${n(a['replicas'], 'replica')}.`,
  'deployment.newTemplate': (a: Args) => `No ReplicaSet has the Pod template that ${a['deployment']} has now: a rollout begins with ${a['replicaSet']} (revision ${a['revision']}) and ${n(a['replicas'], 'replica')}.`,
  'deployment.revision': (a: Args) => `${a['replicaSet']} has the template of ${a['deployment']}: it gets its annotations and revision ${a['revision']}.`,
  'deployment.foundReplicaSet': (a: Args) => `${a['replicaSet']} has the template of ${a['deployment']}: the Deployment takes over its revision ${a['revision']}.`,
  'deployment.createFailed': (a: Args) => `ReplicaSet ${a['replicaSet']} could not be created: ${a['error']}`,
  'deployment.collision': (a: Args) => `Another ReplicaSet has the name ${a['replicaSet']} already: the collision is counted (${a['collisions']}), so that the next try has another name.`,
  'deployment.scaled': (a: Args) => `${a['deployment']} was set to ${n(a['replicas'], 'replica')}: ${a['replicaSet']} goes from ${a['from']} to ${a['replicas']}.`,
  'deployment.proportional': (a: Args) => `${a['deployment']} was set to ${n(a['replicas'], 'replica')} amid a rollout: its ReplicaSets share the change in proportion, ${a['replicaSet']} goes from ${a['from']} to ${a['to']}.`,
  'deployment.saturated': (a: Args) => `${a['current']} has all replicas of ${a['deployment']}, and all are available: ${a['replicaSet']} needs none of its ${a['from']}.`,
  'deployment.scaleUpNew': (a: Args) => `${a['deployment']} may have ${n(a['atMost'], 'Pod')} during the rollout and has ${a['pods']}: ${a['replicaSet']} goes from ${a['from']} to ${a['to']}.`,
  'deployment.scaleDownNew': (a: Args) => `${a['replicaSet']} has ${a['from']} and ${a['deployment']} wants ${a['replicas']}: it goes down to ${a['to']}.`,
  'deployment.cleanUpUnhealthy': (a: Args) => `${a['replicaSet']} has ${n(a['idle'], 'Pod that is', 'Pods that are')} not available: such Pods go first, from ${a['from']} to ${a['to']}.`,
  'deployment.scaleDownOld': (a: Args) => `${n(a['available'], 'Pod is', 'Pods are')} available and ${a['atLeast']} must be: ${a['replicaSet']} goes from ${a['from']} to ${a['to']}.`,
  'deployment.waits': (a: Args) => `${a['available']} of ${a['wanted']} Pods are available and at least ${a['atLeast']} must be: ${a['deployment']} waits until Pods of ${a['replicaSet']} are.`,
  'deployment.recreateDown': (a: Args) => `Strategy Recreate: the ${n(a['from'], 'Pod')} of ${a['replicaSet']} must end before new ones are made.`,
  'deployment.waitsForOldPods': (a: Args) => `Strategy Recreate: ${n(a['pods'], 'old Pod has', 'old Pods have')} not ended yet, so no new one is made.`,
  'deployment.recreateUp': (a: Args) => `Strategy Recreate: all old Pods have ended, so ${a['replicaSet']} goes from ${a['from']} to ${a['to']}.`,
  'deployment.history': (a: Args) => `${a['deployment']} keeps ${n(a['limit'], 'old ReplicaSet')}: ${a['replicaSet']} (revision ${a['revision']}) is beyond that.`,
  'deployment.paused': (a: Args) => `${a['deployment']} was paused: the deadline for progress stands still.`,
  'deployment.resumed': (a: Args) => `${a['deployment']} was resumed: the deadline for progress starts anew.`,
  'deployment.deadline': (a: Args) => `The rollout of ${a['deployment']} made no progress for ${n(a['seconds'], 'second')}.`,
  'deployment.counts': (a: Args) => `The status of ${a['deployment']} did not say what its ReplicaSets are now: ${a['updated']} of ${a['wanted']} updated, ${a['available']} available.`,
} satisfies Readonly<Record<string, (args: Args) => string>>;

export type WorkloadReasons = typeof workloadsEn;
