import type { KindInfo } from '../sim/api/kinds.ts';
import { KINDS, apiVersionOf, pathOf } from '../sim/api/kinds.ts';
import type { KubernetesObject } from '../sim/api/object.ts';
import { Failure, Refusal, problemsText } from './failure.ts';
import type { Problem } from './failure.ts';
import { text, truth } from './flags.ts';
import type { Context, Run } from './steps.ts';
import { list, read } from './steps.ts';

export const NO_RESOURCE = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;

export const CATEGORY_ALL: readonly KindInfo[] = KINDS.filter((info) => info.inAll === true);

/** A resource by any name that discovery gives it: "po", "pods", "Pod", "deployments.apps", "deployments.v1.apps". */
export function findResource(name: string): KindInfo | undefined {
  const lower = name.toLowerCase();
  const [first, ...rest] = lower.split('.');
  for (const info of KINDS) {
    if (first !== info.resource && first !== info.singular && !info.shortNames.includes(first ?? '')) continue;
    const group = rest[0] === info.version ? rest.slice(1).join('.') : rest.join('.');
    if (rest.length === 0 || group === info.group) return info;
  }
  return undefined;
}

export function resource(name: string): KindInfo {
  const info = findResource(name);
  if (info === undefined) throw new Failure(`error: the server doesn't have a resource type "${name.split('.')[0]!}"`);
  return info;
}

/** "deployment.apps", as messages name an object's type. */
export const typeName = (info: KindInfo): string => `${info.kind.toLowerCase()}${info.group === '' ? '' : `.${info.group}`}`;
/** "deployment.apps/web". */
export const fullName = (info: KindInfo, name: string): string => `${typeName(info)}/${name}`;

export interface Target {
  readonly info: KindInfo;
  /** Absent: all of them, by selectors. */
  readonly name?: string;
}
export interface Found {
  readonly info: KindInfo;
  readonly object: KubernetesObject;
}

/** TYPE NAME..., TYPE/NAME..., TYPE,TYPE [NAME...]: what the words of a command line name. */
export function targets(args: readonly string[]): Target[] {
  if (args.length === 0) return [];
  if (args.some((arg) => arg.includes('/'))) {
    return args.map((arg) => {
      const parts = arg.split('/');
      if (parts.length === 1) {
        throw new Failure(
          `error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'`,
        );
      }
      if (parts.length > 2) throw new Failure('error: arguments in resource/name form may not have more than one slash');
      if (parts[0] === '' || parts[1] === '') throw new Failure(`error: arguments in resource/name form must have a single resource and name`);
      return { info: resource(parts[0]!), name: parts[1]! };
    });
  }
  const infos = args[0]!.split(',').filter((part) => part !== '').flatMap((part) => (part === 'all' ? CATEGORY_ALL : [resource(part)]));
  const names = args.slice(1);
  return names.length === 0 ? infos.map((info) => ({ info })) : infos.flatMap((info) => names.map((name) => ({ info, name })));
}

/** Whether a table must say of which type each row is. */
export const severalTypes = (args: readonly string[], wanted: readonly Target[]): boolean =>
  args[0]?.split(',').includes('all') === true || new Set(wanted.map((target) => target.info.kind)).size > 1;

export const inNamespace = (context: Context, info: KindInfo): string | undefined => (info.namespaced && !truth(context.flags, 'all-namespaces') ? context.namespace : undefined);

export function selectors(context: Context): Record<string, string> {
  const labels = text(context.flags, 'selector');
  const fields = text(context.flags, 'field-selector');
  return { ...(labels === undefined || labels === '' ? {} : { labelSelector: labels }), ...(fields === undefined || fields === '' ? {} : { fieldSelector: fields }) };
}

/** Fetches what is named, in order; what cannot be had is collected, so that the rest is still shown. */
export function* fetchAll(context: Context, wanted: readonly Target[]): Run<{ readonly found: readonly Found[]; readonly problems: readonly Problem[] }> {
  const found: Found[] = [];
  const problems: Problem[] = [];
  for (const { info, name } of wanted) {
    try {
      if (name === undefined) {
        for (const object of yield* list(context, pathOf(info.kind, inNamespace(context, info)), selectors(context))) found.push({ info, object });
      } else found.push({ info, object: yield* read(context, pathOf(info.kind, inNamespace(context, info), name)) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status } = error;
      // client-go says which list could not be had where a selector was refused.
      const enhanced = name === undefined && status.reason === 'BadRequest'
        ? { ...status, message: `Unable to find "${apiVersionOf(info).includes('/') ? apiVersionOf(info) : `/${info.version}`}, Resource=${info.resource}" that match label selector "${text(context.flags, 'selector') ?? ''}", field selector "${text(context.flags, 'field-selector') ?? ''}": ${status.message ?? ''}` }
        : status;
      problems.push({ status: enhanced });
    }
  }
  return { found, problems };
}

/** Like `fetchAll`, for commands that do nothing when a part is missing. */
export function* fetchEvery(context: Context, wanted: readonly Target[]): Run<readonly Found[]> {
  const { found, problems } = yield* fetchAll(context, wanted);
  if (problems.length > 0) throw new Failure(problemsText(problems));
  return found;
}

export const pathFor = ({ info, object }: Found, subresource?: string): string => pathOf(info.kind, info.namespaced ? object.metadata.namespace : undefined, object.metadata.name, subresource);
