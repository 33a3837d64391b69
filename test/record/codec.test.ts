import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/sim/api/time.ts';
import { act, canonicalText, decode, digestOf, encode, newTimeline, playUntil, type Input, type Recording } from '../../src/sim/index.ts';
import { FORMAT, LIMITS } from '../../src/sim/record/codec.ts';
import { contentOf, scenarioOf } from '../../src/sim/scenarios/index.ts';
import { kubectlLine } from '../observe/stories.ts';

const story = scenarioOf('killPod')!;

/** A story with commands of every kind in it. */
function played(): { readonly recording: Recording; readonly digest: string } {
  const timeline = newTimeline(story);
  playUntil(timeline, 10 * SECOND);
  kubectlLine(timeline, 'kubectl scale deployment nginx-deployment --replicas=4');
  act(timeline, { type: 'traffic', on: { name: 'shop', service: 'default/nginx-service', port: 80, perSecond: 2.5, from: { node: 'node-1' } } });
  playUntil(timeline, 15 * SECOND);
  act(timeline, { type: 'fault', fault: { type: 'slowLink', component: 'scheduler', extraMicros: 70_000 } });
  act(timeline, { type: 'fault', fault: { type: 'killNode', node: 'node-3' } });
  playUntil(timeline, 30 * SECOND);
  act(timeline, { type: 'traffic', off: 'shop' });
  act(timeline, { type: 'fault', fault: { type: 'crash', component: 'replicaset-controller' } });
  playUntil(timeline, 40 * SECOND + 123);
  const { world } = timeline;
  const digest = digestOf(timeline);
  return { digest, recording: { engine: 'abcd', scenario: story.id, content: contentOf(story), seed: story.seed, inputs: timeline.inputs, cursor: { at: world.now, steps: world.steps }, digest } };
}
const { recording } = played();
const text = encode(recording);
const read = (source: string): Recording => {
  const result = decode(source);
  if ('error' in result) throw new Error(JSON.stringify(result.error));
  return result.recording;
};
const refusal = (source: string): { readonly code: string; readonly args: Readonly<Record<string, string | number>> } => {
  const result = decode(source);
  if (!('error' in result)) throw new Error('it was accepted');
  return result.error;
};
/** The recording with one thing in it replaced. */
function forged(place: readonly (string | number)[], value: unknown): string {
  const whole = JSON.parse(text) as unknown;
  let at = whole as Record<string | number, unknown>;
  for (const part of place.slice(0, -1)) at = at[part] as Record<string | number, unknown>;
  at[place.at(-1)!] = value;
  return JSON.stringify(whole);
}
/** Where the first input of a kind stands. */
const inputOf = (type: string): number => recording.inputs.findIndex(({ command }) => command.type === type);

describe('a recording', () => {
  it('comes back as it was', () => {
    expect(canonicalText(read(text))).toBe(canonicalText(recording));
    expect(encode(read(text))).toBe(text);
  });

  it('is the same text whatever the order of keys', () => {
    const turned: Recording = { ...recording, inputs: recording.inputs.map(({ command, ...rest }) => ({ ...rest, command: turn(command) as Input['command'] })) };
    expect(encode(turned)).toBe(text);
  });

  it('replays to the same digest', () => {
    const back = read(text);
    const timeline = newTimeline({ ...story, seed: back.seed }, back.inputs);
    playUntil(timeline, back.cursor.at);
    expect(timeline.world.steps).toBe(back.cursor.steps);
    expect(digestOf(timeline)).toBe(back.digest);
  });

  it('of another engine is placed by time, and plays', () => {
    const back = read(text);
    const moved = back.inputs.map((input) => ({ ...input, steps: input.steps + 1_000 }));
    const timeline = newTimeline({ ...story, seed: back.seed }, moved, true);
    playUntil(timeline, back.cursor.at);
    expect(timeline.played).toBe(back.inputs.length);
  });

  it('cut off anywhere is refused, with a message', () => {
    for (let length = 0; length < text.length; length += 7) expect(refusal(text.slice(0, length)).code).toBe('link.notJson');
  });

  it('of another format says which', () => {
    expect(refusal(forged([0], FORMAT + 1))).toEqual({ code: 'link.format', args: { format: String(FORMAT + 1), known: FORMAT } });
    expect(refusal('"text"').code).toBe('link.malformed');
    expect(refusal('[]').code).toBe('link.malformed');
    expect(refusal('{"__proto__": []}').code).toBe('link.malformed');
  });

  const request = (): number => inputOf('request');
  const fault = (): number => inputOf('fault');
  const traffic = (): number => inputOf('traffic');
  it.each<readonly [string, () => string, string]>([
    ['an engine that is no text', () => forged([1], 7), 'engine'],
    ['a scenario of a megabyte', () => forged([2], 'x'.repeat(1_000_000)), 'scenario'],
    ['a seed that is no whole number', () => forged([4], 1.5), 'seed'],
    ['a seed that is negative', () => forged([4], -1), 'seed'],
    ['inputs that are no list', () => forged([5], {}), 'inputs'],
    ['an input that is no list', () => forged([5, 0], {}), 'inputs[0]'],
    ['a time before the one before', () => forged([5, 1, 0], 0), 'inputs[1].at'],
    ['a time beyond a month', () => forged([5, 0, 0], LIMITS.at + 1), 'inputs[0].at'],
    ['a number of steps that is infinite', () => forged([5, 0, 1], 1e400), 'inputs[0].steps'],
    ['a command of a kind that is not', () => forged([5, 0, 2], { type: 'eval', code: '1' }), 'inputs[0].type'],
    ['a method that reads', () => forged([5, request(), 2, 'request', 'method'], 'GET'), `inputs[${request()}].request.method`],
    ['a path that is no text', () => forged([5, request(), 2, 'request', 'path'], ['/api']), `inputs[${request()}].request.path`],
    ['a query with a list in it', () => forged([5, request(), 2, 'request', 'query'], { a: [] }), `inputs[${request()}].request.query`],
    ['a fault that is not', () => forged([5, fault(), 2, 'fault', 'type'], 'toString'), `inputs[${fault()}].fault.type`],
    ['a fault without its node', () => forged([5, fault(), 2, 'fault'], { type: 'killNode' }), `inputs[${fault()}].fault.node`],
    ['a delay without end', () => forged([5, fault(), 2, 'fault', 'extraMicros'], 1e15), `inputs[${fault()}].fault.extraMicros`],
    ['traffic at no rate', () => forged([5, traffic(), 2, 'on', 'perSecond'], 0), `inputs[${traffic()}].on.perSecond`],
    ['traffic at a million a second', () => forged([5, traffic(), 2, 'on', 'perSecond'], 1e6), `inputs[${traffic()}].on.perSecond`],
    ['traffic from nowhere', () => forged([5, traffic(), 2, 'on', 'from'], {}), `inputs[${traffic()}].on.from.node`],
    ['a cursor that is no list', () => forged([6], null), 'cursor'],
    ['a digest that is none', () => forged([7], '<script>'), 'digest'],
  ])('with %s names the place', (_, make, place) => {
    expect(refusal(make())).toEqual({ code: 'link.malformed', args: { place } });
  });

  it('with a key that reaches for prototypes is refused, wherever it stands', () => {
    for (const body of ['{"__proto__":{"polluted":1}}', '{"metadata":{"labels":{"__proto__":"x"}}}', '[{"a":{"__proto__":1}}]']) {
      const source = text.replace(/"body":\{/, `"body":${body},"was":{`);
      expect(source).not.toBe(text);
      expect(refusal(source).code).toBe('link.malformed');
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('nested without end is refused, and no stack gives way', () => {
    const deep = `${'['.repeat(5_000)}1${']'.repeat(5_000)}`;
    expect(refusal(text.replace(/"body":\{/, `"body":${deep},"was":{`)).code).toBe('link.malformed');
  });

  it('that is too large, or holds too much, is refused before it is read', () => {
    expect(refusal(`${text}${' '.repeat(LIMITS.textLength)}`)).toEqual({ code: 'link.tooLarge', args: { size: text.length + LIMITS.textLength, most: LIMITS.textLength } });
    const many = JSON.stringify([...(JSON.parse(text) as unknown[]).slice(0, 5), Array.from({ length: LIMITS.inputs + 1 }, () => [0, 0, { type: 'traffic', off: 'x' }]), [0, 0], '0'.repeat(16)]);
    expect(refusal(many).code).toBe('link.tooManyInputs');
  });

  it('leaves out what it does not know', () => {
    const back = read(forged([5, request(), 2, 'request', 'surprise'], { run: 'me' }));
    expect(canonicalText(back)).toBe(canonicalText(recording));
  });
});

/** The same JSON with its keys in the other order. */
function turn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, item]) => [key, turn(item)]));
}
