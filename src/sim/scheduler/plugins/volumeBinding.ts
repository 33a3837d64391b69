import type { KubernetesObject, Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass, StringMap } from '../../api/object.ts';
import { wholeValue } from '../../api/quantity.ts';
import { BIND_COMPLETED, findVolume, SELECTED_NODE, sizeOf } from '../../api/volumes.ts';
import { hintFor } from '../events.ts';
import { matcherOf, matches } from '../matcher.ts';
import { reject, type CSIDriver, type CSINode, type CSIStorageCapacity, type Cycle, type Lookups, type Plugin, type PodInfo, type Rejection } from '../plugin.ts';
import { claimsOf, classOfClaim, classOfVolume, isOwnClaim, reaches } from './volumes.ts';

const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
const NO_SPACE = 'node(s) did not have enough free storage';
const NO_VOLUME = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';
const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';
const NO_LABELS: StringMap = {};

const refuse = (reason: string): Rejection => reject('VolumeBinding', 'UnschedulableAndUnresolvable', reason);

interface State {
  readonly bound: readonly PersistentVolumeClaim[];
  readonly unbound: readonly PersistentVolumeClaim[];
}

function allowsTopology(storageClass: StorageClass, node: Node): boolean {
  const terms = storageClass.allowedTopologies ?? [];
  if (terms.length === 0) return true;
  const labels = node.metadata.labels ?? NO_LABELS;
  return terms.some((term) => {
    const expressions = term.matchLabelExpressions ?? [];
    return expressions.length > 0 && expressions.every(({ key, values }) => Object.hasOwn(labels, key) && values.includes(labels[key]!));
  });
}

const limitOf = (capacity: CSIStorageCapacity): string | undefined => capacity.maximumVolumeSize ?? capacity.capacity;

function hasSpace(claim: PersistentVolumeClaim, storageClass: StorageClass, node: Node, cycle: Cycle): boolean {
  const requested = claim.spec.resources?.requests?.['storage'];
  if (requested === undefined || cycle.lookups.get('CSIDriver', storageClass.provisioner)?.spec.storageCapacity !== true) return true;
  return cycle.lookups.list('CSIStorageCapacity').some((capacity) => {
    const limit = limitOf(capacity);
    return (
      capacity.storageClassName === storageClass.metadata.name &&
      limit !== undefined &&
      wholeValue(limit) >= wholeValue(requested) &&
      matches(matcherOf(capacity.nodeTopology), node.metadata.labels)
    );
  });
}

const fail = (message: string): Rejection => reject('VolumeBinding', 'Error', message);

/** Claims that can be bound or provisioned for this node. Sets the flags that become reasons. */
function provision(claims: readonly PersistentVolumeClaim[], node: Node, cycle: Cycle): { readonly satisfied: boolean; readonly space: boolean } | Rejection {
  for (const claim of claims) {
    const className = classOfClaim(claim);
    const key = `${claim.metadata.namespace}/${claim.metadata.name}`;
    if (className === '') return fail(`no class for claim "${key}"`);
    const storageClass = cycle.lookups.get('StorageClass', className);
    if (storageClass === undefined) return fail(`failed to find storage class "${className}"`);
    if (storageClass.provisioner === '' || storageClass.provisioner === NO_PROVISIONER || !allowsTopology(storageClass, node)) return { satisfied: false, space: true };
    if (!hasSpace(claim, storageClass, node, cycle)) return { satisfied: true, space: false };
  }
  return { satisfied: true, space: true };
}

function preFilter(pod: PodInfo, cycle: Cycle): 'skip' | Rejection | undefined {
  const uses = claimsOf(pod.pod);
  const claims: PersistentVolumeClaim[] = [];
  for (const { name, ephemeral } of uses) {
    const claim = cycle.lookups.get('PersistentVolumeClaim', `${pod.namespace}/${name}`);
    if (claim === undefined) {
      return refuse(ephemeral ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"` : `persistentvolumeclaim "${name}" not found`);
    }
    if (claim.status?.phase === 'Lost') return refuse(`persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`);
    if (claim.metadata.deletionTimestamp !== undefined) return refuse(`persistentvolumeclaim "${name}" is being deleted`);
    if (ephemeral && !isOwnClaim(pod.pod, claim)) {
      return refuse(`PVC ${pod.namespace}/${name} was not created for pod ${pod.key} (pod is not owner)`);
    }
    claims.push(claim);
  }
  if (uses.length === 0) return 'skip';
  const bound: PersistentVolumeClaim[] = [];
  const unbound: PersistentVolumeClaim[] = [];
  for (const claim of claims) {
    const volumeName = claim.spec.volumeName ?? '';
    if (volumeName !== '' && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) {
      bound.push(claim);
      continue;
    }
    const storageClass = cycle.lookups.get('StorageClass', classOfClaim(claim));
    if (storageClass !== undefined && storageClass.volumeBindingMode === undefined) return fail(`VolumeBindingMode not set for StorageClass "${storageClass.metadata.name}"`);
    if (volumeName !== '' || storageClass?.volumeBindingMode !== 'WaitForFirstConsumer') return refuse('pod has unbound immediate PersistentVolumeClaims');
    unbound.push(claim);
  }
  cycle.filterState.set('VolumeBinding', { bound, unbound } satisfies State);
  return undefined;
}

interface Binding {
  readonly volume: PersistentVolume;
  readonly claim: PersistentVolumeClaim;
}
/** What each claim would get on a node. Undefined: one is being provisioned for another node. */
function placesFor(unbound: readonly PersistentVolumeClaim[], node: Node, lookups: Lookups): { readonly bindings: readonly Binding[]; readonly toProvision: readonly PersistentVolumeClaim[] } | undefined {
  const toProvision: PersistentVolumeClaim[] = [];
  const toFind: PersistentVolumeClaim[] = [];
  for (const claim of unbound) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE];
    if (selected === undefined) toFind.push(claim);
    else if (selected === node.metadata.name) toProvision.push(claim);
    else return undefined;
  }
  const bindings: Binding[] = [];
  const chosen = new Set<string>();
  toFind.sort((a, b) => sizeOf(a) - sizeOf(b));
  const volumes = toFind.length === 0 ? [] : lookups.list('PersistentVolume');
  for (const claim of toFind) {
    const className = classOfClaim(claim);
    const volume = findVolume(claim, volumes.filter((each) => classOfVolume(each) === className), node, chosen, true);
    if (volume === undefined) toProvision.push(claim);
    else {
      chosen.add(volume.metadata.name);
      bindings.push({ volume, claim });
    }
  }
  return { bindings, toProvision };
}

/** What preBind has to write before the Pod may be bound to the node that was chosen. Undefined: all its claims are bound. */
export function volumesToBind(pod: Pod, node: Node, lookups: Lookups): { readonly bindings: readonly Binding[]; readonly toProvision: readonly PersistentVolumeClaim[] } | undefined {
  const unbound: PersistentVolumeClaim[] = [];
  for (const { name } of claimsOf(pod)) {
    const claim = lookups.get('PersistentVolumeClaim', `${pod.metadata.namespace}/${name}`);
    if (claim !== undefined && !isFullyBound(claim)) unbound.push(claim);
  }
  return unbound.length === 0 ? undefined : placesFor(unbound, node, lookups);
}
export const isFullyBound = (claim: PersistentVolumeClaim): boolean => (claim.spec.volumeName ?? '') !== '' && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined;

/** Whether the Pod's claims are bound to volumes this node can use, or can be. Its score is behind a feature gate that is off. */
export const volumeBinding: Plugin = {
  name: 'VolumeBinding',
  preFilter,
  filter(_pod, info, cycle) {
    const { bound, unbound } = cycle.filterState.get('VolumeBinding') as State;
    const node = info.node;
    let reached = true;
    let exist = true;
    for (const claim of bound) {
      const volume = cycle.lookups.get('PersistentVolume', claim.spec.volumeName ?? '');
      if (volume === undefined) exist = false;
      else if (!reaches(volume, node)) reached = false;
      else continue;
      break;
    }
    let satisfied = true;
    let space = true;
    const found = placesFor(unbound, info.node, cycle.lookups);
    if (found === undefined) satisfied = false;
    else {
      const answer = provision(found.toProvision, node, cycle);
      if ('plugin' in answer) return answer;
      satisfied = answer.satisfied;
      space = answer.space;
    }
    if (reached && satisfied && space && exist) return undefined;
    const reasons: string[] = [];
    if (!reached) reasons.push(NODE_CONFLICT);
    if (!satisfied) reasons.push(BIND_CONFLICT);
    if (!space) reasons.push(NO_SPACE);
    if (!exist) reasons.push(NO_VOLUME);
    return { plugin: 'VolumeBinding', code: 'UnschedulableAndUnresolvable', reasons };
  },
  preScore: () => 'skip',
  hotScore: () => 'skip',
  score: () => 0,
  events: [
    {
      kind: 'storage.k8s.io/StorageClass',
      actions: ['Add', 'Update'],
      hint: hintFor<StorageClass>((_pod, before, after) => before === undefined || JSON.stringify(before.allowedTopologies) !== JSON.stringify(after?.allowedTopologies)),
    },
    {
      kind: 'PersistentVolumeClaim',
      actions: ['Add', 'Update'],
      hint: hintFor<KubernetesObject>((pod, _before, after) => after !== undefined && after.metadata.namespace === pod.metadata.namespace && claimsOf(pod).some((each) => each.name === after.metadata.name)),
    },
    { kind: 'PersistentVolume', actions: ['Add', 'Update'] },
    { kind: 'Node', actions: ['Add', 'UpdateNodeLabel'] },
    {
      kind: 'storage.k8s.io/CSINode',
      actions: ['Add', 'Update'],
      hint: hintFor<CSINode>((_pod, before, after) => before === undefined || before.metadata.annotations?.[MIGRATED_PLUGINS] !== after?.metadata.annotations?.[MIGRATED_PLUGINS]),
    },
    {
      kind: 'storage.k8s.io/CSIDriver',
      actions: ['Update'],
      hint: hintFor<CSIDriver>(
        (pod, before, after) =>
          before?.spec.storageCapacity === true &&
          after?.spec.storageCapacity !== true &&
          (pod.spec.volumes ?? []).some((volume) => (volume['csi'] as { readonly driver?: string } | undefined)?.driver === after?.metadata.name),
      ),
    },
    {
      kind: 'storage.k8s.io/CSIStorageCapacity',
      actions: ['Add', 'Update'],
      hint: hintFor<CSIStorageCapacity>((_pod, before, after) => {
        if (before === undefined || after === undefined) return true;
        const [had, has] = [limitOf(before), limitOf(after)];
        return has !== undefined && (had === undefined || wholeValue(has) > wholeValue(had));
      }),
    },
  ],
};
