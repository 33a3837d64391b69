/**
 * How far the API server agrees with the recorded answers of a real one: `verdicts.jsonl` (documents of manifests, posted in order)
 * and `mutations.jsonl` (single requests). A record agrees when code, reason, causes, message and stored object are all equal.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { KINDS, apiVersionOf, kindInfo, pathOf, resourceInfo, tableName, type KindInfo } from '../../src/sim/api/kinds.ts';
import type { KubernetesObject } from '../../src/sim/api/object.ts';
import type { Method, Request, Response, Status } from '../../src/sim/api/request.ts';
import { USERS } from '../../src/sim/api/request.ts';
import { parseTimestamp } from '../../src/sim/api/time.ts';
import { customKinds } from '../../src/sim/apiserver/crd/served.ts';
import { handle } from '../../src/sim/apiserver/handle.ts';
import { commit, newStore, type Store } from '../../src/sim/apiserver/store.ts';

type Plain = { [key: string]: unknown };
interface Answer {
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  readonly causes?: readonly { readonly field?: string; readonly reason?: string; readonly message?: string }[];
  readonly set?: Plain;
  readonly removed?: readonly string[];
  readonly object?: unknown;
  readonly warnings?: readonly string[];
  readonly managedFields?: unknown;
}
interface Verdict extends Answer {
  readonly file: string;
  readonly doc: number;
  readonly item?: number;
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly provided?: readonly string[];
}
interface Step {
  readonly method: Method;
  readonly path: string;
  readonly contentType?: string;
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly accept?: string;
  readonly body?: unknown;
  readonly base?: string;
  readonly edit?: readonly { readonly op: string; readonly path: string; readonly value?: unknown }[];
  readonly waitMillis?: number;
}
interface Mutation {
  readonly id: string;
  readonly group: string;
  readonly setup?: readonly Step[];
  readonly request: Step;
  readonly response: Answer;
}
const RATES = ['code', 'reason', 'causes', 'message', 'object', 'warnings', 'managers'] as const;
type Rate = (typeof RATES)[number];
export interface Disagreement {
  readonly id: string;
  readonly differs: readonly Rate[];
  readonly detail: string;
}
export interface ApiParity {
  readonly agreed: number;
  readonly total: number;
  readonly first?: string;
  readonly rates: Readonly<Record<Rate, number>>;
  readonly notCovered: number;
  readonly lines: readonly string[];
  readonly disagreements: readonly Disagreement[];
}

// ---- a small world for the API server alone

const NOW = 0;
interface World {
  readonly store: Store;
  send(request: Omit<Request, 'user'> & { readonly user?: string }): Response;
  provide(namespace: string): void;
}

function newWorld(): World {
  const store = newStore();
  let drawn = 0x9e3779b9;
  const draw = (): number => {
    drawn = (Math.imul(drawn ^ (drawn >>> 15), 0x2c1b3c6d) + 0x297a2d39) >>> 0;
    return drawn;
  };
  // The recorder's own program; whoever it spoke for is judged by RBAC as anybody from outside.
  const send: World['send'] = (request) => handle({ store, now: NOW, step: 0, draw }, { user: 'admin', ...(request.user === undefined ? { uid: 'admin' } : {}), groups: ['system:masters'], userAgent: 'recorder', ...request });
  const put = (kind: string, key: string, object: unknown): void => {
    commit(store, { at: NOW, kind, key, after: object as KubernetesObject, by: USERS.admin, verb: 'create', cause: 0 });
  };
  const uid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  let count = 0;
  const provide = (namespace: string): void => {
    if (send({ method: 'GET', path: pathOf('Namespace', undefined, namespace) }).code === 404) {
      send({ method: 'POST', path: pathOf('Namespace', undefined), body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } });
    }
    // The harness of the recordings made every namespace's account by hand, since no controller ran.
    if (send({ method: 'GET', path: pathOf('ServiceAccount', namespace, 'default') }).code === 404) {
      count += 1;
      put('ServiceAccount', `${namespace}/default`, { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'default', namespace, uid: uid(count), creationTimestamp: '2026-01-05T08:00:00Z' } });
    }
  };
  for (const namespace of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) provide(namespace);
  for (const [name, value] of [['system-cluster-critical', 2_000_000_000], ['system-node-critical', 2_000_001_000]] as const) {
    put('PriorityClass', name, { kind: 'PriorityClass', apiVersion: 'scheduling.k8s.io/v1', metadata: { name, generation: 1, uid: uid(value % 1000 + 500), creationTimestamp: '2026-01-05T08:00:00Z' }, value, preemptionPolicy: 'PreemptLowerPriority' });
  }
  put('Service', 'default/kubernetes', { kind: 'Service', apiVersion: 'v1', metadata: { name: 'kubernetes', namespace: 'default', uid: uid(999), creationTimestamp: '2026-01-05T08:00:00Z', labels: { component: 'apiserver', provider: 'kubernetes' } }, spec: { ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }], clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], type: 'ClusterIP', sessionAffinity: 'None', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', internalTrafficPolicy: 'Cluster' }, status: { loadBalancer: {} } });
  return { store, send, provide };
}

// ---- comparing

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);
const clone = <T>(value: T): T => JSON.parse(JSON.stringify(value ?? null)) as T;

/** What the recordings leave out, and what chance decides, made the same on both sides. */
function canonical(object: unknown): unknown {
  const out = clone(object);
  if (isPlain(out) && Array.isArray(out['items'])) out['items'] = out['items'].map(canonical);
  if (isPlain(out) && isPlain(out['metadata'])) for (const key of ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'selfLink']) delete out['metadata'][key];
  return out;
}
/** A generated name has its placeholder where the recording knew it by its field; elsewhere (a Job's labels) it stands as it was drawn. */
function withRandomName(object: unknown): unknown {
  const meta = isPlain(object) && isPlain(object['metadata']) ? object['metadata'] : {};
  const base = typeof meta['generateName'] === 'string' && String(meta['name']).includes('{random}') ? meta['generateName'] : undefined;
  if (base === undefined) return object;
  return JSON.parse(JSON.stringify(object), (_key, value: unknown) => (typeof value === 'string' && value.startsWith(base) && /^[a-z0-9]{5}$/.test(value.slice(base.length)) ? `${base}{random}` : value));
}
const MOMENTS = new Set(['lastPhaseTransitionTime', 'lastTransitionTime', 'deletionTimestamp']);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
/** Equal, where a placeholder stands for anything of its form. */
function equal(mine: unknown, wanted: unknown): boolean {
  if (mine === wanted) return true;
  if (typeof wanted === 'string') {
    if (wanted === '{allocated}') return typeof mine === 'number' || typeof mine === 'string';
    if (typeof mine !== 'string') return false;
    if (wanted === '{time}') return TIME.test(mine);
    const parts = wanted.split(/\{(?:random|uid|time|allocated|continue)\}/);
    if (parts.length < 2) return false;
    return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`, 's').test(mine);
  }
  if (Array.isArray(wanted)) return Array.isArray(mine) && mine.length === wanted.length && wanted.every((one, i) => equal(mine[i], one));
  if (!isPlain(wanted) || !isPlain(mine)) return false;
  const keys = Object.keys(wanted);
  if (keys.length !== Object.keys(mine).length) return false;
  // Moments of the recording's own clock that it did not replace by a placeholder.
  const moment = (key: string): boolean => MOMENTS.has(key) && TIME.test(String(mine[key])) && TIME.test(String(wanted[key]));
  return keys.every((key) => Object.hasOwn(mine, key) && (moment(key) || equal(mine[key], wanted[key])));
}
/** Where two values part, for a reader. */
function whereDifferent(mine: unknown, wanted: unknown, path = ''): string {
  if (equal(mine, wanted)) return '';
  if (isPlain(mine) && isPlain(wanted)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(mine)])) {
      const found = whereDifferent(Object.hasOwn(mine, key) ? mine[key] : undefined, Object.hasOwn(wanted, key) ? wanted[key] : undefined, `${path}/${key}`);
      if (found !== '') return found;
    }
  }
  if (Array.isArray(mine) && Array.isArray(wanted) && mine.length === wanted.length) {
    for (let i = 0; i < wanted.length; i += 1) {
      const found = whereDifferent(mine[i], wanted[i], `${path}/${i}`);
      if (found !== '') return found;
    }
  }
  return `${path || '/'}: ${JSON.stringify(mine)} instead of ${JSON.stringify(wanted)}`;
}

const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
/** The recorder's difference took no list and an empty one for the same: what it did not note as changed may be either. */
function asNoted(made: unknown, mine: unknown): unknown {
  if (Array.isArray(made)) return made.length === 0 && mine === null ? null : Array.isArray(mine) ? made.map((one, i) => asNoted(one, mine[i])) : made;
  return isPlain(made) && isPlain(mine) ? Object.fromEntries(Object.entries(made).map(([key, one]) => [key, asNoted(one, mine[key])])) : made;
}
function setPointer(target: Plain, pointer: string, value: unknown): void {
  const parts = pointer.split('/').slice(1).map(unescape);
  let at: Plain = target;
  for (const part of parts.slice(0, -1)) {
    if (!isPlain(at[part]) && !Array.isArray(at[part])) at[part] = {};
    at = at[part] as Plain;
  }
  at[parts.at(-1) ?? ''] = value;
}
function removePointer(target: Plain, pointer: string): void {
  const parts = pointer.split('/').slice(1).map(unescape);
  let at: unknown = target;
  for (const part of parts.slice(0, -1)) at = isPlain(at) || Array.isArray(at) ? (at as Plain)[part] : undefined;
  const last = parts.at(-1) ?? '';
  if (Array.isArray(at)) at.splice(Number(last), 1);
  else if (isPlain(at)) delete at[last];
}

const normalMessage = (text: string | undefined): string =>
  (text ?? '').replace(/current: \d+/g, 'current: N').replace(/in record \(\d+\)/g, 'in record (N)').replace(/resourceVersion\\":\\"\d+/g, 'resourceVersion N').replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|\{time\}/g, 'TIME').replace(/0x[0-9a-f]{6,}/g, '0x').replace(/\{allocated\}|10\.96\.\d+\.\d+/g, 'IP').replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\{uid\}/g, 'UID').replace(/kube-api-access-[a-z0-9]{5}|kube-api-access-\{random\}/g, 'kube-api-access-X').replace(/"web-(?:[a-z0-9]{5}|\{random\})"/g, '"web-X"');

function compare(id: string, response: Response, wanted: Answer, expectedObject: unknown): Disagreement | undefined {
  const differs: Rate[] = [];
  const details: string[] = [];
  const differ = (rate: Rate, detail: string): void => {
    differs.push(rate);
    details.push(`${rate}: ${detail}`);
  };
  if (response.code !== wanted.code) differ('code', `${response.code} ${(response.body as Status).message?.slice(0, 300) ?? ''} instead of ${wanted.code} ${wanted.message?.slice(0, 300) ?? ''}`);
  const refused = response.code >= 300 ? (response.body as Status) : undefined;
  if ((refused?.reason ?? '') !== (wanted.code >= 300 ? (wanted.reason ?? '') : '')) differ('reason', `${refused?.reason ?? ''} instead of ${wanted.reason ?? ''}`);
  // As a set: upstream runs some validators twice, and says the same thing twice then.
  const causes = (list: Answer['causes']): string => JSON.stringify([...new Set((list ?? []).map((cause) => `${cause.field ?? ''} ${cause.reason ?? ''}`))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  if (causes(refused?.details?.causes) !== causes(wanted.causes)) differ('causes', `${causes(refused?.details?.causes)} instead of ${causes(wanted.causes)}`);
  if (normalMessage(refused?.message) !== normalMessage(wanted.code >= 300 ? wanted.message : '')) differ('message', `${refused?.message ?? ''}\n      instead of ${wanted.message ?? ''}`);
  if (expectedObject !== undefined && wanted.code < 300) {
    const mine = response.code < 300 ? canonical(response.body) : undefined;
    const theirs = withRandomName(canonical(expectedObject));
    if (!equal(mine, theirs)) differ('object', response.code < 300 ? whereDifferent(mine, theirs) : 'refused');
  }
  const warned = (list: Answer['warnings']): string => JSON.stringify((list ?? []).map((one) => one.replace(/^299 - "(.*)"$/, '$1')));
  if (wanted.warnings !== undefined && warned(response.warnings) !== warned(wanted.warnings)) differ('warnings', `${warned(response.warnings)} instead of ${warned(wanted.warnings)}`);
  if (wanted.managedFields !== undefined) {
    // Without their times, which are the recording's own.
    const mine = clone((response.body as { metadata?: { managedFields?: Plain[] } }).metadata?.managedFields ?? []).map(({ time: _time, ...entry }) => entry);
    if (!equal(mine, wanted.managedFields)) differ('managers', whereDifferent(mine, wanted.managedFields));
  }
  return differs.length === 0 ? undefined : { id, differs, detail: details.join('; ') };
}

// ---- verdicts

/** Documents as kubectl reads them: YAML 1.1, keys sorted as JSON has them, Lists taken apart. */
function documentsOf(text: string): unknown[] {
  const out: unknown[] = [];
  const pieces = text.replaceAll('\r\n', '\n').split(/^---(?:[ \t].*)?$/m);
  for (const piece of pieces) {
    let value: unknown;
    for (const document of parseAllDocuments(piece, { version: '1.1', merge: true, uniqueKeys: false, strict: false, logLevel: 'silent' })) if ('toJS' in document) value = document.toJS({ maxAliasCount: 1000 }) ?? undefined;
    if (value === undefined || value === null) continue;
    out.push(sortKeys(clone(value)));
  }
  return out;
}
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map((key) => [key, sortKeys(value[key])]));
}

const lines = (file: string): string[] => readFileSync(file, 'utf8').split('\n').filter((line) => line !== '');

interface Tally {
  total: number;
  notCovered: number;
  readonly disagreements: Disagreement[];
}

function runVerdicts(dir: string, manifests: string, tally: Tally): void {
  const byFile = new Map<string, Verdict[]>();
  for (const line of lines(`${dir}/verdicts.jsonl`)) {
    const record = JSON.parse(line) as Verdict;
    const list = byFile.get(record.file) ?? [];
    list.push(record);
    byFile.set(record.file, list);
  }
  for (const [file, records] of byFile) {
    const path = `${manifests}/${file}`;
    if (!existsSync(path)) {
      tally.notCovered += records.length;
      continue;
    }
    const documents = documentsOf(readFileSync(path, 'utf8'));
    const world = newWorld();
    for (const record of records) {
      for (const namespace of record.provided ?? []) world.provide(namespace);
      const custom = customKinds(world.store).find((one) => one.kind === record.kind && apiVersionOf(one) === record.apiVersion);
      const info = custom ?? (record.kind === undefined ? undefined : kindInfo(record.kind));
      // Code 0 is kubectl's own refusal, before anything is sent.
      if (info === undefined || record.code === 0 || (record.apiVersion !== apiVersionOf(info) && !(record.kind === 'Event' && record.apiVersion === 'events.k8s.io/v1'))) {
        tally.notCovered += 1;
        continue;
      }
      let document = documents[record.doc];
      if (record.item !== undefined) document = (document as { readonly items?: readonly unknown[] }).items?.[record.item];
      const namespace = info.namespaced ? (record.namespace ?? ((document as Plain | undefined)?.['metadata'] as Plain | undefined)?.['namespace'] as string | undefined ?? 'default') : undefined;
      const response = world.send({ method: 'POST', path: collectionOf(info, namespace), query: { fieldValidation: 'Strict', fieldManager: 'kubectl-create' }, body: document });
      let expected: unknown;
      if (record.code < 300) {
        const made = clone(document) as Plain;
        for (const pointer of [...(record.removed ?? [])].reverse()) removePointer(made, pointer);
        for (const [pointer, value] of Object.entries(record.set ?? {})) setPointer(made, pointer, value);
        expected = asNoted(made, response.body);
      }
      tally.total += 1;
      const found = compare(`${file}#${record.doc}${record.item === undefined ? '' : `.${record.item}`} ${record.kind}`, response, record, expected);
      if (found !== undefined) tally.disagreements.push(found);
      // Every namespace got its default account from the harness, those of the file too.
      if (info.kind === 'Namespace' && response.code < 300) world.provide((response.body as KubernetesObject).metadata.name);
      establish(world, response);
    }
  }
}

const collectionOf = (info: KindInfo, namespace: string | undefined): string =>
  info.table === undefined ? pathOf(info.kind, namespace) : `/apis/${info.group}/${info.version}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${info.resource}`;

/** No controller runs here; the recorder waited until the API server's own loops had accepted a definition's names. */
function establish(world: World, response: Response): void {
  const definition = response.body as KubernetesObject & { readonly spec?: { readonly names?: unknown }; readonly status?: object };
  if (response.code !== 201 || definition.kind !== 'CustomResourceDefinition') return;
  const condition = (type: string): object => ({ type, status: 'True', lastTransitionTime: '2026-01-05T08:00:00Z', reason: 'Accepted', message: '' });
  world.send({ method: 'PUT', path: `${pathOf('CustomResourceDefinition', undefined, definition.metadata.name)}/status`, body: { ...definition, status: { ...definition.status, acceptedNames: definition.spec?.names, conditions: [condition('NamesAccepted'), condition('Established')] } } });
}

// ---- mutations

const expand = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null), (_key, one: unknown) => (typeof one === 'string' ? one.replace(/\{(.)\*(\d+)\}/g, (_all, character: string, count: string) => character.repeat(Number(count))) : one)) as unknown;

function covered(path: string): boolean {
  const parts = (path.split('?')[0] ?? '').split('/').filter((part) => part !== '');
  const [group, version, rest] = parts[0] === 'api' ? ['', parts[1] ?? '', parts.slice(2)] : [parts[1] ?? '', parts[2] ?? '', parts.slice(3)];
  const at = rest[0] === 'namespaces' && rest.length > 2 ? rest[2] : rest[0];
  return at !== undefined && resourceInfo(group, version, at) !== undefined;
}

function applyEdit(target: Plain, edit: NonNullable<Step['edit']>): void {
  for (const { op, path, value } of edit) {
    if (op === 'remove') removePointer(target, path);
    else if (op === 'add' && /\/-$/.test(path)) {
      const list = path.slice(1, -2).split('/').map(unescape).reduce<unknown>((at, part) => (at as Plain | undefined)?.[part], target);
      if (Array.isArray(list)) list.push(value);
    } else setPointer(target, path, clone(value));
  }
}

function perform(world: World, step: Step, bases: Readonly<Record<string, unknown>>, managedFields = false): { readonly response: Response; readonly sent: unknown } {
  const [path = '', search = ''] = step.path.split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  let body: unknown = step.base !== undefined ? clone(bases[step.base]) : step.body === undefined ? undefined : expand(step.body);
  if (step.edit !== undefined || (step.method === 'PUT' && body === undefined)) {
    const live = world.send({ method: 'GET', path }).body;
    const edited = clone(live) as unknown as Plain;
    applyEdit(edited, step.edit ?? []);
    body = edited;
  }
  const response = world.send({ method: step.method, path, query, ...(body === undefined ? {} : { body }), ...(step.contentType === undefined ? {} : { contentType: step.contentType }), ...(step.user === undefined ? {} : { user: step.user, groups: step.groups ?? [] }), ...(step.accept === undefined ? {} : { accept: step.accept }), ...(managedFields ? { managedFields } : {}) });
  return { response, sent: body };
}

function runMutations(dir: string, bases: Readonly<Record<string, unknown>>, tally: Tally): void {
  for (const line of lines(`${dir}/mutations.jsonl`)) {
    const record = JSON.parse(line) as Mutation;
    const steps = [...(record.setup ?? []), record.request];
    // A watch is no request with one answer here: the cluster delivers changes, and its tests look at them.
    // A custom kind's paths are there when its definition is.
    const defines = (record.setup ?? []).some((step) => step.path.includes('/customresourcedefinitions'));
    if (!steps.every((step) => covered(step.path) || (defines && step.path.startsWith('/apis/'))) || record.request.path.includes('watch=true')) {
      tally.notCovered += 1;
      continue;
    }
    const world = newWorld();
    for (const step of record.setup ?? []) {
      const { response } = perform(world, step, bases);
      if (step.waitMillis !== undefined) establish(world, response);
      if (response.code < 300 && (response.body as KubernetesObject).kind === 'Namespace') world.provide((response.body as KubernetesObject).metadata.name);
    }
    const { response, sent } = perform(world, record.request, bases, record.response.managedFields !== undefined);
    let expected: unknown = record.response.object;
    if (expected === undefined && record.response.code < 300 && record.request.method === 'POST' && isPlain(sent)) {
      const made = clone(sent);
      for (const pointer of [...(record.response.removed ?? [])].reverse()) removePointer(made, pointer);
      for (const [pointer, value] of Object.entries(record.response.set ?? {})) setPointer(made, pointer, value);
      expected = asNoted(made, response.body);
    }
    tally.total += 1;
    const found = compare(`mutation ${record.id}`, response, record.response, expected);
    if (found !== undefined) tally.disagreements.push(found);
  }
}

// ---- tables

interface TableLine {
  readonly state: string;
  readonly now: string;
  readonly path: string;
  readonly columnDefinitions: readonly unknown[];
  readonly rows: readonly { readonly namespace?: string; readonly name: string; readonly cells: readonly unknown[] }[];
}

/** Ages within a second of each other: the recorder's clock went on while the server answered. */
function sameCell(mine: unknown, wanted: unknown): boolean {
  if (mine === wanted) return true;
  const seconds = (text: unknown): number | undefined => (typeof text === 'string' && /^\d+s$/.test(text) ? Number(text.slice(0, -1)) : undefined);
  const a = seconds(mine);
  const b = seconds(wanted);
  return a !== undefined && b !== undefined && Math.abs(a - b) <= 1;
}

function runTables(dir: string, tally: Tally): void {
  const states = new Map<string, readonly KubernetesObject[]>();
  for (const line of lines(`${dir}/tables.jsonl`)) {
    const record = JSON.parse(line) as TableLine;
    const file = [`${dir}/../kubectl/states/${record.state}.json`, `${OWN}../kubectl/states/${record.state}.json`].find(existsSync);
    if (file === undefined) {
      tally.notCovered += 1;
      continue;
    }
    const objects = states.get(file) ?? (JSON.parse(readFileSync(file, 'utf8')) as { readonly objects: readonly KubernetesObject[] }).objects;
    states.set(file, objects);
    const store = newStore();
    const known = new Set<string>();
    const put = (object: KubernetesObject): void => {
      store.revision = Math.max(store.revision, Number(object.metadata.resourceVersion) - 1);
      const info = kindInfo(object.kind);
      // One of a definition stands under its kind and group.
      const kind = info === undefined ? `${object.kind}.${object.apiVersion.slice(0, object.apiVersion.indexOf('/'))}` : tableName(info);
      const key = object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`;
      known.add(`${kind} ${key}`);
      commit(store, { kind, key, after: object, at: NOW, by: USERS.admin, verb: 'create', cause: 0 });
    };
    const byVersion = [...objects].sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
    for (const object of byVersion) put(object);
    const now = parseTimestamp(record.now) ?? 0;
    const response = handle({ store, now, step: 0, draw: () => 0 }, { user: 'admin', groups: ['system:masters'], method: 'GET', path: record.path, accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    const table = response.body as { readonly columnDefinitions?: readonly Plain[]; readonly rows?: readonly { readonly cells: readonly unknown[]; readonly object: KubernetesObject }[] };
    const columns = (table.columnDefinitions ?? []).map(({ description: _description, ...column }) => column);
    const details: string[] = [];
    if (response.code !== 200) details.push(`code ${response.code} ${(response.body as Status).message ?? ''}`);
    else {
      if (!equal(columns, record.columnDefinitions)) details.push(whereDifferent(columns, record.columnDefinitions, 'columns'));
      const rows = table.rows ?? [];
      const named = ({ namespace, name }: { readonly namespace?: string; readonly name: string }): string => `${namespace ?? ''}/${name}`;
      const wanted = record.rows.map(named).join(' ');
      const mine = rows.map((row) => named(row.object.metadata)).join(' ');
      if (wanted !== mine) details.push(`rows ${mine} instead of ${wanted}`);
      else record.rows.forEach(({ cells }, i) => cells.forEach((cell, j) => {
        if (!sameCell(rows[i]!.cells[j], cell)) details.push(`${record.rows[i]!.name} ${String((columns[j] as Plain | undefined)?.['name'])}: ${JSON.stringify(rows[i]!.cells[j])} instead of ${JSON.stringify(cell)}`);
      }));
    }
    tally.total += 1;
    if (details.length > 0) tally.disagreements.push({ id: `table ${record.path}`, differs: ['object'], detail: details.slice(0, 3).join('; ') });
  }
}

const OWN = fileURLToPath(new URL('../golden/api/', import.meta.url));

function summary(tally: Tally): ApiParity {
  const { total, disagreements } = tally;
  const rates = Object.fromEntries(RATES.map((rate) => [rate, total === 0 ? 1 : 1 - disagreements.filter((one) => one.differs.includes(rate)).length / total])) as Record<Rate, number>;
  const first = disagreements[0];
  return {
    agreed: total - disagreements.length,
    total,
    ...(first === undefined ? {} : { first: `${first.id}: ${first.detail}` }),
    rates,
    notCovered: tally.notCovered,
    lines: [...disagreements.slice(0, 60).map((one) => `  ${one.id}\n    ${one.detail}`), `  not covered (kinds that are not here, and what kubectl never sends): ${tally.notCovered}`],
    disagreements,
  };
}

/** One family, or both: `verdicts` needs the manifests that its records name. */
export function runPart(part: 'verdicts' | 'mutations' | 'tables', dir: string, manifestsDir: string): ApiParity | 'not run' {
  const tally: Tally = { total: 0, notCovered: 0, disagreements: [] };
  if (!existsSync(`${dir}/${part}.jsonl`)) return 'not run';
  if (part === 'verdicts') {
    if (!existsSync(manifestsDir)) return 'not run';
    runVerdicts(dir, manifestsDir, tally);
  } else if (part === 'tables') runTables(dir, tally);
  else runMutations(dir, basesFor(dir), tally);
  return summary(tally);
}

function basesFor(dir: string): Readonly<Record<string, unknown>> {
  const read = (at: string): Plain => (existsSync(`${at}/bases.json`) ? (JSON.parse(readFileSync(`${at}/bases.json`, 'utf8')) as Plain) : {});
  return { ...read(OWN), ...read(dir) };
}

export function run(dir: string, manifestsDir: string): ApiParity | 'not run' {
  const tally: Tally = { total: 0, notCovered: 0, disagreements: [] };
  const verdicts = existsSync(`${dir}/verdicts.jsonl`);
  if (verdicts && !existsSync(manifestsDir)) return 'not run';
  if (verdicts) runVerdicts(dir, manifestsDir, tally);
  if (existsSync(`${dir}/mutations.jsonl`)) runMutations(dir, basesFor(dir), tally);
  if (existsSync(`${dir}/tables.jsonl`)) runTables(dir, tally);
  return summary(tally);
}

export const COVERED_KINDS: readonly string[] = KINDS.map((info) => info.kind);
