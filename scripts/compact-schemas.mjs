// Writes src/sim/apiserver/schemas.generated.ts (the kinds of the first scenario) and furtherSchemas.generated.ts (all others):
// what the API server knows of each field, one line a type; and goTypes.generated.ts: the internal Go types that some refusals
// print whole (kubernetes/pkg/apis/core/types.go).
//
//   node scripts/compact-schemas.mjs SCHEMAS.json GOMODCACHE
//
// SCHEMAS.json holds the OpenAPI v3 component schemas of the API (list map keys, patch strategies and merge keys come from it).
// GOMODCACHE is a Go module cache that has k8s.io/api, k8s.io/apimachinery and k8s.io/kubernetes: only Go's types say which scalar has which
// name in an error message, and which empty field is left out of the answer. Run by hand when the Kubernetes version changes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const [schemasFile, cache] = process.argv.slice(2);
if (cache === undefined) throw new Error('usage: compact-schemas.mjs SCHEMAS.json GOMODCACHE');
const schemas = JSON.parse(readFileSync(schemasFile, 'utf8'));
const root = new URL('..', import.meta.url);
const moduleDir = (name) => `${cache}/k8s.io/${readdirSync(`${cache}/k8s.io`).filter((d) => d.startsWith(`${name}@`)).sort((a, b) => (a < b ? -1 : 1)).at(-1)}`;
const api = moduleDir('api');
const machinery = moduleDir('apimachinery');

const packages = {
  core: { dir: `${api}/core/v1`, schema: 'io.k8s.api.core.v1' },
  meta: { dir: `${machinery}/pkg/apis/meta/v1`, schema: 'io.k8s.apimachinery.pkg.apis.meta.v1' },
};
const GROUPS = [
  'admissionregistration', 'apps', 'authentication', 'authorization', 'autoscaling', 'batch', 'certificates', 'coordination', 'discovery', 'events', 'flowcontrol', 'networking', 'node', 'policy', 'rbac', 'resource', 'scheduling', 'storage',
];
for (const group of GROUPS) packages[group] = { dir: `${api}/${group}/v1`, schema: `io.k8s.api.${group}.v1` };
// The types of autoscaling/v2 keep the version in their names: that is how autoscaling/v1 stays apart from it.
packages.v2 = { dir: `${api}/autoscaling/v2`, schema: 'io.k8s.api.autoscaling.v2' };
packages.apiextensions = { dir: `${moduleDir('apiextensions-apiserver')}/pkg/apis/apiextensions/v1`, schema: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1' };
packages.apiregistration = { dir: `${moduleDir('kube-aggregator')}/pkg/apis/apiregistration/v1`, schema: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1' };
// Types that read and write their JSON by themselves.
const OPAQUE = new Set(['JSON', 'JSONSchemaPropsOrArray', 'JSONSchemaPropsOrBool', 'JSONSchemaPropsOrStringArray']);
const packageOf = (alias, own) => {
  if (alias === undefined) return own;
  if (alias === 'metav1') return 'meta';
  if (alias === 'corev1' || alias === 'apiv1' || alias === 'v1') return 'core';
  return alias;
};

/** Every struct and every named type of a package, from its types*.go. */
function parsePackage(name) {
  const structs = new Map();
  const named = new Map();
  for (const file of readdirSync(packages[name].dir).filter((f) => f.endsWith('.go') && !f.includes('zz_generated') && !f.includes('generated.p') && !f.endsWith('_test.go'))) {
    const text = readFileSync(`${packages[name].dir}/${file}`, 'utf8');
    for (const m of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
      const fields = [];
      for (const line of m[2].split('\n')) {
        const f = /^\t(?:(\w+)\s+)?(\S+)\s+`([^`]*)`/.exec(line);
        if (f === null) continue;
        const json = /json:"([^"]*)"/.exec(f[3])?.[1];
        if (json === undefined) continue;
        const [jsonName, ...options] = json.split(',');
        if (jsonName === '-') continue;
        fields.push({ go: f[1], json: jsonName, options, type: f[2] });
      }
      structs.set(m[1], fields);
    }
    for (const m of text.matchAll(/^type (\w+) struct ?\{\}/gm)) structs.set(m[1], []);
    for (const m of text.matchAll(/^type (\w+) (?!struct|interface)(\S+)/gm)) named.set(m[1], m[2]);
    for (const m of text.matchAll(/^type \(\n([\s\S]*?)^\)/gm)) for (const n of m[1].matchAll(/^\t(\w+)\s+(\w+)$/gm)) named.set(n[1], n[2]);
  }
  return { structs, named };
}
const parsed = Object.fromEntries(Object.keys(packages).map((name) => [name, parsePackage(name)]));

const SCALARS = { string: 's', bool: 'b', int32: 'i', int64: 'l', int: 'l', float64: 'f', '[]byte': 'y' };
const ids = new Map();
const queue = [];
function idOf(pkg, name) {
  const full = `${pkg}.${name}`;
  if (!ids.has(full)) {
    const taken = [...ids.values()].includes(name) || (pkg === 'v2' && name !== 'HorizontalPodAutoscaler');
    ids.set(full, taken ? full : name);
    queue.push([pkg, name]);
  }
  return ids.get(full);
}
/** A Go type as the table writes it. */
function encode(go, pkg) {
  if (SCALARS[go] !== undefined) return SCALARS[go];
  if (go.startsWith('*')) return `*${encode(go.slice(1), pkg)}`;
  if (go.startsWith('[]')) return `[${encode(go.slice(2), pkg)}`;
  const map = /^map\[([\w.]+)\](.+)$/.exec(go);
  if (map !== null) return `{${encode(map[2], pkg)}`;
  const [, alias, name] = /^(?:(\w+)\.)?(\w+)$/.exec(go);
  if (alias === 'resource' && name === 'Quantity') return 'q';
  if (alias === 'intstr' && name === 'IntOrString') return 'x';
  if (alias === 'types') return 's=types.' + name;
  if (alias === 'runtime') return 'r';
  const at = packageOf(alias, pkg);
  if (at === 'meta' && name === 'Time') return 't';
  if (at === 'meta' && name === 'MicroTime') return 'u';
  if (at === 'meta' && name === 'FieldsV1') return 'r';
  if (at === 'apiextensions' && OPAQUE.has(name)) return `r=v1.${name}`;
  if (parsed[at] === undefined) throw new Error('no package for ' + go + ' in ' + pkg);
  if (parsed[at].structs.has(name)) return `@${idOf(at, name)}`;
  const under = parsed[at].named.get(name);
  if (under === undefined) throw new Error(`no type ${at}.${name}`);
  return `${encode(under, at)}=${at === 'v2' ? 'v2' : 'v1'}.${name}`;
}
function fieldsOf(pkg, name) {
  const lines = [];
  const schema = schemas[`${packages[pkg].schema}.${name}`];
  for (const field of parsed[pkg].structs.get(name)) {
    const inline = field.options.includes('inline') || field.json === '';
    if (inline) {
      const [, alias, inner] = /^\*?(?:(\w+)\.)?(\w+)$/.exec(field.type);
      if (inner === 'TypeMeta') lines.push('kind s', 'apiVersion s');
      else lines.push(...fieldsOf(packageOf(alias, pkg), inner).map((line) => `${line} e:${inner}`));
      continue;
    }
    let line = `${field.json} ${encode(field.type, pkg)}`;
    if (!field.options.includes('omitempty')) line += field.options.includes('omitzero') ? '~' : '!';
    else if (field.options.includes('omitzero')) line += '~';
    const property = schema?.properties?.[field.json];
    if (property !== undefined) {
      const keys = property['x-kubernetes-list-map-keys'];
      if (keys !== undefined) line += ` m:${keys.join(',')}`;
      else if (property['x-kubernetes-list-type'] === 'set') line += ' set';
      const strategy = property['x-kubernetes-patch-strategy'];
      if (strategy !== undefined) line += ` p:${property['x-kubernetes-patch-merge-key'] ?? ''}:${strategy}`;
    }
    lines.push(line);
  }
  return lines;
}

const kindsText = readFileSync(new URL('src/sim/api/kinds.ts', root), 'utf8');
const [firstKinds, furtherKinds] = kindsText.split('// Beyond the first scenario');
if (furtherKinds === undefined) throw new Error('src/sim/api/kinds.ts no longer says which kinds are beyond the first scenario');
const packageOfKind = (group, kind) => (group === '' ? 'core' : kind === 'HorizontalPodAutoscaler' ? 'v2' : group.split('.')[0]);
const rootsIn = (text) => [...text.matchAll(/\b(?:entry|apiExtension|transient)\('(\w+)', '([\w.]*)'/g)].map((m) => [packageOfKind(m[2], m[1]), m[1]]);
/** What is served in a second version, or only below another kind; and what autoscaling/v1 keeps in annotations. */
const SECOND = [['autoscaling', 'HorizontalPodAutoscaler'], ['authentication', 'TokenRequest'], ['autoscaling', 'MetricSpec'], ['autoscaling', 'MetricStatus']];

/** Everything that can be reached from what is in the queue, one line a type. */
function drain() {
  const out = new Map();
  while (queue.length > 0) {
    const [pkg, name] = queue.shift();
    out.set(ids.get(`${pkg}.${name}`), fieldsOf(pkg, name));
  }
  return out;
}
function writeTable(file, constant, roots) {
  for (const [pkg, name] of roots) idOf(pkg, name);
  const out = drain();
  const text = [...out].map(([id, fields]) => `  ${/^\w+$/.test(id) ? id : `'${id}'`}: '${fields.join('|')}',`).join('\n');
  writeFileSync(new URL(`src/sim/apiserver/${file}`, root), `// Written by scripts/compact-schemas.mjs: do not edit. schema.ts says how a line is read.
export const ${constant}: Readonly<Record<string, string>> = {
${text}
};
`);
  console.log(`${file}: ${out.size} types, ${text.length} bytes`);
}
writeTable('schemas.generated.ts', 'SCHEMAS', [...rootsIn(firstKinds), ['core', 'Binding'], ['policy', 'Eviction'], ['autoscaling', 'Scale'], ['meta', 'DeleteOptions'], ['events', 'Event']]);
writeTable('furtherSchemas.generated.ts', 'FURTHER_SCHEMAS', [...rootsIn(furtherKinds), ...SECOND]);

// ---- the internal types

const internalText = readFileSync(`${moduleDir('kubernetes')}/pkg/apis/core/types.go`, 'utf8');
const internal = new Map([...internalText.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)].map((m) => [m[1], m[2]]));
const internalNamed = new Map([...internalText.matchAll(/^type (\w+) (?!struct|interface)(\S+)/gm)].map((m) => [m[1], m[2]]));
const lowerFirst = (text) => text.charAt(0).toLowerCase() + text.slice(1);
/** The JSON names of a v1 struct's fields by their Go names, those of embedded structs too. */
function jsonNames(name, into = new Map()) {
  for (const field of parsed.core.structs.get(name) ?? []) {
    if (field.go === undefined) jsonNames(field.type.replace(/^\*/, ''), into);
    else into.set(field.go, field.json);
  }
  return into;
}
const goOut = new Map();
const goQueue = ['PodSpec', 'PersistentVolumeSource', 'PersistentVolumeClaimSpec'];
function goCode(type) {
  if (type.startsWith('*')) return `*${goCode(type.slice(1))}`;
  if (type.startsWith('[]')) return `[${goCode(type.slice(2))}`;
  const map = /^map\[\w+\](.+)$/.exec(type);
  if (map !== null) return `{${goCode(map[1])}`;
  if (type === 'string') return 's';
  if (type === 'bool') return 'b';
  if (/^int\d*$/.test(type)) return 'i';
  if (type === 'resource.Quantity') return 'q';
  if (type === 'intstr.IntOrString') return 'i';
  if (type.includes('.')) return type.startsWith('types.') ? 's' : 'r';
  if (internal.has(type)) {
    goQueue.push(type);
    return `@${type}`;
  }
  return goCode(internalNamed.get(type) ?? 'string');
}
function goFields(name, owner) {
  const names = jsonNames(owner);
  const out = [];
  for (const line of internal.get(name).split('\n')) {
    const m = /^\t(?:(\w+)\s+)?([\w*[\].]+)/.exec(line);
    if (m === null || line.trim().startsWith('//')) continue;
    if (m[1] === undefined) {
      if (internal.has(m[2])) out.push(...goFields(m[2], internal.has(m[2]) && parsed.core.structs.has(m[2]) ? m[2] : owner));
      continue;
    }
    const json = names.get(m[1]) ?? lowerFirst(m[1]);
    out.push(`${m[1]}${json === lowerFirst(m[1]) ? '' : `=${json}`} ${goCode(m[2])}`);
  }
  return out;
}
while (goQueue.length > 0) {
  const name = goQueue.shift();
  if (!goOut.has(name)) goOut.set(name, goFields(name, name));
}
const goText = [...goOut].map(([id, fields]) => `  ${id}: '${fields.join('|')}',`).join('\n');
writeFileSync(new URL('src/sim/apiserver/goTypes.generated.ts', root), `// Written by scripts/compact-schemas.mjs: do not edit. kinds/goDiff.ts says how a line is read.
export const GO_TYPES: Readonly<Record<string, string>> = {
${goText}
};
`);
console.log(`${goOut.size} internal types, ${goText.length} bytes`);
