import { trust } from '../decodeQuick.ts';
import { structType } from '../schema.ts';
import { markComplete } from './podDefaults.ts';
import type { ContainerIn, PodSpecIn } from './podShapes.ts';

/**
 * The Pods of one template differ in nothing but the name of their token's volume. What was found about the first (its defaults, its
 * decoded form, that it is valid) holds for its twins, so it is not found again: three hundred replicas are admitted and validated once.
 */

// Invisible: specs of Pods in which validation found nothing wrong, whatever the Pod's name.
const right = new WeakSet<PodSpecIn>();
export const isRight = (spec: PodSpecIn): boolean => right.has(spec);
export function noteRight(spec: PodSpecIn): void {
  // The claim of an ephemeral volume is named after the Pod.
  if (spec.volumes?.some((volume) => volume.ephemeral !== undefined) !== true) right.add(spec);
}

/** The same spec with another name for one volume that containers only mount. */
export function twinOf(spec: PodSpecIn, volume: string, name: string): PodSpecIn {
  const known = <T extends object>(value: T, type: string): T => {
    trust(value, structType(type));
    return value;
  };
  const renamed = (container: ContainerIn): ContainerIn =>
    container.volumeMounts === undefined
      ? container
      : known({ ...container, volumeMounts: container.volumeMounts.map((mount) => (mount.name === volume ? known({ ...mount, name }, 'VolumeMount') : mount)) }, 'Container');
  const twin: { -readonly [K in keyof PodSpecIn]: PodSpecIn[K] } = { ...spec };
  if (spec.volumes !== undefined) twin.volumes = spec.volumes.map((one) => (one.name === volume ? known({ ...one, name }, 'Volume') : one));
  if (spec.containers !== null) twin.containers = spec.containers.map(renamed);
  if (spec.initContainers !== undefined) twin.initContainers = spec.initContainers.map(renamed);
  known(twin, 'PodSpec');
  markComplete(twin);
  if (right.has(spec)) right.add(twin);
  return twin;
}
