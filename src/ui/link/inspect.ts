import { keyOf, type Event } from '../../sim/api/object.ts';
import { actorOf } from '../../sim/api/request.ts';
import { parseTimestamp } from '../../sim/api/time.ts';
import type { Change } from '../../sim/api/change.ts';
import { headList } from '../../sim/apiserver/store.ts';
import type { World } from '../../sim/cluster/world.ts';
import { at as itemAt } from '../../sim/kernel/journal.ts';
import { matrixOf, type Choice, type Decision } from '../../sim/scheduler/decide.ts';
import { compile, DEFAULT_PROFILE } from '../../sim/scheduler/profile.ts';
import { ownedPods } from './owned.ts';
import type { ChangeModel, DecisionModel, Inspection } from './protocol.ts';

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
};
const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What differs between two states of an object, leaf by leaf; resourceVersion aside, which always does. */
export function differences(before: unknown, after: unknown, path = ''): ChangeModel['fields'] {
  if (before === after || path === 'metadata.resourceVersion' || path === 'metadata.managedFields') return [];
  if (isMap(before) && isMap(after)) return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
  if (Array.isArray(before) && Array.isArray(after)) {
    // Lists of named things are compared by name, others place by place.
    const nameOf = (item: unknown, i: number): string => (isMap(item) ? String(item['type'] ?? item['name'] ?? item['key'] ?? i) : String(i));
    const old = new Map(before.map((item, i) => [nameOf(item, i), item as unknown]));
    const now = new Map(after.map((item, i) => [nameOf(item, i), item as unknown]));
    return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => differences(old.get(key), now.get(key), `${path}[${key}]`));
  }
  if (before !== undefined && after !== undefined && JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ path, ...(before === undefined ? {} : { before: short(before) }), ...(after === undefined ? {} : { after: short(after) }) }];
}

/** The life of an object, newest first. */
function changesOf(world: World, kind: string, key: string): readonly Change[] {
  const table = world.store.tables.get(kind);
  const out: Change[] = [];
  let change = table?.live.get(key) ?? table?.gone.get(key);
  while (change !== undefined && out.length < 60) {
    out.push(change);
    change = change.previous;
  }
  return out;
}

export function decisionModel(decision: Decision, step: number, at: number, attempt: number): DecisionModel {
  const filters = compile(DEFAULT_PROFILE).filter.map((plugin) => plugin.name);
  const count = decision.feasible.length;
  return {
    step,
    at,
    attempt,
    chosen: decision.chosen,
    best: decision.best,
    message: decision.failure?.message,
    filters,
    scorers: decision.scores.plugins,
    rows: decision.nodes.map((node, place) => {
      const verdict = decision.verdicts[place] ?? decision.preFilter.rejected;
      const refused = verdict !== undefined && verdict !== 'ok' ? verdict : undefined;
      const refusedAt = refused === undefined ? Infinity : filters.indexOf(refused.plugin);
      const among = decision.feasible.indexOf(place);
      return {
        node,
        filters: filters.map((name, i) => (decision.preFilter.skip.includes(name) ? 'skip' : verdict === undefined ? 'notAsked' : i < refusedAt ? 'ok' : i === refusedAt ? 'refused' : refusedAt === -1 ? 'notAsked' : 'notAsked')),
        ...(refused === undefined ? {} : { refusedBy: refused.plugin, reasons: refused.reasons }),
        scores:
          among < 0
            ? []
            : decision.scores.plugins.map(({ weight }, s) => {
                const normalized = decision.scores.normalized[s * count + among] ?? 0;
                return { raw: decision.scores.raw[s * count + among] ?? 0, normalized, weighted: normalized * weight };
              }),
        ...(among < 0 || decision.scores.totals[among] === undefined ? {} : { total: decision.scores.totals[among] }),
      };
    }),
  };
}

/** All attempts to place a Pod, newest first. */
export function decisionsOf(world: World, key: string, most = 20): readonly DecisionModel[] {
  const out: DecisionModel[] = [];
  for (let i = world.trace.length - 1; i >= 0 && out.length < most; i--) {
    const record = itemAt(world.trace, i)!;
    if (record.process !== 'scheduler' || record.notes === undefined) continue;
    for (const note of record.notes) if (note.type === 'decision' && note.subject?.key === key) out.push(decisionModel(matrixOf(note['decision'] as Choice), record.step, record.at, Number(note['attempt'] ?? out.length + 1)));
  }
  return out;
}


export function inspectObject(world: World, kind: string, key: string): Omit<Inspection, 'why'> {
  const life = changesOf(world, kind, key);
  const last = life[0];
  const object = last?.after ?? last?.before;
  const events = (headList(world.store, 'Event') as readonly Event[])
    .filter((event) => event.involvedObject.kind === kind && (event.involvedObject.namespace === undefined || event.involvedObject.namespace === '' || kind === 'Node' ? event.involvedObject.name === key : `${event.involvedObject.namespace}/${event.involvedObject.name}` === key))
    .map((event) => ({
      at: parseTimestamp(event.lastTimestamp ?? event.series?.lastObservedTime ?? event.eventTime ?? event.metadata.creationTimestamp) ?? 0,
      type: event.type ?? 'Normal',
      reason: event.reason ?? '',
      message: event.message ?? '',
      count: event.count ?? event.series?.count ?? 1,
      from: event.source?.component ?? event.reportingComponent ?? '',
    }))
    .sort((a, b) => b.at - a.at);
  const owned = ownedPods(world.store, kind, key);
  return {
    target: { on: 'object', kind, key },
    ...(owned === undefined ? {} : { owned }),
    at: world.now,
    object,
    before: last?.after === undefined ? undefined : last.before,
    gone: last !== undefined && last.after === undefined,
    changes: life.map((change) => ({
      revision: change.revision,
      at: change.at,
      by: actorOf(change.by),
      verb: change.verb,
      ...(change.subresource === undefined ? {} : { subresource: change.subresource }),
      fields: change.before === undefined || change.after === undefined ? [] : differences(change.before, change.after),
    })),
    events,
    decisions: kind === 'Pod' && object !== undefined ? decisionsOf(world, keyOf(object)) : [],
  };
}
