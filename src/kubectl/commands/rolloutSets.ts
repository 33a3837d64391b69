import { selectorText } from '../../sim/api/columns/column.ts';
import { pathOf } from '../../sim/api/kinds.ts';
import type { Json, KubernetesObject, LabelSelector, PodTemplateSpec } from '../../sim/api/object.ts';
import { controllerOf } from '../../sim/api/object.ts';
import { STRATEGIC_MERGE_PATCH } from '../../sim/api/request.ts';
import { podTemplateText } from '../describe/describe.ts';
import { Failure } from '../failure.ts';
import { fullName } from '../resources.ts';
import type { Found } from '../resources.ts';
import type { Context, DryRun, Run } from '../steps.ts';
import { list } from '../steps.ts';
import type { Tree } from '../tree.ts';
import { dig, equal, isTree } from '../tree.ts';
import { patchObject } from './change.ts';

/** Rollouts of DaemonSets and StatefulSets, whose history is a list of ControllerRevisions (kubectl, pkg/polymorphichelpers). */
const revisionOf = (object: KubernetesObject): number => Number(dig(object, 'revision') ?? 0);
const number = (object: KubernetesObject, ...path: readonly string[]): number => Number(dig(object, ...path) ?? 0);

/** Oldest first. */
export function* controllerRevisions(context: Context, { object }: Found): Run<readonly KubernetesObject[]> {
  const labelSelector = selectorText(dig(object, 'spec', 'selector') as LabelSelector | undefined);
  const all = yield* list(context, pathOf('ControllerRevision', object.metadata.namespace), { labelSelector });
  return all.filter((one) => controllerOf(one)?.uid === object.metadata.uid).sort((a, b) => revisionOf(a) - revisionOf(b));
}

/** What a revision keeps: the template, with the directive that makes it a patch taken out. */
export function templateOf(revision: KubernetesObject): PodTemplateSpec {
  const template = dig(revision, 'data', 'spec', 'template');
  return Object.fromEntries(Object.entries(isTree(template) ? template : {}).filter(([key]) => key !== '$patch')) as unknown as PodTemplateSpec;
}

export function setStatus(object: KubernetesObject): { readonly message: string; readonly done: boolean } {
  const { name, generation = 0 } = object.metadata;
  const strategy = String(dig(object, 'spec', 'updateStrategy', 'type') ?? 'RollingUpdate');
  if (strategy !== 'RollingUpdate') throw new Failure('error: rollout status is only available for RollingUpdate strategy type');
  const observed = number(object, 'status', 'observedGeneration');
  const waiting = (message: string): { message: string; done: boolean } => ({ message: `${message}...\n`, done: false });
  if (object.kind === 'DaemonSet') {
    if (generation > observed) return waiting('Waiting for daemon set spec update to be observed');
    const [desired, updated, available] = [number(object, 'status', 'desiredNumberScheduled'), number(object, 'status', 'updatedNumberScheduled'), number(object, 'status', 'numberAvailable')];
    if (updated < desired) return waiting(`Waiting for daemon set "${name}" rollout to finish: ${updated} out of ${desired} new pods have been updated`);
    if (available < desired) return waiting(`Waiting for daemon set "${name}" rollout to finish: ${available} of ${desired} updated pods are available`);
    return { message: `daemon set "${name}" successfully rolled out\n`, done: true };
  }
  if (observed === 0 || generation > observed) return waiting('Waiting for statefulset spec update to be observed');
  const [wanted, ready, updated] = [number(object, 'spec', 'replicas'), number(object, 'status', 'readyReplicas'), number(object, 'status', 'updatedReplicas')];
  if (ready < wanted) return waiting(`Waiting for ${wanted - ready} pods to be ready`);
  if (dig(object, 'spec', 'updateStrategy', 'rollingUpdate') !== undefined) {
    const partition = number(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
    if (updated < wanted - partition) return waiting(`Waiting for partitioned roll out to finish: ${updated} out of ${wanted - partition} new pods have been updated`);
    return { message: `partitioned roll out complete: ${updated} new pods have been updated...\n`, done: true };
  }
  const [current, next] = [dig(object, 'status', 'currentRevision'), dig(object, 'status', 'updateRevision')];
  if (current !== next) return waiting(`waiting for statefulset rolling update to complete ${updated} pods at revision ${String(next)}`);
  return { message: `statefulset rolling update complete ${number(object, 'status', 'currentReplicas')} pods at revision ${String(current)}...\n`, done: true };
}

export function* undoSet(context: Context, found: Found, to: number, mode: DryRun): Run<void> {
  const { info, object } = found;
  const revisions = yield* controllerRevisions(context, found);
  if (to < 0) throw new Failure(`error: unable to find specified revision ${to} in history`);
  if (to === 0 && revisions.length <= 1) throw new Failure('error: no last revision to roll back to');
  const target = to === 0 ? revisions.at(-2) : revisions.find((one) => revisionOf(one) === to);
  if (target === undefined) throw new Failure(`error: unable to find specified revision ${to} in history`);
  const template = templateOf(target);
  const name = fullName(info, object.metadata.name);
  if (mode === 'client') {
    yield { out: `${name} ${podTemplateText(template)} (dry run)\n` };
    return;
  }
  if (equal(template as unknown as Json, dig(object, 'spec', 'template'))) {
    yield { out: `${name} skipped rollback (current template already matches revision ${to})\n` };
    return;
  }
  yield* patchObject(context, found, STRATEGIC_MERGE_PATCH, dig(target, 'data') as unknown as Tree, 'kubectl-rollout');
  yield { out: `${name} rolled back${mode === 'server' ? ' (server dry run)' : ''}\n` };
}
