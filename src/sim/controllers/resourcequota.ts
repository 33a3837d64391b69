import { add, amountsOf, count, listOf, only, type Amount, type Amounts } from '../api/amounts.ts';
import type { Change } from '../api/change.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { KINDS, pathOfKey } from '../api/kinds.ts';
import { keyOf, type Kind, type KubernetesObject, type PersistentVolumeClaim, type Pod, type ResourceList, type Service } from '../api/object.ts';
import { concerns, inScopes, isCounted, usageOf, type ResourceQuota } from '../api/quota.ts';
import { referenceTo } from '../api/references.ts';
import type { Reason } from '../api/reason.ts';
import { MINUTE, type Micros } from '../api/time.ts';
import type { Controller, Enqueue, Plan, View } from '../reconcile/controller.ts';

/**
 * Counts what quotas are about (pkg/controller/resourcequota). Admission charges a quota before an object is written and never gives anything
 * back: that is done here, when something of the namespace is deleted or ends, and for all every five minutes.
 *
 * | reason                    | it does so because                                                              |
 * |---------------------------|---------------------------------------------------------------------------------|
 * | resourcequota.gone        | the quota does not exist any more                                               |
 * | resourcequota.begins      | the quota is new or its limits have changed: its status has to say them         |
 * | resourcequota.counts      | there is more or less of what it counts than its status says                    |
 * | resourcequota.right       | the status says what there is                                                   |
 *
 * Simplified: objects of custom kinds and devices are not counted; upstream has a second queue for quotas whose usage is not known yet.
 */
const RESYNC: Micros = 5 * MINUTE;
const COUNTED: readonly Kind[] = KINDS.filter(({ kind }) => isCounted(kind)).map(({ kind }) => kind as Kind);

const isTerminal = ({ phase }: Pod['status']): boolean => phase === 'Failed' || phase === 'Succeeded';
const isShort = ({ spec }: Pod): boolean => (spec.activeDeadlineSeconds ?? -1) >= 0;

/** An update that can make less of something (DefaultUpdateFilter); whatever is deleted always can. */
function frees({ kind, before, after }: Change): boolean {
  if (after === undefined) return true;
  if (before === undefined) return false;
  switch (kind) {
    case 'Pod': {
      const [old, now] = [before as Pod, after as Pod];
      return isShort(old) !== isShort(now) || (!isTerminal(old.status) && isTerminal(now.status)) || resized(old, now);
    }
    case 'Service':
      return (before as Service).spec.type !== (after as Service).spec.type;
    case 'PersistentVolumeClaim':
      return !semanticallyEqual((before as PersistentVolumeClaim).spec.resources, (after as PersistentVolumeClaim).spec.resources);
    default:
      return false;
  }
}
function resized(old: Pod, now: Pod): boolean {
  const was = old.status.containerStatuses;
  const is = now.status.containerStatuses;
  if (was === is || was === undefined || is === undefined) return false;
  const resources = (one: object | undefined): unknown => (one as { readonly resources?: unknown } | undefined)?.resources;
  return was.some((one) => {
    const same = is.find((each) => each.name === one.name);
    return same !== undefined && !semanticallyEqual(resources(one), resources(same));
  });
}

/** Whether a quota itself has to be looked at: upstream's handlers go by its limits. */
const limitsChanged = ({ before, after }: Change): boolean => before === undefined || after === undefined || !semanticallyEqual((before as ResourceQuota).spec?.hard, (after as ResourceQuota).spec?.hard);

const quotasFor = (object: KubernetesObject, view: View): readonly Enqueue[] =>
  (view.list('ResourceQuota', { index: 'namespace', value: object.metadata.namespace ?? '' }) as readonly ResourceQuota[])
    .filter((quota) => Object.keys(quota.status?.hard ?? {}).some((name) => concerns(object.kind, name)))
    .map(keyOf);

/** What there is of what a quota limits; of what it does not know nothing is said. */
function usage(quota: ResourceQuota, view: View): Amounts {
  const names = Object.keys(quota.spec?.hard ?? {});
  let used: Amounts = new Map<string, Amount>();
  for (const kind of COUNTED) {
    const about = names.filter((name) => concerns(kind, name));
    if (about.length === 0) continue;
    used = add(used, new Map(about.map((name) => [name, count(0)])));
    for (const object of view.list(kind, { index: 'namespace', value: quota.metadata.namespace ?? '' })) {
      if (inScopes(quota, object)) used = add(used, only(usageOf(object, view.now), (name) => about.includes(name)));
    }
  }
  return used;
}

function reconcile(key: string, view: View): Plan<undefined> {
  const quota = view.get('ResourceQuota', key) as ResourceQuota | undefined;
  if (quota === undefined) return { batches: [], because: { code: 'resourcequota.gone', args: { quota: key } } };
  const hard = quota.spec?.hard ?? {};
  const counted = usage(quota, view);
  const known = amountsOf(quota.status?.used);
  const used: ResourceList = listOf(new Map([...known, ...counted].filter(([name]) => Object.hasOwn(hard, name))));
  const say = (code: string): Reason => ({ code, args: { quota: quota.metadata.name, used: Object.keys(used).sort((a, b) => (a < b ? -1 : 1)).map((name) => `${name}=${used[name]}`).join(', ') }, refs: [referenceTo(quota)] });
  const isNew = !semanticallyEqual(hard, quota.status?.hard ?? {}) || quota.status?.hard === undefined || quota.status.used === undefined;
  const because = say(isNew ? 'resourcequota.begins' : semanticallyEqual(used, quota.status?.used) ? 'resourcequota.right' : 'resourcequota.counts');
  if (because.code === 'resourcequota.right') return { batches: [], because, requeueAfterMicros: RESYNC };
  return { batches: [[{ request: { method: 'PUT', path: pathOfKey('ResourceQuota', key, 'status'), body: { ...quota, status: { hard, used } } }, because }]], because, requeueAfterMicros: RESYNC };
}

const replenish = (object: KubernetesObject, view: View): readonly Enqueue[] => (object.kind === 'ResourceQuota' ? [keyOf(object), ...quotasFor(object, view)] : quotasFor(object, view));

export const resourceQuota: Controller<undefined> = {
  name: 'resourcequota-controller',
  sleepsUntil: ['ResourceQuota'],
  workers: 10,
  watches: {
    ...Object.fromEntries(COUNTED.filter((kind) => kind !== 'ResourceQuota').map((kind) => [kind, replenish])),
    ResourceQuota: (quota, view, change) => (limitsChanged(change) ? (change.after === undefined ? replenish(quota, view) : [keyOf(quota)]) : []),
  },
  ignores: (change) => (change.kind === 'ResourceQuota' ? !limitsChanged(change) : !frees(change)),
  reconcile,
};
