import type { ServiceAccount } from '../../api/object.ts';
import type { Response } from '../../api/request.ts';
import { SECOND, parseTimestamp } from '../../api/time.ts';
import { decode, strictRefusal } from '../decode.ts';
import { badRequest, invalid, methodNotAllowed, notFound } from '../status.ts';
import { head } from '../store.ts';
import type { FieldError } from '../strategy.ts';
import { bind } from '../subresources.ts';
import { answer, isFailure, refuse, type ApiContext, type Call } from '../verbs-call.ts';
import { identityOf } from './identity.ts';
import { aggregate, decide, visitRules, type Attributes, type Identity, type PolicyRule } from './rules.ts';

/** Kinds that are asked and answered, and never stored: who am I, may I, may somebody, whose token is this. After pkg/registry/authorization and authentication. */
export function review(call: Call, body: unknown): Response | undefined {
  const { info, request } = call;
  if (info.transient !== true) return undefined;
  if (info.kind === 'ComponentStatus') return componentStatuses(call);
  if (request.method !== 'POST' || call.name !== undefined || (info.namespaced && call.namespace === undefined)) return refuse(methodNotAllowed());
  if (info.kind === 'Binding') {
    const name = (body as { readonly metadata?: { readonly name?: unknown } } | null | undefined)?.metadata?.name;
    return bind({ ...call, name: typeof name === 'string' ? name : '', info: POD }, body);
  }
  const decoded = decode(info, body, call.apiVersion);
  if (isFailure(decoded)) return refuse(decoded);
  if (decoded.strict.length > 0) {
    if (call.validation === 'Strict') return refuse(strictRefusal(info, call.apiVersion, decoded.strict));
    if (call.validation === 'Warn') call.warnings.push(...decoded.strict);
  }
  // BeforeCreate wipes what only the server sets, before the review itself is looked at.
  const { uid: _uid, creationTimestamp: _created, deletionTimestamp: _deleted, deletionGracePeriodSeconds: _grace, ...metadata } = (decoded.object.metadata ?? {}) as unknown as Readonly<Record<string, unknown>>;
  const asked = { ...decoded.object, metadata } as unknown as Review;
  switch (info.kind) {
    case 'SelfSubjectReview':
      return done(call, { kind: info.kind, apiVersion: call.apiVersion, metadata: { creationTimestamp: null }, status: { userInfo: userInfo(identityOf(request)) } });
    case 'SelfSubjectAccessReview':
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return accessReview(call, asked);
    case 'SelfSubjectRulesReview':
      return rulesReview(call, asked);
    case 'TokenReview':
      return tokenReview(call, asked);
    default:
      return refuse(methodNotAllowed());
  }
}

interface Review {
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly labels?: unknown };
  readonly spec?: {
    readonly resourceAttributes?: Readonly<Record<string, string | undefined>>;
    readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
    readonly user?: string;
    readonly groups?: readonly string[];
    readonly uid?: string;
    readonly namespace?: string;
    readonly token?: string;
    readonly audiences?: readonly string[];
  };
}
const POD = { kind: 'Pod', group: '', version: 'v1', resource: 'pods', singular: 'pod', shortNames: [], namespaced: true, subresources: [] } as const;

const done = (call: Call, body: Readonly<Record<string, unknown>>): Response => answer(call, 201, body as unknown as Response['body']);
const userInfo = ({ user, groups }: Identity): unknown => ({ username: user, groups });

function attributesIn({ resourceAttributes, nonResourceAttributes }: NonNullable<Review['spec']>): Attributes {
  if (nonResourceAttributes !== undefined) return { verb: nonResourceAttributes.verb ?? '', namespace: '', group: '', resource: '', subresource: '', name: '', path: nonResourceAttributes.path ?? '' };
  const { verb = '', namespace = '', group = '', resource = '', subresource = '', name = '' } = resourceAttributes ?? {};
  return { verb, namespace, group, resource, subresource, name };
}

/** Its refusals lack the kind, which upstream's object has lost by then. */
function accessReview(call: Call, asked: Review): Response {
  const { kind } = call.info;
  const isSelf = kind === 'SelfSubjectAccessReview';
  const spec = asked.spec ?? {};
  const errors: FieldError[] = [];
  const no = (field: string, value: unknown, why: string): void => {
    errors.push({ field, reason: 'FieldValueInvalid', message: `Invalid value: ${value === undefined || value === null ? 'null' : JSON.stringify(value)}: ${why}` });
  };
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) no('spec.nonResourceAttributes', { Path: nonResourceAttributes.path ?? '', Verb: nonResourceAttributes.verb ?? '' }, 'cannot be specified in combination with resourceAttributes');
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) no('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified');
  if (!isSelf && (spec.user ?? '') === '' && (spec.groups?.length ?? 0) === 0) no('spec.user', '', 'at least one of user or group must be specified');
  const { namespace, ...metadata } = asked.metadata ?? {};
  if (Object.keys(metadata).length > 0 || (namespace !== undefined && namespace !== '' && kind !== 'LocalSubjectAccessReview')) no('metadata', asked.metadata, kind === 'LocalSubjectAccessReview' ? 'must be empty except for namespace' : 'must be empty');
  if (kind === 'LocalSubjectAccessReview') {
    if (resourceAttributes !== undefined && (resourceAttributes['namespace'] ?? '') !== (call.namespace ?? '')) no('spec.resourceAttributes.namespace', resourceAttributes['namespace'] ?? '', 'must match metadata.namespace');
    if (nonResourceAttributes !== undefined) no('spec.nonResourceAttributes', { Path: nonResourceAttributes.path ?? '', Verb: nonResourceAttributes.verb ?? '' }, 'disallowed on this kind of request');
  }
  if (errors.length > 0) return refuse(invalid({ kind: '', group: 'authorization.k8s.io' }, '', errors));
  const who: Identity = isSelf ? identityOf(call.request) : { user: spec.user ?? '', groups: spec.groups ?? [] };
  const { allowed, reason } = decide(call.context.store, who, attributesIn(spec));
  return done(call, {
    kind, apiVersion: call.apiVersion, metadata: { creationTimestamp: null, ...(kind === 'LocalSubjectAccessReview' ? { namespace: call.namespace } : {}) }, spec,
    status: { allowed, ...(reason === '' ? {} : { reason }) },
  });
}

function rulesReview(call: Call, asked: Review): Response {
  const namespace = asked.spec?.namespace ?? '';
  if (namespace === '') return refuse(badRequest('no namespace on request'));
  const rules: PolicyRule[] = [];
  const errors: string[] = [];
  const who = identityOf(call.request);
  visitRules(call.context.store, who, namespace, ({ rule }) => rules.push(rule) > 0, (why) => errors.push(why));
  return done(call, {
    kind: 'SelfSubjectRulesReview', apiVersion: call.apiVersion, metadata: { creationTimestamp: null }, spec: {},
    status: {
      resourceRules: rules.filter((rule) => (rule.resources?.length ?? 0) > 0).map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, ...(resourceNames === undefined ? {} : { resourceNames }) })),
      nonResourceRules: rules.filter((rule) => (rule.nonResourceURLs?.length ?? 0) > 0).map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
      ...(errors.length === 0 ? {} : { evaluationError: aggregate(errors) }),
    },
  });
}

// ---- tokens

const TOKEN = /^simulated\.(system:serviceaccount:([^:]+):([^.]+(?:\.[^.]+)*))\.([0-9a-f-]{36})(?:\.(\S+))?$/;
const AUDIENCE = 'https://kubernetes.default.svc.cluster.local';

/** Whose token this is: a ServiceAccount's that is still the one it was made for. Our tokens are not signed; they say whose they are. */
export function tokenIdentity({ store, now }: Pick<ApiContext, 'store' | 'now'>, token: string): (Identity & { readonly uid: string }) | string {
  const match = TOKEN.exec(token);
  if (match === null) return 'invalid bearer token';
  const [, user = '', namespace = '', name = '', uid = '', until] = match;
  const account = head(store, 'ServiceAccount', `${namespace}/${name}`) as ServiceAccount | undefined;
  if (account === undefined) return `[invalid bearer token, serviceaccounts ${JSON.stringify(name)} not found]`;
  if (account.metadata.uid !== uid) return `[invalid bearer token, service account UID (${account.metadata.uid}) does not match claim (${uid})]`;
  const end = until === undefined ? undefined : parseTimestamp(until);
  if (end !== undefined && end + SECOND < now) return '[invalid bearer token, service account token has expired]';
  return { ...identityOf({ user, groups: [] }), uid };
}

function tokenReview(call: Call, asked: Review): Response {
  const token = asked.spec?.token ?? '';
  if (token === '') return refuse(badRequest('token is required for TokenReview in authentication'));
  const found = tokenIdentity(call.context, token);
  const audiences = asked.spec?.audiences ?? [];
  return done(call, {
    kind: 'TokenReview', apiVersion: call.apiVersion, metadata: { creationTimestamp: null, ...asked.metadata }, spec: asked.spec,
    status: typeof found === 'string' ? { user: {}, error: found } : { authenticated: true, user: { username: found.user, uid: found.uid, groups: found.groups }, audiences: audiences.length === 0 ? [AUDIENCE] : audiences },
  });
}

// ---- componentstatuses

const COMPONENTS = ['controller-manager', 'etcd-0', 'scheduler'];
function componentStatuses(call: Call): Response {
  if (call.request.method !== 'GET') return refuse(methodNotAllowed());
  call.warnings.push('v1 ComponentStatus is deprecated in v1.19+');
  const one = (name: string): Readonly<Record<string, unknown>> => ({ metadata: { name, creationTimestamp: null }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] });
  const { name } = call;
  if (name === undefined) return answer(call, 200, { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: COMPONENTS.map(one) } as unknown as Response['body']);
  if (!COMPONENTS.includes(name)) return refuse(notFound(call.info, name));
  return answer(call, 200, { kind: 'ComponentStatus', apiVersion: 'v1', ...one(name) });
}

