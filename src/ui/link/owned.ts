import { controllerOf, keyOf, type KubernetesObject, type Pod } from '../../sim/api/object.ts';
import { head, headList, type Store } from '../../sim/apiserver/store.ts';
import type { OwnedPods } from './protocol.ts';

const OWNERS = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicationController']);
/** More than this is no list to read; the stage and kubectl show them all. */
const MOST = 60;

/** The Pods under an owner, by who made them: a Deployment's by ReplicaSet, a CronJob's by Job; in the order of ordinals or of creation. */
export function ownedPods(store: Store, kind: string, key: string): readonly OwnedPods[] | undefined {
  const owner = OWNERS.has(kind) ? head(store, kind, key) : undefined;
  if (owner === undefined) return undefined;
  const groups = new Map<string, { readonly kind: string; readonly key: string; readonly pods: Pod[] }>();
  for (const pod of headList(store, 'Pod') as readonly Pod[]) {
    const maker = controllerOf(pod);
    if (maker === undefined || pod.metadata.namespace !== owner.metadata.namespace) continue;
    const direct = maker.uid === owner.metadata.uid;
    const between: KubernetesObject | undefined = direct ? undefined : head(store, maker.kind, `${pod.metadata.namespace}/${maker.name}`);
    if (!direct && (between === undefined || between.metadata.uid !== maker.uid || controllerOf(between)?.uid !== owner.metadata.uid)) continue;
    const group = groups.get(maker.uid) ?? { kind: maker.kind, key: `${pod.metadata.namespace}/${maker.name}`, pods: [] };
    group.pods.push(pod);
    groups.set(maker.uid, group);
  }
  const ordinal = (pod: Pod): number => Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? 0);
  return [...groups.values()].map((group) => {
    const pods = kind === 'StatefulSet' ? group.pods.slice().sort((a, b) => ordinal(a) - ordinal(b)) : group.pods;
    return { kind: group.kind, key: group.key, pods: pods.slice(0, MOST).map((pod) => ({ key: keyOf(pod), name: pod.metadata.name, node: pod.spec.nodeName ?? '' })), more: Math.max(0, pods.length - MOST) };
  });
}
