import type { Change } from '../api/change.ts';
import type { Event, Lease, Node, Pod, ReplicaSet } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { SECOND, parseTimestamp } from '../api/time.ts';
import type { Backend, RequestNote } from '../api/traffic.ts';
import { at as itemAt } from '../kernel/journal.ts';
import type { Note } from '../kernel/process.ts';
import type { StepRecord } from '../kernel/trace.ts';
import { cameAbout, hasNoExecute, isPodReady, lastChange, readyOf, type History } from './history.ts';
import { addLink, linksOf, newWalk, onChange, onFault, silencedBy, stoppedBy, type Link, type Walk } from './walk.ts';

export type { Glyph, Link } from './walk.ts';

/**
 * Why: from anything that is or happened back through its causes to the command or the fault that it began with. A pure reader of the
 * record; what was never recorded is not made up: where no cause is known, the chain ends.
 */
export type Question =
  /** Why it exists; of something that is gone: why it is gone. */
  | { readonly ask: 'exists'; readonly kind: string; readonly key: string }
  /** Why this write happened. */
  | { readonly ask: 'change'; readonly revision: number }
  /** Why a field has its value: "spec.replicas", "spec.nodeName", "metadata.deletionTimestamp", "status.conditions.Ready". */
  | { readonly ask: 'field'; readonly kind: string; readonly key: string; readonly field: string }
  /** Why an Event was written. */
  | { readonly ask: 'event'; readonly key: string }
  /** How a client's request ended, and why so; without an id: the last one that failed. */
  | { readonly ask: 'request'; readonly client: string; readonly id?: number }
  /** Why a Pod does not run, or is not ready. */
  | { readonly ask: 'waiting'; readonly key: string }
  /** Why a Pod that was deleted is still there. */
  | { readonly ask: 'terminating'; readonly key: string }
  /** Why nothing takes the place of a Pod that nobody hears of any more. */
  | { readonly ask: 'notReplaced'; readonly key: string };

/** The chain, from what was asked about back to where it began. Empty: nothing is known of it. */
export function why(question: Question, history: History): readonly Link[] {
  const walk = newWalk(history);
  switch (question.ask) {
    case 'exists': {
      const last = lastChange(history, question.kind, question.key);
      if (last === undefined) break;
      onChange(walk, last.after === undefined ? last : cameAbout(last, (before) => before === undefined)!);
      break;
    }
    case 'change': {
      const change = itemAt(history.store.log, question.revision - 1);
      if (change !== undefined) onChange(walk, change);
      break;
    }
    case 'field': {
      const change = cameAbout(lastChange(history, question.kind, question.key), (before, after) => JSON.stringify(valueAt(before, question.field)) !== JSON.stringify(valueAt(after, question.field)));
      if (change !== undefined) onChange(walk, change);
      break;
    }
    case 'event':
      aboutEvent(walk, question.key);
      break;
    case 'request':
      aboutRequest(walk, question.client, question.id);
      break;
    case 'waiting':
      aboutWaiting(walk, question.key);
      break;
    case 'terminating':
      aboutTerminating(walk, question.key);
      break;
    case 'notReplaced':
      aboutNotReplaced(walk, question.key);
      break;
  }
  return linksOf(walk);
}

/** The value at a path; a condition is found by its type. */
function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Array.isArray(value) ? (value as readonly { readonly type?: string; readonly status?: string }[]).find(({ type }) => type === part)?.status : (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

const podAt = (history: History, key: string): Pod | undefined => lastChange(history, 'Pod', key)?.after as Pod | undefined;
const shortName = (key: string): string => key.slice(key.indexOf('/') + 1);
/** What holds at the moment that is looked at, and was done by nobody. */
const stands = (walk: Walk, glyph: Link['glyph'], reason: Reason, subject?: Link['subject']): void =>
  addLink(walk, { at: walk.history.now, glyph, by: '', reason, ...(subject === undefined ? {} : { subject }) });

// ---- Events

function aboutEvent(walk: Walk, key: string): void {
  const { history } = walk;
  const change = cameAbout(lastChange(history, 'Event', key), (before) => before === undefined);
  const event = change?.after as Event | undefined;
  if (change === undefined || event === undefined) return;
  onChange(walk, change);
}

// ---- a client's request

function findNote(history: History, from: number, test: (record: StepRecord, note: Note) => boolean): { readonly record: StepRecord; readonly note: Note } | undefined {
  for (let i = Math.min(from, history.trace.length) - 1; i >= 0; i--) {
    const record = itemAt(history.trace, i)!;
    for (const note of record.notes ?? []) if (test(record, note)) return { record, note };
  }
  return undefined;
}

function aboutRequest(walk: Walk, client: string, id: number | undefined): void {
  const { history } = walk;
  const asked = findNote(history, Infinity, (_, note) => note.type === 'request' && note['client'] === client && (id === undefined ? note['outcome'] !== 'answered' : note['id'] === id));
  if (asked === undefined) return;
  const request = asked.note as unknown as RequestNote;
  const { service, outcome } = request;
  addLink(walk, { at: asked.record.at, glyph: 'traffic', by: client, step: asked.record.step, reason: asked.note.because!, subject: { kind: 'Service', key: service } });
  if (outcome === 'noService') {
    const gone = lastChange(history, 'Service', service);
    if (gone !== undefined) onChange(walk, gone);
    return;
  }
  const routed = findNote(history, history.trace.length, (record, note) => note.type === 'routed' && note['client'] === client && note['id'] === request.id && record.at <= asked.record.at);
  if (routed === undefined) {
    if (outcome === 'noEndpoints') noEndpoints(walk, service, asked.record.at);
    else {
      // It never came to any rules: the node by which it went in is silent.
      const node = request.path.length > 0 ? entryOf(history, asked.record.step, client, request.id) : undefined;
      const stopped = node === undefined ? undefined : stoppedBy(history, `proxy/${node}`, asked.record.at);
      if (stopped !== undefined) onFault(walk, stopped);
    }
    return;
  }
  const backend = routed.note['backend'] as Backend;
  const node = String(routed.note['node']);
  addLink(walk, { at: routed.record.at, glyph: 'proxy', by: routed.record.process, step: routed.record.step, reason: routed.note.because!, subject: { kind: 'Service', key: service } });
  if (outcome === 'answered' || backend.pod === undefined) return;
  // The rules still led there: they are made from an older state of things.
  const rules = findNote(history, routed.record.step, (_, note) => note.type === 'rules' && note['node'] === node && note.subject?.key === service);
  const revision = rules === undefined ? 0 : Number(rules.note['revision']);
  const pod = lastChange(history, 'Pod', backend.pod);
  const ended = cameAbout(pod, (before, after) => before?.metadata.deletionTimestamp === undefined && after?.metadata.deletionTimestamp !== undefined);
  if (rules !== undefined) {
    const unaware: Reason =
      ended !== undefined && ended.at <= asked.record.at
        ? { code: 'why.rulesBehind', args: { node, pod: shortName(backend.pod), millis: Math.round((routed.record.at - ended.at) / 1000) } }
        : { code: 'why.rulesUnaware', args: { node, pod: shortName(backend.pod) } };
    addLink(walk, { at: rules.record.at, glyph: 'proxy', by: rules.record.process, step: rules.record.step, ...(revision === 0 ? {} : { revision }), reason: unaware, subject: { kind: 'Service', key: service } });
  }
  if (silencedBy(history, backend.node, routed.record.at) !== undefined) silent(walk, backend.node, asked.record.at);
  else if (ended !== undefined) onChange(walk, ended);
  else {
    const unready = cameAbout(pod, (before, after) => isPodReady(before) && !isPodReady(after));
    if (unready !== undefined) onChange(walk, unready);
  }
}

/** The node at which a request that nobody routed was sent: its message was dropped there. */
function entryOf(history: History, before: number, client: string, id: number): string | undefined {
  for (let i = Math.min(before, history.trace.length) - 1; i >= 0; i--) {
    const record = itemAt(history.trace, i)!;
    if (record.type === 'dropped' && record.from === client) return record.process.slice(record.process.indexOf('/') + 1);
  }
  void id;
  return undefined;
}

function noEndpoints(walk: Walk, service: string, at: number): void {
  const { history } = walk;
  let newest: Change | undefined;
  const log = history.store.tables.get('EndpointSlice')?.log;
  for (let i = (log?.length ?? 0) - 1; i >= 0 && newest === undefined; i--) {
    const change = itemAt(log!, i)!;
    const object = change.after ?? change.before!;
    if (change.at <= at && `${object.metadata.namespace}/${object.metadata.labels?.['kubernetes.io/service-name']}` === service) newest = change;
  }
  if (newest !== undefined) onChange(walk, newest);
}

/** A node says nothing any more: the fault that made it so, and before that nobody knew. */
function silent(walk: Walk, node: string, at: number): void {
  const fault = silencedBy(walk.history, node, at);
  if (fault === undefined) return;
  if (readyOf(lastChange(walk.history, 'Node', node)?.after as Node | undefined) === 'True') notNoticed(walk, node);
  onFault(walk, fault);
}

/** The control plane has not given a silent node up yet. */
function notNoticed(walk: Walk, node: string): void {
  const { history } = walk;
  const lease = lastChange(history, 'Lease', `kube-node-lease/${node}`);
  const renewed = parseTimestamp((lease?.after as Lease | undefined)?.spec.renewTime) ?? lease?.at;
  if (lease === undefined || renewed === undefined) return;
  stands(walk, 'clock', { code: 'why.notNoticed', args: { node, silentSeconds: Math.floor((history.now - renewed) / SECOND), graceSeconds: 50 } }, { kind: 'Node', key: node });
}

// ---- a Pod that does not run

function aboutWaiting(walk: Walk, key: string): void {
  const { history } = walk;
  const pod = podAt(history, key);
  if (pod === undefined) return;
  const node = pod.spec.nodeName ?? '';
  if (node === '') {
    const tried = findNote(history, Infinity, (_, note) => note.type === 'decision' && note.subject?.key === key);
    if (tried === undefined) stands(walk, 'scheduler', (pod.spec as { schedulingGates?: readonly unknown[] }).schedulingGates?.length ? { code: 'why.gated', args: { pod: pod.metadata.name } } : { code: 'why.notTried', args: { pod: pod.metadata.name } }, { kind: 'Pod', key });
    else addLink(walk, { at: tried.record.at, glyph: 'scheduler', by: 'scheduler', step: tried.record.step, reason: tried.note.because!, subject: { kind: 'Pod', key } });
    // Nobody tries while the scheduler does not run, or is not heard.
    const stopped = tried === undefined ? stoppedBy(history, 'scheduler', history.now) : undefined;
    if (stopped !== undefined) onFault(walk, stopped);
    onChange(walk, cameAbout(lastChange(history, 'Pod', key), (before) => before === undefined)!);
    return;
  }
  if (silencedBy(history, node, history.now) !== undefined) {
    silent(walk, node, history.now);
    return;
  }
  const asked = lastProbe(history, pod);
  if (asked !== undefined) addLink(walk, asked);
  const said = cameAbout(lastChange(history, 'Pod', key), (before, after) => JSON.stringify((before as Pod | undefined)?.status.containerStatuses) !== JSON.stringify((after as Pod | undefined)?.status.containerStatuses));
  onChange(walk, said ?? cameAbout(lastChange(history, 'Pod', key), (before) => before === undefined)!);
}

/** Of a container that runs and is not ready: what its last probe came to, when it failed. */
function lastProbe(history: History, pod: Pod): Link | undefined {
  const waiting = pod.status.containerStatuses?.find(({ ready, state }) => !ready && state?.running !== undefined);
  if (waiting === undefined) return undefined;
  for (let i = history.trace.length - 1; i >= 0; i--) {
    const record = itemAt(history.trace, i)!;
    if (record.type !== 'message' || record.message.type !== 'ProbeDone' || record.message['uid'] !== pod.metadata.uid || record.message['container'] !== waiting.name) continue;
    const { probe, ok, output } = record.message;
    if (ok === true) return undefined;
    return {
      at: record.sentAt, glyph: 'machine', by: record.from, step: record.step, subject: { kind: 'Pod', key: `${pod.metadata.namespace}/${pod.metadata.name}` },
      reason: { code: 'machine.probeFailed', args: { container: waiting.name, probe: String(probe), output: String(output) } },
    };
  }
  return undefined;
}

// ---- a Pod that stays

function aboutTerminating(walk: Walk, key: string): void {
  const { history } = walk;
  const pod = podAt(history, key);
  const deletedAt = parseTimestamp(pod?.metadata.deletionTimestamp);
  if (pod === undefined || deletedAt === undefined) return;
  const subject = { kind: 'Pod', key };
  const node = pod.spec.nodeName ?? '';
  const { finalizers } = pod.metadata;
  const fault = node === '' ? undefined : silencedBy(history, node, history.now);
  if (fault !== undefined) stands(walk, 'kubelet', { code: 'why.cannotConfirm', args: { pod: pod.metadata.name, node } }, subject);
  else if (finalizers !== undefined && finalizers.length > 0) stands(walk, 'apiserver', { code: 'why.finalizers', args: { pod: pod.metadata.name, finalizers: finalizers.join(', ') } }, subject);
  else stands(walk, 'clock', { code: 'why.grace', args: { pod: pod.metadata.name, node, seconds: pod.metadata.deletionGracePeriodSeconds ?? 30, left: Math.max(0, Math.ceil((deletedAt - history.now) / SECOND)) } }, subject);
  const marked = cameAbout(lastChange(history, 'Pod', key), (before, after) => before?.metadata.deletionTimestamp === undefined && after?.metadata.deletionTimestamp !== undefined);
  if (marked !== undefined) onChange(walk, marked);
  // Often the same fault is why it was deleted.
  if (fault !== undefined) onFault(walk, fault);
}

// ---- a Pod that nothing replaces

function aboutNotReplaced(walk: Walk, key: string): void {
  const { history } = walk;
  const pod = podAt(history, key);
  const node = pod?.spec.nodeName ?? '';
  if (pod === undefined || node === '') return;
  const owner = pod.metadata.ownerReferences?.find((each) => each.controller === true);
  const set = owner === undefined ? undefined : (lastChange(history, owner.kind, `${pod.metadata.namespace}/${owner.name}`)?.after as ReplicaSet | undefined);
  const subject = { kind: 'Pod', key };
  if (owner === undefined) {
    stands(walk, 'controller', { code: 'why.noOwner', args: { pod: pod.metadata.name } }, subject);
    return;
  }
  stands(walk, 'controller', { code: 'why.stillCounted', args: { pod: pod.metadata.name, owner: owner.name, wanted: set?.spec.replicas ?? 0, have: set?.status.replicas ?? 0 } }, subject);
  const object = lastChange(history, 'Node', node);
  const tainted = cameAbout(object, (before, after) => !hasNoExecute(before as Node | undefined) && hasNoExecute(after as Node | undefined));
  if (tainted === undefined || !hasNoExecute(object?.after as Node | undefined)) {
    silent(walk, node, history.now);
    return;
  }
  const waits = findNote(history, Infinity, (record, note) => record.process === 'taint-eviction-controller' && note.type === 'reconcile' && note.subject?.key === key);
  if (waits !== undefined) {
    const { because } = waits.note;
    const until = because?.code === 'tainteviction.tolerated' ? waits.record.at + Number(because.args['seconds']) * SECOND : undefined;
    addLink(walk, {
      at: waits.record.at, glyph: 'clock', by: waits.record.process, step: waits.record.step, subject,
      reason: until === undefined ? because! : { code: 'why.tolerates', args: { ...because!.args, left: Math.max(0, Math.ceil((until - history.now) / SECOND)) } },
    });
  }
  onChange(walk, tainted);
}

const STARTING: ReadonlySet<string | undefined> = new Set([undefined, 'ContainerCreating', 'PodInitializing']);
/** It lacks a node, or something keeps its containers from getting ready; one that has just been bound is not held up. */
function isHeldUp(pod: Pod): boolean {
  if (isPodReady(pod) || pod.status.phase === 'Succeeded') return false;
  if ((pod.spec.nodeName ?? '') === '' || pod.status.phase === 'Failed') return true;
  return [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])].some(({ ready, state }) => !STARTING.has(state?.waiting?.reason) || (!ready && state?.running !== undefined) || (state?.terminated !== undefined && state.terminated.exitCode !== 0));
}

/** What can be asked about an object as it is now, the most telling question first. */
export function questionsOf(kind: string, key: string, history: History): readonly Question[] {
  const last = lastChange(history, kind, key);
  if (last === undefined) return [];
  const exists: Question = { ask: 'exists', kind, key };
  if (last.after === undefined) return [exists];
  switch (kind) {
    case 'Event':
      return [{ ask: 'event', key }];
    case 'Pod': {
      const pod = last.after as Pod;
      const node = pod.spec.nodeName ?? '';
      const out: Question[] = [];
      if (pod.metadata.deletionTimestamp !== undefined) out.push({ ask: 'terminating', key });
      else if (node !== '' && silencedBy(history, node, history.now) !== undefined) out.push({ ask: 'notReplaced', key });
      else if (isHeldUp(pod)) out.push({ ask: 'waiting', key });
      if (node !== '') out.push({ ask: 'field', kind, key, field: 'spec.nodeName' });
      return [...out, exists];
    }
    case 'ReplicaSet':
    case 'Deployment':
      return [{ ask: 'field', kind, key, field: 'spec.replicas' }, exists];
    case 'Node':
      return [{ ask: 'field', kind, key, field: 'status.conditions.Ready' }, exists];
    case 'EndpointSlice':
      return [{ ask: 'field', kind, key, field: 'endpoints' }, exists];
    default:
      return [exists];
  }
}

