import { headList } from '../sim/apiserver/store.ts';
import type { World } from '../sim/cluster/world.ts';

/** What a CustomResourceDefinition adds to the published schemas: each version that is served. */
export interface CustomKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
  readonly schemaName: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly revision: number;
}

export const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

interface Definition {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly preserveUnknownFields?: boolean;
    readonly versions: readonly { readonly name: string; readonly served: boolean; readonly schema?: { readonly openAPIV3Schema?: Readonly<Record<string, unknown>> } }[];
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** "com.example.stable.v1.CronTab", as the real server names it: the group backwards. */
const nameOf = (group: string, version: string, kind: string): string => `${group.split('.').reverse().join('.')}.${version}.${kind}`;


/** `version`: of OpenAPI. The second knows no fields that are kept without being named. */
export function customKinds(world: World, version: 2 | 3 = 3): readonly CustomKind[] {
  const metadata = { $ref: `${version === 2 ? '#/definitions/' : '#/components/schemas/'}${OBJECT_META}` };
  const META = {
    apiVersion: { type: 'string', description: 'APIVersion defines the versioned schema of this representation of an object.' },
    kind: { type: 'string', description: 'Kind is a string value representing the REST resource this object represents.' },
    metadata: version === 2 ? metadata : { allOf: [metadata], default: {}, description: 'Standard object\'s metadata.' },
  };
  if (!world.store.tables.has('CustomResourceDefinition')) return [];
  return (headList(world.store, 'CustomResourceDefinition') as unknown as readonly Definition[]).flatMap(({ metadata: { resourceVersion }, spec, status }) => {
    if (status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') !== true) return [];
    return spec.versions.filter(({ served }) => served).map(({ name, schema }) => {
      const own = schema?.openAPIV3Schema ?? {};
      const preserves = spec.preserveUnknownFields === true || own['x-kubernetes-preserve-unknown-fields'] === true;
      const gvk = [{ group: spec.group, kind: spec.names.kind, version: name }];
      return {
        group: spec.group,
        version: name,
        kind: spec.names.kind,
        resource: spec.names.plural,
        namespaced: spec.scope === 'Namespaced',
        schemaName: nameOf(spec.group, name, spec.names.kind),
        schema: preserves && own['properties'] === undefined
          ? { type: 'object', ...(version === 2 ? {} : { 'x-kubernetes-preserve-unknown-fields': true }), 'x-kubernetes-group-version-kind': gvk }
          : { ...own, properties: { ...META, ...(own['properties'] as object | undefined) }, 'x-kubernetes-group-version-kind': gvk },
        revision: Number(resourceVersion),
      };
    });
  });
}
