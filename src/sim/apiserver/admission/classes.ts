import type { KubernetesObject, Toleration } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import { same } from '../patch-values.ts';
import { forbidden, internalError } from '../status.ts';
import { head, headList } from '../store.ts';
import type { Call } from '../verbs-call.ts';
import type { PodSpecIn } from '../kinds/podShapes.ts';

/** RuntimeClass and DefaultIngressClass: what an object gets from the class that it names, or from the class that is the default. */
export function fromClasses(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): KubernetesObject | Status {
  if (old !== undefined) return object;
  if (call.info.kind === 'Pod') return runtimeClass(call, object);
  return call.info.kind === 'Ingress' ? defaultIngressClass(call, object) : object;
}

interface RuntimeClass extends KubernetesObject {
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, string>> };
  readonly scheduling?: { readonly nodeSelector?: Readonly<Record<string, string>>; readonly tolerations?: readonly Toleration[] };
}

/** plugin/pkg/admission/runtimeclass: that the class is there, was seen to before. */
function runtimeClass(call: Call, object: KubernetesObject): KubernetesObject | Status {
  const spec = (object as unknown as { readonly spec: PodSpecIn & { readonly overhead?: unknown; readonly nodeSelector?: Readonly<Record<string, string>>; readonly tolerations?: readonly Toleration[] } }).spec;
  const name = spec.runtimeClassName;
  if (name === undefined) return object;
  const found = head(call.context.store, 'RuntimeClass', name) as RuntimeClass | undefined;
  if (found === undefined) return object;
  const no = (why: string): Status => forbidden(call.info, object.metadata.name || (object.metadata.generateName ?? ''), why);
  const fixed = found.overhead?.podFixed;
  if (fixed !== undefined && spec.overhead !== undefined && !same(spec.overhead, fixed)) return no("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  if (fixed === undefined && spec.overhead !== undefined) return no('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  const wanted = found.scheduling?.nodeSelector ?? {};
  for (const [key, value] of Object.entries(wanted)) {
    const has = spec.nodeSelector !== undefined && Object.hasOwn(spec.nodeSelector, key) ? spec.nodeSelector[key] : undefined;
    if (has !== undefined && has !== value) return no(`conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${has}`);
  }
  const have = spec.tolerations ?? [];
  const tolerations = [...have, ...(found.scheduling?.tolerations ?? []).filter((one) => !have.some((other) => same(one, other)))];
  return {
    ...object,
    spec: {
      ...spec,
      ...(fixed === undefined ? {} : { overhead: fixed }),
      ...(Object.keys(wanted).length === 0 ? {} : { nodeSelector: { ...spec.nodeSelector, ...wanted } }),
      ...(tolerations.length === have.length ? {} : { tolerations }),
    },
  } as unknown as KubernetesObject;
}

const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
/** plugin/pkg/admission/network/defaultingressclass: of several defaults the newest, among equals the first by name. */
function defaultIngressClass(call: Call, object: KubernetesObject): KubernetesObject | Status {
  const spec = (object as { readonly spec?: { readonly ingressClassName?: string } }).spec;
  if (spec?.ingressClassName !== undefined || object.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return object;
  const defaults = headList(call.context.store, 'IngressClass').filter(({ metadata: { annotations } }) => annotations?.[IS_DEFAULT] === 'true');
  if (defaults.length === 0) return object;
  const [first] = defaults.sort((a, b) => {
    const x = a.metadata.creationTimestamp;
    const y = b.metadata.creationTimestamp;
    return x !== y ? (x > y ? -1 : 1) : a.metadata.name < b.metadata.name ? -1 : 1;
  });
  return first === undefined ? internalError('no default') : ({ ...object, spec: { ...spec, ingressClassName: first.metadata.name } } as unknown as KubernetesObject);
}
