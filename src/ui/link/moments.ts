import { changeAt } from '../../sim/apiserver/store.ts';
import type { World } from '../../sim/cluster/world.ts';
import type { StepRecord } from '../../sim/kernel/trace.ts';
import type { Unit } from './protocol.ts';

/** Heartbeats and the like go on for ever and teach nothing after the first: stepping and playback pass them by. */
const isHeartbeat = (path: string): boolean => path.includes('/leases/') || /\/nodes\/[^/]+\/status$/.test(path);
const FOLDED = new Set(['Lease', 'Event']);

const isEventPath = (path: string): boolean => path.endsWith('/events') || path.includes('/events/');

/** A message that the stage shows on its way. */
function isMessage(record: StepRecord): boolean {
  switch (record.type) {
    case 'request':
      return !isHeartbeat(record.request.path) || record.response.code >= 400;
    case 'reply':
      return record.process === 'user' || record.response.code >= 400;
    case 'watch':
      return !FOLDED.has(record.kind) && record.changes.some((change) => change.kind !== 'Node' || change.before === undefined || (change.before as { spec?: unknown }).spec !== (change.after as { spec?: unknown } | undefined)?.spec);
    case 'command':
      return true;
    case 'dropped':
      return !isHeartbeat(record.what);
    default:
      return false;
  }
}

function isWrite(record: StepRecord, world: World): boolean {
  if (record.type !== 'request' || record.lastRevision < record.firstRevision || isHeartbeat(record.request.path)) return false;
  for (let revision = record.firstRevision; revision <= record.lastRevision; revision++) if (!FOLDED.has(changeAt(world.store, revision)?.kind ?? '')) return true;
  return false;
}

export const isDecision = (record: StepRecord): boolean => record.process === 'scheduler' && record.notes?.some((note) => note.type === 'decision') === true;

/** Whether a step is a moment of this unit. Chapters are not told by one step alone: the caller knows where they are. */
export function isMoment(record: StepRecord, unit: Exclude<Unit, 'chapter'>, world: World): boolean {
  switch (unit) {
    case 'message':
      return isBeat(record);
    case 'write':
      return isWrite(record, world);
    case 'decision':
      return isDecision(record);
  }
}

/** What the playback, and a step by message, stop at: the messages without Events, which only accompany what they tell of. */
export function isBeat(record: StepRecord): boolean {
  if (record.type === 'request' && isEventPath(record.request.path)) return false;
  return isMessage(record) || isDecision(record);
}
