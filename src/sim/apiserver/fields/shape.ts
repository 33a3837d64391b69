import type { Field, StructType, TypeNode } from '../schema.ts';

/**
 * What server-side apply knows of a type: what is one value, what is merged key by key. Made from the table of types when first asked for.
 * After the schema that apimachinery makes of OpenAPI (kube-openapi/pkg/schemaconv).
 */
export type Shape =
  | { readonly is: 'scalar'; readonly scalar: 'numeric' | 'string' | 'boolean' | 'untyped' }
  /** `keys` absent: the list is one value; none: a set of scalars. */
  | { readonly is: 'list'; readonly keys: readonly string[] | undefined; readonly of: Shape; keyDefault(key: string): unknown }
  /** A struct (only its fields are known) or a map (`of` is what each key holds). */
  | { readonly is: 'map'; readonly atomic: boolean; field(name: string): Shape | undefined; isNamed(name: string): boolean }
  /** Nothing is known: what it is shows. A list is one value, a map is merged; `atomic`: it is one value, whatever it is (a RawExtension). */
  | { readonly is: 'any'; readonly atomic?: true };

export const ANY: Shape = { is: 'any' };
const STRING: Shape = { is: 'scalar', scalar: 'string' };
const NUMBER: Shape = { is: 'scalar', scalar: 'numeric' };
const BOOLEAN: Shape = { is: 'scalar', scalar: 'boolean' };
const UNTYPED: Shape = { is: 'scalar', scalar: 'untyped' };
const SCALARS: Readonly<Record<string, Shape>> = { s: STRING, y: STRING, t: UNTYPED, u: UNTYPED, b: BOOLEAN, i: NUMBER, l: NUMBER, f: NUMBER, q: UNTYPED, x: UNTYPED, r: { is: 'any', atomic: true } };

/** x-kubernetes-map-type: atomic, of the type. */
const ATOMIC_TYPES = new Set([
  'MatchResources', 'NamedRuleWithOperations', 'ParamKind', 'ParamRef', 'Variable', 'ConfigMapKeySelector', 'EndpointAddress', 'EndpointPort', 'core.EndpointPort', 'FileKeySelector',
  'LocalObjectReference', 'NodeSelector', 'NodeSelectorTerm', 'ObjectFieldSelector', 'ObjectReference', 'ResourceFieldSelector', 'ScopeSelector', 'SecretKeySelector', 'SecretReference',
  'CrossVersionObjectReference', 'TopologySelectorTerm', 'TypedLocalObjectReference', 'ServiceBackendPort', 'RoleRef', 'Subject', 'LabelSelector', 'OwnerReference',
]);
/** The same, of one field. */
const ATOMIC_FIELDS = new Set(['PodSpec.nodeSelector', 'ReplicationControllerSpec.selector', 'ServiceSpec.selector', 'Scheduling.nodeSelector']);
const GRANULAR_FIELDS = new Set(['PersistentVolumeSpec.claimRef']);
/** Lists with a merge key for patches that apply nevertheless takes as one value. */
const ATOMIC_LISTS = new Set(['JobStatus.conditions', 'PodStatus.hostIPs']);

// Invisible: the same type always has the same shape.
const shapes = new WeakMap<StructType, Shape>();

export function shapeOfStruct(struct: StructType, granular = false): Shape {
  const known = granular ? undefined : shapes.get(struct);
  if (known !== undefined) return known;
  const fields = new Map<string, Shape>();
  const shape: Shape = {
    is: 'map',
    atomic: !granular && ATOMIC_TYPES.has(struct.name),
    field(name) {
      const found = struct.byName.get(name);
      if (found === undefined) return undefined;
      let of = fields.get(name);
      if (of === undefined) fields.set(name, (of = shapeOfField(struct.name, found)));
      return of;
    },
    isNamed: (name) => struct.byName.has(name),
  };
  if (!granular) shapes.set(struct, shape);
  return shape;
}

export const mapOf = (of: Shape, atomic = false): Shape => ({ is: 'map', atomic, field: () => of, isNamed: () => false });

function shapeOfField(owner: string, field: Field): Shape {
  const place = `${owner}.${field.name}`;
  const { type } = field;
  if (type.is === 'list') {
    const of = shapeOfType(type.of);
    const byPatch = field.patchStrategies.includes('merge') ? (field.patchMergeKey === undefined ? [] : [field.patchMergeKey]) : undefined;
    const keys = ATOMIC_LISTS.has(place) ? undefined : (field.listKeys ?? byPatch);
    const struct = type.of.is === 'struct' ? type.of.struct : undefined;
    return { is: 'list', keys, of, keyDefault: (key) => defaultOf(struct?.byName.get(key)) };
  }
  if (type.is === 'map') return mapOf(shapeOfType(type.of), ATOMIC_FIELDS.has(place));
  if (type.is === 'struct' && GRANULAR_FIELDS.has(place)) return shapeOfStruct(type.struct, true);
  return shapeOfType(type);
}

/** The default of a list's key: the protocol of a port; else the zero of what is always written. */
function defaultOf(key: Field | undefined): unknown {
  if (key === undefined) return undefined;
  if (key.name === 'protocol' && !key.pointer) return 'TCP';
  if (key.omit !== 'never' || key.type.is !== 'scalar') return undefined;
  return 'ilf'.includes(key.type.scalar) ? 0 : '';
}

function shapeOfType(type: TypeNode): Shape {
  switch (type.is) {
    case 'scalar':
      return SCALARS[type.scalar] ?? ANY;
    case 'struct':
      return shapeOfStruct(type.struct);
    case 'map':
      return mapOf(shapeOfType(type.of));
    case 'list':
      return { is: 'list', keys: undefined, of: shapeOfType(type.of), keyDefault: () => undefined };
  }
}

const OBJECT_KEYS = new Set(['apiVersion', 'kind']);
/** A kind of which no schema is known: metadata has its type, everything else shows what it is. */
export function shapeOfUnknownKind(meta: StructType): Shape {
  const metadata = shapeOfStruct(meta);
  return { is: 'map', atomic: false, field: (name) => (name === 'metadata' ? metadata : OBJECT_KEYS.has(name) ? STRING : ANY), isNamed: (name) => name === 'metadata' || OBJECT_KEYS.has(name) };
}
