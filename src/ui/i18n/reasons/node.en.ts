/** Why a node did what it did: its kubelet, its kube-proxy, and the clients that send requests through it. */

type Args = Readonly<Record<string, string | number>>;
type Text = (args: Args) => string;

export const nodeEn = {
  // Pods on their node
  'kubelet.seen': (a) => `Pod ${a.pod} was given to ${a.node}: its kubelet has picked it up.`,
  'kubelet.rejected': (a) => `The kubelet of ${a.node} checked Pod ${a.pod} itself and refused it: ${a.reason}.`,
  'kubelet.mounted': (a) => `The volumes of Pod ${a.pod} are there.`,
  'kubelet.sandbox': (a) => `Pod ${a.pod} has no sandbox on ${a.node} yet: the runtime is asked for one.`,
  'kubelet.sandboxReady': (a) => `The sandbox of Pod ${a.pod} is up, with an address: containers can start.`,
  'kubelet.sandboxGone': (a) => `No container of Pod ${a.pod} runs any more: its sandbox is taken apart.`,
  'kubelet.pull': (a) => `Container ${a.container} of Pod ${a.pod} needs the image ${a.image}, which ${a.node} does not have, or is told to ask for every time.`,
  'kubelet.start': (a) => `Container ${a.container} of Pod ${a.pod} is next and has everything it needs.`,
  'kubelet.volumes': (a) => `What a volume of Pod ${a.pod} is made of has changed, and this is the Pod's next regular pass: the files in the volume are written anew. Variables stay as they were.`,
  'kubelet.restart': (a) => `Container ${a.container} of Pod ${a.pod} has ended, and its restart policy wants it back.`,
  'kubelet.containersStarted': (a) => `Containers of Pod ${a.pod} have started on ${a.node}.`,
  'kubelet.postStart': (a) => `The postStart hook of container ${a.container} of Pod ${a.pod} failed.`,
  'kubelet.probe': (a) => (a.ok === 'ok' ? `The ${a.probe} probe of container ${a.container} of Pod ${a.pod} succeeded.` : `The ${a.probe} probe of container ${a.container} of Pod ${a.pod} failed too often in a row.`),
  'kubelet.exited': (a) => `Container ${a.container} of Pod ${a.pod} has ended with code ${a.code}.`,
  'kubelet.retry': (a) => `A container of Pod ${a.pod} could not be started; the pause is over, and it is tried again.`,
  'kubelet.specChanged': (a) => `The specification of Pod ${a.pod} has changed.`,
  'kubelet.reconcile': (a) => `Somebody else wrote a status of Pod ${a.pod} that is not what ${a.node} sees: its kubelet puts it right.`,
  'kubelet.restarted': (a) => `The kubelet of ${a.node} has started again and found Pod ${a.pod} running.`,
  'kubelet.completed': (a) => `All containers of Pod ${a.pod} have ended for good.`,
  'kubelet.terminating': (a) => `Somebody asked for the deletion of Pod ${a.pod}: its containers are told to stop.`,
  'kubelet.forced': (a) => `Pod ${a.pod} is gone from the API, but still runs on ${a.node}: it is stopped.`,
  'kubelet.stop': (a) => `Pod ${a.pod} ends: it is container ${a.container}'s turn to stop.`,
  'kubelet.ended': (a) => `Nothing of Pod ${a.pod} runs on ${a.node} any more.`,
  'kubelet.gone': (a) => `Pod ${a.pod} has ended on ${a.node} and left nothing behind: the kubelet removes it from the API, with no grace left to wait for.`,
  'kubelet.event': (a) => `The kubelet of ${a.node} reports ${a.reason} about ${a.object}.`,

  // The node itself
  'kubelet.register': (a) => `${a.node} is new to the cluster: its kubelet registers it.`,
  'kubelet.leaseRead': (a) => `The kubelet of ${a.node} looks for its Lease before it renews it.`,
  'kubelet.lease': (a) => `The kubelet of ${a.node} renews its Lease every 10 seconds: this is how the cluster knows that the node lives.`,
  'kubelet.nodeStatus': (a) => `The kubelet of ${a.node} reports its node's status, at the latest every 5 minutes, and when an image or something else is new.`,
  'kubelet.nodeStatusChanged': (a) => `What the API says about the condition of ${a.node} is not what its kubelet sees.`,

  // kube-proxy
  'proxy.added': (a) => `${a.node} has rules for Service ${a.service} now, with ${a.endpoints} endpoints.`,
  'proxy.changed': (a) => `The endpoints of Service ${a.service} have changed: the rules of ${a.node} have ${a.endpoints} now.`,
  'proxy.removed': (a) => `Service ${a.service} needs no rules any more: ${a.node} has removed them.`,
  'proxy.routed': (a) => `The rules of ${a.node} sent this request for ${a.service} to ${a.backend}, one of ${a.of}.`,
  'proxy.noEndpoints': (a) => `The rules of ${a.node} reject requests for ${a.service}: it has no ready endpoint.`,
  'proxy.noService': (a) => `${a.node} has no rule for ${a.service}.`,

  // Requests
  'traffic.sent': (a) => `${a.client} sends a request to ${a.service}, which enters at ${a.node}.`,
  'traffic.answered': (a) => `Pod ${a.pod} answered.`,
  'traffic.refused': (a) => `The request reached the address of ${a.pod ?? 'an endpoint'}, but nothing listens there: refused.`,
  'traffic.noEndpoints': (a) => `Service ${a.service} has no ready endpoint: refused at once.`,
  'traffic.noService': (a) => `No rule knows Service ${a.service} at this port.`,
  'traffic.timedOut': (a) => `No answer came within a second: the rules for ${a.service} still point at something that is silent, or the way there is cut.`,
} as const satisfies Readonly<Record<string, Text>>;

export type NodeReasons = Readonly<Record<keyof typeof nodeEn, Text>>;
