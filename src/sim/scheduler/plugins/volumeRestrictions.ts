import type { PersistentVolumeClaim, Pod, Volume } from '../../api/object.ts';
import { hintFor } from '../events.ts';
import { reject, type Plugin, type PodInfo } from '../plugin.ts';
import { podInfoOf } from '../podinfo.ts';

const DISK = reject('VolumeRestrictions', 'Unschedulable', 'node(s) had no available disk');
const IN_USE = reject('VolumeRestrictions', 'Unschedulable', 'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod');

interface Source {
  readonly readOnly?: boolean;
  readonly pdName?: string;
  readonly volumeID?: string;
  readonly iqn?: string;
  readonly monitors?: readonly string[];
  readonly pool?: string;
  readonly image?: string;
}
const source = (volume: Volume, name: string): Source | undefined => volume[name] as Source | undefined;

/** Whether two Pods on one node would mount the same disk in a way its kind forbids. */
function clash(a: Volume, b: Volume): boolean {
  const shared = (name: string, same: (x: Source, y: Source) => boolean, readOnlyHelps = true): boolean => {
    const x = source(a, name);
    const y = source(b, name);
    return x !== undefined && y !== undefined && same(x, y) && !(readOnlyHelps && x.readOnly === true && y.readOnly === true);
  };
  return (
    shared('gcePersistentDisk', (x, y) => x.pdName === y.pdName) ||
    shared('awsElasticBlockStore', (x, y) => x.volumeID === y.volumeID, false) ||
    shared('iscsi', (x, y) => x.iqn === y.iqn) ||
    shared('rbd', (x, y) => (x.monitors ?? []).some((each) => y.monitors?.includes(each) === true) && (x.pool ?? 'rbd') === (y.pool ?? 'rbd') && x.image === y.image)
  );
}
const KINDS = ['gcePersistentDisk', 'awsElasticBlockStore', 'iscsi', 'rbd'];
const isExclusive = (volume: Volume): boolean => KINDS.some((kind) => volume[kind] !== undefined);

function clashesWith(pod: Pod, others: Iterable<PodInfo>): boolean {
  const mine = (pod.spec.volumes ?? []).filter(isExclusive);
  if (mine.length === 0) return false;
  for (const other of others) for (const theirs of other.pod.spec.volumes ?? []) for (const volume of mine) if (clash(volume, theirs)) return true;
  return false;
}

interface State {
  /** The Pod's ReadWriteOncePod claims, by name. */
  readonly claims: ReadonlySet<string>;
  users: number;
}
const uses = (state: State, other: PodInfo): number => other.claims.filter((name) => state.claims.has(name)).length;

export const volumeRestrictions: Plugin = {
  name: 'VolumeRestrictions',
  preFilter(pod, cycle) {
    const claims = new Set<string>();
    for (const name of pod.claims) {
      const claim = cycle.lookups.get('PersistentVolumeClaim', `${pod.namespace}/${name}`);
      if (claim === undefined) return reject('VolumeRestrictions', 'UnschedulableAndUnresolvable', `persistentvolumeclaim "${name}" not found`);
      if (claim.spec.accessModes?.includes('ReadWriteOncePod') === true) claims.add(name);
    }
    let users = 0;
    for (const name of claims) {
      // One per claim: only one Pod can have it.
      if (cycle.snapshot.list.some((node) => [...node.pods.values()].some((other) => other.namespace === pod.namespace && other.claims.includes(name)))) users++;
    }
    if (users === 0 && !(pod.pod.spec.volumes ?? []).some(isExclusive)) return 'skip';
    cycle.filterState.set('VolumeRestrictions', { claims, users } satisfies State);
    return undefined;
  },
  // As upstream, by the claim's name alone: a Pod of another namespace with a claim of the same name counts here.
  addPod(_pod, added, _node, cycle) {
    const state = cycle.filterState.get('VolumeRestrictions') as State | undefined;
    if (state !== undefined) state.users += uses(state, added);
  },
  removePod(_pod, removed, _node, cycle) {
    const state = cycle.filterState.get('VolumeRestrictions') as State | undefined;
    if (state !== undefined) state.users -= uses(state, removed);
  },
  cloneState: (state) => ({ ...(state as State) }),
  filter(pod, node, cycle) {
    if (clashesWith(pod.pod, node.pods.values())) return DISK;
    return (cycle.filterState.get('VolumeRestrictions') as State).users > 0 ? IN_USE : undefined;
  },
  events: [
    {
      kind: 'Pod',
      actions: ['Delete'],
      hint: hintFor<Pod>((pod, before) => {
        if (before === undefined || before.metadata.namespace !== pod.metadata.namespace) return false;
        const gone = podInfoOf(before);
        return clashesWith(pod, [gone]) || podInfoOf(pod).claims.some((name) => gone.claims.includes(name));
      }),
    },
    { kind: 'Node', actions: ['Add'] },
    {
      kind: 'PersistentVolumeClaim',
      actions: ['Add'],
      hint: hintFor<PersistentVolumeClaim>((pod, _before, after) => after !== undefined && after.metadata.namespace === pod.metadata.namespace && podInfoOf(pod).claims.includes(after.metadata.name)),
    },
  ],
};
