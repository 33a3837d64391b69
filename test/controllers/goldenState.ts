import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindInfo, KINDS } from '../../src/sim/api/kinds.ts';
import type { AnyObject, KubernetesObject } from '../../src/sim/api/object.ts';
import { MILLISECOND, timestamp } from '../../src/sim/api/time.ts';

/** The states that a recorded cluster went through, put back into the API's shape, so that a controller can be asked what it would have done there. */

interface GoldenWrite {
  readonly at: number;
  readonly actor: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly code: number;
  readonly gone?: boolean;
  readonly object?: Record<string, unknown>;
  readonly change?: Record<string, unknown>;
}
export interface GoldenStep {
  readonly write: GoldenWrite;
  /** After this write. */
  readonly objects: readonly AnyObject[];
}

const kindOf = new Map(KINDS.map((info) => [info.resource, info.kind]));
const TIME = /(Time|Timestamp)$|^(startedAt|finishedAt|timeAdded)$/;

/** A JSON merge patch (RFC 7396), which is how the recordings tell what a write changed. */
function mergeApply(target: unknown, patch: unknown): Record<string, unknown> {
  const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
  const out: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch as object)) {
    if (value === null) delete out[key];
    else out[key] = isMap(value) ? mergeApply(out[key], value) : value;
  }
  return out;
}

/** Undoes what canonical.mjs does: conditions are lists again, times are texts, owners and objects have uids. */
function restore(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => restore(item));
  if (typeof value === 'number' && TIME.test(key)) return timestamp(value * MILLISECOND);
  if (typeof value !== 'object' || value === null) return value;
  if (key === 'conditions' && Object.values(value).every((item) => typeof item === 'object')) return Object.entries(value).map(([type, rest]) => ({ type, ...(restore(rest) as object) }));
  if (key === 'disruptedPods') return Object.fromEntries(Object.entries(value).map(([name, at]) => [name, timestamp(Number(at) * MILLISECOND)]));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, restore(item, name)]));
}

function object(kind: string, canonical: Record<string, unknown>, revision: number, addresses: Map<string, string>): AnyObject {
  const restored = restore(canonical) as KubernetesObject & { spec?: object; status?: { phase?: string; podIP?: string; podIPs?: object } };
  const { metadata } = restored;
  const uid = `uid-${kind}-${metadata.name}`;
  const info = kindInfo(kind)!;
  const full = {
    ...restored, apiVersion: info.group === '' ? info.version : `${info.group}/${info.version}`, kind,
    metadata: {
      ...metadata, uid, resourceVersion: String(revision),
      ...(metadata.ownerReferences === undefined ? {} : { ownerReferences: metadata.ownerReferences.map((owner) => ({ ...owner, apiVersion: owner.kind === 'Service' || owner.kind === 'Pod' ? 'v1' : 'apps/v1', uid: `uid-${owner.kind}-${owner.name}` })) }),
    },
  };
  if (kind === 'Service' && (full.spec as { clusterIP?: string }).clusterIP === undefined) return { ...full, spec: { ...full.spec, clusterIP: '10.96.0.10' } } as never;
  if (kind === 'EndpointSlice') {
    const endpoints = (full as { endpoints?: { targetRef: { name: string } }[] | null }).endpoints?.map((endpoint) => {
      const pod = `uid-Pod-${endpoint.targetRef.name}`;
      return { ...endpoint, addresses: [addresses.get(pod) ?? '?'], targetRef: { ...endpoint.targetRef, namespace: metadata.namespace, uid: pod } };
    });
    return { ports: null, ...full, endpoints: endpoints ?? null } as never;
  }
  // Addresses are left out of the recordings; a Pod gets one with the patch that says it runs.
  if (kind !== 'Pod' || full.status?.phase === undefined || (full.status.phase === 'Pending' && !addresses.has(uid))) return full as never;
  if (!addresses.has(uid)) addresses.set(uid, `10.244.0.${addresses.size + 1}`);
  const ip = addresses.get(uid)!;
  return { ...full, status: { ...full.status, podIP: ip, podIPs: [{ ip }] } } as never;
}

export function goldenSteps(name: string): readonly GoldenStep[] {
  const trace = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/traces', `${name}.json`), 'utf8')) as { nodes: Record<string, unknown>[]; writes: readonly GoldenWrite[] };
  const state = new Map<string, Record<string, unknown>>();
  const objects = new Map<string, AnyObject>();
  const addresses = new Map<string, string>();
  let revision = 0;
  const put = (kind: string, key: string, canonical: Record<string, unknown>): void => {
    state.set(key, canonical);
    objects.set(key, object(kind, canonical, ++revision, addresses));
  };
  for (const node of trace.nodes) put('Node', `nodes//${(node.metadata as { name: string }).name}`, node);
  const steps: GoldenStep[] = [];
  for (const write of trace.writes) {
    const kind = kindOf.get(write.resource);
    if (write.code >= 300 || kind === undefined || write.resource === 'events' || write.resource === 'endpoints') continue;
    const key = `${write.resource}/${write.resource === 'namespaces' ? '' : (write.namespace ?? '')}/${write.name ?? ''}`;
    const before = state.get(key);
    if (write.verb === 'deletecollection') {
      for (const [other, canonical] of [...state]) {
        if (!other.startsWith(`${write.resource}/${write.namespace ?? ''}/`)) continue;
        if (write.resource === 'pods') put(kind, other, mergeApply(canonical, { metadata: { deletionTimestamp: write.at, generation: 2 } }));
        else {
          state.delete(other);
          objects.delete(other);
        }
      }
    } else if (write.gone === true) {
      state.delete(key);
      objects.delete(key);
    } else if (write.subresource === 'binding') put(kind, key, mergeApply(before!, { spec: { nodeName: (write.object as { target: string }).target } }));
    else if (write.subresource === 'eviction') continue;
    else if (write.change !== undefined && before !== undefined) put(kind, key, mergeApply(before, write.change));
    else if (write.object !== undefined && write.subresource === undefined) put(kind, key, write.object);
    steps.push({ write, objects: [...objects.values()] });
    // An eviction is listed by when its request began. What it does comes with the API server's entry in the budget, and right after it.
    if (write.actor !== 'apiserver' || write.resource !== 'poddisruptionbudgets') continue;
    for (const evicted of Object.keys((write.change?.status as { disruptedPods?: object } | undefined)?.disruptedPods ?? {})) {
      const pod = `pods/${write.namespace ?? ''}/${evicted}`;
      put('Pod', pod, mergeApply(state.get(pod)!, { metadata: { deletionTimestamp: write.at } }));
      steps.push({ write, objects: [...objects.values()] });
    }
  }
  return steps;
}
