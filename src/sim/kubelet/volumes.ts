import type { Container, Pod } from '../api/object.ts';
import type { Context } from './state.ts';

/** What volumes and environments refer to must be there before a container can be. */

interface Named {
  readonly name?: string;
  readonly optional?: boolean;
}
type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields | undefined => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined);

function missing(context: Context, pod: Pod, kind: 'ConfigMap' | 'Secret', name: string | undefined, optional: boolean | undefined): string | undefined {
  if (name === undefined || optional === true) return undefined;
  if (context.view.get(kind, `${pod.metadata.namespace}/${name}`) !== undefined) return undefined;
  return `${kind === 'ConfigMap' ? 'configmap' : 'secret'} "${name}" not found`;
}

/** The first volume that cannot be set up yet, and why. Volumes of other kinds are taken to be there. */
export function missingVolume(context: Context, pod: Pod): { readonly volume: string; readonly message: string } | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    let message = missing(context, pod, 'ConfigMap', volume.configMap?.name, volume.configMap?.optional) ?? missing(context, pod, 'Secret', volume.secret?.secretName, volume.secret?.optional);
    const sources = fields(volume.projected)?.sources;
    if (message === undefined && Array.isArray(sources)) {
      for (const source of sources as readonly unknown[]) {
        const configMap = fields(fields(source)?.configMap) as Named | undefined;
        const secret = fields(fields(source)?.secret) as Named | undefined;
        message ??= missing(context, pod, 'ConfigMap', configMap?.name, configMap?.optional) ?? missing(context, pod, 'Secret', secret?.name, secret?.optional);
      }
    }
    if (message !== undefined) return { volume: volume.name, message };
  }
  return undefined;
}

/** Why a container's environment cannot be made (kubelet_pods.go: makeEnvironmentVariables); undefined: it can. */
export function missingEnvironment(context: Context, pod: Pod, container: Container): string | undefined {
  for (const source of container.envFrom ?? []) {
    const configMap = fields(fields(source)?.configMapRef) as Named | undefined;
    const secret = fields(fields(source)?.secretRef) as Named | undefined;
    const message = missing(context, pod, 'ConfigMap', configMap?.name, configMap?.optional) ?? missing(context, pod, 'Secret', secret?.name, secret?.optional);
    if (message !== undefined) return message;
  }
  for (const { valueFrom } of container.env ?? []) {
    for (const kind of ['ConfigMap', 'Secret'] as const) {
      const ref = fields(fields(valueFrom)?.[kind === 'ConfigMap' ? 'configMapKeyRef' : 'secretKeyRef']) as (Named & { readonly key?: string }) | undefined;
      if (ref === undefined) continue;
      const message = missing(context, pod, kind, ref.name, ref.optional);
      if (message !== undefined) return message;
      const object = context.view.get(kind, `${pod.metadata.namespace}/${ref.name}`);
      const data = (object as { readonly data?: Fields } | undefined)?.data;
      if (ref.optional !== true && ref.key !== undefined && (data === undefined || !Object.hasOwn(data, ref.key))) return `couldn't find key ${ref.key} in ${kind} ${pod.metadata.namespace}/${ref.name}`;
    }
  }
  return undefined;
}
