import { apiVersionOf, type KindInfo } from '../sim/api/kinds.ts';
import { USERS } from '../sim/api/request.ts';
import { typeOfKind, type Field, type Scalar, type StructType, type TypeNode } from '../sim/apiserver/schema.ts';
import type { World } from '../sim/cluster/world.ts';
import { read } from '../sim/index.ts';
import { customKinds } from './customKinds.ts';

/**
 * OpenAPI v3 and v2, made from the table of types that decodes and patches, so that what is published is what is done. Texts are left out: the
 * recordings have none. Named in the real way are the kinds; the types below them carry the name that the table has for them.
 */

type Schema = Readonly<Record<string, unknown>>;

const SCALARS: Readonly<Record<Scalar, Schema>> = {
  s: { type: 'string' },
  b: { type: 'boolean' },
  i: { type: 'integer', format: 'int32' },
  l: { type: 'integer', format: 'int64' },
  f: { type: 'number', format: 'double' },
  y: { type: 'string', format: 'byte' },
  t: { type: 'string', format: 'date-time' },
  u: { type: 'string', format: 'date-time' },
  q: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  x: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  r: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
};
/** Swagger 2 knows no choice between types. */
const SCALARS_V2: Readonly<Record<Scalar, Schema>> = { ...SCALARS, q: { type: 'string' }, x: { type: 'string', format: 'int-or-string' } };

interface Dialect {
  readonly scalars: Readonly<Record<Scalar, Schema>>;
  readonly prefix: string;
}
const V3: Dialect = { scalars: SCALARS, prefix: '#/components/schemas/' };
const V2: Dialect = { scalars: SCALARS_V2, prefix: '#/definitions/' };

const groupName = (group: string): string => (group === '' ? 'core' : group.split('.')[0]!);
const kindName = (info: KindInfo): string => `io.k8s.api.${groupName(info.group)}.${info.version}.${info.kind}`;
const typeName = (struct: StructType): string => (struct.name === 'ObjectMeta' || struct.name === 'ListMeta' ? `io.k8s.apimachinery.pkg.apis.meta.v1.${struct.name}` : `io.k8s.types.${struct.name}`);

function typeSchema(type: TypeNode, found: Set<StructType>, dialect: Dialect): Schema {
  switch (type.is) {
    case 'scalar':
      return dialect.scalars[type.scalar];
    case 'struct':
      found.add(type.struct);
      return { $ref: `${dialect.prefix}${typeName(type.struct)}` };
    case 'list':
      return { type: 'array', items: typeSchema(type.of, found, dialect) };
    case 'map':
      return { type: 'object', additionalProperties: typeSchema(type.of, found, dialect) };
  }
}

function fieldSchema(field: Field, found: Set<StructType>, dialect: Dialect): Schema {
  return {
    ...typeSchema(field.type, found, dialect),
    ...(field.listKeys === undefined ? {} : field.listKeys.length === 0 ? { 'x-kubernetes-list-type': 'set' } : { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': field.listKeys }),
    ...(field.patchStrategies.length === 0 ? {} : { 'x-kubernetes-patch-strategy': field.patchStrategies.join(',') }),
    ...(field.patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': field.patchMergeKey }),
  };
}

/** The one type that every object has is described, custom ones too: `kubectl explain KIND.metadata` is asked of anybody. */
const META_TEXTS: Readonly<Record<string, string>> = {
  annotations: 'Annotations is a map of texts that tools keep with an object; nothing is selected by them.',
  creationTimestamp: 'CreationTimestamp is a timestamp of the server\'s clock when the object was created.',
  deletionGracePeriodSeconds: 'Seconds that the object is given to end; set together with deletionTimestamp.',
  deletionTimestamp: 'DeletionTimestamp is the time by which the object shall be gone; it is set by the server when its end was asked for.',
  finalizers: 'Each entry is what somebody still has to do before the object goes; it goes when the list is empty.',
  generateName: 'GenerateName is a prefix of which the server makes a unique name, if there is no name.',
  generation: 'A number that grows with each change of what is wanted.',
  labels: 'Labels are a map by which objects are organized and selected.',
  managedFields: 'ManagedFields says which fields were last set by whom.',
  name: 'Name is unique within a namespace. It cannot be changed.',
  namespace: 'Namespace is the space within which the name is unique. It cannot be changed.',
  ownerReferences: 'Objects that this one belongs to. When all of them are gone it is collected.',
  resourceVersion: 'An opaque text of the version of the object, with which clients see that it has changed.',
  selfLink: 'No longer set by the server.',
  uid: 'UID is unique in time and space, and given by the server.',
};

const structSchema = (struct: StructType, found: Set<StructType>, dialect: Dialect): Schema => ({
  type: 'object',
  properties: Object.fromEntries(
    struct.fields.map((field) => {
      const description = struct.name === 'ObjectMeta' ? META_TEXTS[field.name] : undefined;
      return [field.name, { ...fieldSchema(field, found, dialect), ...(description === undefined ? {} : { description }) }];
    }),
  ),
});

/** A kind's schema, and those of all types below it. */
function addKind(into: Map<string, Schema>, info: KindInfo, dialect: Dialect): void {
  const struct = typeOfKind(info.kind, apiVersionOf(info));
  if (struct === undefined) return;
  const found = new Set<StructType>();
  const gvk = [{ group: info.group, kind: info.kind, version: info.version }];
  into.set(kindName(info), { ...structSchema(struct, found, dialect), 'x-kubernetes-group-version-kind': gvk });
  into.set(`${kindName(info)}List`, {
    type: 'object',
    required: ['items'],
    properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, items: { type: 'array', items: { $ref: `${dialect.prefix}${kindName(info)}` } } },
    'x-kubernetes-group-version-kind': [{ group: info.group, kind: `${info.kind}List`, version: info.version }],
  });
  addTypes(into, found, dialect);
}
function addTypes(into: Map<string, Schema>, found: Set<StructType>, dialect: Dialect): void {
  for (const struct of found) {
    const name = typeName(struct);
    if (into.has(name)) continue;
    const below = new Set<StructType>();
    into.set(name, structSchema(struct, below, dialect));
    addTypes(into, below, dialect);
  }
}

const OPTIONS = ['dryRun', 'fieldManager', 'fieldValidation'];
const operation = (action: string, info: Pick<KindInfo, 'group' | 'version' | 'kind'>, write: boolean): Schema => ({
  operationId: `${action}${info.kind}`,
  ...(write ? { parameters: OPTIONS.map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } })) } : {}),
  responses: { 200: { description: 'OK' } },
  'x-kubernetes-action': action,
  'x-kubernetes-group-version-kind': { group: info.group, kind: info.kind, version: info.version },
});

function addPaths(into: Record<string, Schema>, info: Pick<KindInfo, 'group' | 'version' | 'kind' | 'resource' | 'namespaced'>): void {
  const root = info.group === '' ? `/api/${info.version}` : `/apis/${info.group}/${info.version}`;
  const collection = `${root}${info.namespaced ? '/namespaces/{namespace}' : ''}/${info.resource}`;
  into[collection] = { get: operation('list', info, false), post: operation('post', info, true), delete: operation('deletecollection', info, false) };
  into[`${collection}/{name}`] = { get: operation('get', info, false), put: operation('put', info, true), patch: operation('patch', info, true), delete: operation('delete', info, false) };
}

interface ResourceEntry {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}
/** What discovery lists for a group version, without subresources. */
const document = (world: World, path: string): unknown => read(world, { user: USERS.admin, method: 'GET', path }).body;
function resourcesOf(groupVersion: string, world: World): readonly ResourceEntry[] {
  const { resources } = document(world, groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`) as { readonly resources?: readonly ResourceEntry[] };
  return (resources ?? []).filter(({ name }) => !name.includes('/'));
}
function versionsOf(world: World): readonly string[] {
  const { groups } = document(world, '/apis') as { readonly groups?: readonly { readonly versions: readonly { readonly groupVersion: string }[] }[] };
  return ['v1', ...(groups ?? []).flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))];
}
const parts = (groupVersion: string): readonly [group: string, version: string] => (groupVersion.includes('/') ? (groupVersion.split('/') as [string, string]) : ['', groupVersion]);
const pathOf = (groupVersion: string): string => (groupVersion === 'v1' ? 'api/v1' : `apis/${groupVersion}`);
const infoOf = ({ name, kind, namespaced }: ResourceEntry, groupVersion: string): KindInfo => {
  const [group, version] = parts(groupVersion);
  return { kind, group, version, resource: name, singular: kind.toLowerCase(), shortNames: [], namespaced, subresources: [] };
};

interface Described {
  readonly schemas: Map<string, Schema>;
  readonly paths: Record<string, Schema>;
}
function describe(groupVersions: readonly string[], world: World, dialect: Dialect): Described {
  const schemas = new Map<string, Schema>();
  const paths: Record<string, Schema> = {};
  for (const groupVersion of groupVersions) {
    for (const entry of resourcesOf(groupVersion, world)) {
      const info = infoOf(entry, groupVersion);
      addKind(schemas, info, dialect);
      addPaths(paths, info);
    }
  }
  for (const custom of customKinds(world, dialect === V2 ? 2 : 3)) {
    if (!groupVersions.includes(`${custom.group}/${custom.version}`)) continue;
    schemas.set(custom.schemaName, custom.schema);
    const meta = typeOfKind('ConfigMap')?.byName.get('metadata')?.type;
    if (meta?.is === 'struct') addTypes(schemas, new Set([meta.struct]), dialect);
    addPaths(paths, custom);
  }
  return { schemas, paths };
}

const INFO = { title: 'Kubernetes', version: 'v1.36.3' };

/** The document under a path of /openapi/; undefined: there is none. */
export function openApi(path: string, world: World): object | undefined {
  const all = (): readonly string[] => [...new Set([...versionsOf(world), ...customKinds(world).map(({ group, version }) => `${group}/${version}`)])];
  if (path === '/openapi/v2') {
    const { schemas, paths } = describe(all(), world, V2);
    return { swagger: '2.0', info: INFO, paths, definitions: Object.fromEntries(schemas) };
  }
  if (path === '/openapi/v3' || path === '/openapi/v3/') {
    // The hash tells a client when to read again: custom kinds come and go.
    const hash = (groupVersion: string): string => String(customKinds(world).filter(({ group, version }) => `${group}/${version}` === groupVersion).reduce((sum, { revision }) => sum + revision, 1));
    return { paths: Object.fromEntries(all().map((groupVersion) => [pathOf(groupVersion), { serverRelativeURL: `/openapi/v3/${pathOf(groupVersion)}?hash=${hash(groupVersion)}` }])) };
  }
  const asked = /^\/openapi\/v3\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))$/.exec(path);
  const groupVersion = asked?.[1] ?? asked?.[2];
  if (groupVersion === undefined || !all().includes(groupVersion)) return undefined;
  const { schemas, paths } = describe([groupVersion], world, V3);
  return { openapi: '3.0.0', info: INFO, paths, components: { schemas: Object.fromEntries(schemas) } };
}
