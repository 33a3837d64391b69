import { tableName, type KindInfo } from '../api/kinds.ts';
import type { KubernetesObject, Service } from '../api/object.ts';
import type { Status } from '../api/request.ts';
import { admit, namespaceLifecycle } from './admission.ts';
import { beyond } from './beyond.ts';
import { isTrusted } from './verbs-authorize.ts';
import { head, headList } from './store.ts';
import { strategyOf } from './kinds/index.ts';
import type { AdmissionContext, Strategy } from './strategy.ts';
import { isFailure, keyIn, type Call } from './verbs-call.ts';

/** Where a write meets admission and the allocators. */

/** The rules of a kind, also of one that a CustomResourceDefinition adds. */
export const rulesOf = (info: KindInfo): Strategy => (info.table === undefined ? strategyOf(info.kind) : beyond.custom!.strategy(info));

/** Why RBAC forbids somebody from outside to write this role or binding: he would grant what he does not have. */
export const escalation = (call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined =>
  call.info.group !== RBAC || isTrusted(call.request) ? undefined : beyond.escalates?.(call, object, old);
const RBAC = 'rbac.authorization.k8s.io';

/** An object after the admission plugins, or their refusal. `key` is what draws are keyed by. */
export function admitted(call: Call, object: KubernetesObject, old: KubernetesObject | undefined, key: string): KubernetesObject | Status {
  const { context } = call;
  const admission: AdmissionContext = {
    lookup: (kind, of) => head(context.store, kind, of),
    list: (kind) => headList(context.store, kind),
    draw: (purpose, n) => context.draw(purpose, key) % n,
  };
  if (call.info.table !== undefined) {
    const refused = old === undefined ? (namespaceLifecycle(call.info, object, admission) ?? beyond.custom!.refuseCreate(call, object)) : undefined;
    return refused ?? beyond.mutate?.(call, object, old) ?? object;
  }
  const plugged = (given: KubernetesObject): KubernetesObject | Status => {
    const limited = old === undefined && beyond.limit !== undefined ? beyond.limit(call, given) : given;
    const done = admit(call.info.kind, limited, old === undefined ? 'CREATE' : 'UPDATE', admission, old);
    return isFailure(done) || beyond.admit === undefined ? done : beyond.admit(call, done, old);
  };
  const done = plugged(object);
  if (isFailure(done) || beyond.mutate === undefined) return done;
  const mutated = beyond.mutate(call, done, old);
  // What a policy has changed goes past the plugins once more: a container that it adds gets its token, too.
  return mutated === done || isFailure(mutated) ? mutated : plugged(mutated);
}

/** A Service with the addresses and node ports that it is given or keeps; other kinds are given none. */
export function allocated(call: Call, object: KubernetesObject, old: KubernetesObject | undefined, key: string): KubernetesObject | Status {
  if (tableName(call.info) !== 'Service') return object;
  // A Service whose spec did not change keeps what it has, and nobody need be asked.
  if (old !== undefined && (object as Service).spec === (old as Service).spec) return object;
  const { context } = call;
  const others = headList(context.store, 'Service').filter((one) => keyIn(one.metadata.namespace, one.metadata.name) !== key);
  return beyond.allocate!(object as Service, old as Service | undefined, others as unknown as readonly Service[], (purpose, n) => context.draw(purpose, key) % n);
}
