// Writes src/sim/apiserver/bootstrap/objects.generated.ts: what a new cluster has before anybody asks for anything.
//
//   node scripts/bootstrap-objects.mjs DIR
//
// DIR holds lists as a new API server answers them (`GET .../clusterroles` into clusterroles.json, and so on for clusterrolebindings, roles, rolebindings,
// flowschemas, prioritylevelconfigurations, servicecidrs, apiservices). Run by hand when the Kubernetes version changes.
import { readFileSync, writeFileSync } from 'node:fs';

const dir = process.argv[2];
const itemsOf = (name) => JSON.parse(readFileSync(`${dir}/${name}.json`, 'utf8')).items.sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
const list = (values) => (values ?? []).join(',');
const key = ({ metadata: { namespace, name } }) => (namespace === undefined ? name : `${namespace}/${name}`);
/** Labels beyond the one that all of them have. */
const labels = ({ metadata }) => Object.entries(metadata.labels ?? {}).filter(([name]) => name !== 'kubernetes.io/bootstrapping').map(([name]) => name.replace('rbac.authorization.k8s.io/aggregate-to-', '')).join(',');
const rule = (one) => [list(one.verbs), list(one.apiGroups), list(one.resources), list(one.resourceNames), list(one.nonResourceURLs)].join(';').replace(/;+$/, '');
const subject = ({ kind, name, namespace }) => `${kind[0]}:${namespace === undefined ? '' : `${namespace}/`}${name}`;

const roles = (name) => itemsOf(name).map((one) => [key(one), labels(one), ...(one.rules ?? []).map(rule)].concat(one.aggregationRule ? ['+' + one.aggregationRule.clusterRoleSelectors.map((s) => Object.keys(s.matchLabels)[0].replace('rbac.authorization.k8s.io/aggregate-to-', '')).join(',')] : []));
const bindings = (name) => itemsOf(name).map((one) => [key(one), `${one.roleRef.kind}/${one.roleRef.name}`, ...(one.subjects ?? []).map(subject)]);
const plain = (name) => itemsOf(name).map(({ metadata, spec, status }) => ({ name: metadata.name, ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }), spec: JSON.parse(JSON.stringify(spec)), status: JSON.parse(JSON.stringify(status ?? {}).replace(/"lastTransitionTime":"[^"]*"/g, '"lastTransitionTime":"{time}"')) }));
const services = itemsOf('apiservices').map(({ metadata, spec }) => [metadata.name, spec.groupPriorityMinimum, spec.versionPriority]);

const line = (value) => `  ${JSON.stringify(value)},`;
const table = (name, type, rows) => `export const ${name}: readonly ${type}[] = [\n${rows.map(line).join('\n')}\n];\n`;
writeFileSync(new URL('../src/sim/apiserver/bootstrap/objects.generated.ts', import.meta.url), `// Written by scripts/bootstrap-objects.mjs: do not edit. bootstrap/objects.ts says how a line is read.
type Line = readonly string[];
interface Plain { readonly name: string; readonly annotations?: Readonly<Record<string, string>>; readonly spec: unknown; readonly status: unknown }
${table('CLUSTER_ROLES', 'Line', roles('clusterroles'))}${table('CLUSTER_ROLE_BINDINGS', 'Line', bindings('clusterrolebindings'))}${table('ROLES', 'Line', roles('roles'))}${table('ROLE_BINDINGS', 'Line', bindings('rolebindings'))}${table('API_SERVICES', '(readonly [string, number, number])', services)}${table('FLOW_SCHEMAS', 'Plain', plain('flowschemas'))}${table('PRIORITY_LEVELS', 'Plain', plain('plc'))}${table('SERVICE_CIDRS', 'Plain', plain('servicecidrs'))}`);
