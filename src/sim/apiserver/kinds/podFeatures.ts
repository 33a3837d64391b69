import type { StringMap } from '../../api/object.ts';
import { mapSame } from './podDefaults.ts';
import type { ContainerIn, PodSpecIn, VolumeIn } from './podShapes.ts';
import { same } from './meta.ts';

/**
 * What the API server changes in a Pod that it is given: fields of features that are off by default go (pkg/api/pod/util.go, DropDisabledFields;
 * those that objects had before stay), and AppArmor annotations, which are older than the field, become the field.
 */

type Loose = Readonly<Record<string, unknown>>;
function without<T extends object>(object: T, key: string): T {
  if (!Object.hasOwn(object, key)) return object;
  const { [key]: _gone, ...rest } = object as Loose;
  return rest as T;
}

function volume(one: VolumeIn): VolumeIn {
  const sources = mapSame(one.projected?.sources ?? undefined, (source) => without(without(source, 'clusterTrustBundle'), 'podCertificate'));
  return sources === undefined || sources === one.projected?.sources ? one : { ...one, projected: { ...one.projected, sources } };
}
function container(one: ContainerIn): ContainerIn {
  const lifecycle = one.lifecycle === undefined ? undefined : without(one.lifecycle, 'stopSignal');
  return lifecycle === one.lifecycle || lifecycle === undefined ? one : { ...one, lifecycle };
}
const usesOne = (spec: PodSpecIn | undefined): boolean =>
  spec !== undefined && (spec.schedulingGroup !== undefined || spec.volumes?.some((one) => volume(one) !== one) === true || spec.containers?.some((one) => container(one) !== one) === true || spec.initContainers?.some((one) => container(one) !== one) === true);

/** A spec without what is off; what its old version used, it may go on using. */
export function withoutDisabled(spec: PodSpecIn, old?: PodSpecIn): PodSpecIn {
  if (!usesOne(spec) || usesOne(old)) return spec;
  const { volumes, containers, initContainers } = spec;
  return {
    ...without(spec, 'schedulingGroup'),
    ...(volumes === undefined ? {} : { volumes: mapSame(volumes, volume) }),
    ...(containers === undefined || containers === null ? {} : { containers: mapSame(containers, container) }),
    ...(initContainers === undefined ? {} : { initContainers: mapSame(initContainers, container) }),
  } as PodSpecIn;
}

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
interface Profile {
  readonly type: string;
  readonly localhostProfile?: string;
}
/** The profile that an annotation means; undefined: it means none, or one that the field could not hold. */
function profileOf(annotation: string): Profile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  if (!annotation.startsWith('localhost/')) return undefined;
  const localhostProfile = annotation.slice('localhost/'.length);
  return localhostProfile === '' || localhostProfile.length > 4095 || localhostProfile.trim() !== localhostProfile ? undefined : { type: 'Localhost', localhostProfile };
}
const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;
const hasAppArmor = (annotations: StringMap | undefined): annotations is StringMap => annotations !== undefined && Object.keys(annotations).some((key) => key.startsWith(APP_ARMOR));

export function withAppArmor(spec: PodSpecIn, annotations: StringMap | undefined): PodSpecIn {
  if (!hasAppArmor(annotations) || spec.os?.name === 'windows') return spec;
  const ofPod = spec.securityContext?.appArmorProfile;
  const synced = (one: ContainerIn): ContainerIn => {
    const annotation = annotations[`${APP_ARMOR}${one.name}`];
    if (annotation === undefined || one.securityContext?.appArmorProfile !== undefined) return one;
    const profile = profileOf(annotation);
    return profile === undefined || same(profile, ofPod) ? one : ({ ...one, securityContext: { ...one.securityContext, appArmorProfile: profile } } as ContainerIn);
  };
  const out: Record<string, unknown> = { ...spec };
  for (const list of LISTS) if (Array.isArray(spec[list])) out[list] = spec[list].map(synced);
  return out as unknown as PodSpecIn;
}
/** Of a Pod as it was given: annotations without the field, unless the Pod's own profile says the same. */
export function appArmorWarnings(spec: PodSpecIn, annotations: StringMap | undefined): readonly string[] {
  if (!hasAppArmor(annotations) || spec.os?.name === 'windows') return [];
  const ofPod = spec.securityContext?.appArmorProfile;
  return LISTS.flatMap((list) => spec[list] ?? []).flatMap((one) => {
    const key = `${APP_ARMOR}${one.name}`;
    const annotation = annotations[key];
    if (annotation === undefined || one.securityContext?.appArmorProfile !== undefined) return [];
    const profile = profileOf(annotation);
    return profile !== undefined && same(profile, ofPod) ? [] : [`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`];
  });
}
