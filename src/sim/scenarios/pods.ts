import type { NodeConfig } from '../api/cluster.ts';
import type { Manifest } from './scenario.ts';

// What the stories of the scheduler are made of.

export const ZONE = 'topology.kubernetes.io/zone';
export const HOST = 'kubernetes.io/hostname';

/** A machine of its own size and place. */
export const machine = (index: number, cpu: string, memory: string, more: Pick<NodeConfig, 'labels' | 'taints'> = {}): NodeConfig => ({ name: `node-${index + 1}`, cpu, memory, index, hollow: false, ...more });

interface Wish {
  readonly cpu: string;
  readonly memory: string;
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Other fields of the Pod's spec. */
  readonly spec?: Readonly<Record<string, unknown>>;
}
const PAUSE = 'registry.k8s.io/pause:3.10';
const specOf = (name: string, { cpu, memory, image = PAUSE, spec }: Wish): object => ({ ...spec, containers: [{ name, image, resources: { requests: { cpu, memory } } }] });

export const pod = (name: string, wish: Wish): Manifest => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: wish.labels ?? { app: name } }, spec: specOf(name, wish) });

export const deployment = (name: string, replicas: number, wish: Wish): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: name } },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name, ...wish.labels } }, spec: specOf(name, wish) } },
});

/** Only on this machine. */
export const on = (node: string): { readonly nodeSelector: Readonly<Record<string, string>> } => ({ nodeSelector: { [HOST]: node } });
