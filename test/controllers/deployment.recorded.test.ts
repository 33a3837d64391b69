import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deploymentController } from '../../src/sim/controllers/deployment.ts';
import { replicaSetController } from '../../src/sim/controllers/replicaset.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import type { AnyObject, Condition, Deployment, ReplicaSet } from '../../src/sim/api/object.ts';
import { timestamp } from '../../src/sim/api/time.ts';
import type { Controller, Plan } from '../../src/sim/reconcile/controller.ts';
import { context, fakeView } from './fakeView.ts';

/**
 * Every write that the two real controllers got through in the recordings is one that ours would send, seeing the cluster as it was
 * then or a few writes before (its cache lags). So each of their decisions is checked by itself, on the real states.
 */

type Plain = { readonly [field: string]: unknown };
/** RFC 7396, in which the recordings say what a write changed. */
function mergeApply(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const out: Record<string, unknown> = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete out[name];
    else out[name] = mergeApply(out[name], value);
  }
  return out;
}
interface Recorded {
  readonly at: number;
  readonly actor: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly code: number;
  readonly object?: Plain;
  readonly change?: Plain;
  readonly gone?: boolean;
}
interface State {
  readonly at: number;
  readonly objects: ReadonlyMap<string, Plain>;
}

const TIMES = new Set(['creationTimestamp', 'deletionTimestamp', 'lastTransitionTime', 'lastUpdateTime', 'startTime', 'startedAt', 'finishedAt']);

/** A recorded object in the shape of the API again: conditions a list, times texts, owners with uids. */
function revive(value: unknown, field = ''): unknown {
  if (TIMES.has(field) && typeof value === 'number') return timestamp(value * 1000);
  if (Array.isArray(value)) return value.map((item) => revive(item));
  if (typeof value !== 'object' || value === null) return value;
  if (field === 'conditions') return Object.entries(value).map(([type, rest]) => ({ type, ...(revive(rest) as object) }));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revive(item, name)]));
}
const uidOf = (kind: string, name: string): string => `uid:${kind}/${name}`;
function toObject(plain: Plain, revision: number): AnyObject {
  const object = revive(plain) as AnyObject;
  return {
    ...object,
    status: (object as Deployment).status ?? {},
    metadata: {
      ...object.metadata,
      uid: uidOf(object.kind, object.metadata.name),
      resourceVersion: String(revision),
      ...(object.metadata.ownerReferences === undefined ? {} : { ownerReferences: object.metadata.ownerReferences.map((owner) => ({ ...owner, uid: uidOf(owner.kind, owner.name) })) }),
    },
  } as AnyObject;
}

const KINDS: Readonly<Record<string, string>> = { deployments: 'Deployment', replicasets: 'ReplicaSet', pods: 'Pod' };
const CONTROLLERS: Readonly<Record<string, Controller<never>>> = {
  'deployment-controller': deploymentController as unknown as Controller<never>,
  'replicaset-controller': replicaSetController as unknown as Controller<never>,
};

/** The state before each write. */
function statesOf(writes: readonly Recorded[]): readonly State[] {
  const states: State[] = [];
  let objects = new Map<string, Plain>();
  for (const write of writes) {
    states.push({ at: write.at, objects });
    const kind = KINDS[write.resource];
    if (kind === undefined || write.code >= 300) continue;
    objects = new Map(objects);
    if (write.verb === 'deletecollection')
      for (const [id, object] of objects) if (id.startsWith(`${kind}/${write.namespace}/`)) objects.set(id, mergeApply(object, { metadata: { deletionTimestamp: write.at } }) as Plain);
    if (write.name === undefined) continue;
    const id = `${kind}/${write.namespace}/${write.name}`;
    const before = objects.get(id);
    if (write.gone === true) objects.delete(id);
    else if (write.subresource === 'binding') objects.set(id, mergeApply(before, { spec: { nodeName: (write.object as { target: string }).target } }) as Plain);
    else if (write.subresource === 'eviction') objects.set(id, mergeApply(before, { metadata: { deletionTimestamp: write.at } }) as Plain);
    else if (write.subresource === 'scale') objects.set(id, mergeApply(before, { spec: (write.object as { spec: Plain }).spec, metadata: { generation: (before as unknown as AnyObject).metadata.generation! + 1 } }) as Plain);
    else if (write.change !== undefined) objects.set(id, mergeApply(before ?? {}, write.change) as Plain);
    else if (write.object !== undefined && write.verb === 'create') objects.set(id, write.object);
  }
  return states;
}

/** Pods as they were at one time, the rest as it was at another: each informer lags by itself. */
function seen(own: State, pods: State, at: number): State {
  if (own === pods) return { ...own, at };
  const isPod = ([id]: readonly [string, Plain]): boolean => id.startsWith('Pod/');
  return { at, objects: new Map([...[...own.objects].filter((entry) => !isPod(entry)), ...[...pods.objects].filter(isPod)]) };
}

const conditionLines = (conditions: readonly Condition[] | undefined): readonly string[] =>
  (conditions ?? []).map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${(message ?? '').replace(/\w+-(?:[bcdf456789]{6,10}|\{hash\d+\})/g, 'RS')}`).sort();

/** What of a write is compared: never names, which chance gives, or times. */
function essence(kind: string, subresource: string | undefined, verb: string, object: AnyObject): unknown {
  const { status, spec } = object as unknown as { status: Deployment['status']; spec: ReplicaSet['spec'] };
  const { annotations } = object.metadata;
  const own = Object.fromEntries(Object.entries(annotations ?? {}).filter(([name]) => name.startsWith('deployment.kubernetes.io/')).sort());
  if (subresource === 'status') {
    const { conditions, ...counts } = status;
    return { verb, kind, subresource, counts: Object.fromEntries(Object.entries(counts).filter(([name, value]) => value !== 0 || name === 'terminatingReplicas').sort()), conditions: conditionLines(conditions), annotations: kind === 'Deployment' ? own : {} };
  }
  return { verb, kind, replicas: spec.replicas, annotations: own };
}

/** What our controller would write about this key, seeing this. */
function ours(controller: Controller<never>, key: string, state: State, revision: number): readonly string[] {
  const objects = [...state.objects.values()].map((plain, i) => toObject(plain, revision + i));
  const view = fakeView(objects, { now: state.at * 1000 });
  const plan: Plan<unknown> = (controller as unknown as Controller<unknown>).reconcile(key, view, undefined, context());
  return plan.batches.flat().map(({ request }) => {
    const parts = request.path.split('/namespaces/')[1]!.split('/');
    const kind = KINDS[parts[1]!]!;
    const verb = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete', GET: 'get' }[request.method];
    if (kind === 'Pod' || verb === 'delete') return JSON.stringify({ verb, kind });
    return JSON.stringify(essence(kind, parts[3], verb, request.body as AnyObject));
  });
}

function keyFor(write: Recorded, before: ReadonlyMap<string, Plain>): string | undefined {
  const namespace = write.namespace ?? '';
  const object = (write.object ?? before.get(`${KINDS[write.resource]}/${namespace}/${write.name}`)) as unknown as AnyObject | undefined;
  const own = write.actor === 'deployment-controller' ? 'Deployment' : 'ReplicaSet';
  if (object?.kind === own) return keyOf(object);
  const owner = object?.metadata.ownerReferences?.find((reference) => reference.kind === own);
  return owner === undefined ? undefined : `${namespace}/${owner.name}`;
}

const folder = new URL('../golden/traces/', import.meta.url);
/** Here an eviction waits inside the API server, so the recording does not tell when its Pod began to be deleted. */
const UNORDERED = 'cordon-drain.json';
/** Here creations are refused, which a controller learns from the answer and not from its caches. */
const REFUSED = 'quota-exceeded.json';
/** How many writes of anybody the cache of a real controller was behind at most, in the recordings. */
const LAG = 25;

describe('decisions of the recorded controllers', () => {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json') && file !== UNORDERED && file !== REFUSED) : [];
  it('has recordings', () => expect(files.length).toBeGreaterThan(15));

  it.each(files)('%s', (file) => {
    const { writes } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { writes: readonly Recorded[] };
    const states = statesOf(writes);
    const unexplained: string[] = [];
    let explained = 0;
    let theirs = 0;
    writes.forEach((write, i) => {
      const controller = CONTROLLERS[write.actor];
      const kind = KINDS[write.resource];
      if (controller === undefined || kind === undefined || write.code >= 300 || write.name === undefined) return;
      const key = keyFor(write, states[i]!.objects);
      if (key === undefined) return;
      theirs++;
      const before = states[i]!.objects.get(`${kind}/${write.namespace}/${write.name}`);
      const after = write.verb === 'create' ? write.object! : (mergeApply(before ?? {}, write.change ?? {}) as Plain);
      const wanted = kind === 'Pod' || write.verb === 'delete' ? JSON.stringify({ verb: write.verb, kind }) : JSON.stringify(essence(kind, write.subresource, write.verb, toObject(after, 1)));
      const oldest = Math.max(0, i - LAG);
      // All of its informers equally far, and only then each of the two kinds by itself.
      const pairs = Array.from({ length: i - oldest + 1 }, (_, lag) => [i - lag, i - lag] as const);
      for (let own = i; own >= oldest; own--) for (let rest = i; rest >= oldest; rest--) pairs.push([own, rest]);
      for (const [own, rest] of pairs) {
        if (ours(controller, key, seen(states[own]!, states[rest]!, write.at), 1000 * i).includes(wanted)) {
          explained++;
          return;
        }
      }
      unexplained.push(`${write.at} ${write.actor} ${wanted}\n      ours: ${ours(controller, key, states[i]!, 1000 * i).join('\n            ')}`);
    });
    expect(unexplained).toEqual([]);
    // A recording of bare Pods has nothing that these controllers wrote; every other has much.
    if (writes.some(({ resource }) => resource === 'deployments' || resource === 'replicasets')) expect(theirs).toBeGreaterThan(5);
    expect(explained).toBe(theirs);
  });
});
