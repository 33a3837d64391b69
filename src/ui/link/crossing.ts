/**
 * Into the clockwork, and out of it: a dump becomes the inputs of an empty cluster, and a story becomes manifests or a script for a real one.
 * Loaded when somebody asks for it.
 */
import { stringify } from 'yaml';
import type { Command } from '../../sim/api/cluster.ts';
import { apiVersionOf, KINDS, kindInfo, pathOf } from '../../sim/api/kinds.ts';
import { conditionOf, type Node } from '../../sim/api/object.ts';
import { USERS, type Status } from '../../sim/api/request.ts';
import { field, isTree, type Tree } from '../../sim/api/tree.ts';
import { headList } from '../../sim/apiserver/store.ts';
import { act, newTimeline, nextMoment, stepForward, type Story, type Timeline } from '../../sim/index.ts';
import { at as itemAt } from '../../sim/kernel/journal.ts';
import { portable, type Why } from '../../kubectl/portable/objects.ts';
import { script, type Target } from '../../kubectl/portable/script.ts';
import { MOST_CHARACTERS, readDump, type Place } from './dump.ts';
import { MOST_CHARACTERS as MOST_IN_LINK, SAFE_EVERYWHERE, toFragment } from './share.ts';
import { lineOf } from './yamlPlace.ts';

/** `kind`: no such kind is served here. */
export type LeftWhy = Why | 'kind';
export interface Sorted {
  readonly kind: string;
  readonly name: string;
}
export interface DumpProblem {
  readonly line: number;
  /** Empty: it could not be read. */
  readonly object: string;
  readonly field: string;
  readonly message: string;
  readonly limit?: { readonly code: string; readonly args: Readonly<Record<string, string | number>> };
}
export interface DumpSummary {
  readonly taken: readonly Sorted[];
  readonly left: readonly (Sorted & { readonly why: LeftWhy })[];
  readonly problems: readonly DumpProblem[];
  readonly nodes: number;
  readonly nodesInDump: number;
  /** Of a link to this start: how long it would be, and whether any program could open it. */
  readonly link: { readonly characters: number; readonly fits: 'everywhere' | 'browsers' | 'no' };
}
export interface Prepared {
  readonly scenario: string;
  readonly timeline: Timeline;
  readonly summary: DumpSummary;
}
export interface CrossingParts {
  readonly story: (id: string) => (Story & { readonly id: string }) | undefined;
  readonly encode: (timeline: Timeline, scenario: string) => string;
  readonly breathe: () => Promise<void>;
  readonly isWanted: () => boolean;
}

const MOST_NODES = 1_000;
const USUAL_NODES = 3;
const SETTLE_MICROS = 30_000_000;
/** A new namespace gets its service account, a definition its path: the rest waits for them. */
const PREPARE_MICROS = 3_000_000;
const STEPS_IN_A_SLICE = 400;
/** What a recording may hold (record/codec.ts). */
const MOST_INPUTS = 5_000;
const MOST_RECORDING = 4_000_000;
const LINE = 'kubectl create -f dump.yaml';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const nameOf = (object: Tree): string => {
  const [namespace, name] = [text(field(object['metadata'], 'namespace')), text(field(object['metadata'], 'name'))];
  return namespace === '' ? name : `${namespace}/${name}`;
};
const idOf = (object: Tree): string => `${text(object['apiVersion'])} ${text(object['kind'])} ${nameOf(object)}`;

interface Wish {
  readonly object: Tree;
  readonly place: Place;
  readonly path: string;
}

/** Kinds that the dump's own definitions add: "group/Kind" to plural and scope. */
function definedIn(objects: readonly Tree[]): ReadonlyMap<string, { readonly plural: string; readonly namespaced: boolean }> {
  const out = new Map<string, { readonly plural: string; readonly namespaced: boolean }>();
  for (const { kind, spec } of objects) {
    if (kind !== 'CustomResourceDefinition') continue;
    const names = field(spec, 'names');
    out.set(`${text(field(spec, 'group'))}/${text(field(names, 'kind'))}`, { plural: text(field(names, 'plural')), namespaced: field(spec, 'scope') === 'Namespaced' });
  }
  return out;
}

export async function prepare(given: string, parts: CrossingParts): Promise<Prepared | undefined> {
  const problems: DumpProblem[] = [];
  const left: (Sorted & { readonly why: LeftWhy })[] = [];
  const tooBig = given.length > MOST_CHARACTERS;
  if (tooBig) problems.push({ line: 1, object: '', field: '', message: '', limit: { code: 'limit.dump', args: { megabytes: Math.round(given.length / 100_000) / 10, most: MOST_CHARACTERS / 1e6 } } });
  const dump = tooBig ? { objects: [], unread: [] } : await readDump(given, parts.breathe, parts.isWanted);
  for (const { line, message, limit } of dump.unread) problems.push({ line, object: '', field: '', message, ...(limit === undefined ? {} : { limit }) });

  // ---- what is meant at all
  const whole: { readonly object: Tree; readonly place: Place }[] = [];
  for (const { object, place } of dump.objects) {
    const bad = typeof object['kind'] !== 'string' || object['kind'] === '' ? 'kind' : typeof object['apiVersion'] !== 'string' || object['apiVersion'] === '' ? 'apiVersion' : undefined;
    if (bad === undefined) whole.push({ object, place });
    else problems.push({ line: place.line, object: nameOf(object), field: bad, message: `error validating data: ${bad} not set` });
  }
  const places = new Map(whole.map(({ object, place }) => [idOf(object), place]));
  const nodesInDump = whole.filter(({ object }) => object['kind'] === 'Node').length;
  const nodes = nodesInDump === 0 ? USUAL_NODES : Math.min(MOST_NODES, nodesInDump);
  const sorted = portable(whole.map(({ object }) => object));
  left.push(...sorted.left);
  const defined = definedIn(sorted.objects);
  const wishes: Wish[] = [];
  for (const object of sorted.objects) {
    const [kind, apiVersion] = [text(object['kind']), text(object['apiVersion'])];
    const place = places.get(idOf(object))!;
    const slash = apiVersion.indexOf('/');
    const [group, version] = slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
    const info = kindInfo(kind);
    const own = defined.get(`${group}/${kind}`);
    const given = text(field(object['metadata'], 'namespace'));
    const namespaced = own?.namespaced ?? info?.namespaced ?? true;
    const namespace = namespaced ? (given === '' ? 'default' : given) : undefined;
    const located: Tree = namespace === undefined || given !== '' ? object : { ...object, metadata: { ...(isTree(object['metadata']) ? object['metadata'] : {}), namespace } };
    if (own !== undefined) wishes.push({ object: located, place, path: `/apis/${apiVersion}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${own.plural}` });
    else if (info === undefined || info.group !== group) {
      // Of a group that nobody here serves: left, as kubectl's get would not find it. Of a group that is served: a mistake.
      if (info === undefined && !KINDS.some((each) => each.group === group)) left.push({ kind, name: nameOf(object), why: 'kind' });
      else problems.push(problemAt(place, object, info === undefined ? 'kind' : 'apiVersion', `no matches for kind "${kind}" in version "${apiVersion}"`));
    } else if (info.version !== version && info.olderVersions?.includes(version) !== true) problems.push(problemAt(place, object, 'apiVersion', `no matches for kind "${kind}" in version "${apiVersion}"; ensure CRDs are installed first, or use ${apiVersionOf(info)}`));
    else wishes.push({ object: located, place, path: pathOf(kind, namespace).replace(`/${info.version}/`, `/${version}/`) });
  }

  // ---- what the API server says to it: asked by doing it
  const scenario = nodes === USUAL_NODES ? 'sandbox' : `sandbox-${nodes}`;
  const story = parts.story(scenario)!;
  const first = await created(story, wishes, parts);
  if (first === undefined) return undefined;
  const refused = new Set<Wish>();
  for (const [wish, status] of first.answers) {
    if (status === undefined) continue;
    refused.add(wish);
    const causes = status.details?.causes ?? [];
    if (causes.length === 0) problems.push(problemAt(wish.place, wish.object, unknownField(status.message ?? '') ?? '', status.message ?? ''));
    for (const cause of causes) problems.push(problemAt(wish.place, wish.object, cause.field ?? '', cause.message ?? status.message ?? ''));
  }
  // The start holds nothing that was refused.
  const taken = wishes.filter((wish) => !refused.has(wish));
  const made = refused.size === 0 ? first : await created(story, taken, parts);
  if (made === undefined) return undefined;
  const recording = parts.encode(made.timeline, scenario);
  const characters = toFragment({ recording }).length;
  const fits = made.timeline.inputs.length > MOST_INPUTS || recording.length > MOST_RECORDING || characters > MOST_IN_LINK ? 'no' : characters > SAFE_EVERYWHERE ? 'browsers' : 'everywhere';
  problems.sort((a, b) => a.line - b.line);
  return {
    scenario,
    timeline: made.timeline,
    summary: { taken: taken.map(({ object }) => ({ kind: text(object['kind']), name: nameOf(object) })), left, problems, nodes, nodesInDump, link: { characters, fits } },
  };
}

const unknownField = (message: string): string | undefined => /unknown field "([^"]+)"/.exec(message)?.[1];

function problemAt(place: Place, object: Tree, at: string, message: string): DumpProblem {
  const path = [place.prefix, at].filter((part) => part !== '').join('.');
  // Places are looked up in pieces only: a document of megabytes would be parsed anew for each problem.
  const line = path === '' || place.text.length > 200_000 ? 0 : lineOf(place.text, path) - 1;
  return { line: place.line + line, object: `${text(object['kind'])} ${nameOf(object)}`, field: at, message };
}

interface Created {
  readonly timeline: Timeline;
  /** Undefined: it was taken. */
  readonly answers: readonly (readonly [wish: Wish, refusal: Status | undefined])[];
}

/** An empty cluster comes up, and these objects are created in it, as kubectl would. Undefined: a newer ask came. */
async function created(story: Story, wishes: readonly Wish[], { breathe, isWanted }: CrossingParts): Promise<Created | undefined> {
  const timeline = newTimeline(story);
  let steps = 0;
  const until = async (done: () => boolean, at: number): Promise<boolean> => {
    while (!done() && nextMoment(timeline) <= at && stepForward(timeline, at)) {
      if (++steps % STEPS_IN_A_SLICE !== 0) continue;
      await breathe();
      if (!isWanted()) return false;
    }
    return true;
  };
  const nodes = story.config.nodes.length;
  // Of many nodes only every few steps are worth a look.
  const settled = (): boolean => {
    if (nodes > 20 && timeline.world.steps % nodes !== 0) return false;
    const known = headList(timeline.world.store, 'Node') as readonly Node[];
    return known.length === nodes && known.every((node) => conditionOf(node, 'Ready')?.status === 'True') && headList(timeline.world.store, 'ServiceAccount').length > 0;
  };
  if (!(await until(settled, SETTLE_MICROS))) return undefined;
  const answers: (readonly [Wish, Status | undefined])[] = [];
  const early = (wish: Wish): boolean => ['Namespace', 'CustomResourceDefinition'].includes(text(wish.object['kind']));
  for (const phase of [wishes.filter(early), wishes.filter((wish) => !early(wish))]) {
    if (phase.length === 0) continue;
    const sent = new Map<number, Wish>();
    const since = timeline.world.steps;
    for (const wish of phase) {
      const command: Command = { type: 'request', line: LINE, request: { user: USERS.admin, userAgent: 'kubectl', method: 'POST', path: wish.path, query: { fieldManager: 'kubectl-create', fieldValidation: 'Strict' }, body: wish.object } as Extract<Command, { type: 'request' }>['request'] };
      sent.set(act(timeline, command).id, wish);
    }
    let seen = since;
    const answered = (): boolean => {
      const { trace } = timeline.world;
      for (; seen < trace.length; seen++) {
        const record = itemAt(trace, seen)!;
        if (record.type !== 'reply' || record.process !== 'user' || !sent.has(record.id)) continue;
        answers.push([sent.get(record.id)!, record.response.code < 300 ? undefined : (record.response.body as Status)]);
        sent.delete(record.id);
      }
      return sent.size === 0;
    };
    if (!(await until(answered, timeline.world.now + 600_000_000))) return undefined;
    if (phase.some(early) && !(await until(() => false, timeline.world.now + PREPARE_MICROS))) return undefined;
  }
  return { timeline, answers };
}

// ---- out

export type ExportAs = 'manifests' | Target;
export interface Exported {
  readonly text: string;
  readonly objects: number;
  readonly left: readonly (Sorted & { readonly why: Why })[];
}

/** The present as manifests, or the story up to now as a script. */
export function exported(timeline: Timeline, scenario: string, as: ExportAs): Exported {
  const { world, story, inputs } = timeline;
  if (as !== 'manifests') {
    // The script of the story itself, and what was done besides, in order of time.
    const done = [...story.script.slice(0, timeline.scripted), ...inputs.slice(0, timeline.played)].map((input, i) => ({ ...input, i })).sort((a, b) => a.at - b.at || a.i - b.i);
    return { text: script(as, { name: scenario, nodes: story.config.nodes, inputs: done }), objects: done.length, left: [] };
  }
  const all = [...world.store.tables.keys()].flatMap((kind) => headList(world.store, kind) as readonly unknown[]) as readonly Tree[];
  const { objects, left } = portable(all);
  return { text: objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n'), objects: objects.length, left };
}

