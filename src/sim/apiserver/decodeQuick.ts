import { canonicalQuantity } from '../api/quantity.ts';
import { parseGoTime } from './goText.ts';
import { structType, type Scalar, type StructType, type TypeNode } from './schema.ts';

/**
 * Decoding for documents in which nothing is wrong, which is nearly all of them: one walk without the bookkeeping that error messages
 * need. Anything unusual (a wrong type, an unknown field, a spelling that is not the canonical one) ends it, and decode.ts walks again
 * and says what it is. A value that is already in its decoded form comes back as itself and is known by identity from then on, so that
 * a write costs what it changes, not what the object holds.
 */
const UNUSUAL = Symbol('unusual');
type Result = unknown;

/** How a field is written: left out when zero; */
const OMIT = 0;
/** left out when absent, kept when there, whatever it is; */
const POINTER = 1;
/** written even when absent, as its zero value; */
const ALWAYS = 2;
/** a struct that is always written; */
const STRUCT = 3;
/** a struct that is left out when it says nothing. */
const STRUCT_OR_NOTHING = 4;
type Mode = typeof OMIT | typeof POINTER | typeof ALWAYS | typeof STRUCT | typeof STRUCT_OR_NOTHING;

interface Plan {
  readonly struct: StructType;
  readonly names: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  /** How many fields are always written. */
  readonly always: number;
  readonly types: readonly TypeNode[];
  readonly modes: readonly Mode[];
  /** Which fields are plain texts: most are, and they need no more than a look. */
  readonly texts: readonly boolean[];
  readonly zeros: readonly unknown[];
}

// Invisible caches: how each type is walked, and which values are known to be decoded.
const plans = new Map<StructType, Plan>();
const known = new WeakMap<object, StructType>();
const forms = new WeakMap<object, { readonly struct: StructType; readonly result: object }>();

/** Notes that a value is in its decoded form: what the API server itself built. */
export function trust(value: object, struct: StructType): void {
  known.set(value, struct);
}
export const OBJECT_META = structType('ObjectMeta');

const WRITTEN_WHEN_ZERO = 'tuxq';
function planOf(struct: StructType, zeroOf: (node: TypeNode) => unknown): Plan {
  let plan = plans.get(struct);
  if (plan === undefined) {
    const { fields } = struct;
    const types = fields.map((field) => field.type);
    const names = fields.map((field) => field.name);
    const modes = fields.map((field, i): Mode => {
      const type = types[i]!;
      if (field.pointer) return field.omit === 'never' ? ALWAYS : POINTER;
      if (field.omit === 'never') return ALWAYS;
      // Whatever was sent, be it {} or 0, is a value.
      if (type.is === 'scalar' && type.scalar === 'r') return POINTER;
      if (type.is === 'struct') return field.omit === 'empty' ? STRUCT : STRUCT_OR_NOTHING;
      return field.omit === 'empty' && type.is === 'scalar' && WRITTEN_WHEN_ZERO.includes(type.scalar) ? ALWAYS : OMIT;
    });
    plan = {
      struct,
      names,
      places: new Map(names.map((name, i) => [name, i])),
      always: modes.filter((mode) => mode === ALWAYS || mode === STRUCT).length,
      types,
      modes,
      texts: types.map((type) => type.is === 'scalar' && type.scalar === 's'),
      // Only those that are ever written: a zero may need the types of everything below it.
      zeros: fields.map((field, i) => (modes[i] !== ALWAYS ? undefined : field.pointer ? null : zeroOf(types[i]!))),
    };
    plans.set(struct, plan);
  }
  return plan;
}

const TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const MICRO_TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;
/** Quantities whose spelling is certainly the canonical one. */
const QUANTITY = /^(?:0|[1-9]\d{0,2}|[1-9]\d{0,2}[mkMG]|[1-9]\d{0,2}[KMG]i)$/;

const spelt = (value: string, time: { readonly text: string } | { readonly error: string }): Result => ('text' in time && time.text === value ? value : UNUSUAL);

function scalar(kind: Scalar, value: unknown): Result {
  switch (kind) {
    case 's':
      return typeof value === 'string' ? value : UNUSUAL;
    case 'b':
      return typeof value === 'boolean' ? value : UNUSUAL;
    case 'i':
    case 'x':
      if (typeof value === 'number') return Number.isInteger(value) && value < 2_147_483_648 && value >= -2_147_483_648 && !Object.is(value, -0) ? value : UNUSUAL;
      return kind === 'x' && typeof value === 'string' ? value : UNUSUAL;
    case 'l':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? value : UNUSUAL;
    case 't':
    case 'u':
      if (typeof value !== 'string') return UNUSUAL;
      return (kind === 't' ? TIME : MICRO_TIME).test(value) ? value : spelt(value, parseGoTime(value, kind === 'u'));
    case 'q':
      if (typeof value !== 'string') return UNUSUAL;
      return QUANTITY.test(value) ? value : (canonicalQuantity(value) ?? UNUSUAL);
    case 'r':
      return value;
    default:
      return UNUSUAL;
  }
}

function isZero(value: unknown): boolean {
  if (value === '' || value === false || value === 0) return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

export interface Helpers {
  zeroOf(node: TypeNode): unknown;
  zeroStruct(struct: StructType): object;
  setOwn(target: Record<string, unknown>, key: string, value: unknown): void;
}

function node(type: TypeNode, value: unknown, helpers: Helpers): Result {
  switch (type.is) {
    case 'scalar':
      return scalar(type.scalar, value);
    case 'struct':
      return typeof value !== 'object' || Array.isArray(value) ? UNUSUAL : walk(type.struct, value as Record<string, unknown>, helpers);
    case 'list': {
      if (!Array.isArray(value)) return UNUSUAL;
      let out: unknown[] | undefined;
      for (let i = 0; i < value.length; i++) {
        const item: unknown = value[i];
        if (item === null || item === undefined) return UNUSUAL;
        const one = node(type.of, item, helpers);
        if (one === UNUSUAL) return UNUSUAL;
        if (one !== item) (out ??= value.slice())[i] = one;
      }
      return out ?? value;
    }
    case 'map': {
      if (typeof value !== 'object' || Array.isArray(value)) return UNUSUAL;
      const source = value as Record<string, unknown>;
      let previous = '';
      let sorted = true;
      let differs = false;
      for (const key in source) {
        const item = source[key];
        if (item === null || item === undefined) return UNUSUAL;
        const one = node(type.of, item, helpers);
        if (one === UNUSUAL) return UNUSUAL;
        if (one !== item) differs = true;
        if (key < previous) sorted = false;
        previous = key;
      }
      if (sorted && !differs) return value;
      const out: Record<string, unknown> = {};
      for (const key of Object.keys(source).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) helpers.setOwn(out, key, node(type.of, source[key], helpers));
      return out;
    }
  }
}

function walk(struct: StructType, source: Record<string, unknown>, helpers: Helpers): Result {
  if (known.get(source) === struct) return source;
  const form = forms.get(source);
  if (form?.struct === struct) return form.result;
  const plan = planOf(struct, helpers.zeroOf);
  const { places, types, modes, texts } = plan;
  // Most values come in their decoded form: then a walk over their own few keys is enough, and nothing is built.
  const keys = Object.keys(source);
  const values: unknown[] = [];
  let isSame = true;
  let last = -1;
  let always = 0;
  for (const key of keys) {
    const i = places.get(key);
    if (i === undefined) return UNUSUAL;
    const before = source[key];
    const mode = modes[i]!;
    if (i < last) isSame = false;
    last = i;
    if (typeof before === 'string' && texts[i]!) {
      values.push(before);
      if (mode === ALWAYS) always++;
      else if (before === '' && mode !== POINTER) isSame = false;
      continue;
    }
    if (before === null || before === undefined) {
      values.push(undefined);
      if (before === null && mode === ALWAYS && plan.zeros[i] === null) always++;
      else isSame = false;
      continue;
    }
    const type = types[i]!;
    const value = node(type, before, helpers);
    if (value === UNUSUAL) return UNUSUAL;
    values.push(value);
    if (value !== before) isSame = false;
    // What is always written keeps its empty list, as Go tells it from none.
    if (mode === ALWAYS) always++;
    else if (mode === STRUCT) always++;
    else if (mode !== POINTER && isZero(value)) isSame = false;
  }
  if (isSame && always === plan.always) {
    known.set(source, struct);
    return source;
  }
  const result = built(plan, keys, values, helpers);
  known.set(result, struct);
  forms.set(source, { struct, result });
  return result;
}

/** A value in its decoded form with one more scalar field, or another value of it, in the place where Go writes it. */
export function withScalar<T extends object>(struct: StructType, object: T, name: string, value: string, helpers: Helpers): T {
  const source = object as unknown as Readonly<Record<string, unknown>>;
  if (known.get(source) !== struct || Object.hasOwn(source, name)) return { ...object, [name]: value };
  const { places } = planOf(struct, helpers.zeroOf);
  const place = places.get(name)!;
  const out: Record<string, unknown> = {};
  let isPut = false;
  for (const key in source) {
    if (!isPut && places.get(key)! > place) {
      out[name] = value;
      isPut = true;
    }
    out[key] = source[key];
  }
  if (!isPut) out[name] = value;
  known.set(out, struct);
  return out as unknown as T;
}

/** A struct with its fields in Go's order, without what Go leaves out, and with what it always writes. */
function built({ places, names, types, modes, zeros }: Plan, keys: readonly string[], values: readonly unknown[], helpers: Helpers): object {
  const found: unknown[] = [];
  for (let k = 0; k < keys.length; k++) found[places.get(keys[k]!)!] = values[k];
  const out: Record<string, unknown> = {};
  for (let i = 0; i < names.length; i++) {
    const type = types[i]!;
    let value = found[i];
    switch (modes[i]) {
      case POINTER:
        if (value === undefined) continue;
        break;
      case STRUCT:
        value ??= helpers.zeroStruct((type as Extract<TypeNode, { is: 'struct' }>).struct);
        break;
      case ALWAYS:
        if (value === undefined) value = zeros[i];
        break;
      default:
        if (value === undefined || isZero(value)) continue;
    }
    out[names[i]!] = value;
  }
  return out;
}

/** The decoded form, or undefined: look closer. */
export function decodeQuick(struct: StructType, source: Record<string, unknown>, helpers: Helpers): object | undefined {
  const result = walk(struct, source, helpers);
  return result === UNUSUAL ? undefined : (result as object);
}
