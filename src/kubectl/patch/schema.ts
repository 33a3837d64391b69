/**
 * How the lists of the built-in kinds are merged: the `patchMergeKey` and `patchStrategy` of the API's Go types. A list that is not here is replaced whole.
 * The same name means different things in few places, so the name and, for ports, the parent are enough to tell (no schema has to be carried).
 */
const KEYS: Readonly<Record<string, string>> = {
  containers: 'name', initContainers: 'name', ephemeralContainers: 'name', env: 'name', volumes: 'name', volumeMounts: 'mountPath', volumeDevices: 'devicePath',
  imagePullSecrets: 'name', hostAliases: 'ip', topologySpreadConstraints: 'topologyKey', conditions: 'type', ownerReferences: 'uid', podIPs: 'ip', hostIPs: 'ip',
  resourceClaims: 'name', schedulingGates: 'name', secrets: 'name', webhooks: 'name', matchConditions: 'name', variables: 'name', drivers: 'name', 'x-kubernetes-validations': 'rule',
};
const PRIMITIVE = new Set(['finalizers', 'podCIDRs']);
const RETAIN_KEYS = new Set(['strategy', 'updateStrategy', 'volumes']);

/** The merge key of a list of objects; undefined: it is atomic. */
export function mergeKey(path: readonly string[], kind: string): string | undefined {
  const name = path.at(-1) ?? '';
  // Of an ephemeral container, whose type is a copy without the tags, lists are atomic.
  if (path.includes('ephemeralContainers') && ['env', 'volumeMounts', 'volumeDevices'].includes(name)) return undefined;
  if (name === 'ports') return path.includes('containers') || path.includes('initContainers') ? 'containerPort' : kind === 'Service' ? 'port' : undefined;
  if (name === 'addresses') return kind === 'Node' ? 'type' : undefined;
  if (name === 'imagePullSecrets' && kind === 'ServiceAccount') return undefined;
  if (name === 'variables') return kind === 'ValidatingAdmissionPolicy' ? 'name' : undefined;
  if (name === 'secrets') return kind === 'ServiceAccount' ? 'name' : undefined;
  // `projected.sources`, a volume's `items` and the like are atomic; `volumes` and `env` in other places do not occur.
  return Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
}
export const mergesPrimitives = (path: readonly string[]): boolean => PRIMITIVE.has(path.at(-1) ?? '');
/** A union: fields that the new value does not name go away with a change. */
export const retainsKeys = (path: readonly string[]): boolean => RETAIN_KEYS.has(path.at(-1) ?? '');
