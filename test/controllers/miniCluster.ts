import { deploymentController } from '../../src/sim/controllers/deployment.ts';
import { replicaSetController } from '../../src/sim/controllers/replicaset.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import type { AnyObject, Deployment, Pod, ReplicaSet } from '../../src/sim/api/object.ts';
import type { Response } from '../../src/sim/api/request.ts';
import { SECOND, timestamp } from '../../src/sim/api/time.ts';
import type { Controller, Plan, Write } from '../../src/sim/reconcile/controller.ts';
import { context, fakeView } from './fakeView.ts';

/** The two controllers on a store without any latency, with Pods that become ready when told: enough to play a rollout step by step. */
export class MiniCluster {
  readonly objects = new Map<string, AnyObject>();
  readonly log: string[] = [];
  now = 0;
  private revision = 1000;
  private readonly memories = new Map<string, unknown>();

  constructor(...objects: readonly AnyObject[]) {
    for (const object of objects) this.put(object);
  }

  private id(object: { kind: string; metadata: { namespace?: string; name: string } }): string {
    return `${object.kind} ${keyOf(object)}`;
  }
  put<T extends AnyObject>(object: T): T {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.revision) } } as T;
    this.objects.set(this.id(stored), stored);
    return stored;
  }
  get<T extends AnyObject>(kind: T['kind'], name: string): T {
    return this.objects.get(`${kind} default/${name}`) as T;
  }
  list<T extends AnyObject>(kind: T['kind']): readonly T[] {
    return [...this.objects.values()].filter((object) => object.kind === kind) as unknown as readonly T[];
  }
  change(name: string, spec: Partial<Deployment['spec']>): void {
    const old = this.get<Deployment>('Deployment', name);
    this.put({ ...old, metadata: { ...old.metadata, generation: (old.metadata.generation ?? 0) + 1 }, spec: { ...old.spec, ...spec } });
  }

  private answer(write: Write): Response {
    const { method, path, body } = write.request;
    const failure = (code: number): Response => ({ code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, message: `refused with ${code}` } });
    const [name = '', subresource] = path.split('/namespaces/default/')[1]!.split('/').slice(1);
    if (method === 'POST') {
      const sent = body as AnyObject;
      const made = { ...sent, metadata: { ...sent.metadata, namespace: 'default', name: sent.metadata.name ?? `${sent.metadata.generateName}${++this.revision}`, creationTimestamp: timestamp(this.now), generation: 1 } } as AnyObject;
      if (this.objects.has(this.id(made))) return failure(409);
      const complete = { ...made, metadata: { ...made.metadata, uid: `uid-${made.metadata.name}` }, status: made.kind === 'Pod' ? { phase: 'Pending' } : { replicas: 0 } } as AnyObject;
      return { code: 201, body: this.put(complete) };
    }
    const kind = path.includes('/deployments/') ? 'Deployment' : path.includes('/replicasets/') ? 'ReplicaSet' : 'Pod';
    const stored = this.objects.get(`${kind} default/${name}`);
    if (stored === undefined) return failure(404);
    if (method === 'DELETE') {
      this.objects.delete(`${kind} default/${name}`);
      return { code: 200, body: stored };
    }
    if (method !== 'PUT') throw new Error(`not here: ${method}`);
    const sent = body as Deployment | ReplicaSet;
    if (sent.metadata.resourceVersion !== stored.metadata.resourceVersion) return failure(409);
    if (subresource === 'status') return { code: 200, body: this.put({ ...stored, metadata: { ...stored.metadata, annotations: sent.metadata.annotations }, status: sent.status } as AnyObject) };
    const grown = JSON.stringify(sent.spec) === JSON.stringify((stored as ReplicaSet).spec) ? 0 : 1;
    return { code: 200, body: this.put({ ...sent, metadata: { ...sent.metadata, generation: (sent.metadata.generation ?? 0) + grown }, status: (stored as ReplicaSet).status } as AnyObject) };
  }

  /** Reconciles one key; returns how many writes were accepted. */
  sync(controller: Controller<never>, key: string, after: () => void): number {
    const any = controller as unknown as Controller<unknown>;
    const id = `${controller.name} ${key}`;
    const view = fakeView([...this.objects.values()], { now: this.now });
    const plan: Plan<unknown> = any.reconcile(key, view, this.memories.get(id), context());
    if (plan.memory !== undefined) this.memories.set(id, plan.memory);
    let accepted = 0;
    for (const batch of plan.batches) {
      let refused = false;
      for (const write of batch) {
        const response = this.answer(write);
        const ok = response.code < 300 || write.accept?.includes(response.code) === true;
        if (any.answered !== undefined) this.memories.set(id, any.answered(key, write, response, this.memories.get(id), view));
        if (ok) {
          accepted++;
          after();
        } else refused = true;
        if (ok && write.event !== undefined) this.log.push(write.event.message.replace('{name}', (response.body as AnyObject).metadata.name));
      }
      if (refused) break;
    }
    return accepted;
  }

  /** Until neither controller has anything to write. `after` is called after every write that was accepted. */
  settle(after: () => void = () => undefined): void {
    for (let round = 0; round < 500; round++) {
      let wrote = 0;
      for (const { metadata } of this.list<Deployment>('Deployment')) wrote += this.sync(deploymentController as unknown as Controller<never>, `default/${metadata.name}`, after);
      for (const { metadata } of this.list<ReplicaSet>('ReplicaSet')) wrote += this.sync(replicaSetController as unknown as Controller<never>, `default/${metadata.name}`, after);
      if (wrote === 0) return;
    }
    throw new Error('does not settle');
  }

  /** Up to so many Pods that are not ready become so; returns how many did. `only`: of those. */
  makeReady(atMost = Infinity, only: (pod: Pod) => boolean = () => true): number {
    let done = 0;
    for (const pod of this.list<Pod>('Pod')) {
      if (done >= atMost || pod.status.phase === 'Running' || !only(pod)) continue;
      this.put({ ...pod, spec: { ...pod.spec, nodeName: 'node-1' }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: timestamp(this.now) }] } });
      done++;
    }
    return done;
  }

  /** Settles, makes one Pod ready a second, and so on until nothing happens any more. */
  play(after: () => void = () => undefined): void {
    for (let step = 0; step < 500; step++) {
      this.settle(after);
      this.now += SECOND;
      if (this.makeReady(1) === 0) return;
    }
    throw new Error('does not end');
  }
}
