import { REVISION_HASH_LABEL } from '../../api/controllerRevisions.ts';
import { pathOf, pathOfKey } from '../../api/kinds.ts';
import { keyOf } from '../../api/object.ts';
import type { Node, Pod } from '../../api/object.ts';
import { isPodAvailable, isPodReady } from '../../api/pods.ts';
import type { Reason } from '../../api/reason.ts';
import { controllerReference, objectReference, referenceTo } from '../../api/references.ts';
import { MINUTE, SECOND } from '../../api/time.ts';
import type { Micros } from '../../api/time.ts';
import type { DaemonSet } from '../../api/workloads.ts';
import type { EventNote, View, Write } from '../../reconcile/controller.ts';
import { byAge, tiedTo, tolerationsOf } from './placement.ts';
import type { Belongs } from './placement.ts';
import { TEMPLATE_GENERATION, surgeOf, templateGeneration } from './update.ts';

/** Which nodes lack a Pod of a DaemonSet, and which of its Pods are too many (daemon_controller.go: podsShouldBeOnNode, manage, syncNodes). */

/** When a failed Pod of a node was last deleted, and how long the next has to wait: by generation and node. */
export type BackOff = Readonly<Record<string, { readonly at: Micros; readonly delay: Micros }>>;
export const NO_BACK_OFF: BackOff = {};
const FIRST_DELAY: Micros = SECOND;
const LAST_DELAY: Micros = 15 * MINUTE;
const BURST_REPLICAS = 250;

export interface Round {
  readonly daemonSet: DaemonSet;
  readonly view: View;
  readonly hash: string;
  readonly doomed: boolean;
}
export const because = ({ daemonSet }: Round, code: string, more: Readonly<Record<string, string | number>>, pod?: Pod): Reason => ({
  code, args: { daemonSet: daemonSet.metadata.name, ...more }, refs: pod === undefined ? [referenceTo(daemonSet)] : [referenceTo(daemonSet), referenceTo(pod)],
});

export function createPod(round: Round, node: string, reason: Reason): Write {
  const { daemonSet, hash } = round;
  const { template } = daemonSet.spec;
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const { name, namespace } = daemonSet.metadata;
  const generation = templateGeneration(daemonSet);
  return {
    request: {
      method: 'POST',
      path: pathOf('Pod', namespace),
      body: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: {
          generateName: name.length < 253 ? `${name}-` : name,
          labels: { ...labels, ...(generation === undefined ? {} : { [TEMPLATE_GENERATION]: generation }), [REVISION_HASH_LABEL]: hash },
          ...(annotations === undefined ? {} : { annotations }),
          ...(finalizers === undefined ? {} : { finalizers }),
          ownerReferences: [controllerReference(daemonSet)],
        },
        spec: { ...template.spec, affinity: tiedTo(template.spec.affinity, node), tolerations: tolerationsOf(template.spec) },
      },
    },
    because: reason,
    event: { regarding: objectReference(daemonSet), type: 'Normal', reason: 'SuccessfulCreate', message: 'Created pod: {name}' },
    ...(round.doomed ? { accept: [403] } : { failureEvent: { regarding: objectReference(daemonSet), type: 'Warning', reason: 'FailedCreate', message: 'Error creating: {error}' } }),
  };
}

export const deletePod = (round: Round, pod: Pod, reason: Reason): Write => ({
  request: { method: 'DELETE', path: pathOfKey('Pod', keyOf(pod)) },
  because: reason,
  accept: [404],
  event: { regarding: objectReference(round.daemonSet), type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` },
  failureEvent: { regarding: objectReference(round.daemonSet), type: 'Warning', reason: 'FailedDelete', message: 'Error deleting: {error}' },
});

/** Creations 1, 2, 4 ... at a time, then the deletions together. */
export function synced(creates: readonly Write[], deletes: readonly Write[]): readonly (readonly Write[])[] {
  const batches: (readonly Write[])[] = [];
  const some = creates.slice(0, BURST_REPLICAS);
  for (let at = 0, size = 1; at < some.length; at += size, size *= 2) batches.push(some.slice(at, at + size));
  if (deletes.length > 0) batches.push(deletes.slice(0, BURST_REPLICAS));
  return batches;
}

interface Managed {
  readonly creates: readonly Write[];
  readonly deletes: readonly Write[];
  readonly events: readonly EventNote[];
  readonly backOff: BackOff;
  readonly waitMicros: Micros | undefined;
}

export const NOTHING_MANAGED: Managed = { creates: [], deletes: [], events: [], backOff: NO_BACK_OFF, waitMicros: undefined };

/** Which nodes lack a Pod, and which Pods are too many. */
export function manage(round: Round, nodes: readonly Node[], byNode: ReadonlyMap<string, readonly Pod[]>, belongsOn: (node: string) => Belongs, known: BackOff): Managed {
  const { daemonSet, view, hash } = round;
  const creates: Write[] = [];
  const deletes: Write[] = [];
  const events: EventNote[] = [];
  let backOff = known;
  let waitMicros: Micros | undefined;
  const remove = (pod: Pod, code: string, node: string): void => void deletes.push(deletePod(round, pod, because(round, code, { pod: pod.metadata.name, node }, pod)));
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string): void => void events.push({ regarding: objectReference(daemonSet), type, reason, message });
  for (const { metadata: { name: node } } of nodes) {
    const { starts, stays } = belongsOn(node);
    const pods = byNode.get(node);
    const make = (): void => void creates.push(createPod(round, node, because(round, 'daemonset.missing', { node })));
    if (starts && pods === undefined) make();
    else if (stays) {
      const running: Pod[] = [];
      for (const pod of pods ?? []) {
        if (pod.metadata.deletionTimestamp !== undefined) continue;
        const which = `${pod.metadata.namespace}/${pod.metadata.name}`;
        if (pod.status.phase === 'Failed') {
          // It fights with a kubelet that refuses the Pod, ever more slowly.
          const key = `${daemonSet.status.observedGeneration ?? 0}/${node}`;
          const entry = backOff[key];
          const fresh = entry !== undefined && view.now - entry.at <= 2 * LAST_DELAY ? entry : undefined;
          if (fresh !== undefined && view.now - fresh.at < fresh.delay) {
            waitMicros = Math.min(waitMicros ?? Infinity, fresh.delay);
            continue;
          }
          backOff = { ...backOff, [key]: { at: view.now, delay: fresh === undefined ? FIRST_DELAY : Math.min(2 * fresh.delay, LAST_DELAY) } };
          tell('Warning', 'FailedDaemonPod', `Found failed daemon pod ${which} on node ${node}, will try to kill it`);
          remove(pod, 'daemonset.ended', node);
        } else if (pod.status.phase === 'Succeeded') {
          tell('Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${which} on node ${node}, will try to delete it`);
          remove(pod, 'daemonset.ended', node);
        } else running.push(pod);
      }
      running.sort(byAge);
      if (surgeOf(daemonSet, 1) === 0) {
        for (const pod of running.slice(1)) remove(pod, 'daemonset.surplus', node);
        continue;
      }
      if (running.length === 0 && starts) make();
      if (running.length <= 1) continue;
      // Two may be there while one follows the other: the oldest of the new revision and the oldest of another.
      const fresh = running.find((pod) => pod.metadata.labels?.[REVISION_HASH_LABEL] === hash);
      const old = running.find((pod) => pod.metadata.labels?.[REVISION_HASH_LABEL] !== hash);
      for (const pod of running) if (pod !== fresh && pod !== old) remove(pod, 'daemonset.surplus', node);
      if (fresh !== undefined && old !== undefined && (!isPodReady(old) || isPodAvailable(fresh, daemonSet.spec.minReadySeconds ?? 0, view.now))) remove(old, 'daemonset.succeeded', node);
    } else for (const pod of pods ?? []) if (pod.metadata.deletionTimestamp === undefined) remove(pod, 'daemonset.notHere', node);
  }
  // The Pod collector does not see those that wait for a node that is gone.
  const there = new Set(nodes.map((node) => node.metadata.name));
  for (const [node, pods] of byNode) if (!there.has(node)) for (const pod of pods) if ((pod.spec.nodeName ?? '') === '') remove(pod, 'daemonset.nodeGone', node);
  return { creates, deletes, events, backOff, waitMicros };
}
