import { keyOf, type KubernetesObject, type PersistentVolume, type PersistentVolumeClaim, type Pod } from '../api/object.ts';
import { pathOfKey } from '../api/kinds.ts';
import type { Request } from '../api/request.ts';
import { SECOND, type Micros } from '../api/time.ts';
import { SELECTED_NODE, withClaim } from '../api/volumes.ts';
import type { View } from '../kernel/process.ts';
import type { Lookups } from './plugin.ts';
import { isFullyBound, volumesToBind } from './plugins/volumeBinding.ts';

/**
 * VolumeBinding at Reserve and PreBind: before a Pod is bound its volumes are. What is written is one volume after the other with its claim, then the
 * claims that a provisioner shall serve, with the node that was chosen; then the scheduler waits, and looks once a second, until the volume
 * controller has bound them all (volumebinding/binder.go, BindPodVolumes). Until its informer has the answer it remembers what it wrote.
 */
export interface Prebinding {
  readonly until: Micros;
  /** Not yet written; the first is on its way. */
  readonly writes: (PersistentVolume | PersistentVolumeClaim)[];
  readonly volumes: readonly string[];
  readonly claims: readonly string[];
  readonly provisioned: readonly string[];
}
const TIMEOUT: Micros = 600 * SECOND;
export const LOOK_PERIOD: Micros = SECOND;

/** Volumes and claims as the scheduler has written them, or is about to: they count as long as its informer shows what they were made from. */
export type AssumedObjects = Map<string, KubernetesObject>;
const placeOf = (object: KubernetesObject): string => `${object.kind} ${keyOf(object)}`;

/** The kinds as the scheduler takes them to be. */
export function overlaid(lookups: Lookups, assumed: AssumedObjects): Lookups {
  if (assumed.size === 0) return lookups;
  const over = (kind: string, key: string, object: KubernetesObject | undefined): KubernetesObject | undefined => {
    const mine = assumed.get(`${kind} ${key}`);
    return mine !== undefined && object !== undefined && mine.metadata.resourceVersion === object.metadata.resourceVersion ? mine : object;
  };
  return {
    get: (kind, key) => over(kind, key, lookups.get(kind, key)) as never,
    list: (kind) => (kind === 'PersistentVolume' || kind === 'PersistentVolumeClaim' ? lookups.list(kind).map((object) => over(kind, keyOf(object), object)) : lookups.list(kind)) as never,
  };
}

/** What has to be bound before the Pod may be; undefined: nothing. */
export function prebindingOf(pod: Pod, node: string, lookups: Lookups, view: View): Prebinding | undefined {
  const machine = view.get('Node', node);
  const todo = machine === undefined ? undefined : volumesToBind(pod, machine, lookups);
  if (todo === undefined) return undefined;
  const provisioned = todo.toProvision.map((claim): PersistentVolumeClaim => ({ ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [SELECTED_NODE]: node } } }));
  return {
    until: view.now + TIMEOUT,
    writes: [...todo.bindings.map(({ volume, claim }) => withClaim(volume, claim)), ...provisioned],
    volumes: todo.bindings.map(({ volume }) => keyOf(volume)),
    claims: [...todo.bindings.map(({ claim }) => keyOf(claim)), ...provisioned.map(keyOf)],
    provisioned: provisioned.map(keyOf),
  };
}

export function assume(assumed: AssumedObjects, { writes }: Prebinding): void {
  for (const object of writes) assumed.set(placeOf(object), object);
}
/** What was not written is as it was; what was, the informers will bring. */
export function forgetAssumed(assumed: AssumedObjects, { writes, volumes, provisioned }: Prebinding): void {
  for (const object of writes) assumed.delete(placeOf(object));
  for (const key of volumes) assumed.delete(`PersistentVolume ${key}`);
  for (const key of provisioned) assumed.delete(`PersistentVolumeClaim ${key}`);
}

export const writeOf = (object: KubernetesObject): Omit<Request, 'user'> => ({ method: 'PUT', path: pathOfKey(object.kind, keyOf(object)), body: object, userAgent: 'kube-scheduler' });

/** checkBindings: whether all is bound, or why it will not be. */
export function progressOf({ claims, provisioned, volumes, until }: Prebinding, node: string, view: View): 'bound' | 'wait' | { readonly error: string } {
  for (const key of volumes) {
    const volume = view.get('PersistentVolume', key);
    if (volume === undefined) return { error: `failed to check binding: could not find v1.PersistentVolume "${key}"` };
    if ((volume.spec.claimRef?.uid ?? '') === '') return { error: `ClaimRef got reset for pv "${key}"` };
  }
  let all = true;
  for (const key of claims) {
    const claim = view.get('PersistentVolumeClaim', key);
    if (claim === undefined) return { error: `failed to check ${provisioned.includes(key) ? 'provisioning pvc' : 'binding'}: could not find v1.PersistentVolumeClaim "${key}"` };
    if (provisioned.includes(key) && claim.metadata.annotations?.[SELECTED_NODE] !== node) return { error: `provisioning failed for PVC "${claim.metadata.name}"` };
    if (!isFullyBound(claim)) all = false;
  }
  if (all) return 'bound';
  return view.now >= until ? { error: 'context deadline exceeded' } : 'wait';
}
