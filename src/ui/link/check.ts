import { KINDS } from '../../sim/api/kinds.ts';
import { USERS, type Status } from '../../sim/api/request.ts';
import { MAX_PODS } from '../../sim/apiserver/limits.ts';
import { read } from '../../sim/index.ts';
import type { World } from '../../sim/cluster/world.ts';
import type { Problem } from './protocol.ts';

/** The API server's own limit, asked for before the request so that the page can say it in its words and language. */
export const MOST_REPLICAS = MAX_PODS;
const MOST_OBJECTS = 500;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
export const replicasOf = (body: unknown): number => {
  const spec = isMap(body) ? body['spec'] : undefined;
  const replicas = isMap(spec) ? spec['replicas'] : undefined;
  return typeof replicas === 'number' ? replicas : 0;
};

/** What the API server would answer if these objects were created: the same door, with dryRun, so nothing is written. */
export function checkObjects(world: World, objects: readonly unknown[]): readonly Problem[] {
  if (objects.length > MOST_OBJECTS) return [{ object: MOST_OBJECTS, field: '', message: '', limit: { code: 'limit.objects', args: { asked: objects.length, most: MOST_OBJECTS } } }];
  return objects.flatMap((object, i) => checkOne(world, object, i));
}

/** Go names the field of a wrong type by its struct and path, without places in lists: "Go struct field Container.spec.containers.ports". */
function mistyped(object: unknown, message: string): string | undefined {
  const path = /Go struct field \w+\.([\w.]+) of type/.exec(message)?.[1];
  return path === undefined ? undefined : fieldAt(object, path.split('.'), '');
}
function fieldAt(value: unknown, [name, ...rest]: readonly string[], so: string): string | undefined {
  if (name === undefined) return so;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      const found = fieldAt(item, [name, ...rest], `${so}[${i}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return isMap(value) && Object.hasOwn(value, name) ? fieldAt(value[name], rest, so === '' ? name : `${so}.${name}`) : undefined;
}

const rootOf = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);
/** Asked of discovery, which knows older versions and custom kinds as well. */
function servedKind(world: World, apiVersion: string, kind: string): { readonly name: string; readonly namespaced: boolean } | undefined {
  if (!/^[\w.-]+(?:\/[\w.-]+)?$/.test(apiVersion)) return undefined;
  const { resources } = read(world, { user: USERS.admin, method: 'GET', path: rootOf(apiVersion) }).body as { readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[] };
  return resources?.find((each) => each.kind === kind && !each.name.includes('/'));
}

function checkOne(world: World, object: unknown, i: number): readonly Problem[] {
  if (!isMap(object)) return [{ object: i, field: '', message: 'error validating data: not an object' }];
  const { kind, apiVersion, metadata } = object;
  if (typeof kind !== 'string' || kind === '') return [{ object: i, field: 'kind', message: 'kind not set' }];
  if (typeof apiVersion !== 'string' || apiVersion === '') return [{ object: i, field: 'apiVersion', message: 'apiVersion not set' }];
  const info = servedKind(world, apiVersion, kind);
  if (info === undefined) return [{ object: i, field: KINDS.some((each) => each.kind === kind) ? 'apiVersion' : 'kind', message: `no matches for kind "${kind}" in version "${apiVersion}"`, limit: { code: 'limit.kind', args: {} } }];
  const asked = replicasOf(object);
  if (asked > MOST_REPLICAS) return [{ object: i, field: 'spec.replicas', message: '', limit: { code: 'limit.replicas', args: { asked, most: MOST_REPLICAS } } }];
  const given = isMap(metadata) && typeof metadata['namespace'] === 'string' && metadata['namespace'] !== '' ? metadata['namespace'] : 'default';
  const body = info.namespaced ? { ...object, metadata: { ...(isMap(metadata) ? metadata : {}), namespace: given } } : object;
  const answer = read(world, { user: USERS.admin, userAgent: 'kubectl', method: 'POST', path: `${rootOf(apiVersion)}${info.namespaced ? `/namespaces/${given}` : ''}/${info.name}`, query: { dryRun: 'All', fieldValidation: 'Strict' }, body } as Parameters<typeof read>[1]);
  // What is there already will be changed, not created; its creation tells nothing more.
  if (answer.code < 300 || answer.code === 409) return [];
  const status = answer.body as Status;
  const causes = status.details?.causes ?? [];
  if (causes.length > 0) return causes.map((cause) => ({ object: i, field: cause.field ?? '', message: cause.message ?? status.message ?? '' }));
  const unknown = [...(status.message ?? '').matchAll(/unknown field "([^"]+)"/g)].map((found) => found[1]!);
  if (unknown.length > 0) return unknown.map((field) => ({ object: i, field, message: `unknown field "${field}"` }));
  return [{ object: i, field: mistyped(object, status.message ?? '') ?? '', message: status.message ?? String(answer.code) }];
}
