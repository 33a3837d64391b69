import { apiVersionOf, kindInfo, tableName, type KindInfo } from '../../api/kinds.ts';
import type { KubernetesObject } from '../../api/object.ts';
import { selects } from '../../api/selector.ts';
import { beyond } from '../beyond.ts';
import { head, headList } from '../store.ts';
import { keyIn, type Call } from '../verbs-call.ts';
import type { Binding, ParamKind, Policy } from './shapes.ts';

/** The parameters with which a binding has its policy evaluated, one evaluation each; or why there are none (CollectParams upstream). */
export function paramsOf(call: Call, policy: Policy, { spec: { paramRef } }: Binding): readonly (KubernetesObject | undefined)[] | { readonly error: string } {
  const { paramKind } = policy.spec;
  if (paramKind === undefined || paramRef === undefined) return [undefined];
  const { store } = call.context;
  const info = infoOfKind(call, paramKind);
  if (info === undefined) return { error: `paramKind kind \`${paramKind.apiVersion}, Kind=${paramKind.kind}\` not known` };
  if (!info.namespaced && (paramRef.namespace ?? '') !== '') return { error: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' };
  const namespace = info.namespaced ? paramRef.namespace || call.namespace : undefined;
  if (info.namespaced && namespace === undefined) return { error: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' };
  const named = paramRef.name;
  const found = named !== undefined && named !== '' ? [head(store, tableName(info), keyIn(namespace, named))] : headList(store, tableName(info)).filter(({ metadata }) => (namespace === undefined || metadata.namespace === namespace) && selects(paramRef.selector, metadata.labels));
  const params = found.filter((one): one is KubernetesObject => one !== undefined);
  if (params.length === 0 && paramRef.parameterNotFoundAction === 'Deny') return { error: 'no params found for policy binding with `Deny` parameterNotFoundAction' };
  return params;
}

function infoOfKind({ context: { store } }: Call, { apiVersion, kind }: ParamKind): KindInfo | undefined {
  const own = kindInfo(kind);
  if (own !== undefined && apiVersionOf(own) === apiVersion) return own;
  return beyond.custom?.all(store).find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
}
