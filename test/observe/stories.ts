import type { Command, Fault } from '../../src/sim/api/cluster.ts';
import { SECOND, type Micros } from '../../src/sim/api/time.ts';
import { kubectl, splitCommandLine } from '../../src/kubectl/kubectl.ts';
import { act, newTimeline, perform, playUntil, read, type Timeline } from '../../src/sim/index.ts';
import { scenarioOf, type Manifest } from '../../src/sim/scenarios/index.ts';
import { THREE_NODES } from '../../src/sim/scenarios/scenario.ts';

/** What is done by hand, and when: a kubectl line with its files, or a fault. */
export type Deed = { readonly at: number; readonly line: string; readonly file?: string } | { readonly at: number; readonly fault: Fault } | { readonly at: number; readonly command: Command };

export function kubectlLine(timeline: Timeline, line: string, file?: string): string {
  const args = splitCommandLine(line);
  if ('error' in args) throw new Error(args.error);
  const name = args[args.indexOf('-f') + 1] ?? '';
  let text = '';
  const program = kubectl(args.slice(1), { files: file === undefined ? {} : { [name]: file }, now: () => timeline.world.now });
  let turn = program.next();
  while (!turn.done) {
    const step = turn.value;
    if ('out' in step || 'err' in step) {
      text += 'out' in step ? step.out : step.err;
      turn = program.next();
    } else if ('sleepMicros' in step) {
      playUntil(timeline, timeline.world.now + step.sleepMicros);
      turn = program.next();
    } else if (!('request' in step)) throw new Error(`a story is told without a terminal: ${Object.keys(step)[0]}`);
    else turn = program.next(step.request.method === 'GET' ? read(timeline.world, step.request) : perform(timeline, step.request, line));
  }
  return text;
}

/** Three empty nodes, and what is done to them. */
export function byHand(deeds: readonly Deed[], until: number, seed = 1): Timeline {
  const timeline = newTimeline({ config: THREE_NODES, seed, script: [] });
  for (const deed of deeds) {
    playUntil(timeline, Math.max(timeline.world.now, deed.at * SECOND));
    if ('line' in deed) kubectlLine(timeline, deed.line, deed.file);
    else act(timeline, 'fault' in deed ? { type: 'fault', fault: deed.fault } : deed.command);
  }
  playUntil(timeline, Math.max(timeline.world.now, until * SECOND));
  return timeline;
}

export function scenarioAt(id: string, seconds: number): Timeline {
  const timeline = newTimeline(scenarioOf(id)!);
  playUntil(timeline, seconds * SECOND);
  return timeline;
}

const indent = (text: string, by: string): string => text.split('\n').map((line) => (line === '' ? line : by + line)).join('\n');

/** A Deployment as somebody would type it. */
export const deploymentYaml = (name: string, replicas: number, podSpec: string, annotations = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
${annotations === '' ? '' : `      annotations:\n${indent(annotations, '        ')}\n`}    spec:
${indent(podSpec, '      ')}
`;

export type { Manifest, Micros };
