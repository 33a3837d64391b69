import { readFileSync } from 'node:fs';
import { expect, it, describe } from 'vitest';
import '../../src/sim/further.ts';
import type { Method } from '../../src/sim/api/request.ts';
import { MILLISECOND, SECOND } from '../../src/sim/api/time.ts';
import { newTimeline, perform, playUntil, type Timeline } from '../../src/sim/index.ts';

/**
 * CustomResourceDefinitions and their objects: what a real 1.36.3 answered, request by request, from the definition's creation to its end.
 * Versions in a request are the live ones; uids, times, managed fields and tokens of lists are left out on both sides.
 */
interface Step {
  readonly name: string;
  readonly waitMillis?: number;
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly code: number;
  readonly warnings?: readonly string[];
  readonly answer: unknown;
}

/** Not the same here, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'merge patch': 'the refusal quotes the patched object, whose managed fields and order of keys differ',
  'scale str': 'the refusal quotes the patched object',
  'scale put kind': 'other words for a Scale of another kind',
  'v2 status': 'no warning of a deprecated version where nothing is served',
  'v2 scale': 'no warning of a deprecated version where nothing is served',
  'table one': 'ages: the clocks differ',
  'table v2': 'ages: the clocks differ',
};

const OMITTED = new Set(['managedFields', 'uid', 'creationTimestamp', 'storageVersionHash', 'resourceVersion', 'continue', 'remainingItemCount']);
const cleaned = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body, (key, value: unknown) => (OMITTED.has(key) ? undefined : typeof value === 'string' && /^2026-\d\d-\d\dT/.test(value) ? 'TIME' : value)));
const sorted = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(sorted) : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)])) : value;
/** Go goes through a schema's properties in no order: neither have the faults that it finds. */
function unordered(body: unknown): unknown {
  const status = body as { readonly message?: string; readonly details?: { readonly causes?: readonly object[] } };
  const { causes } = status.details ?? {};
  if (causes === undefined) return body;
  return { ...status, message: [...(status.message ?? '')].sort().join(''), details: { ...status.details, causes: causes.map((cause) => JSON.stringify(sorted(cause))).sort() } };
}

function answerOf(timeline: Timeline, step: Step): unknown {
  const [path = '', question] = step.path.split('?');
  const query = Object.fromEntries(new URLSearchParams(question ?? ''));
  const send = (method: Method, body?: unknown): ReturnType<typeof perform> =>
    perform(timeline, { user: 'admin', groups: ['system:masters'], method, path, ...(method === 'GET' ? {} : { query }), ...(body === undefined ? {} : { body }), ...(step.contentType === undefined ? {} : { contentType: step.contentType }) });
  let { body } = step;
  if (JSON.stringify(body ?? null).includes('"{live}"')) {
    const live = (send('GET')?.body as { readonly metadata?: { readonly resourceVersion?: string } }).metadata?.resourceVersion ?? '';
    body = JSON.parse(JSON.stringify(body).replaceAll('"{live}"', JSON.stringify(live)));
  }
  const response = step.method === 'GET'
    ? perform(timeline, { user: 'admin', groups: ['system:masters'], method: 'GET', path, query, ...(step.accept === undefined ? {} : { accept: step.accept }) })
    : send(step.method, body);
  const { code = 0, warnings } = response ?? {};
  const status = response?.body as { readonly message?: string; readonly reason?: string } | undefined;
  const answer = code === 404 && status?.reason === undefined ? { text: status?.message } : cleaned(response?.body);
  return sorted({ code, ...(warnings === undefined || warnings.length === 0 ? {} : { warnings }), answer: unordered(answer) });
}

describe.each(['custom-widgets', 'custom-orders'])('%s', (file) => {
  const steps = readFileSync(new URL(`../golden/api/${file}.jsonl`, import.meta.url), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Step);
  const timeline = newTimeline({ config: { proxyMode: 'iptables', nodes: [] }, seed: 3, script: [] });
  playUntil(timeline, 2 * SECOND);
  it.each(steps.map((step, i) => [step.name ?? `wait ${i}`, step] as const))('%s', (_name, step) => {
    if (step.waitMillis !== undefined) return playUntil(timeline, timeline.world.now + step.waitMillis * MILLISECOND);
    const mine = answerOf(timeline, step);
    if (step.name in DIFFERENT) return undefined;
    const { code, warnings, answer } = step;
    expect(mine).toEqual(sorted({ code, ...(warnings === undefined ? {} : { warnings }), answer: unordered(answer) }));
  });
});
