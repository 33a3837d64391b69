import { pathOf } from '../../sim/api/kinds.ts';
import type { Event } from '../../sim/api/object.ts';
import { parseTimestamp } from '../../sim/api/time.ts';
import { since } from '../dates.ts';
import { Failure } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { kinds, text, texts, truth } from '../flags.ts';
import { goSort } from '../goSort.ts';
import { format } from '../output.ts';
import { builtIn, resource } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { POLL_MICROS, list } from '../steps.ts';
import { TABLE, align } from '../tabwriter.ts';

export const EVENTS_FLAGS: FlagSpecs = { 'all-namespaces': kinds.bool('A'), for: kinds.string(), types: kinds.strings(), watch: kinds.bool('w'), output: kinds.string('o'), 'no-headers': kinds.bool(), 'chunk-size': kinds.int(), template: kinds.string(), 'show-managed-fields': kinds.bool() };

const at = (event: Event): number => parseTimestamp(event.series?.lastObservedTime) ?? parseTimestamp(event.lastTimestamp) ?? parseTimestamp(event.eventTime) ?? -Infinity;

export function* events(context: Context): Run<number> {
  const { flags } = context;
  const types = texts(flags, 'types');
  for (const type of types) if (type !== 'Normal' && type !== 'Warning') throw new Failure(`error: valid --types are Normal or Warning`);
  const about = text(flags, 'for');
  const query: Record<string, string> = {};
  if (about !== undefined) {
    const [type = '', name] = about.split('/');
    if (name === undefined) throw new Failure('error: --for must be in resource/name form');
    query.fieldSelector = `involvedObject.kind=${(yield* resource(context, type)).kind},involvedObject.name=${name}`;
  }
  const all = truth(flags, 'all-namespaces');
  const info = builtIn('events')!;
  const fetched = function* (): Run<readonly Event[]> {
    const found = (yield* list(context, pathOf('Event', all ? undefined : context.namespace), query)) as readonly Event[];
    return goSort(found.filter((event) => types.length === 0 || types.includes(event.type ?? '')), (a, b) => at(a) < at(b));
  };
  const row = (event: Event): string => {
    const now = context.input.now();
    const first = since(event.eventTime ?? event.firstTimestamp, now);
    const age = event.series !== undefined ? `${since(event.series.lastObservedTime, now)} (x${event.series.count} over ${first})` : (event.count ?? 0) > 1 ? `${since(event.lastTimestamp, now)} (x${event.count!} over ${first})` : first;
    return [...(all ? [event.metadata.namespace ?? ''] : []), age, event.type ?? '', event.reason ?? '', `${event.involvedObject.kind ?? ''}/${event.involvedObject.name ?? ''}`, (event.message ?? '').trim()].join('\t');
  };
  const print = format(text(flags, 'output'), text(flags, 'template'), context.input);
  let found = yield* fetched();
  const header = truth(flags, 'no-headers') ? [] : [[...(all ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'].join('\t')];
  if (print !== undefined) yield { out: print(found.map((object) => ({ info, object })), false, true) };
  else if (found.length > 0) yield { out: align(`${[...header, ...found.map(row)].join('\n')}\n`, TABLE) };
  else if (!truth(flags, 'watch')) yield { err: all ? 'No events found.\n' : `No events found in ${context.namespace} namespace.\n` };
  if (!truth(flags, 'watch')) return 0;
  for (;;) {
    const known = new Map(found.map((event) => [event.metadata.uid, event.metadata.resourceVersion]));
    yield { sleepMicros: POLL_MICROS };
    found = yield* fetched();
    for (const event of found) if (known.get(event.metadata.uid) !== event.metadata.resourceVersion) yield { out: align(`${row(event)}\n`, TABLE) };
  }
}
