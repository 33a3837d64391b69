/** Why the controllers of nodes, endpoints, garbage, namespaces and budgets did something, or did nothing. `{kind}` names stay as the API writes them. */
type Args = Readonly<Record<string, string | number>>;
type Text = (args: Args) => string;

const plural = (n: string | number | undefined, one: string, many: string): string => (Number(n) === 1 ? `1 ${one}` : `${n} ${many}`);

export const clusterReasons = {
  // Node lifecycle
  'nodelifecycle.allHeard': (a: Args) => `All ${a.nodes} nodes were heard of recently enough, or are marked already`,
  'nodelifecycle.leaseTooOld': (a: Args) => `${a.node} has not renewed its Lease for ${a.silentSeconds} s as seen from here, longer than the ${a.graceSeconds} s it is allowed`,
  'nodelifecycle.podNotReady': (a: Args) => `${a.node} is silent, so nobody can say any more that Pod ${a.pod} is ready`,
  'nodelifecycle.taintNoSchedule': (a: Args) => `The conditions or the cordon of ${a.node} ask for ${a.taints}: no new Pods there`,
  'nodelifecycle.untaintNoSchedule': (a: Args) => `Nothing asks any more for ${a.taints} on ${a.node}: new Pods are welcome again`,
  'nodelifecycle.taintNoExecute': (a: Args) => `${a.node} is not ready, so it gets ${a.taint}: Pods leave when they have tolerated it long enough`,
  'nodelifecycle.untaintNoExecute': (a: Args) => `${a.node} is to keep its Pods: it is ready again, or all nodes at once look lost`,
  'nodelifecycle.taintWaits': (a: Args) => `${plural(a.nodes, 'node waits', 'nodes wait')} for the NoExecute taint: at most one in 10 s a zone, and none while everything looks lost`,
  'nodelifecycle.nothingToTaint': () => 'Every node that is not ready has its NoExecute taint',
  'nodelifecycle.labels': (a: Args) => `The beta labels of ${a.node} are copied from their successors`,
  'nodelifecycle.nodeInOrder': (a: Args) => `The taints of ${a.node} say what its conditions say`,
  'nodelifecycle.nodeGone': (a: Args) => `Node ${a.node} no longer exists`,
  // Taint eviction
  'tainteviction.tolerated': (a: Args) => `Pod ${a.pod} tolerates ${a.taint} of ${a.node} for another ${a.seconds} s`,
  'tainteviction.toleratedForEver': (a: Args) => `Pod ${a.pod} tolerates the NoExecute taints of ${a.node} for ever`,
  'tainteviction.notTolerated': (a: Args) => `Pod ${a.pod} does not tolerate ${a.taint} of ${a.node}`,
  'tainteviction.timeIsUp': (a: Args) => `Pod ${a.pod} tolerated the NoExecute taint of ${a.node} for ${a.seconds} s, and these are over`,
  'tainteviction.noTaint': (a: Args) => `${a.node} has no NoExecute taint, so Pod ${a.pod} may stay`,
  'tainteviction.noNode': (a: Args) => `Pod ${a.pod} is on no node that exists`,
  'tainteviction.podGone': (a: Args) => `Pod ${a.pod} no longer exists`,
  // EndpointSlices and Endpoints
  'endpointslice.podsChanged': (a: Args) => `Service ${a.service} selects ${plural(a.pods, 'Pod', 'Pods')}, ${a.ready} of them ready; its slices said otherwise`,
  'endpointslice.upToDate': (a: Args) => `The slices of ${a.service} already say what its ${plural(a.pods, 'Pod', 'Pods')} are`,
  'endpointslice.behind': (a: Args) => `The own last write to the slices of ${a.service} has not come back yet`,
  'endpointslice.noSelector': (a: Args) => `Service ${a.service} has no selector: somebody else writes its slices`,
  'endpointslice.serviceGone': (a: Args) => `Service ${a.service} no longer exists; the garbage collector takes its slices`,
  'endpoints.podsChanged': (a: Args) => `Service ${a.service} now has ${plural(a.addresses, 'ready address', 'ready addresses')}`,
  'endpoints.upToDate': (a: Args) => `The Endpoints of ${a.service} are as they should be`,
  'endpoints.behind': (a: Args) => `The own last write to the Endpoints of ${a.service} has not come back yet`,
  'endpoints.noSelector': (a: Args) => `Service ${a.service} has no selector: somebody else writes its Endpoints`,
  'endpoints.serviceGone': (a: Args) => `Service ${a.service} no longer exists, so its Endpoints go`,
  // Garbage collection
  'garbagecollector.ownerGone': (a: Args) => `${a.kind} ${a.object} belonged to ${a.ownerKind} ${a.owner}, which no longer exists`,
  'garbagecollector.ownerWaits': (a: Args) => `${a.ownerKind} ${a.owner} is being deleted in the foreground and waits for ${a.kind} ${a.object} to go first`,
  'garbagecollector.waitsForDependents': (a: Args) => `${a.kind} ${a.object} may go when ${plural(a.dependents, 'dependent has', 'dependents have')} gone`,
  'garbagecollector.dependentsGone': (a: Args) => `Nothing that blocks the deletion of ${a.kind} ${a.object} is left`,
  'garbagecollector.orphans': (a: Args) => `${a.kind} ${a.object} was deleted with the wish that its ${plural(a.dependents, 'dependent', 'dependents')} stay`,
  'garbagecollector.orphaned': (a: Args) => `${a.ownerKind} ${a.owner} goes and leaves ${a.kind} ${a.object} behind`,
  'garbagecollector.dropsOwners': (a: Args) => `${a.kind} ${a.object} still has an owner; ${a.owners}, which is gone or going, is struck out`,
  'garbagecollector.asksForOwner': (a: Args) => `An owner of ${a.kind} ${a.object} is not in the cache; the API server is asked whether it exists`,
  'garbagecollector.owned': (a: Args) => `${a.kind} ${a.object} has an owner that exists`,
  'garbagecollector.noOwner': (a: Args) => `${a.kind} ${a.object} is nobody's`,
  'garbagecollector.beingDeleted': (a: Args) => `${a.kind} ${a.object} is being deleted already`,
  'garbagecollector.gone': (a: Args) => `${a.kind} ${a.object} no longer exists`,
  // Pod garbage collection
  'podgc.nodeGone': (a: Args) => `Pod ${a.pod} is on ${a.node}, which has not existed for ${a.seconds} s`,
  'podgc.neverScheduled': (a: Args) => `Pod ${a.pod} is being deleted and never got a node: no kubelet will end it`,
  'podgc.outOfService': (a: Args) => `Pod ${a.pod} is being deleted and ${a.node} was declared out of service`,
  'podgc.tooManyEnded': (a: Args) => `More than ${a.threshold} Pods have ended; ${a.pod} is one of the oldest`,
  'podgc.quarantine': (a: Args) => `Pods are on ${a.nodes}, which do not exist; they might yet turn up`,
  'podgc.clean': () => 'No Pod is left behind',
  'podgc.nextSweep': (a: Args) => `The next sweep is in ${a.seconds} s`,
  // Namespaces
  'namespace.deletesPods': (a: Args) => `Namespace ${a.namespace} is being deleted: its Pods go first`,
  'namespace.podsRemain': (a: Args) => `${plural(a.pods, 'Pod is', 'Pods are')} still in ${a.namespace}; the next look is in ${a.seconds} s or when the Namespace changes`,
  'namespace.deletesContent': (a: Args) => `The Pods of ${a.namespace} are gone: now everything else`,
  'namespace.contentRemains': (a: Args) => `${a.resources} are still in ${a.namespace}; the next look is in ${a.seconds} s`,
  'namespace.empty': (a: Args) => `Nothing is left in ${a.namespace}: its finalizer comes off`,
  'namespace.nothingToDo': (a: Args) => `Namespace ${a.namespace} is not being deleted, or is gone`,
  // What every namespace gets
  'serviceaccount.missing': (a: Args) => `Namespace ${a.namespace} has no ServiceAccount "default"`,
  'serviceaccount.there': (a: Args) => `Namespace ${a.namespace} has its ServiceAccount "default"`,
  'serviceaccount.notActive': (a: Args) => `Namespace ${a.namespace} is not active`,
  'rootca.missing': (a: Args) => `Namespace ${a.namespace} has no copy of the certificate authority`,
  'rootca.changed': (a: Args) => `Somebody changed the copy of the certificate authority in ${a.namespace}`,
  'rootca.there': (a: Args) => `Namespace ${a.namespace} has its copy of the certificate authority`,
  // Disruption budgets
  'disruption.counted': (a: Args) => `${a.healthy} of ${a.expected} Pods are healthy and ${a.desired} must be: budget ${a.budget} allows ${plural(a.allowed, 'disruption', 'disruptions')}`,
  'disruption.upToDate': (a: Args) => `Budget ${a.budget} already says so: ${a.healthy} of ${a.expected} healthy, ${plural(a.allowed, 'disruption', 'disruptions')} allowed`,
  'disruption.behind': (a: Args) => `The own last write to budget ${a.budget} has not come back yet`,
  'disruption.failSafe': (a: Args) => `The Pods of budget ${a.budget} cannot be counted (${a.error}), so it allows no disruption`,
  'disruption.gone': (a: Args) => `Budget ${a.budget} no longer exists`,
  'disruption.stale': (a: Args) => `Pod ${a.pod} was to be disrupted ${a.seconds} s ago and was not: the condition is taken back`,
  'disruption.mayBecomeStale': (a: Args) => `Pod ${a.pod} is about to be disrupted; it is looked at again in ${a.seconds} s`,
  'disruption.notStale': (a: Args) => `Pod ${a.pod} has no condition that could be stale`,
} as const satisfies Readonly<Record<string, Text>>;

export type ClusterReasons = Readonly<Record<keyof typeof clusterReasons, Text>>;
