import { FIELDS, KIND_TYPES } from './fields.generated.ts';

/** One field of a type: "name type! a,b" as fields.generated.ts has it. */
export interface Field {
  readonly name: string;
  /** As it is shown: "[]Container", "map[string]string". */
  readonly type: string;
  readonly required: boolean;
  readonly values: string;
  /** The type whose fields stand below it. */
  readonly inner: string | undefined;
}
export const fieldsOf = (type: string): readonly Field[] =>
  (Object.hasOwn(FIELDS, type) ? FIELDS[type]!.split('|') : []).filter((part) => part !== '').map((part) => {
    const [name = '', shown = '', values = ''] = part.split(' ');
    const required = shown.endsWith('!');
    const plain = required ? shown.slice(0, -1) : shown;
    // "@" marks a type of its own; what is behind "/" tells apart types that share their short name.
    const inner = /@([\w./]+)$/.exec(plain)?.[1];
    return { name, type: plain.replace(/@([\w.]+)(?:\/[\w.]+)?$/, '$1'), required, values: values.replaceAll(',', ', '), inner };
  });

/** The type of a kind in a version ("apps/v1", "Deployment"); undefined: not one of Kubernetes' own. */
export const typeOfKind = (apiVersion: string, kind: string): string | undefined => {
  const key = `${apiVersion}/${kind}`;
  return Object.hasOwn(KIND_TYPES, key) ? KIND_TYPES[key] : undefined;
};

/** The field at a path of names; undefined where there is none. */
export function fieldAt(apiVersion: string, kind: string, path: readonly string[]): Field | undefined {
  let type = typeOfKind(apiVersion, kind);
  let field: Field | undefined;
  for (const part of path) {
    field = type === undefined ? undefined : fieldsOf(type).find(({ name }) => name === part);
    if (field === undefined) return undefined;
    type = field.inner;
  }
  return field;
}

/** What may stand below a path: the fields of the object, or of the type of the field there. */
export function fieldsBelow(apiVersion: string, kind: string, path: readonly string[]): readonly Field[] {
  const type = path.length === 0 ? typeOfKind(apiVersion, kind) : fieldAt(apiVersion, kind, path)?.inner;
  return type === undefined ? [] : fieldsOf(type);
}

/** Every kind with its version: "apps/v1 Deployment". */
export const KINDS_OF_ALL: readonly { readonly apiVersion: string; readonly kind: string }[] = Object.keys(KIND_TYPES).map((key) => {
  const at = key.lastIndexOf('/');
  return { apiVersion: key.slice(0, at), kind: key.slice(at + 1) };
});
