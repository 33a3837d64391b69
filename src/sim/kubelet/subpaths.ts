import type { Container } from '../api/object.ts';

/**
 * Why a container cannot be made because of the subPathExpr of a volume mount (pkg/kubelet/kubelet_pods.go: makeMounts). What a variable is that
 * comes from a field or from a reference is not looked at: only names that nobody defines, and literal values.
 */
export function subPathFault(container: Container): string | undefined {
  const defined = new Map<string, string | undefined>();
  const expand = (text: string): { readonly text: string | undefined; readonly missing?: string } => {
    let missing: string | undefined;
    let unknown = false;
    const out = text.replace(/\$\$|\$\(([^)]*)\)/g, (all, name: string | undefined) => {
      if (name === undefined) return '$';
      if (!defined.has(name)) {
        missing ??= name;
        return all;
      }
      const value = defined.get(name);
      if (value === undefined) unknown = true;
      return value ?? '';
    });
    return { text: unknown ? undefined : out, ...(missing === undefined ? {} : { missing }) };
  };
  for (const { name, value, valueFrom } of container.env ?? []) defined.set(name, valueFrom !== undefined ? undefined : expand(value ?? '').text);
  for (const mount of container.volumeMounts ?? []) {
    const { subPathExpr } = mount as { readonly subPathExpr?: string };
    if (subPathExpr === undefined || subPathExpr === '') continue;
    const { text, missing } = expand(subPathExpr);
    // A variable of a whole ConfigMap or Secret may have any name.
    if (missing !== undefined && (container.envFrom?.length ?? 0) === 0) return `missing value for ${JSON.stringify(missing)}`;
    if (text === undefined || missing !== undefined) continue;
    if (text.startsWith('/')) return `error SubPath \`${text}\` must not be an absolute path`;
    if (text.split('/').includes('..')) return `unable to provision SubPath \`${text}\`: must not contain '..'`;
  }
  return undefined;
}
