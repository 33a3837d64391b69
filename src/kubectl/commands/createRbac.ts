import { pathOf } from '../../sim/api/kinds.ts';
import { SECOND } from '../../sim/api/time.ts';
import { Failure, Refusal } from '../failure.ts';
import { given, micros, raws, text, texts } from '../flags.ts';
import { findResource } from '../resources.ts';
import type { Resource } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { call } from '../steps.ts';
import { format } from '../output.ts';
import type { KubernetesObject } from '../../sim/api/object.ts';
import type { Tree } from '../tree.ts';
import { dig } from '../tree.ts';
import { labelsOf, make, oneName, only, wrapped } from './make.ts';
import { writeQuery } from './apply.ts';

const VERBS = new Set(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'use', 'bind', 'impersonate', '*', 'approve', 'sign', 'escalate', 'attest']);
const GROUP = 'rbac.authorization.k8s.io';

/** --verb and --resource as rules, one for every API group, as kubectl makes them. */
function* rules(context: Context): Run<readonly Tree[]> {
  const { flags } = context;
  const verbs = [...new Set(texts(flags, 'verb'))];
  if (verbs.length === 0) throw new Failure('error: at least one verb must be specified');
  const chosen = verbs.includes('*') ? ['*'] : verbs;
  const wanted = texts(flags, 'resource');
  const urls = texts(flags, 'non-resource-url');
  const names = raws(flags, 'resource-name');
  if (urls.length > 0 && wanted.length === 0 && names.length === 0) return [{ nonResourceURLs: urls, verbs: chosen }];
  if (wanted.length === 0) throw new Failure('error: at least one resource must be specified');
  for (const verb of chosen) if (!VERBS.has(verb)) yield { err: `Warning: '${verb}' is not a standard resource verb\n` };
  const groups = new Map<string, string[]>();
  for (const spec of wanted) {
    const [name = '', ...sub] = spec.split('/');
    let group = '';
    let resource = name;
    if (name !== '*') {
      const info: Resource | undefined = yield* findResource(context, name);
      if (info === undefined) throw new Failure(`the server doesn't have a resource type "${name.split('.')[0]!}"`);
      ({ group, resource } = info);
    }
    const full = sub.length === 0 ? resource : `${resource}/${sub.join('/')}`;
    const had = groups.get(group) ?? [];
    if (!had.includes(full)) groups.set(group, [...had, full]);
  }
  return [
    ...[...groups].map(([group, resources]) => only({ apiGroups: [group], resourceNames: names.length === 0 ? undefined : names, resources, verbs: chosen })),
    ...(urls.length === 0 ? [] : [{ nonResourceURLs: urls, verbs: chosen }]),
  ];
}

export function* createRole(context: Context, words: readonly string[], kind: 'Role' | 'ClusterRole'): Run<void> {
  const name = oneName(context, words, kind.toLowerCase());
  const aggregation = raws(context.flags, 'aggregation-rule');
  if (kind === 'ClusterRole' && aggregation.length > 0) {
    if (given(context.flags, 'verb') || given(context.flags, 'resource')) throw new Failure('error: aggregation rule must be specified without any other flags');
    yield* make(context, { aggregationRule: { clusterRoleSelectors: [{ matchLabels: labelsOf(aggregation.join(',')) }] }, apiVersion: `${GROUP}/v1`, kind, metadata: { name }, rules: null }, kind.toLowerCase());
    return;
  }
  yield* make(context, { apiVersion: `${GROUP}/v1`, kind, metadata: { name }, rules: yield* rules(context) }, kind.toLowerCase());
}

export function* createBinding(context: Context, words: readonly string[], kind: 'RoleBinding' | 'ClusterRoleBinding'): Run<void> {
  const { flags } = context;
  const name = oneName(context, words, kind.toLowerCase());
  const [clusterRole, role] = [text(flags, 'clusterrole') ?? '', kind === 'RoleBinding' ? (text(flags, 'role') ?? '') : ''];
  if (kind === 'ClusterRoleBinding' && clusterRole === '') throw new Failure('error: required flag(s) "clusterrole" not set');
  if ((clusterRole === '') === (role === '')) throw new Failure('error: exactly one of clusterrole or role must be specified');
  const subjects: Tree[] = [
    ...texts(flags, 'user').map((user) => ({ apiGroup: GROUP, kind: 'User', name: user })), ...texts(flags, 'group').map((group) => ({ apiGroup: GROUP, kind: 'Group', name: group })),
    ...texts(flags, 'serviceaccount').map((account) => {
      const [namespace = '', own = '', ...more] = account.split(':');
      if (namespace === '' || own === '' || more.length > 0) throw new Failure('error: serviceaccount must be <namespace>:<name>');
      return { kind: 'ServiceAccount', name: own, namespace };
    }),
  ];
  yield* make(context, only({
    apiVersion: `${GROUP}/v1`, kind, metadata: { name }, roleRef: { apiGroup: GROUP, kind: role === '' ? 'ClusterRole' : 'Role', name: role === '' ? clusterRole : role }, subjects: subjects.length === 0 ? undefined : subjects,
  }), kind.toLowerCase());
}

export function* createToken(context: Context, words: readonly string[]): Run<void> {
  const { flags } = context;
  const name = oneName(context, words, 'token');
  const duration = micros(flags, 'duration');
  const audiences = raws(flags, 'audience');
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: only({ audiences: audiences.length === 0 ? undefined : audiences, expirationSeconds: duration === undefined || duration === 0 ? undefined : Math.floor(duration / SECOND) }), status: { expirationTimestamp: null, token: '' } };
  let made: KubernetesObject;
  try {
    made = (yield* call(context, { method: 'POST', path: pathOf('ServiceAccount', context.namespace, name, 'token'), query: writeQuery(context, 'kubectl-create'), body })).body as KubernetesObject;
  } catch (error) {
    throw error instanceof Refusal ? wrapped('token', error.status) : error;
  }
  const output = format(text(flags, 'output'));
  const info: Resource = { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', resource: 'tokenrequests', singular: 'tokenrequest', shortNames: [], namespaced: true, subresources: [] };
  // What was asked about the object that the token is bound to is shown though nothing was asked.
  yield { out: output === undefined ? `${String(dig(made, 'status', 'token') ?? '')}\n` : output([{ info, object: { ...made, spec: { boundObjectRef: null, ...(dig(made, 'spec') as object) } } as KubernetesObject }], true, true) };
}

