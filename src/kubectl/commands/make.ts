import type { KubernetesObject } from '../../sim/api/object.ts';
import type { Status } from '../../sim/api/request.ts';
import { Failure, Refusal } from '../failure.ts';
import { text, truth } from '../flags.ts';
import { changed } from '../output.ts';
import { builtIn, pathIn } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { call } from '../steps.ts';
import type { Tree } from '../tree.ts';
import { dryRun, withLastApplied, writeQuery } from './apply.ts';

/** StatusError.Error() where a command says "failed to create ..." around it: client-go's text, which for several causes is a list. */
export const wrapped = (what: string, status: Status): Failure => new Failure(`error: failed to create ${what}: ${status.message ?? ''}`);

/** Sends a made object, or shows it; `wrap` names the command's own words for a refusal, where it has some. */
export function* make(context: Context, object: Tree, wrap?: string, done = 'created'): Run<KubernetesObject> {
  const info = builtIn(String(object.kind))!;
  const mode = dryRun(context);
  const inNamespace = info.namespaced && (mode !== 'client' || context.enforceNamespace);
  const placed: Tree = inNamespace ? { ...object, metadata: { ...(object.metadata as Tree), namespace: context.namespace } } : object;
  const body = truth(context.flags, 'save-config') ? withLastApplied(placed) : placed;
  let made = body as unknown as KubernetesObject;
  if (mode !== 'client') {
    try {
      made = (yield* call(context, { method: 'POST', path: pathIn(info, info.namespaced ? context.namespace : undefined), query: writeQuery(context, 'kubectl-create'), body })).body as KubernetesObject;
    } catch (error) {
      throw error instanceof Refusal && wrap !== undefined ? wrapped(wrap, error.status) : error;
    }
  }
  yield { out: changed(text(context.flags, 'output'), { info, object: made }, done, mode) };
  return made;
}

export function oneName(context: Context, words: readonly string[], command: string): string {
  const before = context.flags.dash === undefined ? words : words.slice(0, words.length - (context.flags.args.length - context.flags.dash));
  if (before.length !== 1) throw new Failure(`error: exactly one NAME is required, got ${before.length}\nSee 'kubectl create ${command} -h' for help and examples`);
  return before[0]!;
}
export const afterDash = (context: Context): readonly string[] => (context.flags.dash === undefined ? [] : context.flags.args.slice(context.flags.dash));

export const intOrString = (value: string): number | string => (/^\d+$/.test(value) ? Number(value) : value);
export const labelsOf = (spec: string): Tree => Object.fromEntries(spec.split(',').filter((part) => part !== '').map((part) => {
  const [key = '', ...value] = part.split('=');
  return [key, value.join('=')];
}));
/** Only the fields that are not undefined. */
export const only = (tree: Readonly<Record<string, Tree[string] | undefined>>): Tree => Object.fromEntries(Object.entries(tree).filter((entry): entry is [string, Tree[string]] => entry[1] !== undefined));
