import type { Change } from '../api/change.ts';
import type { Deployment, Event, KubernetesObject, Lease, Node, Pod, ReplicaSet } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import type { Micros } from '../api/time.ts';
import { at as itemAt } from '../kernel/journal.ts';
import { cameAbout, changeUpTo, hasNoExecute, isPodReady, lastChange, readyOf, recordOf, type History } from './history.ts';
import type { Link } from './walk.ts';

/**
 * What a reason rests on. A reason names objects at revisions; which of an object's changes made it so depends on what was reasoned: of a
 * Node that is not ready, the change of its condition counts and not the last heartbeat. A code that is not here rests on what set the work off.
 */
export type Ground =
  /** The chain goes on from this write. */
  | { readonly type: 'change'; readonly change: Change }
  /** This mattered too; the chain does not go on from it. */
  | { readonly type: 'aside'; readonly change: Change }
  | { readonly type: 'step'; readonly step: number; readonly about?: readonly string[] }
  /** Nothing came: the fault that silenced this node, if there was one. */
  | { readonly type: 'silence'; readonly node: string; readonly at: Micros }
  | { readonly type: 'link'; readonly link: Link };

interface Case {
  readonly reason: Reason;
  /** The write that has this reason; absent: a decision that wrote nothing. */
  readonly change?: Change;
  readonly history: History;
  /** The newest revision that it can rest on. */
  readonly upTo: number;
}
type Rule = (about: Case) => readonly (Ground | undefined)[];

const text = (value: unknown): string => JSON.stringify(value) ?? '';
const go = (change: Change | undefined): Ground | undefined => (change === undefined ? undefined : { type: 'change', change });
const also = (change: Change | undefined): Ground | undefined => (change === undefined ? undefined : { type: 'aside', change });

/** The last change of the first object of a kind that the reason names, up to the revision it names. */
function named({ reason, history }: Case, kind: string, last = false): Change | undefined {
  const refs = (reason.refs ?? []).filter((ref) => ref.kind === kind);
  const ref = last ? refs[refs.length - 1] : refs[0];
  return ref === undefined ? undefined : changeUpTo(history, kind, ref.key, ref.revision ?? Infinity);
}

const created = (before: unknown): boolean => before === undefined;
const markedForDeletion = (before?: KubernetesObject, after?: KubernetesObject): boolean => before?.metadata.deletionTimestamp === undefined && after?.metadata.deletionTimestamp !== undefined;
const ended = (before?: KubernetesObject, after?: KubernetesObject): boolean => {
  const over = (object?: KubernetesObject): boolean => object === undefined || object.metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed'].includes((object as Pod).status.phase ?? '');
  return before !== undefined && !over(before) && over(after);
};
const replicasOf = (object: KubernetesObject | undefined): number | undefined => (object as ReplicaSet | undefined)?.spec.replicas;
const replicasSet = (before?: KubernetesObject, after?: KubernetesObject): boolean => replicasOf(before) !== replicasOf(after);
const templateSet = (before?: KubernetesObject, after?: KubernetesObject): boolean => text((before as Deployment | undefined)?.spec.template) !== text((after as Deployment | undefined)?.spec.template);
const specSet = (before?: KubernetesObject, after?: KubernetesObject): boolean => before === undefined || before.metadata.generation !== after?.metadata.generation;
const bound = (before?: KubernetesObject, after?: KubernetesObject): boolean => ((before as Pod | undefined)?.spec.nodeName ?? '') === '' && ((after as Pod | undefined)?.spec.nodeName ?? '') !== '';
const readyChanged = (before?: KubernetesObject, after?: KubernetesObject): boolean => readyOf(before as Node | undefined) !== readyOf(after as Node | undefined);
const availableGrew = (before?: KubernetesObject, after?: KubernetesObject): boolean => ((after as ReplicaSet | undefined)?.status.availableReplicas ?? 0) > ((before as ReplicaSet | undefined)?.status.availableReplicas ?? 0);

/** The Deployment's own wish, from which a rollout follows. */
const template: Rule = (about) => [go(cameAbout(named(about, 'Deployment'), templateSet))];
const spec: Rule = (about) => [go(cameAbout(named(about, 'Deployment'), specSet))];

/** Old Pods may go because new ones came: the count that said so, then what began the rollout. */
const madeRoom: Rule = (about) => {
  const { history, upTo } = about;
  const deployment = named(about, 'Deployment');
  const uid = deployment?.after?.metadata.uid;
  const log = history.store.tables.get('ReplicaSet')?.log;
  let came: Change | undefined;
  for (let i = (log?.length ?? 0) - 1; i >= 0 && came === undefined; i--) {
    const change = itemAt(log!, i)!;
    if (change.revision <= upTo && change.key !== about.change?.key && change.after?.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true && availableGrew(change.before, change.after)) came = change;
  }
  const began = cameAbout(deployment, templateSet);
  return [also(came !== undefined && began !== undefined && came.revision > began.revision ? came : undefined), go(began)];
};

/** The deletion of an owner, by the kind and name that the garbage collector gives. */
const owner: Rule = ({ reason, change, history, upTo }) => {
  const { ownerKind, owner: name } = reason.args;
  const ref = reason.refs?.find((each) => each.kind === ownerKind && each.key.endsWith(String(name)));
  const last = changeUpTo(history, String(ownerKind), ref?.key ?? `${change?.key.split('/')[0]}/${name}`, upTo);
  return [go(cameAbout(last, (before, after) => markedForDeletion(before, after) || (before !== undefined && after === undefined)))];
};

const nodeOf = (about: Case): Change | undefined => {
  const name = about.reason.args['node'];
  return name === undefined ? named(about, 'Node') : changeUpTo(about.history, 'Node', String(name), about.upTo);
};
const nodeTurned: Rule = (about) => [go(cameAbout(nodeOf(about), readyChanged))];

const podOf = ({ reason, change, history, upTo }: Case): Change | undefined => changeUpTo(history, 'Pod', change?.kind === 'Pod' ? change.key : String(reason.args['pod']), upTo - 1);
/** From what a kubelet does with a Pod on to why it has the Pod at all. */
const given: Rule = (about) => [go(cameAbout(podOf(about), bound))];
/** Somebody wants the Pod gone; or it has just come to its end by itself. */
const unwanted: Rule = (about) => {
  const marked = cameAbout(podOf(about), markedForDeletion);
  return [marked === undefined ? undefined : go(marked)];
};

/** The last time a container of this Pod ended, as its kubelet wrote it. */
const lastExit = (about: Case): Change | undefined => cameAboutReason(podOf(about), 'kubelet.exited');
function cameAboutReason(from: Change | undefined, code: string): Change | undefined {
  let change = from;
  while (change !== undefined && change.because?.code !== code) change = change.previous;
  return change;
}

const RULES: Readonly<Record<string, Rule>> = {
  'replicaset.tooFew': (about) => {
    const lost = named(about, 'Pod');
    if (lost !== undefined) {
      // What a cache saw of a Pod that is gone may be later than the change that made it count no more.
      const gone = cameAbout(lost, ended) ?? cameAbout(lastChange(about.history, 'Pod', lost.key), ended);
      if (gone !== undefined) return [go(gone)];
    }
    return [go(cameAbout(named(about, 'ReplicaSet'), replicasSet))];
  },
  'replicaset.tooMany': (about) => [go(cameAbout(named(about, 'ReplicaSet'), replicasSet))],
  'replicaset.counts': (about) => {
    const pod = named(about, 'Pod');
    return [go(cameAbout(pod, (before, after) => before === undefined || isPodReady(before) !== isPodReady(after) || ended(before, after)))];
  },
  'replicaset.adopts': (about) => [go(cameAbout(named(about, 'Pod'), (before, after) => before === undefined || text(before.metadata.labels) !== text(after?.metadata.labels)))],
  'replicaset.releases': (about) => [go(cameAbout(named(about, 'Pod'), (before, after) => before === undefined || text(before.metadata.labels) !== text(after?.metadata.labels)))],

  'deployment.firstReplicaSet': (about) => [go(cameAbout(named(about, 'Deployment'), created))],
  'deployment.newTemplate': template,
  'deployment.revision': template,
  'deployment.foundReplicaSet': template,
  'deployment.scaled': (about) => [go(cameAbout(named(about, 'Deployment'), replicasSet))],
  'deployment.proportional': (about) => [go(cameAbout(named(about, 'Deployment'), replicasSet))],
  'deployment.scaleDownNew': (about) => [go(cameAbout(named(about, 'Deployment'), replicasSet))],
  'deployment.scaleUpNew': template,
  'deployment.scaleDownOld': madeRoom,
  'deployment.saturated': madeRoom,
  'deployment.cleanUpUnhealthy': template,
  'deployment.recreateDown': template,
  'deployment.recreateUp': template,
  'deployment.history': template,
  'deployment.deadline': template,
  'deployment.paused': spec,
  'deployment.resumed': spec,
  'deployment.counts': (about) => {
    const set = named(about, 'ReplicaSet', true);
    return [go(set)];
  },

  'scheduler.best': (about) => [go(cameAbout(named(about, 'Pod'), created))],
  'scheduler.tie': (about) => [go(cameAbout(named(about, 'Pod'), created))],
  'scheduler.onlyNode': (about) => [go(cameAbout(named(about, 'Pod'), created))],
  'scheduler.noNode': (about) => [go(cameAbout(named(about, 'Pod'), created))],

  'nodelifecycle.leaseTooOld': (about) => {
    const node = String(about.reason.args['node']);
    const lease = named(about, 'Lease');
    const renewed = cameAbout(lease, (before, after) => (before as Lease | undefined)?.spec.renewTime !== (after as Lease | undefined)?.spec.renewTime);
    return [also(renewed), { type: 'silence', node, at: about.change?.at ?? about.history.now }];
  },
  'nodelifecycle.podNotReady': nodeTurned,
  'nodelifecycle.taintNoExecute': nodeTurned,
  'nodelifecycle.untaintNoExecute': nodeTurned,
  'nodelifecycle.taintNoSchedule': (about) => [
    go(cameAbout(nodeOf(about), (before, after) => readyChanged(before, after) || (before as Node | undefined)?.spec.unschedulable !== (after as Node | undefined)?.spec.unschedulable)),
  ],
  'nodelifecycle.untaintNoSchedule': (about) => [
    go(cameAbout(nodeOf(about), (before, after) => readyChanged(before, after) || (before as Node | undefined)?.spec.unschedulable !== (after as Node | undefined)?.spec.unschedulable)),
  ],
  'tainteviction.timeIsUp': (about) => [go(cameAbout(nodeOf(about), (before, after) => !hasNoExecute(before as Node | undefined) && hasNoExecute(after as Node | undefined)))],
  'tainteviction.notTolerated': (about) => [go(cameAbout(nodeOf(about), (before, after) => !hasNoExecute(before as Node | undefined) && hasNoExecute(after as Node | undefined)))],

  'garbagecollector.ownerGone': owner,
  'garbagecollector.ownerWaits': owner,
  'garbagecollector.orphaned': owner,
  'namespace.deletesPods': (about) => [go(cameAbout(named(about, 'Namespace'), markedForDeletion))],
  'namespace.deletesContent': (about) => [go(cameAbout(named(about, 'Namespace'), markedForDeletion))],
  'namespace.empty': (about) => [go(cameAbout(named(about, 'Namespace'), markedForDeletion))],
  'podgc.nodeGone': (about) => [go(cameAbout(lastChange(about.history, 'Node', String(about.reason.args['node'])), (before, after) => before !== undefined && after === undefined))],
  'serviceaccount.missing': (about) => [go(cameAbout(named(about, 'Namespace'), created))],
  'rootca.missing': (about) => [go(cameAbout(named(about, 'Namespace'), created))],

  'kubelet.seen': given,
  'kubelet.mounted': given,
  'kubelet.sandbox': given,
  'kubelet.sandboxReady': given,
  'kubelet.containersStarted': (about) => {
    // Started again: because it had ended.
    const restarted = (about.change?.after as Pod | undefined)?.status.containerStatuses?.some(({ restartCount }) => restartCount > 0) === true;
    const exit = restarted ? lastExit(about) : undefined;
    return exit === undefined ? given(about) : [go(exit)];
  },
  'kubelet.terminating': unwanted,
  'kubelet.gone': unwanted,
  'kubelet.ended': unwanted,
  'kubelet.forced': unwanted,
};

/** Events say of themselves what they are about: the write that they tell of, where it is one of that object's. */
function eventGrounds(change: Change, history: History): readonly Ground[] {
  const event = change.after as Event | undefined;
  if (event === undefined) return [];
  const { kind, namespace, name } = event.involvedObject;
  const key = kind === 'Node' || namespace === undefined || namespace === '' ? String(name) : `${namespace}/${name}`;
  const about = changeUpTo(history, String(kind), key, change.revision);
  switch (event.reason) {
    case 'Scheduled':
      return [go(cameAbout(about, bound))].filter((ground) => ground !== undefined);
    case 'Killing':
      return [go(cameAbout(about, markedForDeletion))].filter((ground) => ground !== undefined);
    case 'NodeNotReady':
      return [go(kind === 'Node' ? cameAbout(about, readyChanged) : cameAbout(about, (before, after) => isPodReady(before) && !isPodReady(after)))].filter((ground) => ground !== undefined);
    default: {
      // Said when the answer to a write had come: it tells of that write.
      const request = recordOf(history, change.cause);
      const said = request === undefined ? undefined : recordOf(history, request.cause);
      return said?.type === 'reply' ? [{ type: 'step', step: said.step }] : [];
    }
  }
}

/** What a write rests on, or a decision that wrote nothing. Empty: nothing is known beyond what set it off. */
export function grounds(of: Change | { readonly reason: Reason; readonly pod: Change | undefined }, history: History): readonly Ground[] {
  if (!('revision' in of)) return (RULES[of.reason.code]?.({ reason: of.reason, history, upTo: Infinity }) ?? []).filter((ground) => ground !== undefined);
  if (of.kind === 'Event') {
    const told = eventGrounds(of, history);
    if (told.length > 0) return told;
  }
  const { because } = of;
  if (because === undefined) return [];
  const found = RULES[because.code]?.({ reason: because, change: of, history, upTo: of.revision }) ?? [];
  // The binding tells only where; the decision tells why there.
  if (because.code.startsWith('scheduler.') && of.subresource === 'binding') {
    const request = recordOf(history, of.cause);
    return request === undefined ? [] : [{ type: 'step', step: request.cause, about: [of.key] }];
  }
  return found.filter((ground) => ground !== undefined);
}

