import type { Node, Pod, PodSpec, StringMap } from '../../src/sim/api/object.ts';
import type { Lookups } from '../../src/sim/scheduler/plugin.ts';

// Small objects for tables.

const meta = (name: string, labels?: StringMap, namespace?: string) => ({
  name, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2026-01-05T08:00:00Z', ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }),
});

export const node = (name: string, options: { cpu?: string; memory?: string; pods?: string; labels?: StringMap; spec?: Node['spec'] } = {}): Node => ({
  apiVersion: 'v1', kind: 'Node', metadata: meta(name, { 'kubernetes.io/hostname': name, ...options.labels }), spec: options.spec ?? {},
  status: { allocatable: { cpu: options.cpu ?? '4', memory: options.memory ?? '8Gi', pods: options.pods ?? '110' } },
});

export const pod = (name: string, options: { cpu?: string; labels?: StringMap; spec?: Partial<PodSpec>; status?: Pod['status'] } = {}): Pod => ({
  apiVersion: 'v1', kind: 'Pod', metadata: meta(name, options.labels, 'default'),
  spec: { containers: [{ name: 'app', image: 'nginx', ...(options.cpu === undefined ? {} : { resources: { requests: { cpu: options.cpu } } }) }], ...options.spec },
  status: options.status ?? {},
});

export const NO_LOOKUPS: Lookups = { get: () => undefined, list: () => [] };
