// Reduces the recorded OpenAPI schemas to what `kubectl explain` shows of them: node scripts/explain-fields.mjs SCHEMAS.json > src/kubectl/fields.generated.ts
import { readFileSync } from 'node:fs';

const schemas = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const short = (name) => name.split('.').at(-1);
const owners = new Map();
for (const name of Object.keys(schemas)) owners.set(short(name), [...(owners.get(short(name)) ?? []), name]);
/** The key of a type: its short name, and behind a slash the group and version where several share it. */
const key = (name) => (owners.get(short(name)).length === 1 ? short(name) : `${short(name)}/${name.split('.').slice(-3, -1).join('.')}`);
const plain = new Set(['Time', 'MicroTime']);
const shown = (schema) => {
  const ref = schema.$ref;
  if (ref !== undefined) {
    if (plain.has(short(ref))) return 'string';
    const target = schemas[ref];
    return target?.properties === undefined ? short(ref) : `@${key(ref)}`;
  }
  if (schema.type === 'array') return `[]${shown(schema.items ?? {})}`;
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== true) return `map[string]${shown(schema.additionalProperties)}`;
  return schema.type === 'object' || schema.type === undefined ? 'Object' : schema.type;
};
const wanted = Object.entries(schemas).filter(([name, schema]) => schema.properties !== undefined && !/List$/.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
const fields = wanted.map(([name, schema]) => {
  const parts = Object.keys(schema.properties).sort().map((field) => {
    const own = schema.properties[field];
    const values = own.enum ?? own.items?.enum;
    return `${field} ${shown(own)}${(schema.required ?? []).includes(field) ? '!' : ''}${values === undefined ? '' : ` ${values.filter((one) => one !== '').join(',')}`}`;
  });
  return `  ${JSON.stringify(key(name))}: ${JSON.stringify(parts.join('|'))},`;
});
const kinds = wanted.flatMap(([name, schema]) => (schema['x-kubernetes-group-version-kind'] ?? []).filter(({ kind }) => kind === short(name) && schema.properties.metadata !== undefined).map(({ group, version, kind }) => `  ${JSON.stringify(`${group === '' ? version : `${group}/${version}`}/${kind}`)}: ${JSON.stringify(key(name))},`));
console.log(`// Written by scripts/explain-fields.mjs: do not edit. commands/explain.ts says how a line is read.\nexport const FIELDS: Readonly<Record<string, string>> = {\n${fields.join('\n')}\n};\nexport const KIND_TYPES: Readonly<Record<string, string>> = {\n${kinds.join('\n')}\n};`);
