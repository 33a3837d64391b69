import type { CustomColumn } from '../sim/api/columns/custom.ts';
import { customColumns } from '../sim/api/columns/custom.ts';
import type { KindInfo } from '../sim/api/kinds.ts';
import { ANSWERED_KINDS, KINDS, apiVersionOf, pathOf } from '../sim/api/kinds.ts';
import type { KubernetesObject } from '../sim/api/object.ts';
import { Failure, Refusal, problemsText } from './failure.ts';
import type { Problem } from './failure.ts';
import { text, truth } from './flags.ts';
import type { Context, Run } from './steps.ts';
import { list, listWithVersion, read } from './steps.ts';
import { dig, isList } from './tree.ts';

export const NO_RESOURCE = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;

/** A kind as kubectl knows it: built in, or defined by a CustomResourceDefinition. */
export interface Resource extends KindInfo {
  /** The columns of a custom kind. */
  readonly custom?: readonly CustomColumn[];
  readonly categories?: readonly string[];
}

/** The path of a collection, an object or a subresource, for built-in and custom kinds alike. */
export function pathIn(info: Resource, namespace: string | undefined, name?: string, subresource?: string): string {
  const prefix = info.group === '' ? `/api/${info.version}` : `/apis/${info.group}/${info.version}`;
  const scope = info.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  return `${prefix}${scope}/${info.resource}${name === undefined ? '' : `/${name}`}${subresource === undefined ? '' : `/${subresource}`}`;
}

function resourcesOf(definition: KubernetesObject): readonly Resource[] {
  const at = (...path: readonly string[]): string => String(dig(definition, 'spec', ...path) ?? '');
  const words = (name: string): readonly string[] => {
    const found = dig(definition, 'spec', 'names', name);
    return isList(found) ? found.map(String) : [];
  };
  const versions = dig(definition, 'spec', 'versions');
  return (isList(versions) ? versions : []).filter((one) => dig(one, 'served') === true).map((one): Resource => {
    const version = String(dig(one, 'name'));
    const subresources = [...(dig(one, 'subresources', 'status') === undefined ? [] : ['status']), ...(dig(one, 'subresources', 'scale') === undefined ? [] : ['scale'])];
    return {
      kind: at('names', 'kind'), group: at('group'), version, resource: at('names', 'plural'), singular: at('names', 'singular') === '' ? at('names', 'kind').toLowerCase() : at('names', 'singular'),
      shortNames: words('shortNames'), namespaced: at('scope') === 'Namespaced', subresources, categories: words('categories'), inAll: words('categories').includes('all'), custom: customColumns(definition, version),
    };
  });
}

/** The custom kinds, asked for once a command: the discovery that a real kubectl does when its cache does not know a name. */
export function* customResources(context: Context): Run<readonly Resource[]> {
  if (context.discovered.custom === undefined) {
    let definitions: readonly KubernetesObject[] = [];
    try {
      definitions = yield* list(context, pathOf('CustomResourceDefinition', undefined));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    context.discovered.custom = definitions.flatMap(resourcesOf);
  }
  return context.discovered.custom;
}

function named(infos: readonly Resource[], name: string): Resource | undefined {
  const lower = name.toLowerCase();
  const [first, ...rest] = lower.split('.');
  for (const info of infos) {
    if (first !== info.resource && first !== info.singular && !info.shortNames.includes(first ?? '')) continue;
    const group = rest[0] === info.version || info.olderVersions?.includes(rest[0] ?? '') === true ? rest.slice(1).join('.') : rest.join('.');
    if (rest.length === 0 || group === info.group) return info;
  }
  return undefined;
}

/** A built-in resource by any name that discovery gives it: "po", "pods", "Pod", "deployments.apps", "deployments.v1.apps". */
export const builtIn = (name: string): Resource | undefined => named(LISTED, name);
/** Component statuses are answered, not stored, and can be listed all the same. */
const LISTED: readonly Resource[] = [...KINDS, ...ANSWERED_KINDS.filter((info) => info.verbs?.includes('list') === true)];

/** A resource by any of its names, custom ones included. */
export function* findResource(context: Context, name: string): Run<Resource | undefined> {
  return builtIn(name) ?? named(yield* customResources(context), name);
}

export function* resource(context: Context, name: string): Run<Resource> {
  const info = yield* findResource(context, name);
  if (info === undefined) throw new Failure(`error: the server doesn't have a resource type "${name.split('.')[0]!}"`);
  return info;
}

/** The resource of a manifest's kind and version. */
export function* resourceOfKind(context: Context, kind: string, apiVersion: string): Run<Resource | undefined> {
  const matches = (info: Resource): boolean => info.kind === kind && apiVersionOf(info) === apiVersion;
  const own = KINDS.find(matches);
  if (own !== undefined) return own;
  // Versions that are served besides the one that is shown.
  const older = KINDS.find((info) => info.kind === kind && info.group === apiVersion.split('/')[0] && ALSO_SERVED.has(`${apiVersion}/${kind}`));
  if (older !== undefined) return { ...older, version: apiVersion.split('/')[1]! };
  if (kind === 'Event' && apiVersion === 'events.k8s.io/v1') return { ...KINDS.find((info) => info.kind === 'Event')!, group: 'events.k8s.io' };
  return (yield* customResources(context)).find(matches);
}
const ALSO_SERVED = new Set(['autoscaling/v1/HorizontalPodAutoscaler']);

/** "deployment.apps", as messages name an object's type. */
export const typeName = (info: KindInfo): string => `${info.kind.toLowerCase()}${info.group === '' ? '' : `.${info.group}`}`;
/** "deployment.apps/web". */
export const fullName = (info: KindInfo, name: string): string => `${typeName(info)}/${name}`;

export interface Target {
  readonly info: Resource;
  /** Absent: all of them, by selectors. */
  readonly name?: string;
  /** Of a manifest: its own namespace, which may be another than the command's. */
  readonly namespace?: string;
}
export interface Found {
  readonly info: Resource;
  readonly object: KubernetesObject;
}

/** The kinds of `all`, in the order in which discovery lists them. */
export function* everyKind(context: Context, category: string): Run<readonly Resource[]> {
  const custom = yield* customResources(context);
  return [...(category === 'all' ? KINDS.filter((info) => info.inAll === true).sort((a, b) => (`${a.group}/${a.resource}` < `${b.group}/${b.resource}` ? -1 : 1)) : []), ...custom.filter((info) => info.categories?.includes(category) === true)];
}

/** TYPE NAME..., TYPE/NAME..., TYPE,TYPE [NAME...]: what the words of a command line name. */
export function* targets(context: Context, args: readonly string[]): Run<Target[]> {
  if (args.length === 0) return [];
  if (args.some((arg) => arg.includes('/'))) {
    const out: Target[] = [];
    for (const arg of args) {
      const parts = arg.split('/');
      if (parts.length === 1) {
        throw new Failure(
          `error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'`,
        );
      }
      if (parts.length > 2) throw new Failure('error: arguments in resource/name form may not have more than one slash');
      if (parts[0] === '' || parts[1] === '') throw new Failure(`error: arguments in resource/name form must have a single resource and name`);
      for (const type of parts[0]!.split(',')) out.push({ info: yield* resource(context, type), name: parts[1]! });
    }
    return out;
  }
  const infos: Resource[] = [];
  for (const part of args[0]!.split(',').filter((one) => one !== '')) {
    if (part === 'all') infos.push(...(yield* everyKind(context, part)));
    else infos.push(yield* resource(context, part));
  }
  const names = args.slice(1);
  return names.length === 0 ? infos.map((info) => ({ info })) : infos.flatMap((info) => names.map((name) => ({ info, name })));
}

/** Whether a table must say of which type each row is. */
export const severalTypes = (args: readonly string[], wanted: readonly Target[]): boolean =>
  args[0]?.split(',').includes('all') === true || new Set(wanted.map((target) => target.info.kind)).size > 1;

export const inNamespace = (context: Context, info: Resource): string | undefined => (info.namespaced && !truth(context.flags, 'all-namespaces') ? context.namespace : undefined);

export function selectors(context: Context): Record<string, string> {
  const labels = text(context.flags, 'selector');
  const fields = text(context.flags, 'field-selector');
  return { ...(labels === undefined || labels === '' ? {} : { labelSelector: labels }), ...(fields === undefined || fields === '' ? {} : { fieldSelector: fields }) };
}

/** Fetches what is named, in order; what cannot be had is collected, so that the rest is still shown. */
export function* fetchAll(context: Context, wanted: readonly Target[]): Run<{ readonly found: readonly Found[]; readonly problems: readonly Problem[]; /** Where a watch of what was read last begins. */ readonly version: string }> {
  const found: Found[] = [];
  const problems: Problem[] = [];
  let version = '0';
  for (const { info, name, namespace } of wanted) {
    try {
      if (name === undefined) {
        const all = yield* listWithVersion(context, pathIn(info, inNamespace(context, info)), selectors(context));
        version = all.version;
        for (const object of all.items) found.push({ info, object });
      } else {
        const object = yield* read(context, pathIn(info, namespace ?? inNamespace(context, info), name));
        version = object.metadata.resourceVersion;
        found.push({ info, object });
      }
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
  return { found, problems, version };
}

/** Like `fetchAll`, for commands that do nothing when a part is missing. */
export function* fetchEvery(context: Context, wanted: readonly Target[]): Run<readonly Found[]> {
  const { found, problems } = yield* fetchAll(context, wanted);
  if (problems.length > 0) throw new Failure(problemsText(problems));
  return found;
}

export const pathFor = ({ info, object }: Found, subresource?: string): string => pathIn(info, info.namespaced ? object.metadata.namespace : undefined, object.metadata.name, subresource);
