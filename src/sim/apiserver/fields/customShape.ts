import type { KindInfo } from '../../api/kinds.ts';
import { customOf } from '../crd/served.ts';
import { itemsOf, own, valuesOf, type Schema } from '../crd/structural.ts';
import { structType } from '../schema.ts';
import { ANY, mapOf, shapeOfStruct, shapeOfUnknownKind, type Shape } from './shape.ts';

/** The shape of a custom kind, from the structural schema of its definition (apiextensions-apiserver: NewCRDFieldManager). */
export function shapeOfCustom(info: KindInfo): Shape {
  const { schema } = customOf(info);
  const meta = structType('ObjectMeta');
  if (schema === undefined) return shapeOfUnknownKind(meta);
  const inner = shapeOfSchema(schema);
  const metadata = shapeOfStruct(meta);
  const typed = shapeOfUnknownKind(meta);
  if (inner.is !== 'map' || typed.is !== 'map') return typed;
  return { is: 'map', atomic: false, field: (name) => (name === 'metadata' ? metadata : name === 'apiVersion' || name === 'kind' ? typed.field(name) : inner.field(name)), isNamed: (name) => typed.isNamed(name) || inner.isNamed(name) };
}

// Invisible: the same schema always has the same shape.
const shapes = new WeakMap<Schema, Shape>();
function shapeOfSchema(schema: Schema): Shape {
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const shape = made(schema);
  shapes.set(schema, shape);
  return shape;
}

function made(schema: Schema): Shape {
  const extra = schema as Readonly<Record<string, unknown>>;
  if (extra['x-kubernetes-int-or-string'] === true) return { is: 'scalar', scalar: 'untyped' };
  switch (schema.type) {
    case 'string':
      return { is: 'scalar', scalar: 'string' };
    case 'boolean':
      return { is: 'scalar', scalar: 'boolean' };
    case 'integer':
    case 'number':
      return { is: 'scalar', scalar: 'numeric' };
    case 'array': {
      const items = itemsOf(schema);
      const type = extra['x-kubernetes-list-type'];
      const keys = type === 'set' ? [] : type === 'map' ? ((extra['x-kubernetes-list-map-keys'] as readonly string[] | undefined) ?? []) : undefined;
      const properties = items?.properties;
      return { is: 'list', keys, of: items === undefined ? ANY : shapeOfSchema(items), keyDefault: (key) => (own(properties, key) as { readonly default?: unknown } | undefined)?.default };
    }
    case 'object': {
      const atomic = extra['x-kubernetes-map-type'] === 'atomic';
      const values = valuesOf(schema);
      if (values !== undefined) return mapOf(shapeOfSchema(values), atomic);
      const { properties } = schema;
      const isOpen = extra['x-kubernetes-preserve-unknown-fields'] === true;
      return {
        is: 'map', atomic,
        field: (name) => {
          const found = own(properties, name);
          return found === undefined ? (isOpen ? ANY : undefined) : shapeOfSchema(found);
        },
        isNamed: (name) => own(properties, name) !== undefined,
      };
    }
    default:
      return ANY;
  }
}
