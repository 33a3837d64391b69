import type { Change } from '../api/change.ts';
import type { Fault } from '../api/cluster.ts';
import type { Event, Pod } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { actorOf } from '../api/request.ts';
import { SECOND, type Micros } from '../api/time.ts';
import { at as itemAt } from '../kernel/journal.ts';
import type { Note } from '../kernel/process.ts';
import type { StepRecord } from '../kernel/trace.ts';
import { changeOf, lastChange, recordOf, subjectOf, type History } from './history.ts';
import { grounds, type Ground } from './grounds.ts';

/** What stands before a link: who or what it was. */
export type Glyph = 'you' | 'fault' | 'start' | 'apiserver' | 'controller' | 'scheduler' | 'kubelet' | 'machine' | 'proxy' | 'traffic' | 'clock';

/** One cause, and why. A chain is read from what was asked about to where it began: at a command, at a fault, or at the cluster's start. */
export interface Link {
  readonly at: Micros;
  readonly glyph: Glyph;
  /** The process that did it ("replicaset-controller", "kubelet/node-1", "user"); empty where nobody did anything. */
  readonly by: string;
  readonly step?: number;
  readonly revision?: number;
  readonly subject?: { readonly kind: string; readonly key: string };
  readonly reason: Reason;
  /** How many stimuli the controller's queue had merged into this reconciliation, where more than one. */
  readonly merged?: number;
}

export interface Walk {
  readonly history: History;
  readonly links: Link[];
  /** Steps, revisions and faults that were visited: a chain never runs in a circle. */
  readonly seen: Set<string>;
}

export const newWalk = (history: History): Walk => ({ history, links: [], seen: new Set() });
export const linksOf = (walk: Walk): readonly Link[] => walk.links;
export function addLink(walk: Walk, link: Link): void {
  walk.links.push(link);
}

function visit(walk: Walk, what: string): boolean {
  if (walk.seen.has(what)) return false;
  walk.seen.add(what);
  return true;
}

export function glyphOf(process: string): Glyph {
  const slash = process.indexOf('/');
  switch (slash < 0 ? process : process.slice(0, slash)) {
    case 'user': return 'you';
    case 'apiserver': return 'apiserver';
    case 'scheduler': return 'scheduler';
    case 'kubelet': return 'kubelet';
    case 'machine': return 'machine';
    case 'proxy': return 'proxy';
    case 'traffic': return 'traffic';
    default: return 'controller';
  }
}

const nameOf = (change: Change): string => subjectOf(change).metadata.name;

/** What a change was, where nobody said why. */
function plainReason(change: Change): Reason {
  const args = { kind: change.kind, name: nameOf(change) };
  if (change.before === undefined) return { code: 'object.created', args };
  if (change.after === undefined) return { code: 'object.gone', args };
  if (change.after.metadata.deletionTimestamp !== undefined && change.before.metadata.deletionTimestamp === undefined) return { code: 'object.marked', args };
  return { code: 'object.changed', args };
}

/** What there is to say of a change itself: mostly what its writer gave as reason. */
function reasonOf(change: Change): Reason {
  if (change.kind === 'Event' && change.after !== undefined) {
    const event = change.after as Event;
    return { code: 'event.says', args: { reason: event.reason ?? '', message: event.message ?? '', object: event.involvedObject.name ?? '', kind: event.involvedObject.kind ?? '' } };
  }
  if (change.subresource === 'binding' && change.kind === 'Pod') return { code: 'object.bound', args: { pod: nameOf(change), node: (change.after as Pod).spec.nodeName ?? '' } };
  if (change.kind === 'Pod' && change.because?.code.startsWith('kubelet.') === true) return waitingReason(change) ?? change.because;
  return change.because ?? plainReason(change);
}

/** A container that waits says why in the status; which pass of the kubelet wrote it there is of no interest. */
function waitingReason(change: Change): Reason | undefined {
  const before = (change.before as Pod | undefined)?.status;
  const after = (change.after as Pod | undefined)?.status;
  for (const list of ['initContainerStatuses', 'containerStatuses'] as const) {
    for (const status of after?.[list] ?? []) {
      const was = before?.[list]?.find(({ name }) => name === status.name);
      const { waiting } = status.state ?? {};
      if (waiting?.reason === undefined || waiting.reason === was?.state?.waiting?.reason || waiting.reason === 'ContainerCreating' || waiting.reason === 'PodInitializing') continue;
      return { code: 'kubelet.waits', args: { pod: nameOf(change), node: (change.after as Pod).spec.nodeName ?? '', container: status.name, reason: waiting.reason, message: waiting.message ?? '', restarts: status.restartCount } };
    }
  }
  return undefined;
}

/** A write, why it was made, and what that rests on. */
export function onChange(walk: Walk, change: Change): void {
  if (!visit(walk, `r${change.revision}`)) return;
  const { history } = walk;
  const request = recordOf(history, change.cause);
  const sender = request?.type === 'request' ? request.from : actorOf(change.by) === 'user' ? 'user' : 'apiserver';
  const reconcile = request?.type === 'request' ? reconcileOf(history, request) : undefined;
  const merged = reconcile === undefined ? 1 : Number(reconcile.note['merged']);
  const reason = reasonOf(change);
  addLink(walk, {
    at: change.at, glyph: glyphOf(sender), by: sender, revision: change.revision, subject: { kind: change.kind, key: change.key }, reason, ...(change.cause > 0 ? { step: change.cause } : {}), ...(merged > 1 ? { merged } : {}),
  });
  if (change.cause === 0) {
    fromTheStart(walk);
    return;
  }
  const known = grounds(change, history);
  if (known.length > 0) {
    follow(walk, known);
    return;
  }
  if (request === undefined) return;
  if (reconcile !== undefined) {
    visit(walk, `s${reconcile.record.step}`);
    onStep(walk, Number(reconcile.note['first']), subjectKeys(change));
    return;
  }
  onStep(walk, request.cause, subjectKeys(change));
}

function follow(walk: Walk, known: readonly Ground[]): void {
  for (const ground of known) {
    switch (ground.type) {
      case 'change':
        onChange(walk, ground.change);
        break;
      case 'aside':
        aside(walk, ground.change);
        break;
      case 'step':
        onStep(walk, ground.step, ground.about ?? []);
        break;
      case 'silence': {
        const fault = silencedBy(walk.history, ground.node, ground.at);
        if (fault !== undefined) onFault(walk, fault);
        break;
      }
      case 'link':
        if (visit(walk, `l${ground.link.step ?? ''}${ground.link.reason.code}`)) addLink(walk, ground.link);
        break;
    }
  }
}

/** Something that also mattered; where it came from is another question. */
function aside(walk: Walk, change: Change): void {
  if (!visit(walk, `r${change.revision}`)) return;
  const request = recordOf(walk.history, change.cause);
  const sender = request?.type === 'request' ? request.from : 'apiserver';
  addLink(walk, { at: change.at, glyph: glyphOf(sender), by: sender, revision: change.revision, step: change.cause, subject: { kind: change.kind, key: change.key }, reason: reasonOf(change) });
}

const subjectKeys = (change: Change): readonly string[] => [change.key, ...(change.because?.refs?.map(({ key }) => key) ?? [])];

/** The reconciliation from which a request came: batches after the first were sent when the answers of the one before had come. */
function reconcileOf(history: History, request: StepRecord): { readonly record: StepRecord; readonly note: Note } | undefined {
  let record = recordOf(history, request.cause);
  for (let i = 0; i < 10_000 && record !== undefined; i++) {
    const note = record.notes?.find(({ type }) => type === 'reconcile');
    if (note !== undefined && record.type === 'timer') return { record, note };
    if (record.type !== 'reply' && record.type !== 'request') return undefined;
    record = recordOf(history, record.cause);
  }
  return undefined;
}

function fromTheStart(walk: Walk): void {
  if (visit(walk, 'start')) addLink(walk, { at: 0, glyph: 'start', by: '', reason: { code: 'cluster.start', args: {} } });
}

/** A step, and what led to it. `about`: the keys of what is asked about, where a step had to do with several. */
export function onStep(walk: Walk, step: number, about: readonly string[]): void {
  const { history } = walk;
  let record = recordOf(history, step);
  while (record !== undefined) {
    if (!visit(walk, `s${record.step}`)) return;
    switch (record.type) {
      case 'command':
        onCommand(walk, record);
        return;
      case 'start':
        if (record.cause === 0) {
          fromTheStart(walk);
          return;
        }
        addLink(walk, { at: record.at, glyph: glyphOf(record.process), by: record.process, step: record.step, reason: { code: 'process.started', args: { process: record.process } } });
        break;
      case 'watch': {
        const delivered = record.changes.find((change) => about.includes(change.key)) ?? record.changes[record.changes.length - 1];
        if (delivered !== undefined) {
          onChange(walk, delivered);
          return;
        }
        break;
      }
      case 'reply': {
        // The answer told of a write: that is what was reacted to.
        const request = recordOf(history, record.cause);
        if (request?.type === 'request' && request.lastRevision >= request.firstRevision) {
          const change = changeOf(history, request.lastRevision);
          if (change !== undefined) {
            onChange(walk, change);
            return;
          }
        }
        break;
      }
      case 'message': {
        const { because } = record;
        if (because !== undefined) {
          addLink(walk, { at: record.sentAt, glyph: glyphOf(record.from), by: record.from, step: record.step, reason: because });
        } else if (machineSays(walk, record)) return;
        break;
      }
      case 'timer': {
        const decision = record.notes?.find(({ type, subject }) => type === 'decision' && (about.length === 0 || about.includes(subject?.key ?? '')));
        if (decision?.because !== undefined) {
          addLink(walk, { at: record.at, glyph: 'scheduler', by: record.process, step: record.step, subject: decision.subject!, reason: decision.because });
          const pod = lastChange(history, 'Pod', decision.subject!.key);
          follow(walk, grounds({ reason: decision.because, pod }, history));
          return;
        }
        const note = record.notes?.find(({ type }) => type === 'reconcile');
        if (note !== undefined) {
          const merged = Number(note['merged']);
          addLink(walk, { at: record.at, glyph: 'controller', by: record.process, step: record.step, reason: note.because!, ...(merged > 1 ? { merged } : {}) });
          record = recordOf(history, Number(note['first']));
          continue;
        }
        break;
      }
      default:
        break;
    }
    if (record.cause === 0) {
      fromTheStart(walk);
      return;
    }
    record = recordOf(history, record.cause);
  }
}

/** What a machine tells its kubelet, where that is more than that it did as it was asked. True: the chain goes on elsewhere. */
function machineSays(walk: Walk, record: Extract<StepRecord, { type: 'message' }>): boolean {
  const { history } = walk;
  const { message, from } = record;
  if (!from.startsWith('machine/')) return false;
  const link = (reason: Reason): void => addLink(walk, { at: record.sentAt, glyph: 'machine', by: from, step: record.step, reason });
  const container = String(message['container'] ?? '');
  switch (message.type) {
    case 'ContainerExited': {
      const cause = recordOf(history, record.cause);
      if (cause?.type === 'message' && cause.from === 'user') {
        onStep(walk, cause.cause, []);
        return true;
      }
      if (cause?.type === 'timer' && cause.name.startsWith('exit/') && recordOf(history, cause.cause)?.type === 'message' && (recordOf(history, cause.cause) as { message?: { type: string } }).message?.type === 'StopContainer') return false;
      link({ code: 'machine.exited', args: { container, code: Number(message['exitCode']), reason: String(message['reason']), node: from.slice(8) } });
      return toPod(walk, String(message['uid']));
    }
    case 'ImagePullFailed':
      link({ code: 'machine.pullFailed', args: { container, image: String(message['image']), message: String(message['message']), node: from.slice(8) } });
      return toPod(walk, String(message['uid']));
    case 'ContainerFailed':
      link({ code: 'machine.containerFailed', args: { container, message: String(message['message']), node: from.slice(8) } });
      return toPod(walk, String(message['uid']));
    default:
      return false;
  }
}

/** On to why there is such a Pod: what it runs was written into it when it was made. */
function toPod(walk: Walk, uid: string): boolean {
  const table = walk.history.store.tables.get('Pod');
  if (table === undefined) return false;
  for (let i = table.log.length - 1; i >= 0; i--) {
    const change = itemAt(table.log, i)!;
    if (change.before !== undefined || change.after?.metadata.uid !== uid) continue;
    onChange(walk, change);
    return true;
  }
  return false;
}

// ---- where chains end

function onCommand(walk: Walk, record: Extract<StepRecord, { type: 'command' }>): void {
  const { command } = record;
  if (command.type === 'fault') {
    onFault(walk, record);
    return;
  }
  const line = command.type === 'request' ? (command.line ?? `${command.request.method} ${command.request.path}`) : 'on' in command ? command.on.name : command.off;
  addLink(walk, { at: record.at, glyph: 'you', by: 'user', step: record.step, reason: { code: command.type === 'request' ? 'you.command' : 'on' in command ? 'you.trafficOn' : 'you.trafficOff', args: { line } } });
}

export function onFault(walk: Walk, record: StepRecord): void {
  if (record.type !== 'command' || record.command.type !== 'fault' || !visit(walk, `f${record.step}`)) return;
  const { type, ...args } = record.command.fault;
  addLink(walk, { at: record.at, glyph: 'fault', by: 'user', step: record.step, reason: { code: `fault.${type}`, args: args as Readonly<Record<string, string | number>> } });
}

const SILENCES = new Set<Fault['type']>(['killNode', 'freezeNode', 'partitionNode', 'crash', 'cutLink', 'slowLink']);
const ENDS: Readonly<Partial<Record<Fault['type'], readonly Fault['type'][]>>> = {
  returnNode: ['killNode'], thawNode: ['freezeNode'], healNode: ['partitionNode'], restart: ['crash'], mendLink: ['cutLink'],
};

/** Whether a fault keeps a component from being heard: its own, or its machine's. */
function concerns(fault: Fault, component: string): boolean {
  if ('node' in fault) return component.endsWith(`/${fault.node}`);
  return 'component' in fault && fault.component === component;
}

/** The fault because of which a node is silent at a moment: the last one that nothing has ended since. */
export const silencedBy = (history: History, node: string, at: Micros): StepRecord | undefined => stoppedBy(history, `kubelet/${node}`, at);

/** The same for any process: "scheduler", "proxy/node-1". */
export function stoppedBy(history: History, component: string, at: Micros): StepRecord | undefined {
  const ended = new Set<Fault['type']>();
  for (const record of commandsBefore(history, at)) {
    if (record.command.type !== 'fault') continue;
    const { fault } = record.command;
    if (!concerns(fault, component)) continue;
    if (fault.type === 'slowLink' && fault.extraMicros < 5 * SECOND) return undefined;
    if (SILENCES.has(fault.type)) {
      if (!ended.has(fault.type)) return record;
    } else for (const type of ENDS[fault.type] ?? []) ended.add(type);
  }
  return undefined;
}

/** The faults that hold a component at a moment, the last first: those that nothing has ended since. */
export function faultsOn(history: History, component: string, at: Micros): readonly StepRecord[] {
  const over = new Set<Fault['type']>();
  const out: StepRecord[] = [];
  for (const record of commandsBefore(history, at)) {
    if (record.command.type !== 'fault') continue;
    const { fault } = record.command;
    if (!concerns(fault, component)) continue;
    if (SILENCES.has(fault.type) && !over.has(fault.type) && !(fault.type === 'slowLink' && fault.extraMicros === 0)) out.push(record);
    // Of two of a kind the later one holds.
    over.add(fault.type);
    for (const type of ENDS[fault.type] ?? []) over.add(type);
  }
  return out;
}

type CommandRecord = Extract<StepRecord, { type: 'command' }>;
// An invisible cache: few of a long story's records are commands, and every question asks for them. A trace only grows.
const commandsOf = new WeakMap<History['trace'], { seen: number; readonly list: CommandRecord[] }>();

/** What came from outside, the last first. */
function* commandsBefore(history: History, at: Micros): Generator<CommandRecord> {
  const { trace } = history;
  let known = commandsOf.get(trace);
  if (known === undefined) commandsOf.set(trace, (known = { seen: 0, list: [] }));
  for (; known.seen < trace.length; known.seen++) {
    const record = itemAt(trace, known.seen)!;
    if (record.type === 'command') known.list.push(record);
  }
  for (let i = known.list.length - 1; i >= 0; i--) if (known.list[i]!.at <= at) yield known.list[i]!;
}
