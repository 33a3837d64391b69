import { resourceInfo, type KindInfo } from '../api/kinds.ts';
import { beyond } from './beyond.ts';
import type { Store } from './store.ts';

/**
 * What a path of the API names. Paths are those of the real API: `/api/v1/...` for the core group, `/apis/GROUP/VERSION/...` for the
 * others, `/namespaces/NS/` before a namespaced resource, then the resource, a name, a subresource.
 */
export type Route =
  | {
      readonly type: 'resource';
      readonly info: KindInfo;
      /** As the path says it: "v1", "apps/v1"; `events.k8s.io/v1` for an Event of that group. */
      readonly apiVersion: string;
      readonly namespace: string | undefined;
      readonly name: string | undefined;
      readonly subresource: string | undefined;
    }
  /** A document about the API itself (discovery.ts), if there is one at this path. */
  | { readonly type: 'document'; readonly path: string };

// An invisible cache: the same path always names the same thing, and components ask for few different ones, often.
const known = new Map<string, Route | undefined>();

export function route(path: string): Route | undefined {
  const cached = known.get(path);
  if (cached !== undefined) return cached;
  const found = ofPod(path) ?? parse(path);
  if (found !== undefined && path.length < 512) {
    if (known.size > 4096) known.clear();
    known.set(path, found);
  }
  return found;
}

const POD = /^(\/api\/v1\/namespaces\/[a-z0-9-]+\/pods)\/([a-z0-9.-]+)(?:\/(status|binding))?$/;
/** Nothing is asked for under so many different paths as Pods: what is the same in all of them is read once. */
function ofPod(path: string): Route | undefined {
  const parts = POD.exec(path);
  if (parts === null) return undefined;
  const all = route(parts[1]!);
  return all?.type !== 'resource' ? undefined : { type: 'resource', info: all.info, apiVersion: all.apiVersion, namespace: all.namespace, name: parts[2]!, subresource: parts[3] };
}

/** A path in a world: the built-in kinds first, then those that the world's CustomResourceDefinitions add. */
export function routeIn(store: Store, path: string): Route | undefined {
  const found = route(path);
  const { custom } = beyond;
  if (found !== undefined || custom === undefined || (store.tables.get('CustomResourceDefinition')?.live.size ?? 0) === 0) return found;
  return parse(path, (group, version, name) => custom.kind(store, group, version, name));
}

type Lookup = (group: string, version: string, resource: string) => KindInfo | undefined;

function parse(path: string, lookup: Lookup = resourceInfo): Route | undefined {
  const question = path.indexOf('?');
  const parts = (question < 0 ? path : path.slice(0, question)).split('/');
  if (parts[0] !== '') return undefined;
  if (parts.at(-1) === '') parts.pop();
  const root = parts[1];
  if (root === 'api' && parts.length > 3) return resource('', parts[2]!, parts, 3, lookup);
  if (root === 'apis' && parts.length > 4) return resource(parts[2]!, parts[3]!, parts, 4, lookup);
  const isDocument = (root === 'api' && parts.length <= 3) || (root === 'apis' && parts.length <= 4) || (root === 'version' && parts.length === 2);
  return isDocument ? { type: 'document', path: parts.join('/') } : undefined;
}

function decoded(part: string): string | undefined {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function resource(group: string, version: string, parts: readonly string[], start: number, lookup: Lookup): Route | undefined {
  let at = start;
  let namespace: string | undefined;
  // `/namespaces/NS/RESOURCE`, but `/namespaces/NS/finalize` and `/namespaces/NS/status` are subresources of the Namespace itself.
  if (parts[at] === 'namespaces' && parts.length > at + 2 && !(group === '' && parts.length === at + 3 && (parts[at + 2] === 'finalize' || parts[at + 2] === 'status'))) {
    namespace = decoded(parts[at + 1]!);
    if (namespace === undefined || namespace === '') return undefined;
    at += 2;
  }
  const info = lookup(group, version, parts[at] ?? '');
  if (info === undefined || parts.length > at + 3) return undefined;
  if (namespace !== undefined && !info.namespaced) return undefined;
  const name = parts[at + 1] === undefined ? undefined : decoded(parts[at + 1]!);
  if (name === '' || (name === undefined && parts[at + 1] !== undefined)) return undefined;
  // An object of a namespaced kind has no path without its namespace.
  if (name !== undefined && info.namespaced && namespace === undefined) return undefined;
  const subresource = parts[at + 2];
  if (subresource !== undefined && !info.subresources.includes(subresource)) return undefined;
  return { type: 'resource', info, apiVersion: group === '' ? version : `${group}/${version}`, namespace, name, subresource };
}
