import { pathOf } from '../../sim/api/kinds.ts';
import type { KubernetesObject, Pod } from '../../sim/api/object.ts';
import { controllerOf } from '../../sim/api/object.ts';
import { STRATEGIC_MERGE_PATCH } from '../../sim/api/request.ts';
import { SECOND } from '../../sim/api/time.ts';
import type { Micros } from '../../sim/api/time.ts';
import { durationText } from '../dates.ts';
import { Failure, isStatus } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, micros, number, text, truth } from '../flags.ts';
import { changed } from '../output.ts';
import type { Found, Target } from '../resources.ts';
import { builtIn, fetchEvery } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { list, readIfAny, send } from '../steps.ts';
import { dig } from '../tree.ts';
import type { Tree } from '../tree.ts';
import { dryRun } from './apply.ts';
import { PICK, patchObject } from './change.ts';

export const CORDON_FLAGS: FlagSpecs = PICK;
export const DRAIN_FLAGS: FlagSpecs = {
  ...PICK, 'chunk-size': kinds.int(), 'delete-emptydir-data': kinds.bool(), 'disable-eviction': kinds.bool(), force: kinds.bool(), 'grace-period': kinds.int(), 'ignore-daemonsets': kinds.bool(), 'pod-selector': kinds.string(),
  'skip-wait-for-delete-timeout': kinds.int(), timeout: kinds.duration,
};

function nodesNamed(context: Context, verb: string): readonly Target[] {
  const { args } = context.flags;
  const info = builtIn('nodes')!;
  if (args.length === 0 && !given(context.flags, 'selector')) throw new Failure(`error: USAGE: ${verb} NODE [flags]\nSee 'kubectl ${verb} -h' for help and examples`);
  if (args.length > 0 && given(context.flags, 'selector')) throw new Failure("error: cannot specify both a node name and a --selector option\nSee 'kubectl drain -h' for help and examples");
  return args.length === 0 ? [{ info }] : args.map((arg) => ({ info, name: arg.replace(/^nodes?\//, '') }));
}

function* mark(context: Context, nodes: readonly Found[], unschedulable: boolean): Run<void> {
  const mode = dryRun(context);
  for (const found of nodes) {
    const had = dig(found.object, 'spec', 'unschedulable') === true;
    const word = unschedulable ? 'cordoned' : 'uncordoned';
    if (had !== unschedulable && mode !== 'client') yield* patchObject(context, found, STRATEGIC_MERGE_PATCH, { spec: { unschedulable: unschedulable ? true : null } }, unschedulable ? 'kubectl-cordon' : 'kubectl-uncordon');
    yield { out: changed(undefined, found, had === unschedulable ? `already ${word}` : word, mode) };
  }
}

export function* cordon(context: Context, unschedulable: boolean): Run<number> {
  yield* mark(context, yield* fetchEvery(context, nodesNamed(context, unschedulable ? 'cordon' : 'uncordon')), unschedulable);
  return 0;
}

// ---- drain

const RETRY_MICROS = 5 * SECOND;

type Verdict = { readonly remove: boolean; readonly error?: string; readonly warning?: string };

const finished = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Which Pods of a node may go (kubectl's pod filters). The last filter with something to say wins, as upstream. */
function verdict(context: Context, pod: Pod): Verdict {
  const { flags } = context;
  const owner = controllerOf(pod);
  let result: Verdict = { remove: true };
  if (owner?.kind === 'DaemonSet' && !finished(pod)) {
    if (!truth(flags, 'ignore-daemonsets')) return { remove: false, error: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' };
    return { remove: false, warning: 'ignoring DaemonSet-managed Pods' };
  }
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return { remove: false };
  if (finished(pod)) return result;
  if ((pod.spec.volumes ?? []).some((volume) => volume.emptyDir !== undefined)) {
    if (!truth(flags, 'delete-emptydir-data')) return { remove: false, error: 'Pods with local storage (use --delete-emptydir-data to override)' };
    result = { remove: true, warning: 'deleting Pods with local storage' };
  }
  if (owner === undefined) {
    if (!truth(flags, 'force')) return { remove: false, error: 'Pods that declare no controller (use --force to override)' };
    result = { remove: true, warning: 'deleting Pods that declare no controller' };
  } else result = { remove: true };
  return result;
}

const grouped = (pods: readonly { readonly pod: Pod; readonly text: string | undefined }[]): readonly (readonly [string, string])[] => {
  const groups = new Map<string, string[]>();
  for (const { pod, text: key } of pods) if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`]);
  return [...groups].map(([key, names]) => [key, names.join(', ')]);
};

function* podsOf(context: Context, node: string): Run<{ readonly pods: readonly Pod[]; readonly warnings: string; readonly errors: readonly string[] }> {
  const selector = text(context.flags, 'pod-selector');
  const all = (yield* list(context, pathOf('Pod', undefined), { fieldSelector: `spec.nodeName=${node}`, ...(selector === undefined ? {} : { labelSelector: selector }) })) as readonly Pod[];
  const judged = all.map((pod) => ({ pod, ...verdict(context, pod) }));
  return {
    pods: judged.filter((one) => one.remove).map((one) => one.pod),
    warnings: grouped(judged.map(({ pod, warning }) => ({ pod, text: warning }))).map(([what, names]) => `${what}: ${names}`).join('; '),
    errors: grouped(judged.map(({ pod, error }) => ({ pod, text: error }))).map(([what, names]) => `cannot delete ${what}: ${names}`),
  };
}

const joined = (errors: readonly string[]): string => (errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);

export function* drain(context: Context): Run<number> {
  const { flags } = context;
  const nodes = yield* fetchEvery(context, nodesNamed(context, 'drain'));
  yield* mark(context, nodes, true);
  const mode = dryRun(context);
  const fatal: { readonly node: string; readonly errors: readonly string[] }[] = [];
  for (const found of nodes) {
    const node = found.object.metadata.name;
    const { pods, warnings, errors } = yield* podsOf(context, node);
    let failed = errors;
    if (failed.length === 0) {
      if (warnings !== '') yield { err: `Warning: ${warnings}\n` };
      if (mode !== 'none') for (const pod of pods) yield { out: `evicting pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name}${mode === 'client' ? ' (dry run)' : ' (server dry run)'}\n` };
      else {
        failed = truth(flags, 'disable-eviction') ? yield* deleteAll(context, pods) : yield* evictAll(context, pods);
        if (failed.length > 0) {
          const pending = (yield* podsOf(context, node)).pods;
          if (pending.length > 0) yield { err: `There are pending pods in node "${node}" when an error occurred: ${joined(failed)}\n${pending.map((pod) => `pod/${pod.metadata.name}\n`).join('')}` };
        }
      }
    }
    if (failed.length === 0) yield { out: changed(undefined, found, 'drained', mode) };
    else {
      yield { err: `error: unable to drain node "${node}" due to error: ${joined(failed)}, continuing command...\n` };
      fatal.push({ node, errors: failed });
    }
  }
  if (fatal.length === 0) return 0;
  yield { err: `There are pending nodes to be drained:\n${fatal.map(({ node }) => ` ${node}\n`).join('')}` };
  const errors = fatal.flatMap((one) => one.errors);
  throw new Failure(truth(flags, 'disable-eviction') && errors.length === 1 ? `error: ${errors[0]!}` : errors.join('\n'));
}

const options = (context: Context): Tree => {
  const grace = number(context.flags, 'grace-period');
  return grace === undefined || grace < 0 ? {} : { gracePeriodSeconds: grace };
};
const deadline = (context: Context): Micros | undefined => {
  const limit = micros(context.flags, 'timeout') ?? 0;
  return limit === 0 ? undefined : context.input.now() + limit;
};
const isGone = (now: KubernetesObject | undefined, pod: Pod): boolean => now === undefined || now.metadata.uid !== pod.metadata.uid;

function* deleteAll(context: Context, pods: readonly Pod[]): Run<readonly string[]> {
  const until = deadline(context);
  for (const pod of pods) yield* send(context, { method: 'DELETE', path: pathOf('Pod', pod.metadata.namespace, pod.metadata.name), body: { kind: 'DeleteOptions', apiVersion: 'v1', ...options(context) } });
  let left = [...pods];
  while (left.length > 0) {
    const still: Pod[] = [];
    for (const pod of left) {
      if (isGone(yield* readIfAny(context, pathOf('Pod', pod.metadata.namespace, pod.metadata.name)), pod)) yield { out: `pod/${pod.metadata.name} deleted\n` };
      else still.push(pod);
    }
    left = still;
    if (left.length > 0 && until !== undefined && context.input.now() >= until) return ['context deadline exceeded'];
    if (left.length > 0) yield { sleepMicros: SECOND };
  }
  return [];
}

/**
 * Evicts all Pods at once, as kubectl's goroutines do: one that a disruption budget protects (429) is tried again every 5 s while the others go on,
 * and each is looked at every second until it is gone.
 */
function* evictAll(context: Context, pods: readonly Pod[]): Run<readonly string[]> {
  const until = deadline(context);
  const limit = micros(context.flags, 'timeout') ?? 0;
  const errors: string[] = [];
  let waiting = pods.map((pod) => ({ pod, tryAt: context.input.now() as Micros | undefined }));
  while (waiting.length > 0) {
    const still: typeof waiting = [];
    const now = context.input.now();
    const due = waiting.filter((one) => one.tryAt !== undefined && one.tryAt <= now);
    // All goroutines speak before the first answer is there.
    for (const { pod } of due) yield { out: `evicting pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name}\n` };
    for (const one of waiting) {
      const { pod, tryAt } = one;
      const { name, namespace = '' } = pod.metadata;
      if (tryAt === undefined) {
        if (isGone(yield* readIfAny(context, pathOf('Pod', namespace, name)), pod)) yield { out: `pod/${name} evicted\n` };
        else if (until !== undefined && context.input.now() >= until) errors.push(`error when waiting for pod "${name}" in namespace "${namespace}" to terminate: context deadline exceeded`);
        else still.push(one);
        continue;
      }
      if (!due.includes(one)) {
        still.push(one);
        continue;
      }
      if (until !== undefined && now >= until) {
        errors.push(`error when evicting pods/"${name}" -n "${namespace}": global timeout reached: ${durationText(limit)}`);
        continue;
      }
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions: options(context) };
      const { code, body: answer } = yield* send(context, { method: 'POST', path: pathOf('Pod', namespace, name, 'eviction'), body });
      if (code < 300) still.push({ pod, tryAt: undefined });
      else if (isStatus(answer) && answer.reason === 'TooManyRequests') {
        yield { err: `error when evicting pods/"${name}" -n "${namespace}" (will retry after 5s): ${answer.message ?? ''}\n` };
        still.push({ pod, tryAt: now + RETRY_MICROS });
      } else if (!(isStatus(answer) && answer.reason === 'NotFound')) errors.push(`error when evicting pods/"${name}" -n "${namespace}": ${isStatus(answer) ? (answer.message ?? '') : ''}`);
    }
    waiting = still;
    if (waiting.length > 0 && !waiting.some((one) => one.tryAt === undefined && due.some((was) => was.pod === one.pod))) yield { sleepMicros: SECOND };
    else if (waiting.length > 0) yield { sleepMicros: SECOND / 10 };
  }
  return errors;
}

