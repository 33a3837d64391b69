import type { Command, Fault, TrafficConfig } from '../api/cluster.ts';
import type { Method, Request } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import type { Input } from './timeline.ts';

/**
 * A recording holds inputs only: what happened follows from them. Its text is compact JSON with keys in one order, so equal recordings are
 * equal texts; the page deflates it into a link. Everything that comes in is checked as if an enemy had written it.
 */
export interface Recording {
  /** A hash of the simulation's code: another engine may come to another outcome. */
  readonly engine: string;
  readonly scenario: string;
  /** A hash of the scenario's content: a published scenario is never edited. */
  readonly content: string;
  readonly seed: number;
  readonly inputs: readonly Input[];
  readonly cursor: { readonly at: Micros; readonly steps: number };
  /** The digest at the cursor. */
  readonly digest: string;
}
export interface CodecError {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
}

export const FORMAT = 1;
/** Limits of what a recording may hold: far beyond any lesson, and small enough that no link can hurt. */
export const LIMITS = { textLength: 4_000_000, inputs: 5_000, depth: 60, at: 30 * 24 * 3600 * 1_000_000, name: 300 } as const;

/** JSON with sorted keys. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) Object.defineProperty(out, key, { value: canonical(item), enumerable: true, writable: true, configurable: true });
  }
  return out;
}
export const canonicalText = (value: unknown): string => JSON.stringify(canonical(value));

export function encode(recording: Recording): string {
  return JSON.stringify([
    FORMAT,
    recording.engine,
    recording.scenario,
    recording.content,
    recording.seed,
    recording.inputs.map(({ at, steps, command }) => [at, steps, canonical(command)]),
    [recording.cursor.at, recording.cursor.steps],
    recording.digest,
  ]);
}

class Malformed extends Error {
  constructor(readonly place: string) {
    super(place);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
function text(value: unknown, place: string, most: number = LIMITS.name): string {
  if (typeof value !== 'string' || value.length > most) throw new Malformed(place);
  return value;
}
function whole(value: unknown, place: string, most: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > most) throw new Malformed(place);
  return value;
}
const METHODS: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** A copy of JSON in which no key can reach a prototype and no nesting can exhaust a stack. */
function safe(value: unknown, place: string, depth = 0): unknown {
  if (depth > LIMITS.depth) throw new Malformed(place);
  if (Array.isArray(value)) return value.map((item) => safe(item, place, depth + 1));
  if (!isRecord(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw new Malformed(place);
    out[key] = safe(value[key], place, depth + 1);
  }
  return out;
}

function requestFrom(value: unknown, place: string): Request {
  if (!isRecord(value)) throw new Malformed(place);
  const method = text(value['method'], `${place}.method`);
  if (!METHODS.includes(method)) throw new Malformed(`${place}.method`);
  const query = value['query'];
  if (query !== undefined && (!isRecord(query) || Object.values(query).some((item) => typeof item !== 'string'))) throw new Malformed(`${place}.query`);
  const groups = value['groups'];
  if (groups !== undefined && (!Array.isArray(groups) || groups.length > 1_000)) throw new Malformed(`${place}.groups`);
  return {
    user: text(value['user'], `${place}.user`),
    method: method as Method,
    path: text(value['path'], `${place}.path`, 2_000),
    ...(query === undefined ? {} : { query: safe(query, `${place}.query`) as Record<string, string> }),
    ...(value['contentType'] === undefined ? {} : { contentType: text(value['contentType'], `${place}.contentType`) }),
    ...(value['userAgent'] === undefined ? {} : { userAgent: text(value['userAgent'], `${place}.userAgent`) }),
    ...(groups === undefined ? {} : { groups: groups.map((group) => text(group, `${place}.groups`)) }),
    ...(value['accept'] === undefined ? {} : { accept: text(value['accept'], `${place}.accept`) }),
    ...(value['managedFields'] === undefined ? {} : { managedFields: value['managedFields'] === true }),
    ...(value['body'] === undefined ? {} : { body: safe(value['body'], `${place}.body`) }),
  };
}

const FAULTS: Readonly<Record<Fault['type'], readonly string[]>> = {
  killNode: ['node'], returnNode: ['node'], freezeNode: ['node'], thawNode: ['node'], partitionNode: ['node'], healNode: ['node'],
  crashContainer: ['pod', 'container'], crash: ['component'], restart: ['component'], slowLink: ['component'], cutLink: ['component'], mendLink: ['component'],
};
function faultFrom(value: unknown, place: string): Fault {
  if (!isRecord(value) || typeof value['type'] !== 'string' || !Object.hasOwn(FAULTS, value['type'])) throw new Malformed(`${place}.type`);
  const type = value['type'] as Fault['type'];
  const fields = Object.fromEntries(FAULTS[type].map((field) => [field, text(value[field], `${place}.${field}`)]));
  return { type, ...fields, ...(type === 'slowLink' ? { extraMicros: whole(value['extraMicros'], `${place}.extraMicros`, 3_600_000_000) } : {}) } as Fault;
}

function trafficFrom(value: unknown, place: string): TrafficConfig {
  if (!isRecord(value) || !isRecord(value['from'])) throw new Malformed(place);
  const { from } = value;
  const perSecond = value['perSecond'];
  if (typeof perSecond !== 'number' || !(perSecond > 0 && perSecond <= 1_000)) throw new Malformed(`${place}.perSecond`);
  return {
    name: text(value['name'], `${place}.name`),
    service: text(value['service'], `${place}.service`),
    port: whole(value['port'], `${place}.port`, 65_535),
    perSecond,
    from: (from as Record<string, unknown>)['outside'] === true ? { outside: true } : { node: text((from as Record<string, unknown>)['node'], `${place}.from.node`) },
  };
}

function commandFrom(value: unknown, place: string): Command {
  if (!isRecord(value)) throw new Malformed(place);
  switch (value['type']) {
    case 'request':
      return { type: 'request', request: requestFrom(value['request'], `${place}.request`), ...(value['line'] === undefined ? {} : { line: text(value['line'], `${place}.line`, 10_000) }) };
    case 'fault':
      return { type: 'fault', fault: faultFrom(value['fault'], `${place}.fault`) };
    case 'traffic':
      return value['on'] === undefined ? { type: 'traffic', off: text(value['off'], `${place}.off`) } : { type: 'traffic', on: trafficFrom(value['on'], `${place}.on`) };
    default:
      throw new Malformed(`${place}.type`);
  }
}

/** Reads what `encode` wrote, or says what is wrong with it and where. */
export function decode(source: string): { readonly recording: Recording } | { readonly error: CodecError } {
  if (source.length > LIMITS.textLength) return { error: { code: 'link.tooLarge', args: { size: source.length, most: LIMITS.textLength } } };
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return { error: { code: 'link.notJson', args: { length: source.length } } };
  }
  if (!Array.isArray(value) || value.length === 0) return { error: { code: 'link.malformed', args: { place: 'recording' } } };
  if (value[0] !== FORMAT) return { error: { code: 'link.format', args: { format: String(value[0]).slice(0, 20), known: FORMAT } } };
  try {
    const [, engine, scenario, content, seed, inputs, cursor, digest] = value as unknown[];
    if (!Array.isArray(inputs)) throw new Malformed('inputs');
    if (inputs.length > LIMITS.inputs) return { error: { code: 'link.tooManyInputs', args: { inputs: inputs.length, most: LIMITS.inputs } } };
    if (!Array.isArray(cursor)) throw new Malformed('cursor');
    let lastAt = 0;
    const recording: Recording = {
      engine: text(engine, 'engine'),
      scenario: text(scenario, 'scenario'),
      content: text(content, 'content'),
      seed: whole(seed, 'seed', 0xffffffff),
      inputs: (inputs as unknown[]).map((input, i) => {
        const place = `inputs[${i}]`;
        if (!Array.isArray(input)) throw new Malformed(place);
        const at = whole(input[0], `${place}.at`, LIMITS.at);
        if (at < lastAt) throw new Malformed(`${place}.at`);
        lastAt = at;
        return { at, steps: whole(input[1], `${place}.steps`, Number.MAX_SAFE_INTEGER), command: commandFrom(input[2], place) };
      }),
      cursor: { at: whole((cursor as unknown[])[0], 'cursor.at', LIMITS.at), steps: whole((cursor as unknown[])[1], 'cursor.steps', Number.MAX_SAFE_INTEGER) },
      digest: text(digest, 'digest'),
    };
    if (!/^[0-9a-f]{16}$/.test(recording.digest)) throw new Malformed('digest');
    return { recording };
  } catch (error) {
    if (error instanceof Malformed) return { error: { code: 'link.malformed', args: { place: error.place } } };
    throw error;
  }
}
