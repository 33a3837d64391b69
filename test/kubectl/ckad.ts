import { existsSync, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import '../../src/sim/further.ts';
import { isRefusal } from '../../src/sim/api/request.ts';
import type { Response } from '../../src/sim/api/request.ts';
import { act, answerTo, newTimeline, nextMoment, read, seek, stepForward, watched } from '../../src/sim/index.ts';
import type { Timeline } from '../../src/sim/index.ts';
import { scenarios } from '../../src/sim/scenarios/index.ts';
import { lacksMore, newTerminalState, terminal } from '../../src/kubectl/terminal.ts';
import type { TerminalState } from '../../src/kubectl/terminal.ts';
import type { Answer } from '../../src/kubectl/steps.ts';

/** Exercises that others published: each solution command is typed into the terminal over a whole simulated cluster. */
export const CORPUS = new URL('../../../shared/corpus/ckad-exercises.json', import.meta.url);
export const present = existsSync(CORPUS);

interface Exercise {
  readonly path: string;
  readonly line: number;
  readonly steps: readonly { readonly lang?: string; readonly text?: string; readonly note?: string }[];
}
export interface Outcome {
  readonly place: string;
  readonly line: string;
  readonly ok: boolean;
  readonly text: string;
}

const PATIENCE = 90_000_000;
const SECOND = 1_000_000;

/** Types one line; a line that never ends by itself is broken off after a while, which is what Ctrl-C is for. */
export function type(timeline: Timeline, state: TerminalState, line: string, edits: string[]): { readonly text: string; readonly code: number } {
  const run = terminal(line, state, () => timeline.world.now);
  const until = timeline.world.now + PATIENCE;
  let text = '';
  let answer: Answer | undefined;
  for (;;) {
    const turn = run.next(answer);
    answer = undefined;
    if (turn.done === true) return { text, code: turn.value };
    const step = turn.value;
    if ('out' in step) text += step.out;
    else if ('err' in step) text += step.err;
    else if ('edit' in step) answer = edits.shift() ?? step.edit.text;
    else if ('watch' in step) {
      let events = watched(timeline.world, step.watch);
      while (events.length === 0) {
        if (nextMoment(timeline) > until || !stepForward(timeline, until)) {
          run.return(130);
          return { text, code: 0 };
        }
        events = watched(timeline.world, step.watch);
      }
      answer = { events };
    } else if ('sleepMicros' in step) {
      const wake = timeline.world.now + step.sleepMicros;
      if (wake > until) {
        run.return(130);
        return { text, code: 0 };
      }
      while (nextMoment(timeline) <= wake && stepForward(timeline, wake));
      if (timeline.world.now < wake) seek(timeline, { at: wake });
    } else if ('request' in step) {
      if (step.request.method === 'GET') answer = read(timeline.world, step.request);
      else {
        const done = act(timeline, { type: 'request', request: step.request });
        let given: Response | undefined;
        while ((given = answerTo(timeline.world, done.id, done.step)) === undefined && stepForward(timeline, timeline.world.now + 30 * SECOND));
        answer = given ?? { code: 500, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'no answer' } };
        if (isRefusal(answer)) text += '';
      }
    }
  }
}

const PLACEHOLDER = /<[\w\s'*-]+>|\[PUT|\*\*\*|registry_ip|NODE_IP|-[0-9a-f]{8,10}-[a-z0-9]{5}\b|-7bf7478b77|-ptx58|-1529745840|node1\b|YOUR_|XDG_|podman|^open |minikube/;

/** The lines of a step, put together where one goes on in the next. */
function commands(text: string): readonly string[] {
  const out: string[] = [];
  for (const line of text.split('\n')) {
    if (out.length > 0 && lacksMore(out.at(-1)!)) out[out.length - 1] += `\n${line}`;
    else out.push(line);
  }
  return out.map((line) => line.replace(/^:~\$\s*/, '').trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

/** What a person makes of a file: the manifest that is shown, or, where only its containers are shown, the file with these. */
function edited(state: TerminalState, name: string | undefined, shown: string): string {
  const had = state.shell.files.get(`/home/you/${name ?? ''}`);
  if (had === undefined || !/^containers:/.test(shown)) return shown;
  const document = parseDocument(had);
  document.setIn(['spec', 'containers'], parseDocument(shown).get('containers'));
  return document.toString();
}

export function runExercises(): readonly Outcome[] {
  const exercises = JSON.parse(readFileSync(CORPUS, 'utf8')) as readonly Exercise[];
  const outcomes: Outcome[] = [];
  let path = '';
  let timeline!: Timeline;
  let state!: TerminalState;
  let unused: string[] = [];
  for (const exercise of exercises) {
    if (exercise.path !== path) {
      // Each page of exercises begins with a cluster of its own.
      path = exercise.path;
      timeline = newTimeline({ ...scenarios.find(({ id }) => id === 'deploy')!, script: [] });
      state = newTerminalState();
      unused = [];
    }
    // A manifest is one, whatever language its block says.
    const texts = exercise.steps.filter((step) => /^ya?ml$/i.test(step.lang ?? '') || /^apiVersion:/.test(step.text ?? '')).map((step) => step.text ?? '');
    const yamls = [...texts];
    const lines = exercise.steps.filter((step) => /^(?:bash|sh|shell)$/i.test(step.lang ?? '')).map((step) => step.text ?? '').join('\n');
    // A manifest that is shown with no word on how it gets to the cluster is applied; where the exercise has no commands at all, the next one's mean it.
    if (lines !== '' && !/-f |\bvi\b|\bvim\b|kubectl (?:edit|run|create|expose|patch)/.test(lines)) for (const yaml of yamls.filter((one) => /^apiVersion:/m.test(one)).splice(0)) type(timeline, state, `kubectl apply -f - <<'EOM'\n${yaml}\nEOM`, []);
    if (lines === '') unused.push(...yamls);
    for (const step of exercise.steps) {
      if (!/^(?:bash|sh|shell)$/i.test(step.lang ?? '') || step.text === undefined || /^(?:apiVersion|Events:|LAST SEEN|NAME |Error from|# result)/.test(step.text.trim())) continue;
      const several = /^\s*#\s*(?:or|OR|alternatively|also)\b/m.test(step.text) || exercise.steps.some((one) => /or|alternatively/i.test(one.note ?? ''));
      let made = false;
      for (const line of commands(step.text)) {
        if (/^(?:or|version-\d|Hello, World!|secret\/|ls$|exit$|#env)/.test(line) && state.inside === undefined) continue;
        const counts = /\b(?:kubectl|k)\s/.test(line) && !PLACEHOLDER.test(line);
        if (PLACEHOLDER.test(line)) continue;
        const edits = /\b(?:vi|vim|nano)\b/.test(line) && yamls.length > 0 ? [edited(state, /\b(?:vi|vim|nano) (\S+)/.exec(line)?.[1], yamls.shift()!)] : [];
        // Who types kubectl again has left the container.
        if (counts && state.inside !== undefined) type(timeline, state, 'exit', []);
        let ok: boolean;
        let text = '';
        try {
          const result = type(timeline, state, line, edits);
          text = result.text;
          ok = result.code === 0;
          // What an exercise before has left is taken away first, and what its own page says to have is made: then once more.
          const left = /\(AlreadyExists\)[^\n]*?(\w+) "([\w.-]+)" already exists/.exec(text);
          const space = /namespaces "([\w-]+)" not found/.exec(text);
          const file = /the path "([\w.-]+)" does not exist/.exec(text);
          const stale = left !== null && !made;
          if (!ok && stale) type(timeline, state, `kubectl delete ${left[1]!} ${left[2]!} --now${/-n (\S+)/.exec(line) === null ? '' : ` -n ${/-n (\S+)/.exec(line)![1]!}`}`, []);
          if (space !== null) type(timeline, state, `kubectl create namespace ${space[1]!}`, []);
          if (file !== null && yamls.length + unused.length > 0) state.shell.files.set(`/home/you/${file[1]!}`, (yamls.shift() ?? unused.shift())!);
          if (!ok && (stale || space !== null || file !== null)) {
            const again = type(timeline, state, line, []);
            text = again.text;
            ok = again.code === 0;
          }
        } catch (error) {
          ok = false;
          text = `crashed: ${error instanceof Error ? (error.stack ?? error.message).slice(0, 300) : String(error)}`;
        }
        if (/created|exposed/.test(text)) made = true;
        // The second of two ways to the same thing finds it done.
        if (!ok && several && /AlreadyExists|NotFound|already exists|not found|already has a value/.test(text)) ok = true;
        // What is meant to fail: a broken image, a refused quota, a policy that blocks, a program that is not there.
        if (!ok && /notexist|should not work|deadline|timed out|exceeded quota|forbidden/i.test(text + line)) ok = true;
        if (counts) outcomes.push({ place: `${exercise.path}:${exercise.line}`, line, ok, text: text.slice(0, 300) });
        // The cluster has a moment between two lines that a person types.
        const wake = timeline.world.now + 8 * SECOND;
        while (nextMoment(timeline) <= wake && stepForward(timeline, wake));
        if (timeline.world.now < wake) seek(timeline, { at: wake });
      }
      state.inside = undefined;
    }
  }
  return outcomes;
}
