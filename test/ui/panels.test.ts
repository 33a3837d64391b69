import { deflateSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { fromFragment, toFragment } from '../../src/ui/link/share.ts';
import { clockText } from '../../src/ui/panels/timeText.ts';
import { yamlLines } from '../../src/ui/panels/yamlLines.ts';
import { playbackMachine } from '../../src/ui/session/playback.ts';
import { browserLanguage } from '../../src/ui/session/preferences.ts';
import { storySeconds } from '../../src/ui/session/storyTime.ts';

describe('story time', () => {
  it.each([
    [1, 1, 0.35],
    [100, 1, 0.6],
    [1_000, 1, 0.95],
    [1_000_000, 1, 2],
    [2_000_000, 1, 0.6 + 0.35 * Math.log10(20_000)],
    [40_000_000, 1, 1.2],
    [1_000, 4, 0.95 / 4],
    [40_000_000, 0.25, 4.8],
  ])('%i µs at pace %d take %d s', (micros, pace, seconds) => {
    expect(storySeconds(micros, pace)).toBeCloseTo(seconds, 6);
  });
});

describe('the clock', () => {
  it.each([[0, '00:00.000 000'], [14_218, '00:00.014 218'], [101_000_000, '01:41.000 000'], [3_723_004_005, '1:02:03.004 005']])('%i', (micros, text) => {
    expect(clockText(micros)).toBe(text);
  });
});

describe('a recording in the address', () => {
  it('comes back as it went, with language and theme', () => {
    const recording = JSON.stringify([1, 'x', 'deploy', '你好 <script>']);
    const fragment = toFragment({ recording, language: 'zh', theme: 'dark' });
    expect(fragment).toMatch(/^#1\.zh\.d\.[A-Za-z0-9_-]+$/);
    expect(fromFragment(fragment)).toEqual({ recording, language: 'zh', theme: 'dark' });
    expect(fromFragment(toFragment({ recording }))).toEqual({ recording });
    expect(fromFragment('')).toBeUndefined();
  });
  it.each([
    ['#what', 'link.notALink'],
    ['#2.en.l.AAAA', 'link.otherFormat'],
    [`#1.en.l.${'A'.repeat(1_000_000)}`, 'link.tooLong'],
    ['#1.en.l.a+b', 'link.damaged'],
    [`#1.en.l.${Buffer.from(deflateSync(strToU8('hello'.repeat(50)))).toString('base64url').slice(0, -6)}`, 'link.truncated'],
    [`#1.en.l.${Buffer.from(deflateSync(new Uint8Array(30_000_000))).toString('base64url')}`, 'link.tooMuch'],
  ])('%.20s: %s', (hash, code) => {
    const result = fromFragment(hash);
    expect(result !== undefined && 'error' in result ? result.error.code : result).toBe(code);
  });
});

describe('an object as YAML', () => {
  it('is written as kubectl writes it', () => {
    const object = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web', labels: { app: 'web', version: '1.10', on: 'yes' }, annotations: {} }, spec: { containers: [{ name: 'a', args: ['-c', 'x: y'], ports: [{ containerPort: 80 }] }], text: 'one\ntwo\n' }, status: { ok: true, list: [] } };
    expect(yamlLines(object, undefined).map(({ text }) => text).join('\n')).toBe(`apiVersion: v1
kind: Pod
metadata:
  annotations: {}
  labels:
    app: web
    on: "yes"
    version: "1.10"
  name: web
spec:
  containers:
  - args:
    - -c
    - "x: y"
    name: a
    ports:
    - containerPort: 80
  text: |
    one
    two
status:
  list: []
  ok: true`);
  });
  it('marks what changed, and nothing else', () => {
    const before = { metadata: { name: 'web', resourceVersion: '1' }, status: { conditions: [{ type: 'Ready', status: 'False' }] } };
    const after = { metadata: { name: 'web', resourceVersion: '1' }, status: { conditions: [{ type: 'PodScheduled', status: 'True' }, { type: 'Ready', status: 'True' }], phase: 'Running' } };
    expect(yamlLines(after, before).filter(({ changed }) => changed).map(({ text }) => text)).toEqual(['  - status: "True"', '    type: PodScheduled', '  - status: "True"', '  phase: Running']);
    expect(yamlLines(after, after).some(({ changed }) => changed)).toBe(false);
  });
});

describe('the language of a first visit', () => {
  it.each([[['zh-TW', 'en'], 'zh'], [['de', 'zh-CN'], 'zh'], [['fr'], 'en'], [['en-GB', 'zh'], 'en'], [[], 'en']] as const)('%j: %s', (languages, language) => {
    expect(browserLanguage(languages)).toBe(language);
  });
});

describe('playback', () => {
  function run(underway = false): { readonly said: string[]; readonly send: (event: Parameters<ReturnType<typeof createActor<typeof playbackMachine>>['send']>[0]) => string } {
    const said: string[] = [];
    const say = (what: string) => (): void => void said.push(what);
    const actor = createActor(playbackMachine.provide({ actions: { askBeat: say('beat'), askNext: (_, { unit }) => void said.push(`next ${unit}`), askBack: say('back'), askSeek: say('seek'), move: say('move'), freeze: say('freeze'), show: say('show') }, guards: { underway: () => underway } })).start();
    return {
      said,
      send(event) {
        actor.send(event);
        return JSON.stringify(actor.getSnapshot().value);
      },
    };
  }
  it('plays moment after moment until the story ends', () => {
    const { said, send } = run();
    send({ type: 'PLAY' });
    send({ type: 'ARRIVED' });
    send({ type: 'SHOWN' });
    expect(send({ type: 'ENDED' })).toBe('"idle"');
    expect(said).toEqual(['beat', 'move', 'show', 'beat', 'show']);
  });
  it('pause freezes the step, and play goes on with its other half', () => {
    const { said, send } = run(true);
    send({ type: 'PLAY' });
    expect(send({ type: 'PAUSE' })).toBe('"idle"');
    expect(send({ type: 'PLAY' })).toBe('{"playing":"moving"}');
    expect(said).toEqual(['move', 'freeze', 'move']);
  });
  it('a step while one is shown ends it and takes the next', () => {
    const { said, send } = run();
    send({ type: 'STEP', unit: 'write' });
    send({ type: 'ARRIVED' });
    send({ type: 'STEP', unit: 'write' });
    expect(said).toEqual(['next write', 'move', 'show', 'next write']);
  });
  it('a seek takes the place of whatever was under way', () => {
    const { said, send } = run();
    send({ type: 'PLAY' });
    expect(send({ type: 'SEEK', target: { steps: 4 } })).toBe('"seeking"');
    expect(send({ type: 'ARRIVED' })).toBe('"idle"');
    expect(said).toEqual(['beat', 'show', 'seek', 'show']);
  });
});
