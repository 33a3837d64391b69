import { KINDS, apiVersionOf, pathOf } from '../../sim/api/kinds.ts';
import type { Json, KubernetesObject } from '../../sim/api/object.ts';
import type { Response } from '../../sim/api/request.ts';
import { milliValue, wholeValue } from '../../sim/api/quantity.ts';
import { timestamp } from '../../sim/api/time.ts';
import { compactRules, resourceText, ruleOf } from '../describe/rbac.ts';
import { indentedJson, yamlText } from '../encode.ts';
import { Failure } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, text, texts, truth } from '../flags.ts';
import { changed } from '../output.ts';
import type { Resource } from '../resources.ts';
import { builtIn, customResources, fetchEvery, findResource, pathFor } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { call, list, send } from '../steps.ts';
import { TABLE, align } from '../tabwriter.ts';
import type { Tree } from '../tree.ts';
import { compareText, dig, isList } from '../tree.ts';

export const VERSION = 'v1.36.3';

export const VERSION_FLAGS: FlagSpecs = { client: kinds.bool(), output: kinds.string('o'), short: kinds.bool() };
export function* version(context: Context): Run<number> {
  const output = text(context.flags, 'output');
  const clientOnly = truth(context.flags, 'client');
  if (output === undefined) {
    yield { out: `Client Version: ${VERSION}\nKustomize Version: v5.8.1\n${clientOnly ? '' : `Server Version: ${VERSION}\n`}` };
    return 0;
  }
  if (output !== 'json' && output !== 'yaml') throw new Failure("error: --output must be 'yaml' or 'json'");
  const server = (yield* call(context, { method: 'GET', path: '/version' })).body as unknown as Tree;
  const client = Object.fromEntries(Object.entries(server).filter(([key]) => !/^(?:emulation|minCompatibility)/.test(key)));
  const whole = { clientVersion: client, kustomizeVersion: 'v5.8.1', ...(clientOnly ? {} : { serverVersion: server }) };
  yield { out: output === 'json' ? indentedJson(whole) : yamlText(whole) };
  return 0;
}

/** What a real server's discovery lists besides the kinds that are stored: only created, or old names of others. */
const virtual = (kind: string, group: string, resource: string, namespaced: boolean, shortNames: readonly string[] = []): Resource => ({ kind, group, version: 'v1', resource, singular: kind.toLowerCase(), shortNames, namespaced, subresources: [], transient: true });
const VIRTUAL: readonly Resource[] = [
  virtual('Binding', '', 'bindings', true), virtual('ComponentStatus', '', 'componentstatuses', false, ['cs']), virtual('SelfSubjectReview', 'authentication.k8s.io', 'selfsubjectreviews', false), virtual('TokenReview', 'authentication.k8s.io', 'tokenreviews', false),
  virtual('LocalSubjectAccessReview', 'authorization.k8s.io', 'localsubjectaccessreviews', true), virtual('SelfSubjectAccessReview', 'authorization.k8s.io', 'selfsubjectaccessreviews', false), virtual('SelfSubjectRulesReview', 'authorization.k8s.io', 'selfsubjectrulesreviews', false),
  virtual('SubjectAccessReview', 'authorization.k8s.io', 'subjectaccessreviews', false), { ...virtual('Event', 'events.k8s.io', 'events', true, ['ev']), transient: false },
];
const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
/** In the order in which discovery names those of custom kinds. */
const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const verbsOf = (info: Resource): readonly string[] => (info.kind === 'ComponentStatus' ? ['get', 'list'] : info.transient === true ? ['create'] : info.kind === 'Namespace' && info.group === '' ? ALL_VERBS.filter((verb) => verb !== 'deletecollection') : info.custom !== undefined ? CUSTOM_VERBS : ALL_VERBS);
const categoriesOf = (info: Resource): readonly string[] => (info.custom !== undefined ? (info.categories ?? []) : info.inAll === true ? ['all'] : ['CustomResourceDefinition', 'APIService', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'].includes(info.kind) ? ['api-extensions'] : []);

function* everything(context: Context): Run<readonly Resource[]> {
  const out = new Map<string, Resource>();
  for (const info of [...KINDS, ...VIRTUAL, ...(yield* customResources(context))]) out.set(`${info.group}/${info.resource}`, info);
  return [...out.values()];
}

export const API_RESOURCES_FLAGS: FlagSpecs = { 'api-group': kinds.string(), namespaced: kinds.bool(), output: kinds.string('o'), 'no-headers': kinds.bool(), 'sort-by': kinds.string(), verbs: kinds.strings(), cached: kinds.bool(), categories: kinds.strings(), 'show-kind': kinds.bool() };
export function* apiResources(context: Context): Run<number> {
  const { flags } = context;
  if (flags.args.length > 0) throw new Failure(`error: unexpected arguments: [${flags.args.join(' ')}]\nSee 'kubectl api-resources -h' for help and examples`);
  const group = text(flags, 'api-group');
  const order = text(flags, 'sort-by');
  if (order !== undefined && order !== 'name' && order !== 'kind') throw new Failure("error: --sort-by accepts only name or kind");
  const [verbs, categories] = [texts(flags, 'verbs'), texts(flags, 'categories')];
  const by = (info: Resource): string => (order === 'kind' ? info.kind : order === 'name' ? info.resource : `${info.group}/${info.resource}`);
  const rows = (yield* everything(context)).filter((info) =>
    (group === undefined || info.group === group) && (!given(flags, 'namespaced') || info.namespaced === truth(flags, 'namespaced')) && verbs.every((verb) => verbsOf(info).includes(verb)) && categories.every((one) => categoriesOf(info).includes(one)));
  const sorted = [...rows].sort((a, b) => compareText(by(a), by(b)));
  const output = text(flags, 'output');
  if (output === 'name') {
    yield { out: sorted.map((info) => `${info.resource}${info.group === '' ? '' : `.${info.group}`}\n`).join('') };
    return 0;
  }
  if (output !== undefined && output !== 'wide') throw new Failure(`error: --output ${output} is not available in this version of Orrery; name and wide are`);
  const wide = output === 'wide';
  const lines = sorted.map((info) => [info.resource, info.shortNames.join(','), apiVersionOf(info), String(info.namespaced), info.kind, ...(wide ? [verbsOf(info).join(','), categoriesOf(info).join(',')] : [])].join('\t'));
  const header = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])].join('\t');
  yield { out: align(`${[...(truth(flags, 'no-headers') ? [] : [header]), ...lines].join('\n')}\n`, TABLE) };
  return 0;
}

export function* apiVersions(context: Context): Run<number> {
  const all = new Set([...(yield* everything(context)).map((info) => apiVersionOf(info)), 'autoscaling/v1']);
  yield { out: [...all].sort(compareText).map((one) => `${one}\n`).join('') };
  return 0;
}

export function* clusterInfo(context: Context, server: string): Run<number> {
  if (context.flags.args[0] === 'dump') throw new Failure('error: kubectl cluster-info dump is not in this version of Orrery; kubectl get all -A -o yaml writes what there is');
  let out = `Kubernetes control plane is running at ${server}\n`;
  for (const service of yield* list(context, pathOf('Service', 'kube-system'), { labelSelector: 'kubernetes.io/cluster-service=true' })) {
    const name = service.metadata.labels?.['kubernetes.io/name'] ?? service.metadata.name;
    out += `${name} is running at ${server}/api/v1/namespaces/kube-system/services/${service.metadata.name}:dns/proxy\n`;
  }
  yield { out: `${out}\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n` };
  return 0;
}

export const AUTH_FLAGS: FlagSpecs = { 'all-namespaces': kinds.bool('A'), list: kinds.bool(), quiet: kinds.bool('q'), subresource: kinds.string(), output: kinds.string('o'), 'no-headers': kinds.bool(), filename: kinds.strings('f') };

/** Asks a review; undefined: this server keeps none, because there is nobody whom it would refuse anything. */
function* review(context: Context, group: string, kind: string, spec: Tree | undefined): Run<Tree | undefined> {
  const response: Response = yield* send(context, { method: 'POST', path: `/apis/${group}/v1/${kind.toLowerCase()}s`, body: { apiVersion: `${group}/v1`, kind, metadata: {}, ...(spec === undefined ? {} : { spec }) } });
  return response.code < 300 ? ((response.body as unknown as Tree).status as Tree | undefined) : undefined;
}

export function* auth(context: Context): Run<number> {
  const { flags } = context;
  const [what, verb, name, ...more] = flags.args;
  if (what === 'whoami') {
    const info = dig(yield* review(context, 'authentication.k8s.io', 'SelfSubjectReview', undefined), 'userInfo') ?? { username: context.identity?.user ?? 'kubernetes-admin', groups: [...(context.identity?.groups ?? ['system:masters', 'system:authenticated'])] };
    const output = text(flags, 'output');
    if (output === 'json' || output === 'yaml') {
      const whole = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { creationTimestamp: null }, status: { userInfo: info } };
      yield { out: output === 'json' ? indentedJson(whole) : yamlText(whole) };
      return 0;
    }
    const groups = dig(info, 'groups');
    const rows = [['Username', String(dig(info, 'username') ?? '')], ...(dig(info, 'uid') === undefined ? [] : [['UID', String(dig(info, 'uid'))]]), ['Groups', `[${(isList(groups) ? groups : []).map(String).join(' ')}]`]];
    yield { out: align(`ATTRIBUTE\tVALUE\n${rows.map((row) => `${row.join('\t')}\n`).join('')}`, TABLE) };
    return 0;
  }
  if (what === 'reconcile') throw new Failure('error: kubectl auth reconcile is not in this version of Orrery; kubectl apply takes roles and bindings');
  if (what !== 'can-i') throw new Failure(`error: unknown command "${what ?? ''}"\nSee 'kubectl auth -h' for help and examples`);
  if (truth(flags, 'list')) {
    const status = yield* review(context, 'authorization.k8s.io', 'SelfSubjectRulesReview', { namespace: context.namespace });
    const rules = (key: string): readonly Json[] => {
      const found = dig(status, key);
      return isList(found) ? found : [];
    };
    const all = status === undefined ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] }] : [...rules('resourceRules'), ...rules('nonResourceRules')];
    const rows = compactRules(all.map((one) => ruleOf(one as Json))).map((rule) => `${resourceText(rule)}\t[${rule.nonResourceURLs.join(' ')}]\t[${rule.resourceNames.join(' ')}]\t[${rule.verbs.join(' ')}]\n`);
    yield { out: align(`${truth(flags, 'no-headers') ? '' : 'Resources\tNon-Resource URLs\tResource Names\tVerbs\n'}${rows.join('')}`, TABLE) };
    return 0;
  }
  if (verb === undefined || name === undefined || more.length > 1) throw new Failure("error: you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.");
  const namespace = truth(flags, 'all-namespaces') ? '' : context.namespace;
  let spec: Tree;
  if (name.startsWith('/')) spec = { nonResourceAttributes: { path: name, verb } };
  else {
    const [type = '', own] = name.split('/');
    const info = type === '*' ? undefined : yield* findResource(context, type);
    if (info !== undefined && !info.namespaced && !truth(flags, 'all-namespaces')) yield { err: `Warning: resource '${info.resource}' is not namespace scoped${info.group === '' ? '' : ` in group '${info.group}'`}\n\n` };
    if (info === undefined && type !== '*') yield { err: `Warning: the server doesn't have a resource type '${type}'\n\n` };
    const sub = text(flags, 'subresource');
    spec = { resourceAttributes: { ...(namespace === '' ? {} : { namespace }), group: info?.group ?? (type === '*' ? '*' : ''), resource: info?.resource ?? type, verb, ...(sub === undefined ? {} : { subresource: sub }), ...(own === undefined && more[0] === undefined ? {} : { name: own ?? more[0]! }) } };
  }
  const status = yield* review(context, 'authorization.k8s.io', 'SelfSubjectAccessReview', spec);
  const allowed = status === undefined ? context.identity === undefined : status.allowed === true;
  const why = allowed ? '' : [status?.reason, status?.evaluationError].filter((one) => typeof one === 'string' && one !== '').map((one) => ` - ${String(one)}`).join('');
  if (!truth(flags, 'quiet')) yield { out: `${allowed ? 'yes' : 'no'}${why}\n` };
  return allowed ? 0 : 1;
}

export const CERTIFICATE_FLAGS: FlagSpecs = { filename: kinds.strings('f'), force: kinds.bool(), output: kinds.string('o'), recursive: kinds.bool('R') };
const CERTIFICATE_HELP = `Modify certificate resources.

Available Commands:
  approve       Approve a certificate signing request
  deny          Deny a certificate signing request

Usage:
  kubectl certificate SUBCOMMAND [options]

Use "kubectl certificate <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
`;
export function* certificate(context: Context): Run<number> {
  const [what, ...names] = context.flags.args;
  if (what === undefined) {
    yield { out: CERTIFICATE_HELP };
    return 0;
  }
  if (what !== 'approve' && what !== 'deny') throw new Failure(`error: unknown command "${what ?? ''}"\nSee 'kubectl certificate -h' for help and examples`);
  if (names.length === 0) throw new Failure('error: one or more CSRs must be specified as <name> or -f <filename>');
  const info = builtIn('certificatesigningrequests')!;
  for (const found of yield* fetchEvery(context, names.map((name) => ({ info, name: name.replace(/^(?:csr|certificatesigningrequests?)\//, '') })))) {
    const [type, word] = what === 'approve' ? ['Approved', 'approved'] : ['Denied', 'denied'];
    const had = dig(found.object, 'status', 'conditions');
    const now = timestamp(context.input.now());
    const condition = { lastTransitionTime: now, lastUpdateTime: now, message: `This CSR was ${word} by kubectl certificate ${what}.`, reason: `Kubectl${what === 'approve' ? 'Approve' : 'Deny'}`, status: 'True', type };
    const already = isList(had) && had.some((one) => dig(one, 'type') === type);
    const after = already ? found.object : ((yield* call(context, { method: 'PUT', path: pathFor(found, 'approval'), body: { ...found.object, status: { ...((dig(found.object, 'status') ?? {}) as Tree), conditions: [...(isList(had) ? had : []), condition] } } })).body as KubernetesObject);
    yield { out: changed(text(context.flags, 'output'), { info, object: after }, word, 'none') };
  }
  return 0;
}

export const TOP_FLAGS: FlagSpecs = { 'all-namespaces': kinds.bool('A'), containers: kinds.bool(), 'no-headers': kinds.bool(), selector: kinds.string('l'), 'field-selector': kinds.string(), 'sort-by': kinds.string(), sum: kinds.bool(), 'use-protocol-buffers': kinds.bool(), 'show-capacity': kinds.bool(), 'show-swap': kinds.bool() };
/** top: what a metrics server says, if the cluster has one. */
export function* top(context: Context): Run<number> {
  const { flags } = context;
  const [what = '', name] = flags.args;
  const nodes = /^(?:nodes?|no)$/.test(what);
  if (!nodes && !/^(?:pods?|po)$/.test(what)) throw new Failure(`error: unknown command "${what}"\nSee 'kubectl top -h' for help and examples`);
  const all = truth(flags, 'all-namespaces');
  const root = '/apis/metrics.k8s.io/v1beta1';
  const path = nodes ? `${root}/nodes` : all ? `${root}/pods` : `${root}/namespaces/${context.namespace}/pods`;
  const selector = text(flags, 'selector');
  const response = yield* send(context, { method: 'GET', path, query: selector === undefined ? {} : { labelSelector: selector } });
  if (response.code >= 300) throw new Failure('error: Metrics API not available');
  const items = ((response.body as { items?: readonly KubernetesObject[] }).items ?? []).filter((one) => name === undefined || one.metadata.name === name);
  if (items.length === 0) {
    yield { err: nodes ? 'error: metrics not available yet\n' : all ? 'No resources found\n' : `No resources found in ${context.namespace} namespace.\n` };
    return nodes ? 1 : 0;
  }
  const amounts = (usage: Json | undefined): { cpu: number; memory: number } => ({ cpu: Math.ceil(milliValue(String(dig(usage, 'cpu') ?? '0'))), memory: Math.floor(Number(wholeValue(String(dig(usage, 'memory') ?? '0'))) / 1_048_576) });
  const head = truth(flags, 'no-headers') ? [] : [nodes ? 'NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)' : `${all ? 'NAMESPACE\t' : ''}${truth(flags, 'containers') ? 'POD\tNAME' : 'NAME'}\tCPU(cores)\tMEMORY(bytes)`];
  const rows: { readonly cpu: number; readonly memory: number; readonly line: string }[] = [];
  if (nodes) {
    const known = new Map((yield* list(context, pathOf('Node', undefined))).map((node) => [node.metadata.name, node]));
    for (const one of items) {
      const { cpu, memory } = amounts(dig(one, 'usage'));
      const room = amounts(dig(known.get(one.metadata.name), 'status', 'allocatable'));
      rows.push({ cpu, memory, line: `${one.metadata.name}\t${cpu}m\t${room.cpu === 0 ? '<unknown>' : `${Math.floor((cpu * 100) / room.cpu)}%`}\t${memory}Mi\t${room.memory === 0 ? '<unknown>' : `${Math.floor((memory * 100) / room.memory)}%`}` });
    }
  } else {
    for (const one of items) {
      const containers = dig(one, 'containers');
      const parts = (isList(containers) ? containers : []).map((container) => ({ name: String(dig(container, 'name')), ...amounts(dig(container, 'usage')) }));
      const where = all ? `${one.metadata.namespace ?? ''}\t` : '';
      if (truth(flags, 'containers')) for (const part of parts) rows.push({ cpu: part.cpu, memory: part.memory, line: `${where}${one.metadata.name}\t${part.name}\t${part.cpu}m\t${part.memory}Mi` });
      else {
        const [cpu, memory] = [parts.reduce((sum, part) => sum + part.cpu, 0), parts.reduce((sum, part) => sum + part.memory, 0)];
        rows.push({ cpu, memory, line: `${where}${one.metadata.name}\t${cpu}m\t${memory}Mi` });
      }
    }
  }
  const order = text(flags, 'sort-by');
  const sorted = [...rows].sort((a, b) => (order === 'cpu' ? b.cpu - a.cpu : order === 'memory' ? b.memory - a.memory : 0) || compareText(a.line, b.line));
  yield { out: align(`${[...head, ...sorted.map(({ line }) => line)].join('\n')}\n`, TABLE) };
  return 0;
}

export function* lacking(command: string, why: string): Run<number> {
  yield { err: `error: kubectl ${command} is not in this version of Orrery: ${why}\n` };
  return 1;
}
