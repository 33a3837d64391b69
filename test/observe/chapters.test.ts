import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/sim/api/time.ts';
import { canonicalText, newTimeline, playUntil, read, seek } from '../../src/sim/index.ts';
import type { KubernetesObject } from '../../src/sim/api/object.ts';
import type { Request } from '../../src/sim/api/request.ts';
import { cutChapters, followChapters, newChapterState } from '../../src/sim/observe/chapters.ts';
import { contentOf, nginxDeployment, nginxService, scenarioOf, scenarios } from '../../src/sim/scenarios/index.ts';
import { kubectl, splitCommandLine } from '../../src/kubectl/kubectl.ts';
import { en as english } from '../../src/ui/i18n/en.ts';
import { tenStepsEn } from '../../src/ui/i18n/scenarios.en.ts';
import { tenStepsZh } from '../../src/ui/i18n/scenarios.zh.ts';
import { zh as chinese } from '../../src/ui/i18n/zh.ts';

const AFTER = 60 * SECOND;

describe('scenarios', () => {
  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s reaches all its chapters', (_, scenario) => {
    const timeline = newTimeline(scenario);
    playUntil(timeline, scenario.script.at(-1)!.at + AFTER);
    const state = newChapterState();
    followChapters(scenario.chapters, state, timeline.world);
    expect(state.reached.map(({ id }) => id).sort((a, b) => (a < b ? -1 : 1))).toEqual(scenario.chapters.map(({ id }) => id).sort((a, b) => (a < b ? -1 : 1)));
    for (const { id, args } of state.reached) {
      const en = english.scenarios[scenario.id]!.chapters[id]!.say(args);
      const zh = chinese.scenarios[scenario.id]!.chapters[id]!.say(args);
      expect(en, id).not.toMatch(/undefined|NaN/);
      expect(zh, id).not.toMatch(/undefined|NaN/);
      expect(en.length, `${id}: ${en}`).toBeLessThanOrEqual(150);
      expect(zh.length, `${id}: ${zh}`).toBeLessThanOrEqual(60);
    }
    // Followed as it goes, they are the same.
    const live = newTimeline(scenario);
    const other = newChapterState();
    for (let at = 0; at <= scenario.script.at(-1)!.at + AFTER; at += SECOND) {
      playUntil(live, at);
      followChapters(scenario.chapters, other, live.world);
    }
    expect(other.reached).toEqual(state.reached);
  });

  it('chapters that a rewind leaves behind come again', () => {
    const scenario = scenarioOf('killPod')!;
    const timeline = newTimeline(scenario);
    playUntil(timeline, 40 * SECOND);
    const state = newChapterState();
    followChapters(scenario.chapters, state, timeline.world);
    const all = [...state.reached];
    seek(timeline, { at: 10 * SECOND });
    cutChapters(state, timeline.world.steps, timeline.world);
    expect(state.reached.map(({ id }) => id)).toEqual(['killPod.begin', 'killPod.three']);
    playUntil(timeline, 40 * SECOND);
    followChapters(scenario.chapters, state, timeline.world);
    expect(state.reached).toEqual(all);
  });

  it('looking at the past finds no chapter there that has not come', () => {
    const scenario = scenarioOf('scale')!;
    const timeline = newTimeline(scenario);
    playUntil(timeline, 20.3 * SECOND);
    const state = newChapterState();
    followChapters(scenario.chapters, state, timeline.world);
    const before = [...state.reached];
    // It is waited for "scale.six", a settling; the one of three before is not it.
    expect(before.at(-1)!.id).toBe('scale.more');
    for (const at of [3, 9, 20.1, 20.3]) {
      seek(timeline, { at: at * SECOND });
      followChapters(scenario.chapters, state, timeline.world);
      expect(state.reached).toEqual(before);
    }
    const other = newChapterState();
    playUntil(timeline, 60 * SECOND);
    followChapters(scenario.chapters, state, timeline.world);
    followChapters(scenario.chapters, other, timeline.world);
    expect(state.reached).toEqual(other.reached);
  });

  it('send what kubectl would send for the same line', () => {
    const yaml = `${JSON.stringify(nginxDeployment)}\n---\n${JSON.stringify(nginxService)}\n`;
    for (const scenario of scenarios) {
      const timeline = newTimeline(scenario);
      const seen = new Set<string>();
      // What lies in a story's other files is what kubectl remembers of it.
      const files: Record<string, string> = {};
      for (const { command } of scenario.script) {
        const file = command.type === 'request' ? /^kubectl apply -f (.*)$/.exec(command.line ?? '')?.[1] : undefined;
        if (file !== undefined && command.type === 'request') files[file] = (command.request.body as KubernetesObject).metadata.annotations!['kubectl.kubernetes.io/last-applied-configuration']!;
      }
      for (const { at, command } of scenario.script) {
        if (command.type !== 'request' || command.line === undefined) continue;
        playUntil(timeline, at - 1);
        const args = splitCommandLine(command.line);
        if ('error' in args) throw new Error(args.error);
        // One line may be several requests; the ones before this have been sent.
        const program = kubectl(args.slice(1), { files: { ...files, 'nginx.yaml': yaml }, now: () => at });
        let turn = program.next();
        let sent: Request | undefined;
        while (!turn.done && sent === undefined) {
          const step = turn.value;
          if (!('request' in step)) turn = program.next();
          else if (step.request.method === 'GET' || seen.has(canonicalText(step.request))) turn = program.next(read(timeline.world, step.request));
          else sent = step.request;
        }
        seen.add(canonicalText(sent));
        // Apply looks first whether the object is there: by then the Deployment is, and it is the Service's turn.
        expect(canonicalText(sent), command.line).toBe(canonicalText(command.request));
      }
    }
  });

  it('have contents of their own', () => {
    expect(new Set(scenarios.map(contentOf)).size).toBe(scenarios.length);
    for (const scenario of scenarios) expect(contentOf(scenario)).toMatch(/^[0-9a-f]{16}$/);
    expect(contentOf({ ...scenarios[0]!, seed: 2 })).not.toBe(contentOf(scenarios[0]!));
  });

  it('have words for each chapter, and the ten phrases of the course notes', () => {
    const byText = (a: string, b: string): number => (a < b ? -1 : 1);
    for (const { scenarios: words } of [english, chinese]) {
      expect(Object.keys(words).sort(byText)).toEqual(scenarios.map(({ id }) => id).sort(byText));
      for (const { id, chapters } of scenarios) expect(Object.keys(words[id]!.chapters).sort(byText), id).toEqual(chapters.map((chapter) => chapter.id).sort(byText));
    }
    expect(Object.values(tenStepsZh).map(({ title }) => title)).toEqual([
      '发出指令', 'API 响应，存储 etcd，创建 Deployment', '控制器发现资源，加入工作队列，创建 Pod', '更新存储 etcd', '调度将 Pod 绑定主机', '绑定结果存储 etcd', 'Kubelet 取得 Pod', 'Kubelet 创建 Pod', 'kube-proxy 服务发现和负载均衡', '控制器检测 Pod，删除或重新创建',
    ]);
    expect(Object.keys(tenStepsEn)).toHaveLength(10);
  });
});
