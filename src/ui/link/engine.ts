import type { Change } from '../../sim/api/change.ts';
import type { Command, Fault } from '../../sim/api/cluster.ts';
import type { Micros } from '../../sim/api/time.ts';
import { changeAt, changesAfter } from '../../sim/apiserver/store.ts';
import { act, answerTo, digestOf, fork, newTimeline, nextMoment, read, seek, stepForward, watched, type Input, type Story, type Timeline } from '../../sim/index.ts';
import { at as itemAt } from '../../sim/kernel/journal.ts';
import type { StepRecord } from '../../sim/kernel/trace.ts';
import type { World } from '../../sim/cluster/world.ts';
import type { Answer as KubectlAnswer, Step as KubectlStep } from '../../kubectl/steps.ts';
import type { TerminalState } from '../../kubectl/terminal.ts';
import type { Request } from '../../sim/api/request.ts';
import type { StageTarget, YouLine } from '../stage/model.ts';
import type { Comparison } from './compare.ts';
import type { Prepared } from './crossing.ts';
import { newDigested } from './digested.ts';
import { podInside, processInside, serviceInside, whatIfOf } from './inside.ts';
import { inspectObject } from './inspect.ts';
import { checkObjects, MOST_REPLICAS, replicasOf } from './check.ts';
import { isBeat, isMoment } from './moments.ts';
import type { Answer, Ask, ChapterModel, Inspection, SeekTarget, Still, Tell, Unit, WhyModel } from './protocol.ts';
import type { SchedulerAnswer, SchedulerAsk } from './scheduling.ts';
import { stageModel } from './stageModel.ts';

/** What a scenario gives the engine, by its id. */
export interface EngineStory extends Story {
  readonly id: string;
}
/** Follows the history and says where its chapters are. */
export interface ChapterSource {
  follow(world: World): void;
  cut(step: number): void;
  chapters(upTo: number): readonly ChapterModel[];
  tenSteps(upTo: number): readonly ChapterModel[];
}
export interface EngineParts {
  readonly story: (id: string) => EngineStory | undefined;
  readonly chaptersOf: (story: EngineStory) => ChapterSource;
  readonly whyOf: (world: World, target: StageTarget) => readonly WhyModel[];
  /** Loaded when it is first needed: the page comes up sooner. */
  readonly kubectl: () => Promise<typeof import('../../kubectl/door.ts')>;
  readonly explain: () => Promise<{ readonly answerScheduler: (world: World, ask: SchedulerAsk, breathe: () => Promise<void>) => Promise<SchedulerAnswer> }>;
  readonly crossing: () => Promise<typeof import('./crossing.ts')>;
  readonly compare: () => Promise<typeof import('./compare.ts')>;
  readonly describeFault: (fault: Fault, target: string) => string;
  /** Makes the text of a recording, and reads one. */
  readonly encode: (from: { readonly scenario: string; readonly seed: number; readonly inputs: readonly Input[]; readonly cursor: { readonly at: Micros; readonly steps: number }; readonly digest: string }) => string;
  readonly decode: (text: string) => { readonly scenario: string; readonly seed: number; readonly inputs: readonly Input[]; readonly cursor: { readonly at: Micros; readonly steps: number }; readonly digest: string; readonly sameEngine: boolean } | { readonly error: { readonly code: string; readonly args: Readonly<Record<string, string | number>> } };
  readonly tell: (message: Tell) => void;
  /** Milliseconds, for slices only: no answer depends on it. */
  readonly clock: () => number;
  /** Lets other messages in; resolves when they have been. */
  readonly breathe: () => Promise<void>;
}

const SLICE_MILLIS = 8;
/** No story goes on for ever in one ask: a day of virtual time ahead is the end of any search for the next moment. */
const HORIZON: Micros = 24 * 3600 * 1_000_000;
/** When nothing worth showing happens for so long, the story has come to rest: longer than any timer of the scenarios. */
const REST: Micros = 420 * 1_000_000;
/** With traffic, quiet time is shown in stretches that grow while nothing else happens. */
const FIRST_STRETCH: Micros = 5 * 1_000_000;
const LONGEST_STRETCH: Micros = 60 * 1_000_000;
const YOU_LINES = 4;
/** Requests of one kubectl line follow one another this closely. */
const SAME_LINE: Micros = 1_000_000;

const OUTCOMES: Readonly<Record<string, string>> = { scale: 'scaled', set: 'image updated', rollout: 'rolled back', label: 'labeled', annotate: 'annotated', taint: 'tainted', cordon: 'cordoned', uncordon: 'uncordoned', patch: 'patched' };
/** What kubectl would have printed for a command whose line is known and whose answer was good. */
function outcomeOf(line: string | undefined, request: Request, body: { readonly metadata?: { readonly name?: string } }): string {
  const parts = request.path.split('/').filter((part) => part !== '');
  const group = parts[0] === 'apis' ? parts[1]! : '';
  const named = parts.slice(parts[0] === 'apis' ? 3 : 2);
  const [resource = '', name] = named[0] === 'namespaces' && named.length > 2 ? named.slice(2) : named;
  const kind = `${resource.replace(/s$/, '')}${group === '' ? '' : `.${group}`}`;
  const of = name ?? body.metadata?.name ?? '';
  if (request.method === 'DELETE') return `${kind} "${of}" deleted from ${named[1] ?? ''} namespace`;
  return `${kind}/${of} ${request.method === 'POST' ? 'created' : (OUTCOMES[line?.split(' ')[1] ?? ''] ?? 'configured')}`;
}

interface Shell {
  readonly program: Generator<KubectlStep, number, KubectlAnswer | undefined>;
  readonly line: string;
  waitingFor: number | undefined;
  since: number;
  wakeAt: Micros | undefined;
  /** What it watches, until something happens to it. */
  watching?: Request;
  /** An editor is open on the page. */
  editing: boolean;
}

/** Runs stories and answers the page. One ask at a time computes; the newest one of a kind that moves the present cancels the older. */
export function newEngine(parts: EngineParts): { readonly ask: (id: number, ask: Ask) => Promise<void> } {
  let story: EngineStory | undefined;
  let timeline: Timeline | undefined;
  let trunk: Timeline | undefined;
  let branch: Still['branch'];
  let digested = newDigested(parts.describeFault);
  let chapters: ChapterSource | undefined;
  let selected: StageTarget | undefined;
  let chain: string | undefined;
  let promised: Still['promised'];
  let shell: Shell | undefined;
  /** What the terminal keeps from line to line: files, variables, the folder. */
  let typed: TerminalState | undefined;
  let prompt: (() => string) | undefined;
  const lines: string[] = [];
  /** A dump that was read, and waits to be opened. */
  let prepared: Prepared | undefined;
  /** What computes long and moves nothing: the newest of it counts. */
  let longs = 0;
  let comparison: { readonly of: readonly unknown[]; readonly it: Comparison } | undefined;
  /** What "you" shows, with the step at which each line came, so that a rewind forgets it. */
  let said: { readonly step: number; readonly at: Micros; readonly line: YouLine }[] = [];
  let later: readonly Change[] = [];
  let newest = 0;
  let stretch: Micros = FIRST_STRETCH;
  /** How far the reader has been: a search ahead that found nothing does not count. */
  let shown = { at: 0, steps: 0 };

  const need = (): Timeline => {
    if (timeline === undefined) throw new Error('no story is open');
    return timeline;
  };

  function follow(): void {
    const { world } = need();
    digested.follow(world);
    chapters?.follow(world);
  }

  function still(): Still {
    const here = need();
    const { world } = here;
    follow();
    if (world.steps > shown.steps || world.now > shown.at) shown = { at: Math.max(shown.at, world.now), steps: Math.max(shown.steps, world.steps) };
    const reached = chapters?.chapters(world.steps) ?? [];
    const current = reached.filter((chapter) => chapter.step !== undefined && chapter.step <= world.steps).at(-1);
    const nextAt = nextMoment(here);
    return {
      scenario: story!.id,
      model: stageModel(world, {
        you: said.filter(({ step }) => step <= world.steps).map(({ line }) => line).slice(-YOU_LINES),
        digested,
        later: later.filter((change) => change.revision > world.store.revision).slice(0, 12),
        ...(selected === undefined ? {} : { selected }),
        ...(chain === undefined ? {} : { chain }),
        ...(branch === undefined ? {} : { branchFrom: branch.fromRevision }),
      }),
      at: world.now,
      steps: world.steps,
      furthestAt: shown.at,
      furthestSteps: shown.steps,
      chapters: reached,
      tenSteps: chapters?.tenSteps(world.steps) ?? [],
      chapter: current?.id,
      nextAt: nextAt === Infinity ? undefined : nextAt,
      branch,
      lastInput: digested.lastInput(world.steps),
      traffic: [...world.traffic.keys()],
      inputs: here.played,
      shellBusy: shell !== undefined,
      digest: digestOf(here),
      ...(promised === undefined ? {} : { promised }),
    };
  }

  const push = (): void => parts.tell({ type: 'still', still: still() });

  function open(next: EngineStory, inputs: readonly Input[], byTime: boolean): void {
    story = next;
    timeline = newTimeline(next, inputs, byTime);
    trunk = undefined;
    branch = undefined;
    digested = newDigested(parts.describeFault);
    chapters = parts.chaptersOf(next);
    selected = undefined;
    chain = undefined;
    shell = undefined;
    said = [];
    later = [];
    shown = { at: 0, steps: 0 };
    promised = undefined;
    comparison = undefined;
  }

  /** The step that was just taken. */
  const lastRecord = (): StepRecord | undefined => itemAt(need().world.trace, need().world.trace.length - 1);

  /** Scripted commands speak through "you" as typed ones do. */
  function overhear(record: StepRecord): void {
    if (shell !== undefined || said.some(({ step }) => step === record.step)) return;
    if (record.type === 'command' && record.command.type === 'request') {
      const line = record.command.line ?? `${record.command.request.method} ${record.command.request.path}`;
      // One kubectl line may send several requests: it was typed once.
      const typed = said.findLast((each) => each.line.tone === 'command');
      if (typed === undefined || typed.line.text !== `$ ${line}` || record.at - typed.at > SAME_LINE) say(record.step, line, 'command', record.at);
    } else if (record.type === 'reply' && record.process === 'user') {
      const { trace } = need().world;
      const asked = itemAt(trace, (itemAt(trace, record.cause - 1)?.cause ?? 0) - 1);
      const line = asked?.type === 'command' && asked.command.type === 'request' ? asked.command.line : undefined;
      const { code, body } = record.response;
      if (code >= 300 || code === 0) say(record.step, (body as { readonly message?: string }).message ?? String(code), 'refusal', record.at);
      else say(record.step, outcomeOf(line, record.request, body as { readonly metadata?: { readonly name?: string } }), 'answer', record.at);
    }
  }
  function say(step: number, text: string, tone: YouLine['tone'], at: Micros = need().world.now): void {
    for (const line of text.split('\n')) if (line !== '') said.push({ step, at, line: { text: tone === 'command' ? `$ ${line}` : line, tone } });
  }

  function stepOnce(): boolean {
    const here = need();
    if (!stepForward(here)) return false;
    const record = lastRecord();
    if (record !== undefined) overhear(record);
    pumpShell();
    return true;
  }

  // ---- kubectl: a generator whose reads are answered at once and whose writes take the cluster's time

  function pumpShell(edited?: string): void {
    if (shell === undefined) return;
    const here = need();
    const { world } = here;
    let answer: KubectlAnswer | undefined = edited;
    if (shell.editing && edited === undefined) return;
    shell.editing = false;
    if (shell.waitingFor !== undefined) {
      const answered = answerTo(world, shell.waitingFor, shell.since);
      shell.since = world.trace.length;
      if (answered === undefined) return;
      answer = answered;
      shell.waitingFor = undefined;
    } else if (shell.watching !== undefined) {
      const events = watched(world, shell.watching);
      if (events.length === 0) return;
      answer = { events };
      delete shell.watching;
    } else if (shell.wakeAt !== undefined) {
      if (world.now < shell.wakeAt) return;
      shell.wakeAt = undefined;
    }
    for (;;) {
      const turn: IteratorResult<KubectlStep, number> = shell.program.next(answer);
      answer = undefined;
      if (turn.done === true) {
        shell = undefined;
        shellDone();
        return;
      }
      const step = turn.value;
      if ('out' in step || 'err' in step) {
        const text = 'out' in step ? step.out : step.err;
        const tone = 'out' in step ? 'out' : 'err';
        parts.tell({ type: 'shell', text, tone, done: false });
        // A table has no place in four short lines: the command line shows it.
        if (text.split('\n').length <= 3) say(world.steps, text, tone === 'out' ? 'answer' : 'refusal');
      } else if ('watch' in step) {
        const events = watched(world, step.watch);
        if (events.length === 0) {
          shell.watching = step.watch;
          return;
        }
        answer = { events };
      } else if ('sleepMicros' in step) {
        shell.wakeAt = world.now + step.sleepMicros;
        return;
      } else if ('edit' in step) {
        shell.editing = true;
        parts.tell({ type: 'shell', text: '', tone: 'out', done: false, edit: step.edit });
        return;
      } else if ('clear' in step) parts.tell({ type: 'shell', text: '', tone: 'out', done: false, clear: true });
      else if ('write' in step || 'enter' in step) answer = undefined;
      else if (step.request.method === 'GET') answer = read(world, step.request);
      else if (replicasOf(step.request.body) > MOST_REPLICAS) {
        parts.tell({ type: 'shell', text: ' ', tone: 'err', done: false, limit: { code: 'limit.replicas', args: { asked: replicasOf(step.request.body), most: MOST_REPLICAS } } });
        shell = undefined;
        shellDone();
        return;
      } else {
        const done = perform({ type: 'request', request: step.request, line: shell.line });
        shell.waitingFor = done.id;
        shell.since = done.step;
        return;
      }
    }
  }

  function perform(command: Command): { readonly step: number; readonly id: number } {
    const here = need();
    digested.follow(here.world);
    digested.cut(here.world.steps);
    chapters?.cut(here.world.steps);
    said = said.filter(({ step }) => step <= here.world.steps);
    later = [];
    shown = { at: here.world.now, steps: here.world.steps };
    return act(here, command);
  }

  function shellDone(): void {
    parts.tell({ type: 'shell', text: '', tone: 'out', done: true, ...(prompt === undefined ? {} : { prompt: prompt() }) });
  }

  async function startShell(line: string, files: Readonly<Record<string, string>>): Promise<void> {
    const door = await parts.kubectl();
    const here = need();
    const now = (): Micros => need().world.now;
    const state = (typed ??= door.newTerminalState());
    const stdin = files['-'];
    // The verbs of the dock bring their text along: one command, which needs no shell.
    if (stdin !== undefined) {
      const args = door.splitCommandLine(line);
      parts.tell({ type: 'shell', text: line, tone: 'command', done: false });
      if ('error' in args) {
        parts.tell({ type: 'shell', text: `${args.error}\n`, tone: 'err', done: true });
        return;
      }
      say(here.world.steps, line, 'command');
      shell = { program: door.kubectl(args[0] === 'kubectl' ? args.slice(1) : args, { files, stdin, now }), line, waitingFor: undefined, since: here.world.steps, wakeAt: undefined, editing: false };
      pumpShell();
      return;
    }
    if (state.inside === undefined && door.lacksMore(line)) {
      parts.tell({ type: 'shell', text: '', tone: 'out', done: true, more: true });
      return;
    }
    lines.push(line);
    parts.tell({ type: 'shell', text: line, tone: 'command', done: false });
    const first = line.trim().split('\n')[0]!;
    if (/kubectl|^k /.test(first)) say(here.world.steps, first, 'command');
    shell = { program: door.terminal(line, state, now, lines), line: first, waitingFor: undefined, since: here.world.steps, wakeAt: undefined, editing: false };
    prompt = () => door.promptOf(state);
    pumpShell();
  }

  // ---- moving

  /** Goes on until `stop` says so of a step, in slices; false when the story has ended, or a newer ask came. */
  async function goOn(id: number, stop: (record: StepRecord) => boolean, horizon = HORIZON): Promise<boolean> {
    const here = need();
    const until = here.world.now + horizon;
    let began = parts.clock();
    for (;;) {
      if (nextMoment(here) > until || !stepOnce()) return false;
      const record = lastRecord();
      if (record !== undefined && stop(record)) return true;
      if (parts.clock() - began > SLICE_MILLIS) {
        await parts.breathe();
        if (newest !== id || timeline !== here) return false;
        began = parts.clock();
      }
    }
  }

  /** In the past seek goes by checkpoints; beyond what was played it goes on in slices. */
  async function goTo(id: number, target: { readonly at: Micros } | { readonly steps: number }): Promise<void> {
    const here = need();
    const wanted = 'at' in target ? Math.min(target.at, here.furthestAt) : Math.min(target.steps, here.furthestSteps);
    const before = here.world.store.revision;
    if (here.world.store.revision > (later.at(-1)?.revision ?? 0)) later = changesAfter(here.world.store, Math.max(0, before - 60));
    seek(here, 'at' in target ? { at: wanted } : { steps: wanted });
    if ('at' in target && target.at > wanted) {
      let began = parts.clock();
      while (nextMoment(here) <= target.at && stepOnce()) {
        if (parts.clock() - began <= SLICE_MILLIS) continue;
        await parts.breathe();
        if (newest !== id || timeline !== here) return;
        began = parts.clock();
      }
      if (here.world.now < target.at) seek(here, target);
    }
    for (let i = Math.max(0, here.world.trace.length - 400); i < here.world.trace.length; i++) overhear(itemAt(here.world.trace, i)!);
    said.sort((a, b) => a.step - b.step);
  }

  async function seekTo(id: number, target: SeekTarget): Promise<void> {
    const here = need();
    if ('end' in target) return goTo(id, { steps: shown.steps });
    if ('revision' in target) {
      const { log } = here.world.store;
      const known = itemAt(log, target.revision - 1) ?? later.find((change) => change.revision === target.revision);
      if (known !== undefined) return goTo(id, { steps: known.cause });
      return;
    }
    if ('chapter' in target) {
      follow();
      const place = (): ChapterModel | undefined => [...(chapters?.chapters(Infinity) ?? []), ...(chapters?.tenSteps(Infinity) ?? [])].find((chapter) => chapter.id === target.chapter && chapter.step !== undefined);
      const known = place();
      if (known !== undefined) return goTo(id, { steps: known.step! });
      await goTo(id, { steps: shown.steps });
      await goOn(id, () => {
        follow();
        return place() !== undefined;
      });
      return;
    }
    return goTo(id, target);
  }

  /** True when such a moment came; otherwise the present is where it was. */
  async function next(id: number, unit: Unit | 'beat'): Promise<boolean> {
    const here = need();
    const { world } = here;
    const from = { at: world.now, steps: world.steps };
    if (unit === 'chapter') {
      follow();
      const count = (): number => (chapters?.chapters(need().world.steps) ?? []).filter((chapter) => chapter.step !== undefined).length + (chapters?.tenSteps(need().world.steps) ?? []).filter((chapter) => chapter.step !== undefined).length;
      const before = count();
      const found = await goOn(id, () => {
        follow();
        return count() > before;
      }, 2 * REST);
      if (!found && newest === id) await goTo(id, { steps: from.steps });
      return found;
    }
    const flowing = unit === 'beat' && world.traffic.size > 0;
    const until = flowing ? from.at + stretch : Infinity;
    let reached = false;
    const found = await goOn(id, (record) => {
      reached = unit === 'beat' ? isBeat(record) : isMoment(record, unit, here.world);
      return reached || record.at >= until;
    }, REST);
    // The story is told and only the client goes on asking: that is an end too.
    const told = !reached && stretch >= LONGEST_STRETCH && (chapters?.chapters(Infinity) ?? []).every(({ step }) => step !== undefined);
    stretch = reached ? FIRST_STRETCH : Math.min(LONGEST_STRETCH, 2 * stretch);
    if (flowing && told) return false;
    if (!found && newest === id) await goTo(id, { steps: from.steps });
    return found;
  }

  async function back(id: number, unit: Unit): Promise<void> {
    const here = need();
    const { world } = here;
    follow();
    if (unit === 'chapter') {
      const steps = [...(chapters?.chapters(world.steps) ?? []), ...(chapters?.tenSteps(world.steps) ?? [])].flatMap((chapter) => (chapter.step !== undefined && chapter.step < world.steps ? [chapter.step] : []));
      return goTo(id, { steps: Math.max(0, ...steps) });
    }
    for (let i = world.trace.length - 1; i >= 0; i--) {
      const record = itemAt(world.trace, i)!;
      if (record.step < world.steps && isMoment(record, unit, world)) return goTo(id, { steps: record.step });
    }
    return goTo(id, { steps: 0 });
  }

  function inspect(target: StageTarget): Inspection {
    const { world } = need();
    const why = parts.whyOf(world, target);
    if (target.on === 'object') {
      const pod = target.kind === 'Pod' ? podInside(world, target.key) : undefined;
      const service = target.kind === 'Service' ? serviceInside(world, target.key) : undefined;
      const whatIf = target.kind === 'Pod' ? whatIfOf(world, target.key) : undefined;
      return { ...inspectObject(world, target.kind, target.key), why, ...(pod === undefined ? {} : { pod }), ...(service === undefined ? {} : { service }), ...(whatIf === undefined ? {} : { whatIf }) };
    }
    if (target.on === 'change') {
      const change = changeAt(world.store, target.revision);
      if (change !== undefined) return { ...inspectObject(world, change.kind, change.key), target, why };
    }
    if (target.on === 'traffic') {
      const service = [...world.traffic.values()][0]?.service;
      if (service !== undefined) return { ...inspectObject(world, 'Service', service), target, why, service: serviceInside(world, service)! };
    }
    if (target.on === 'process') return { target, at: world.now, object: undefined, before: undefined, gone: false, changes: [], events: [], decisions: [], why, work: processInside(world, target.process) };
    return { target, at: world.now, object: undefined, before: undefined, gone: false, changes: [], events: [], decisions: [], why };
  }

  function recordingOf(here: Timeline, scenario: string, fromStart = false): string {
    const start = fromStart ? newTimeline(here.story) : undefined;
    return parts.encode({ scenario, seed: here.story.seed, inputs: here.inputs.slice(0, here.played), cursor: start === undefined ? { at: here.world.now, steps: here.world.steps } : { at: 0, steps: 0 }, digest: digestOf(start ?? here) });
  }

  const DONE: Answer = { type: 'done' };

  async function handle(id: number, ask: Ask): Promise<Answer | { readonly error: { readonly code: string; readonly args: Readonly<Record<string, string | number>> } }> {
    switch (ask.type) {
      case 'open': {
        if (ask.recording !== undefined) {
          const recording = parts.decode(ask.recording);
          if ('error' in recording) return { error: recording.error };
          const known = parts.story(recording.scenario);
          if (known === undefined) return { error: { code: 'link.unknownScenario', args: { scenario: recording.scenario } } };
          open({ ...known, seed: recording.seed }, recording.inputs, !recording.sameEngine);
          const here = need();
          let began = parts.clock();
          const reached = (): boolean => (recording.sameEngine ? here.world.steps >= recording.cursor.steps : nextMoment(here) > recording.cursor.at);
          while (!reached() && stepOnce()) {
            if (parts.clock() - began <= SLICE_MILLIS) continue;
            await parts.breathe();
            if (newest !== id) return DONE;
            began = parts.clock();
          }
          if (here.world.now < recording.cursor.at) seek(here, { at: recording.cursor.at });
          if (!recording.sameEngine || digestOf(here) !== recording.digest) promised = { digest: recording.digest, sameEngine: recording.sameEngine };
        } else {
          const known = parts.story(ask.scenario);
          if (known === undefined) return { error: { code: 'link.unknownScenario', args: { scenario: ask.scenario } } };
          open(known, [], false);
        }
        push();
        return DONE;
      }
      case 'next':
      case 'beat': {
        const found = await next(id, ask.type === 'beat' ? 'beat' : ask.unit);
        push();
        return { type: 'moved', ended: !found && newest === id };
      }
      case 'back':
        shell = undefined;
        await back(id, ask.unit);
        break;
      case 'seek':
        shell = undefined;
        await seekTo(id, ask.target);
        break;
      case 'reset':
        open(story!, [], false);
        break;
      case 'act':
        perform(ask.command);
        break;
      case 'kubectl':
        await startShell(ask.line, ask.files ?? {});
        break;
      case 'interrupt':
        if (shell === undefined) break;
        shell.program.return(130);
        shell = undefined;
        shellDone();
        break;
      case 'edited':
        pumpShell(ask.text);
        break;
      case 'complete': {
        const door = await parts.kubectl();
        const run = door.complete(ask.line, (typed ??= door.newTerminalState()), () => need().world.now);
        let answer: KubectlAnswer | undefined;
        for (;;) {
          const turn = run.next(answer);
          answer = undefined;
          if (turn.done === true) return { type: 'completion', ...turn.value };
          if ('request' in turn.value && turn.value.request.method === 'GET') answer = read(need().world, turn.value.request);
        }
      }
      case 'select':
        selected = ask.target;
        if (ask.chain !== undefined) chain = ask.chain;
        break;
      case 'inspect':
        return { type: 'inspection', inspection: inspect(ask.target) };
      case 'scheduler':
        return { type: 'scheduler', answer: await (await parts.explain()).answerScheduler(need().world, ask.ask, parts.breathe) };
      case 'check':
        return { type: 'checked', problems: checkObjects(need().world, ask.objects) };
      case 'dump': {
        const mine = ++longs;
        prepared = undefined;
        const { prepare } = await parts.crossing();
        const made = await prepare(ask.text, { story: parts.story, encode: recordingOf, breathe: parts.breathe, isWanted: () => mine === longs });
        if (made === undefined || mine !== longs) return { type: 'dump' };
        prepared = made;
        return { type: 'dump', summary: made.summary };
      }
      case 'openDump': {
        if (prepared === undefined) break;
        open(parts.story(prepared.scenario)!, [], false);
        timeline = prepared.timeline;
        prepared = undefined;
        const { trace } = timeline.world;
        for (let i = 0; i < trace.length; i++) overhear(itemAt(trace, i)!);
        break;
      }
      case 'export':
        return { type: 'export', exported: (await parts.crossing()).exported(need(), story!.id, ask.as) };
      case 'compare': {
        if (trunk === undefined || branch === undefined) return { type: 'compare' };
        const here = need();
        const of = [trunk, here, here.inputs.length, here.inputs.at(-1)];
        if (comparison === undefined || of.some((part, i) => comparison?.of[i] !== part)) {
          const mine = ++longs;
          const it = await (await parts.compare()).compare({ trunk, branch: here, fromRevision: branch.fromRevision, lines: branch.lines, newDigested: () => newDigested(parts.describeFault), breathe: parts.breathe, isWanted: () => mine === longs && timeline === here });
          if (it === undefined) return { type: 'compare' };
          comparison = { of, it };
        }
        return { type: 'compare', model: comparison.it.show(ask.at ?? comparison.it.from) };
      }
      case 'branch': {
        trunk ??= timeline;
        timeline = fork(need());
        branch = { fromRevision: need().world.store.revision, lines: ask.lines };
        for (const command of ask.commands) perform(command);
        break;
      }
      case 'keepBranch':
        trunk = undefined;
        branch = undefined;
        break;
      case 'discardBranch':
        if (trunk !== undefined) {
          timeline = trunk;
          trunk = undefined;
          branch = undefined;
          digested = newDigested(parts.describeFault);
          chapters = parts.chaptersOf(story!);
          shell = undefined;
          later = [];
          said = said.filter(({ step }) => step <= timeline!.world.steps);
        }
        break;
      case 'share':
        return { type: 'share', recording: recordingOf(need(), story!.id, ask.from === 'start') };
    }
    if (timeline !== undefined) push();
    return DONE;
  }

  const MOVES = new Set<Ask['type']>(['open', 'openDump', 'next', 'beat', 'back', 'seek', 'reset', 'branch', 'discardBranch', 'act', 'kubectl']);

  return {
    async ask(id, ask) {
      if (MOVES.has(ask.type)) newest = id;
      try {
        const value = await handle(id, ask);
        parts.tell('error' in value ? { type: 'refused', id, error: value.error } : { type: 'answer', id, value });
      } catch (error) {
        parts.tell({ type: 'refused', id, error: { code: 'link.stopped', args: { message: error instanceof Error ? error.message : String(error) } } });
      }
    },
  };
}
