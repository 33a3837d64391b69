import type { KubernetesObject } from '../api/object.ts';
import type { Status } from '../api/request.ts';
import { forbidden, plainError, tooLarge } from './status.ts';
import { headList } from './store.ts';
import type { Call } from './verbs-call.ts';

/** What is too much: the limits that the real API server and etcd have, and the one that is Orrery's own. */

/** kube-apiserver reads at most this many bytes of a request. */
const MAX_BODY_BYTES = 3_145_728;
/** etcd's --max-request-bytes, and what its client sends at all. Both count protobuf; JSON is a little longer, which nobody but a test for the limit will see. */
const MAX_STORED_BYTES = 1_572_864;
const MAX_SENT_BYTES = 2_097_152;

/**
 * How long a body is as JSON, about; counting ends behind `most`. Only what people send is measured: the cluster's own components
 * send small things, and very many of them.
 */
export function bodyBytes(body: unknown, most = MAX_BODY_BYTES): number {
  if (typeof body === 'string') return body.length;
  let bytes = 0;
  const left: unknown[] = [body];
  while (left.length > 0 && bytes <= most) {
    const value = left.pop();
    if (typeof value === 'string') bytes += value.length + 2;
    else if (Array.isArray(value)) {
      bytes += value.length + 1;
      for (const item of value) left.push(item);
    } else if (typeof value === 'object' && value !== null) {
      bytes += 2;
      for (const key of Object.keys(value)) {
        bytes += key.length + 4;
        left.push((value as Record<string, unknown>)[key]);
      }
    } else bytes += 4;
  }
  return bytes;
}

export const bodyRefusal = (bytes: number): Status | undefined => (bytes > MAX_BODY_BYTES ? tooLarge(`Request entity too large: limit is ${MAX_BODY_BYTES}`) : undefined);

/** What was accepted so far may still be more than etcd takes. */
function storedRefusal(bytes: number): Status | undefined {
  if (bytes > MAX_SENT_BYTES) return plainError(`rpc error: code = ResourceExhausted desc = trying to send message larger than max (${bytes} vs. ${MAX_SENT_BYTES})`);
  return bytes > MAX_STORED_BYTES ? plainError('etcdserver: request is too large') : undefined;
}

/**
 * How many Pods all workloads together may ask for. The record of what happened is kept whole so that one can seek in it, and a browser
 * gives one tab only so much. The number is a judgement, not a measurement: as many as upstream's tests of 50 nodes of 110 Pods run.
 */
export const MAX_PODS = 5_000;

interface Scaled extends KubernetesObject {
  readonly spec?: { readonly replicas?: number; readonly parallelism?: number };
}
/** The kinds whose controllers make as many Pods as one number says. */
const SCALED: readonly string[] = ['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController', 'Job'];
const fieldOf = (kind: string): 'replicas' | 'parallelism' => (kind === 'Job' ? 'parallelism' : 'replicas');
const replicasOf = (object: KubernetesObject | undefined): number => (object as Scaled | undefined)?.spec?.[fieldOf(object!.kind)] ?? 0;
const isOwned = (object: KubernetesObject): boolean => object.metadata.ownerReferences?.some((owner) => owner.controller === true) === true;

function tooManyPods(call: Call, next: KubernetesObject, old: KubernetesObject | undefined): Status | undefined {
  const { kind } = call.info;
  if (!SCALED.includes(kind)) return undefined;
  const wanted = replicasOf(next);
  if (wanted <= replicasOf(old)) return undefined;
  // A ReplicaSet of a Deployment shares the Deployment's Pods: it counts alone only.
  let others = 0;
  if (!isOwned(next)) {
    for (const of of SCALED) {
      if (call.context.store.tables.has(of)) for (const other of headList(call.context.store, of)) if (!isOwned(other) && other !== old) others += replicasOf(other);
    }
  }
  if (wanted + others <= MAX_PODS) return undefined;
  const left = Math.max(replicasOf(old), MAX_PODS - others);
  const beside = others === 0 ? '' : `, beside the ${others} that other workloads ask for`;
  const message = `${wanted} Pods${beside} are more than Orrery can hold in one browser tab: at most ${MAX_PODS} in all. This limit is Orrery's own, and a real cluster would accept the request. Set spec.${fieldOf(kind)} to ${left} or less`;
  return forbidden(call.info, next.metadata.name, `spec.${fieldOf(kind)}: ${message}`, [{ reason: 'FieldValueForbidden', message: `Forbidden: ${message}`, field: `spec.${fieldOf(kind)}` }]);
}

/** Asked last, of what is right in every other respect. */
export function overLimits(call: Call, next: KubernetesObject, old: KubernetesObject | undefined): Status | undefined {
  return tooManyPods(call, next, old) ?? (call.bytes > MAX_STORED_BYTES ? storedRefusal(call.bytes) : undefined);
}
