import { SCHEMAS } from './schemas.generated.ts';

/**
 * The shape of every kind, read from the generated table on first use. A line of the table is `name TYPE`, fields in the order in
 * which Go writes them, joined by "|". TYPE: `s` string, `b` bool, `i` int32, `l` int64, `f` float64, `y` bytes, `t` Time,
 * `u` MicroTime, `q` Quantity, `x` IntOrString, `r` anything, `@Struct`, `[T` list, `{T` map, `*T` pointer; `=v1.Name` is the name of the Go type.
 * Behind it `!` (written even when empty), `~` (left out when zero), ` m:a,b` (list map keys), ` set`, ` p:key:strategy` (strategic merge patch),
 * ` e:Name` (the field comes from an embedded Go struct: error messages name it).
 */
export type Scalar = 's' | 'b' | 'i' | 'l' | 'f' | 'y' | 't' | 'u' | 'q' | 'x' | 'r';
export type TypeNode =
  | { readonly is: 'scalar'; readonly scalar: Scalar; readonly goName: string }
  | { readonly is: 'struct'; readonly struct: StructType; readonly goName: string }
  | { readonly is: 'list' | 'map'; readonly of: TypeNode; readonly ofPointer: boolean; readonly goName: string };
export interface Field {
  readonly name: string;
  readonly type: TypeNode;
  readonly pointer: boolean;
  /** What happens to the field's zero value when Go writes it: `empty` leaves out all but structs. */
  readonly omit: 'empty' | 'zero' | 'never';
  /** Server-side apply's keys of a list; an empty list of keys: a set of scalars. */
  readonly listKeys?: readonly string[];
  /** Strategic merge patch: "merge", "retainKeys". */
  readonly patchStrategies: readonly string[];
  readonly patchMergeKey?: string;
  /** The names under which Go's decoder reports the field: those of the structs that it is embedded through, then its own. */
  readonly goPath: string;
}
export interface StructType {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
}

const GO_NAMES: Readonly<Record<Scalar, string>> = {
  s: 'string', b: 'bool', i: 'int32', l: 'int64', f: 'float64', y: '[]uint8', t: 'v1.Time', u: 'v1.MicroTime', q: 'resource.Quantity', x: 'intstr.IntOrString', r: 'runtime.RawExtension',
};

/** The lines of the table, by type. Filled while modules load, never later. */
const lines = new Map(Object.entries(SCHEMAS));
export function registerSchemas(further: Readonly<Record<string, string>>): void {
  for (const [name, line] of Object.entries(further)) lines.set(name, line);
}
export const isType = (name: string): boolean => lines.has(name);

// An invisible cache of pure answers: the parsed lines of the table.
const structs = new Map<string, StructType>();

function typeNode(text: string): { readonly type: TypeNode; readonly pointer: boolean } {
  if (text.startsWith('*')) return { type: typeNode(text.slice(1)).type, pointer: true };
  const head = text.charAt(0);
  if (head === '@') {
    // A list of structs may have a name of its own (`[@ValidationRule=v1.ValidationRules`); no message asks for it.
    const struct = structType(text.slice(1).split('=')[0]!);
    return { type: { is: 'struct', struct, goName: struct.name.startsWith('v2.') ? struct.name : `v1.${struct.name.slice(struct.name.indexOf('.') + 1)}` }, pointer: false };
  }
  if (head === '[' || head === '{') {
    const inner = text.slice(1);
    const at = inner.lastIndexOf('=');
    // `{q=v1.ResourceList`: the name belongs to the map; `[s=v1.IPFamily`: to what is in the list. No list type has a name of its own.
    const named = head === '{' && at >= 0 && !inner.startsWith('[');
    const of = typeNode(named ? inner.slice(0, at) : inner);
    const element = `${of.pointer ? '*' : ''}${of.type.goName}`;
    const goName = named ? inner.slice(at + 1) : head === '[' ? `[]${element}` : `map[string]${element}`;
    return { type: { is: head === '[' ? 'list' : 'map', of: of.type, ofPointer: of.pointer, goName }, pointer: false };
  }
  const [letter, goName] = text.split('=');
  return { type: { is: 'scalar', scalar: letter as Scalar, goName: goName ?? GO_NAMES[letter as Scalar] }, pointer: false };
}

function field(text: string): Field {
  const [name, rawType, ...flags] = text.split(' ');
  let code = rawType ?? 's';
  let omit: Field['omit'] = 'empty';
  if (code.endsWith('!')) omit = 'never';
  else if (code.endsWith('~')) omit = 'zero';
  if (omit !== 'empty') code = code.slice(0, -1);
  let listKeys: readonly string[] | undefined;
  let patchStrategies: readonly string[] = [];
  let patchMergeKey: string | undefined;
  let embedded = '';
  for (const flag of flags) {
    if (flag === 'set') listKeys = [];
    else if (flag.startsWith('e:')) embedded = `${flag.slice(2)}.${embedded}`;
    else if (flag.startsWith('m:')) listKeys = flag.slice(2).split(',');
    else if (flag.startsWith('p:')) {
      const [, key, strategies] = flag.split(':');
      patchStrategies = (strategies ?? '').split(',');
      if (key !== '') patchMergeKey = key;
    }
  }
  let known: { readonly type: TypeNode; readonly pointer: boolean } | undefined;
  // The type is looked up when first asked for, since types can contain themselves.
  return {
    name: name ?? '',
    get type() {
      known ??= typeNode(code);
      return known.type;
    },
    pointer: code.startsWith('*'),
    omit,
    goPath: `${embedded}${name ?? ''}`,
    patchStrategies,
    ...(listKeys === undefined ? {} : { listKeys }),
    ...(patchMergeKey === undefined ? {} : { patchMergeKey }),
  };
}

export function structType(name: string): StructType {
  const known = structs.get(name);
  if (known !== undefined) return known;
  const line = lines.get(name);
  if (line === undefined) throw new Error(`no such type: ${name}`);
  const fields = line === '' ? [] : line.split('|').map(field);
  const struct: StructType = { name, fields, byName: new Map(fields.map((one) => [one.name, one])) };
  structs.set(name, struct);
  return struct;
}

/** Versions of a kind that have a shape of their own, and a kind whose plain name is another type's: the claims of a container. */
const APART: Readonly<Record<string, string>> = { 'events.k8s.io/v1/Event': 'events.Event', 'autoscaling/v1/HorizontalPodAutoscaler': 'autoscaling.HorizontalPodAutoscaler' };
/** The type of a kind as a version of the API shows it; without a version, as it is stored. */
export function typeOfKind(kind: string, apiVersion?: string): StructType | undefined {
  const name = (apiVersion === undefined ? undefined : APART[`${apiVersion}/${kind}`]) ?? (kind === 'ResourceClaim' ? 'resource.ResourceClaim' : kind);
  return lines.has(name) ? structType(name) : undefined;
}

/** The struct that a list's or a map's values, or a field's own value, are made of. */
export function structBelow(type: TypeNode | undefined): StructType | undefined {
  let at = type;
  while (at !== undefined && (at.is === 'list' || at.is === 'map')) at = at.of;
  return at?.is === 'struct' ? at.struct : undefined;
}

/** The field at a path of field names from the object's root (list positions and map keys are not part of it). */
export function fieldAt(kind: string, path: readonly string[], apiVersion?: string): Field | undefined {
  let struct = typeOfKind(kind, apiVersion);
  let found: Field | undefined;
  for (const name of path) {
    found = struct?.byName.get(name);
    if (found === undefined) return undefined;
    struct = structBelow(found.type);
  }
  return found;
}

/**
 * Strategic merge patch at a path ("spec", "template", "spec", "containers"): the key by which items of the list are matched;
 * '' for a list of scalars that is merged as a set (finalizers); undefined: the list is replaced as a whole.
 */
export function mergeKeyOf(kind: string, path: readonly string[], apiVersion?: string): string | undefined {
  const found = fieldAt(kind, path, apiVersion);
  if (found === undefined || found.type.is !== 'list' || !found.patchStrategies.includes('merge')) return undefined;
  return found.patchMergeKey ?? '';
}

/** Does strategic merge patch keep only the keys that `$retainKeys` names here (volumes, a Deployment's strategy)? */
export function retainsKeys(kind: string, path: readonly string[], apiVersion?: string): boolean {
  return fieldAt(kind, path, apiVersion)?.patchStrategies.includes('retainKeys') ?? false;
}

/** Server-side apply: the keys of an associative list, [] for a set, undefined for an atomic list. */
export function listKeysOf(kind: string, path: readonly string[], apiVersion?: string): readonly string[] | undefined {
  return fieldAt(kind, path, apiVersion)?.listKeys;
}
