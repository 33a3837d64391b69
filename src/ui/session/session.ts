/**
 * The page's session: a mirror of what the worker tells, playback, and the reader's choices. One immutable state (immer), one set of
 * functions; components read with `useSession` and never talk to the worker themselves.
 */
import { produce, setAutoFreeze } from 'immer';
import { createActor, type Actor } from 'xstate';
import type { Command, Fault } from '../../sim/api/cluster.ts';
import type { Pod, Service } from '../../sim/api/object.ts';
import { newLink, Refused, type Link, type LinkEvents, type WorkerLike } from '../link/link.ts';
import { fromFragment, toFragment, type Theme } from '../link/share.ts';
import type { CompareModel } from '../link/compare.ts';
import type { DumpSummary, ExportAs, Exported } from '../link/crossing.ts';
import type { Ask, Inspection, LinkError, Problem, SeekTarget, Still, Unit } from '../link/protocol.ts';
import type { SchedulerAnswer, SchedulerAsk } from '../link/scheduling.ts';
import { sameTarget, type StageTarget } from '../stage/model.ts';
import { onFrame } from '../stage/frame.ts';
import type { Catalogue } from '../i18n/index.ts';
import { playbackMachine } from './playback.ts';
import { readPreferences, writePreferences, type Language, type Preferences } from './preferences.ts';
import { isGap, storySeconds } from './storyTime.ts';
import { targetsOf, type VerbId } from './verbs.ts';

// What the worker sends is large and nobody writes to it: freezing it at every step would cost more than it protects.
setAutoFreeze(false);

export type Dialog = { readonly type: 'apply' } | { readonly type: 'share' } | { readonly type: 'keys' } | { readonly type: 'simplified' } | { readonly type: 'form'; readonly verb: VerbId; readonly target: StageTarget } | /** Something of another cluster comes in, or this one goes out. */ { readonly type: 'import' } | { readonly type: 'export' } | /** The story and its branch side by side. */ { readonly type: 'compare' } | /** The scheduler's view: of a Pod's attempts (by key), of the newest one, or of one step. */ { readonly type: 'decision'; readonly pod?: string; readonly step?: number };
/** What the terminal is told, piece by piece. */
export type TerminalTold = Parameters<LinkEvents['shell']>[0];
export interface ShellLine {
  readonly id: number;
  readonly text: string;
  readonly tone: 'command' | 'out' | 'err';
}
export interface Notice {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly tone: 'info' | 'bad';
}
export interface SessionState {
  readonly phase: 'loading' | 'ready' | 'stopped';
  /** What is on screen. */
  readonly still: Still | undefined;
  readonly playing: boolean;
  /** A step or a search is under way. */
  readonly busy: boolean;
  /** What is being passed over right now, when it is a long quiet stretch. */
  readonly gapMicros: number | undefined;
  readonly selected: StageTarget | undefined;
  readonly inspection: Inspection | undefined;
  readonly tab: 'why' | 'inside' | 'object' | 'changes' | 'events';
  readonly dialog: Dialog | undefined;
  /** A verb looks for its target. */
  readonly verb: VerbId | undefined;
  readonly shellOpen: boolean;
  readonly shell: readonly ShellLine[];
  readonly history: readonly string[];
  readonly notice: Notice | undefined;
  readonly twin: boolean;
  readonly preferences: Preferences;
  readonly dark: boolean;
  readonly words: Catalogue;
  /** Nothing has been done yet: Play invites once. */
  readonly fresh: boolean;
  /** The live region: what the last step did. */
  readonly spoken: { readonly text: string; readonly assertive: boolean };
}

export interface Session {
  readonly get: () => SessionState;
  readonly subscribe: (changed: () => void) => () => void;
  /** Virtual time now, between two stills too. */
  readonly clock: () => number;
  readonly open: (scenario: string) => void;
  readonly play: () => void;
  readonly pause: () => void;
  readonly toggle: () => void;
  readonly step: (unit?: Unit) => void;
  readonly back: (unit?: Unit) => void;
  readonly seek: (target: SeekTarget) => void;
  readonly reset: () => void;
  readonly select: (target: StageTarget | undefined) => void;
  readonly setTab: (tab: SessionState['tab']) => void;
  readonly setUnit: (unit: Unit) => void;
  readonly setPace: (pace: number) => void;
  readonly setLanguage: (language: Language) => void;
  readonly setTheme: (theme: Theme) => void;
  readonly setLetters: (letters: boolean) => void;
  readonly show: (dialog: Dialog | undefined) => void;
  readonly setTwin: (twin: boolean) => void;
  readonly openShell: (open: boolean) => void;
  readonly kubectl: (line: string, files?: Readonly<Record<string, string>>) => void;
  /** Follows what the terminal is told; gives what takes the follower off again. */
  readonly onTerminal: (listener: (told: TerminalTold) => void) => () => void;
  readonly interrupt: () => void;
  readonly edited: (text: string) => void;
  readonly complete: (line: string) => Promise<{ readonly from: number; readonly words: readonly string[] }>;
  readonly fault: (fault: Fault) => void;
  /** Starts ten requests a second to a Service, or ends all traffic. */
  readonly traffic: (target: StageTarget) => Promise<void>;
  /** Lets the first container of a Pod fall over. */
  readonly crash: (target: StageTarget) => Promise<void>;
  /** What the API server would say to these objects. */
  readonly check: (objects: readonly unknown[]) => Promise<readonly Problem[]>;
  /** About decisions and the scheduler's queue. */
  readonly scheduler: <A extends SchedulerAsk['about']>(ask: Extract<SchedulerAsk, { readonly about: A }>) => Promise<Extract<SchedulerAnswer, { readonly about: A }> | undefined>;
  /** What an empty cluster would take of a dump; undefined: a newer one came, or the worker stopped. */
  readonly readDump: (text: string) => Promise<DumpSummary | undefined>;
  /** Opens what was read last. */
  readonly openDump: () => Promise<boolean>;
  readonly exportAs: (as: ExportAs) => Promise<Exported | undefined>;
  /** The story and its branch at one moment; undefined: there is no branch. */
  readonly compare: (at?: number) => Promise<CompareModel | undefined>;
  readonly inspect: (target: StageTarget) => Promise<Inspection | undefined>;
  readonly command: (command: Command) => void;
  readonly branch: (line: string, fault?: Fault) => void;
  /** A branch that leaves the story after this step, with a kubectl line. */
  readonly branchAt: (steps: number, line: string) => void;
  /** A branch in which nothing is done yet. */
  readonly branchHere: () => void;
  readonly keepBranch: () => void;
  readonly discardBranch: () => void;
  readonly chooseVerb: (verb: VerbId | undefined) => void;
  readonly share: (from: 'start' | 'now') => Promise<string>;
  readonly restart: () => void;
  readonly dismiss: () => void;
}

export interface SessionParts {
  readonly makeWorker: () => WorkerLike;
  readonly words: Catalogue;
  readonly loadWords: (language: Language) => Promise<Catalogue>;
  readonly hash: string;
  readonly languages: readonly string[];
  readonly prefersDark: () => boolean;
  readonly reducedMotion: () => boolean;
}

export const FIRST_SCENARIO = 'deploy';
const MOST_SHELL_LINES = 300;
/** Owners that can stand at the head of the row of objects, besides Deployments. */
const HEADS = new Set(['StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'ReplicationController']);

export function newSession(parts: SessionParts): Session {
  const shared = fromFragment(parts.hash);
  const kept = readPreferences(parts.languages);
  const preferences: Preferences = { ...kept, ...(shared !== undefined && 'recording' in shared ? { ...(shared.language === undefined ? {} : { language: shared.language }), ...(shared.theme === undefined ? {} : { theme: shared.theme }) } : {}) };
  const isDark = (choice: Preferences['theme']): boolean => (choice === 'system' ? parts.prefersDark() : choice === 'dark');
  let state: SessionState = {
    phase: 'loading', still: undefined, playing: false, busy: false, gapMicros: undefined, selected: undefined, inspection: undefined, tab: 'why', dialog: undefined, verb: undefined,
    shellOpen: false, shell: [], history: [], notice: undefined, twin: false, preferences, dark: isDark(preferences.theme), words: parts.words, fresh: true, spoken: { text: '', assertive: false },
  };
  const listeners = new Set<() => void>();
  function set(change: (draft: { -readonly [K in keyof SessionState]: SessionState[K] }) => void): void {
    const next = produce(state, change as (draft: SessionState) => void);
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener();
  }

  // ---- the step on screen: from the still that is shown to the one that the worker has reached

  let pending: Still | undefined;
  let moved = 0;
  let stopFrames: (() => void) | undefined;
  const stretch = (): number => (state.still === undefined || pending === undefined ? 0 : pending.at - state.still.at);
  const seconds = (): number => (parts.reducedMotion() ? 2 : storySeconds(stretch(), state.preferences.pace));
  const clock = (): number => {
    const { still } = state;
    if (still === undefined) return 0;
    if (pending === undefined || parts.reducedMotion()) return still.at;
    return still.at + stretch() * Math.min(1, moved / seconds());
  };

  function move(): void {
    stopFrames?.();
    const gap = isGap(stretch()) ? stretch() : undefined;
    set((draft) => void (draft.gapMicros = gap));
    if (parts.reducedMotion()) {
      // No travel: while playing, the moment stands for two seconds; a single step shows at once.
      const playing = actor.getSnapshot().matches('playing');
      const timer = setTimeout(() => actor.send({ type: 'SHOWN' }), playing ? 2_000 : 0);
      stopFrames = () => clearTimeout(timer);
      return;
    }
    stopFrames = onFrame((_, deltaMillis) => {
      moved += deltaMillis / 1000;
      if (moved >= seconds()) actor.send({ type: 'SHOWN' });
    });
  }
  function freeze(): void {
    stopFrames?.();
    stopFrames = undefined;
    set((draft) => void (draft.gapMicros = undefined));
  }
  function showPending(): void {
    freeze();
    if (pending === undefined) return;
    const next = pending;
    pending = undefined;
    moved = 0;
    present(next);
  }

  /** Makes a still what is on screen. */
  function present(still: Still): void {
    const before = state.still;
    set((draft) => {
      draft.still = still as never;
      draft.phase = 'ready';
      if (before !== undefined && still.steps > before.steps) draft.spoken = speak(before, still, draft.words as Catalogue);
    });
    refreshInspection();
  }
  function speak(before: Still, after: Still, words: Catalogue): SessionState['spoken'] {
    const written = after.model.strip.tiles.filter((tile) => tile.type === 'write' && tile.revision > before.model.revision);
    const last = written.at(-1);
    const lost = after.model.nodes.find((node) => node.ready !== 'True' && before.model.nodes.some((old) => old.name === node.name && old.ready === 'True'));
    if (lost !== undefined) return { text: words.panels.spoken.nodeLost(lost.name), assertive: true };
    if (after.lastInput !== undefined && after.lastInput.at !== before.lastInput?.at && after.lastInput.kind === 'fault') return { text: words.panels.spoken.fault(words.panels.fault(after.lastInput.text)), assertive: true };
    if (last?.type === 'write') return { text: words.stage.twin.write(last.revision, last.kind, last.key, words.stage.operations[last.operation]), assertive: false };
    return state.spoken;
  }

  const actor: Actor<typeof playbackMachine> = createActor(
    playbackMachine.provide({
      actions: {
        askBeat: () => void go({ type: 'beat' }),
        askNext: (_, { unit }) => void go({ type: 'next', unit }),
        askBack: (_, { unit }) => void go({ type: 'back', unit }),
        askSeek: (_, { target }) => void go({ type: 'seek', target }),
        move,
        freeze,
        show: showPending,
      },
      guards: { underway: () => pending !== undefined },
    }),
  );
  actor.subscribe((snapshot) => {
    const playing = snapshot.matches('playing');
    const busy = !snapshot.matches('idle');
    set((draft) => {
      draft.playing = playing;
      draft.busy = busy;
    });
  });

  // ---- the worker

  /** The newest ask that moves the present: answers to older ones are late news. */
  let moving = 0;
  let asks = 0;
  async function go(ask: Ask): Promise<void> {
    const mine = ++asks;
    moving = mine;
    try {
      const answer = await link.ask(ask);
      if (moving !== mine) return;
      actor.send(answer.type === 'moved' && answer.ended ? { type: 'ENDED' } : { type: 'ARRIVED' });
    } catch (error) {
      if (moving === mine) actor.send({ type: 'FAILED' });
      complain(error);
    }
  }
  function complain(error: unknown): void {
    const problem: LinkError = error instanceof Refused ? error.error : { code: 'link.stopped', args: { message: error instanceof Error ? error.message : String(error) } };
    if (problem.code === 'link.stopped') return;
    set((draft) => void (draft.notice = { ...problem, tone: 'bad' }));
  }
  /** The last recording that is known: a new worker starts from it. */
  let lastRecording: string | undefined;
  let lastSteps = 0;
  async function keepRecording(): Promise<void> {
    try {
      const answer = await link.ask({ type: 'share', from: 'now' });
      if (answer.type === 'share') lastRecording = answer.recording;
    } catch {
      // The next one may do.
    }
  }

  const terminals = new Set<(told: TerminalTold) => void>();
  const link: Link = newLink(parts.makeWorker, {
    still: (still) => {
      const snapshot = actor.getSnapshot();
      lastSteps = still.steps;
      // What playback asked for is shown when its screen time is over; everything else at once.
      if (snapshot.matches('playing') || snapshot.matches('stepping') || snapshot.matches('seeking')) {
        pending = still;
        if (snapshot.matches({ playing: 'asking' }) || snapshot.matches({ stepping: 'asking' })) moved = 0;
      } else if (pending !== undefined && pending.steps === still.steps) pending = still;
      else {
        pending = undefined;
        moved = 0;
        present(still);
      }
    },
    shell: (told) => {
      const { text: given, tone, limit } = told;
      const text = limit === undefined ? given : (state.words.panels.limits[limit.code] ?? (() => limit.code))(limit.args);
      for (const listener of terminals) listener({ ...told, text: limit === undefined ? text : `${text}\n` });
      if (text === '') return;
      set((draft) => void (draft.shell = [...draft.shell, { id: (draft.shell.at(-1)?.id ?? 0) + 1, text, tone }].slice(-MOST_SHELL_LINES)));
    },
    stopped: (message) => {
      // For whoever looks into the console; the page says it in the reader's language.
      console.error(`The worker stopped: ${message}`);
      actor.send({ type: 'FAILED' });
      freeze();
      pending = undefined;
      set((draft) => {
        draft.phase = 'stopped';
        draft.notice = { code: 'link.stopped', args: { message }, tone: 'bad' };
      });
    },
  });

  const openScenario = (scenario: string, recording?: string): Promise<boolean> => opening({ type: 'open', scenario, ...(recording === undefined ? {} : { recording }) });
  async function opening(ask: Extract<Ask, { readonly type: 'open' | 'openDump' }>): Promise<boolean> {
    actor.send({ type: 'PAUSE' });
    freeze();
    pending = undefined;
    moving = ++asks;
    set((draft) => {
      draft.selected = undefined;
      draft.inspection = undefined;
      draft.verb = undefined;
      draft.shell = [];
    });
    try {
      await link.ask(ask);
      lastRecording = ask.type === 'open' ? ask.recording : undefined;
      void keepRecording();
      return true;
    } catch (error) {
      complain(error);
      return false;
    }
  }

  // ---- the inspector follows the selection and the present

  let inspecting = false;
  let again = false;
  function refreshInspection(): void {
    const target = state.selected;
    if (target === undefined) return;
    if (inspecting) {
      again = true;
      return;
    }
    inspecting = true;
    link.ask({ type: 'inspect', target }).then(
      (answer) => {
        if (answer.type === 'inspection' && sameTarget(state.selected, answer.inspection.target)) set((draft) => void (draft.inspection = answer.inspection as never));
      },
      complain,
    ).finally(() => {
      inspecting = false;
      if (again) {
        again = false;
        refreshInspection();
      }
    });
  }

  // ---- what the reader does

  /** After a command the story goes on by itself, unless the reader is stepping. */
  async function doing(ask: Ask, goOn: boolean | 'stop' = true): Promise<void> {
    set((draft) => {
      draft.fresh = false;
      draft.verb = undefined;
    });
    const wasPlaying = actor.getSnapshot().matches('playing');
    if (!actor.getSnapshot().matches('idle')) actor.send({ type: 'PAUSE' });
    showPending();
    moving = ++asks;
    try {
      await link.ask(ask);
      void keepRecording();
      // A line that only read has nothing to wait for.
      const waits = ask.type !== 'kubectl' || state.still?.shellBusy === true;
      if (goOn !== 'stop' && (wasPlaying || (goOn && waits && !actor.getSnapshot().context.stepped))) actor.send({ type: 'PLAY' });
    } catch (error) {
      complain(error);
    }
  }
  function savePreferences(change: Partial<Preferences>): void {
    set((draft) => {
      draft.preferences = { ...draft.preferences, ...change };
      draft.dark = isDark(draft.preferences.theme);
    });
    writePreferences(state.preferences);
  }
  const started = (): void => set((draft) => void (draft.fresh = false));

  const session: Session = {
    get: () => state,
    subscribe(changed) {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
    clock,
    open(scenario) {
      set((draft) => void (draft.fresh = true));
      void openScenario(scenario);
    },
    play() {
      started();
      if (actor.getSnapshot().matches('seeking')) actor.send({ type: 'PAUSE' });
      actor.send({ type: 'PLAY' });
    },
    pause: () => actor.send({ type: 'PAUSE' }),
    toggle: () => (state.playing ? session.pause() : session.play()),
    step(unit = state.preferences.unit) {
      started();
      actor.send({ type: 'STEP', unit });
    },
    back(unit = state.preferences.unit) {
      started();
      actor.send({ type: 'BACK', unit });
    },
    seek(target) {
      started();
      actor.send({ type: 'SEEK', target });
    },
    reset() {
      actor.send({ type: 'PAUSE' });
      freeze();
      pending = undefined;
      moving = ++asks;
      set((draft) => {
        draft.selected = undefined;
        draft.inspection = undefined;
        draft.shell = [];
        draft.fresh = true;
      });
      link.ask({ type: 'reset' }).then(() => void keepRecording(), complain);
    },
    select(target) {
      const before = state.selected;
      if (sameTarget(target, before)) return;
      set((draft) => {
        draft.selected = target as never;
        if (target === undefined || draft.inspection === undefined || !sameTarget(draft.inspection.target as StageTarget, target)) draft.inspection = undefined;
        if (target?.on === 'change') draft.tab = 'changes';
        else if (before?.on !== target?.on || (before?.on === 'object' && target?.on === 'object' && before.kind !== target.kind)) draft.tab = 'why';
      });
      const chain = target?.on !== 'object' ? undefined : target.kind === 'Deployment' ? target.key : HEADS.has(target.kind) ? `${target.kind} ${target.key}` : undefined;
      link.ask({ type: 'select', ...(target === undefined ? {} : { target }), ...(chain === undefined ? {} : { chain }) }).catch(complain);
      refreshInspection();
    },
    setTab: (tab) => set((draft) => void (draft.tab = tab)),
    setUnit: (unit) => savePreferences({ unit }),
    setPace: (pace) => savePreferences({ pace }),
    setLanguage(language) {
      void parts.loadWords(language).then((words) => {
        set((draft) => void (draft.words = words as never));
        savePreferences({ language });
      });
    },
    setTheme: (theme) => savePreferences({ theme }),
    setLetters: (letters) => savePreferences({ letters }),
    show(dialog) {
      // What is shared, or asked for in a form, is about this moment.
      if (dialog?.type === 'share' || dialog?.type === 'form' || dialog?.type === 'decision' || dialog?.type === 'export' || dialog?.type === 'compare') {
        actor.send({ type: 'PAUSE' });
        showPending();
      }
      set((draft) => void (draft.dialog = dialog as never));
    },
    setTwin: (twin) => set((draft) => void (draft.twin = twin)),
    openShell: (open) => set((draft) => void (draft.shellOpen = open)),
    kubectl(line, files) {
      const text = line.trim();
      if (text === '') return;
      set((draft) => void (draft.history = [...draft.history.filter((old) => old !== text), text].slice(-100)));
      void doing({ type: 'kubectl', line: text, ...(files === undefined ? {} : { files }) });
    },
    onTerminal(listener) {
      terminals.add(listener);
      return () => void terminals.delete(listener);
    },
    interrupt: () => void link.ask({ type: 'interrupt' }).catch(complain),
    edited: (text) => void link.ask({ type: 'edited', text }).catch(complain),
    async complete(line) {
      const answer = await link.ask({ type: 'complete', line });
      return answer.type === 'completion' ? answer : { from: line.length, words: [] };
    },
    fault: (fault) => void doing({ type: 'act', command: { type: 'fault', fault } }),
    command: (command) => void doing({ type: 'act', command }),
    async check(objects) {
      const answer = await link.ask({ type: 'check', objects });
      return answer.type === 'checked' ? answer.problems : [];
    },
    async scheduler(ask) {
      try {
        const answer = await link.ask({ type: 'scheduler', ask: ask as SchedulerAsk });
        return answer.type === 'scheduler' ? (answer.answer as never) : undefined;
      } catch (error) {
        complain(error);
        return undefined;
      }
    },
    async readDump(text) {
      try {
        const answer = await link.ask({ type: 'dump', text });
        return answer.type === 'dump' ? answer.summary : undefined;
      } catch (error) {
        complain(error);
        return undefined;
      }
    },
    openDump: () => (started(), opening({ type: 'openDump' })),
    async exportAs(as) {
      try {
        const answer = await link.ask({ type: 'export', as });
        return answer.type === 'export' ? answer.exported : undefined;
      } catch (error) {
        complain(error);
        return undefined;
      }
    },
    async compare(at) {
      try {
        const answer = await link.ask({ type: 'compare', ...(at === undefined ? {} : { at }) });
        return answer.type === 'compare' ? answer.model : undefined;
      } catch (error) {
        complain(error);
        return undefined;
      }
    },
    async inspect(target) {
      try {
        const answer = await link.ask({ type: 'inspect', target });
        return answer.type === 'inspection' ? answer.inspection : undefined;
      } catch (error) {
        complain(error);
        return undefined;
      }
    },
    async traffic(target) {
      const running = state.still?.traffic ?? [];
      if (running.length > 0) {
        for (const name of running) await doing({ type: 'act', command: { type: 'traffic', off: name } });
        return;
      }
      if (target.on !== 'object') return;
      const service = (await session.inspect(target))?.object as Service | undefined;
      const port = service?.spec.ports?.[0];
      if (port === undefined) return;
      const node = state.still?.model.nodes.find(({ dead }) => dead !== true)?.name;
      const outside = port.nodePort !== undefined || node === undefined;
      await doing({ type: 'act', command: { type: 'traffic', on: { name: 'client', service: target.key, port: port.port, perSecond: 10, from: outside ? { outside: true } : { node } } } });
    },
    async crash(target) {
      if (target.on !== 'object') return;
      const pod = (await session.inspect(target))?.object as Pod | undefined;
      const container = pod?.spec.containers[0]?.name;
      if (container !== undefined) session.fault({ type: 'crashContainer', pod: target.key, container });
    },
    branch(line, fault) {
      void doing({ type: 'branch', lines: [line], commands: fault === undefined ? [] : [{ type: 'fault', fault }] }, fault !== undefined).then(() => {
        if (fault === undefined) session.kubectl(line);
      });
    },
    branchAt(steps, line) {
      void doing({ type: 'seek', target: { steps } }, false)
        .then(() => doing({ type: 'branch', lines: [line], commands: [] }, false))
        .then(() => session.kubectl(line));
    },
    branchHere: () => void doing({ type: 'branch', lines: [], commands: [] }, false),
    keepBranch: () => void doing({ type: 'keepBranch' }, false),
    discardBranch: () => void doing({ type: 'discardBranch' }, 'stop'),
    chooseVerb(verb) {
      set((draft) => void (draft.verb = verb !== undefined && state.still !== undefined && targetsOf(verb, state.still.model).length > 0 ? verb : undefined));
    },
    async share(from) {
      const answer = await link.ask({ type: 'share', from });
      if (answer.type !== 'share') throw new Error('no recording');
      const { language, theme } = state.preferences;
      return toFragment({ recording: answer.recording, language, ...(theme === 'system' ? {} : { theme }) });
    },
    restart() {
      const steps = lastSteps;
      link.restart();
      set((draft) => {
        draft.phase = 'loading';
        draft.notice = undefined;
      });
      void openScenario(state.still?.scenario ?? FIRST_SCENARIO, lastRecording).then((good) => {
        if (good) session.seek({ steps });
      });
    },
    dismiss: () => set((draft) => void (draft.notice = undefined)),
  };

  async function first(): Promise<void> {
    if (shared === undefined) await openScenario(FIRST_SCENARIO);
    else if ('error' in shared) {
      await openScenario(FIRST_SCENARIO);
      set((draft) => void (draft.notice = { ...shared.error, tone: 'bad' }));
    } else if (await openScenario(FIRST_SCENARIO, shared.recording)) started();
    else {
      const { notice } = state;
      await openScenario(FIRST_SCENARIO);
      set((draft) => void (draft.notice = notice as never));
    }
  }
  actor.start();
  void first();
  return session;
}
