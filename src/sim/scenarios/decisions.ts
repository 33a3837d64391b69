import type { Node, Pod } from '../api/object.ts';
import type { Args } from '../observe/chapters.ts';
import { noted, written, type When } from './when.ts';

// Signs of the stories of the scheduler: what it decided about the Pods of a name, and what became of it.

/** As much of the scheduler's note as chapters tell (scheduler/decide.ts, Choice). */
interface Noted {
  readonly decision: {
    readonly pod: string;
    readonly nodes: readonly string[];
    readonly chosen: string | undefined;
    readonly feasibleCount: number;
    readonly top: number;
    readonly second: number;
    readonly failure?: { readonly message: string; readonly postFilter: { readonly chosen?: { readonly node: string; readonly victims: readonly { readonly pod: Pod }[] } } };
  };
  readonly attempt: number;
}

/** `names`: of the Pods that are meant, or how they begin. */
const decided = (names: string, test: (note: Noted, args: Args) => Args | undefined): When =>
  noted(/^scheduler$/, (note) => {
    if (note.type !== 'decision') return undefined;
    const it = note as unknown as Noted;
    const name = it.decision.pod.slice(it.decision.pod.indexOf('/') + 1);
    if (name !== names && !name.startsWith(`${names}-`)) return undefined;
    return test(it, { name, nodes: it.decision.nodes.length, attempt: it.attempt });
  });

/** A node was found. */
export const chose = (names: string): When =>
  decided(names, ({ decision: { chosen, feasibleCount, top, second } }, args) => (chosen === undefined ? undefined : { ...args, node: chosen, feasible: feasibleCount, out: Number(args['nodes']) - feasibleCount, ahead: feasibleCount > 1 ? top - second : 0 }));

/** No node could take it, and nobody had to go for it. */
export const refused = (names: string): When =>
  decided(names, ({ decision: { chosen, failure } }, args) => (chosen !== undefined || failure?.postFilter.chosen !== undefined ? undefined : { ...args, message: failure?.message ?? '' }));

/** Others are to make room for it. */
export const makesRoom = (names: string): When =>
  decided(names, ({ decision: { failure } }, args) => {
    const taken = failure?.postFilter.chosen;
    return taken === undefined ? undefined : { ...args, node: taken.node, victim: taken.victims[0]?.pod.metadata.name ?? '', victims: taken.victims.length };
  });

const isOf = (names: string, name: string): boolean => name === names || name.startsWith(`${names}-`);

export const made = (names: string): When => written('Pod', ({ before, after }) => before === undefined && after !== undefined && isOf(names, after.metadata.name));
export const leaving = (names: string): When => written('Pod', ({ before, after }) => before?.metadata.deletionTimestamp === undefined && (after === undefined ? before !== undefined && isOf(names, before.metadata.name) : after.metadata.deletionTimestamp !== undefined && isOf(names, after.metadata.name)));
export const left = (names: string): When => written('Pod', ({ before, after }) => after === undefined && before !== undefined && isOf(names, before.metadata.name));
export const runs = (names: string): When =>
  written('Pod', ({ before, after }) => {
    const pod = after as Pod | undefined;
    return pod?.status.phase === 'Running' && (before as Pod | undefined)?.status.phase !== 'Running' && isOf(names, pod.metadata.name) ? { name: pod.metadata.name, node: pod.spec.nodeName ?? '' } : undefined;
  });

interface Listed {
  readonly images?: readonly { readonly names?: readonly string[] }[];
}
/** A node says that it has an image. */
export const hasImage = (part: string): When =>
  written('Node', ({ before, after }) => {
    const lists = (node: Node | undefined): boolean => (node?.status as Listed | undefined)?.images?.some(({ names }) => names?.some((name) => name.includes(part))) === true;
    return lists(after as Node | undefined) && !lists(before as Node | undefined) ? { node: after!.metadata.name } : undefined;
  });

export const labelled = (key: string): When => written('Node', ({ before, after }) => (before !== undefined && before.metadata.labels?.[key] === undefined && after?.metadata.labels?.[key] !== undefined ? { node: after.metadata.name, key } : undefined));
