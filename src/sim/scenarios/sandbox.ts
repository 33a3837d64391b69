import type { NodeConfig } from '../api/cluster.ts';
import type { Scenario } from './scenario.ts';

const MOST_NODES = 1_000;

const node = (index: number): NodeConfig => ({ name: `node-${index + 1}`, cpu: '4', memory: '8Gi', index, hollow: false });

/** An empty cluster to do with what one likes: `sandbox` has three nodes, `sandbox-12` twelve. Undefined: not the name of one. */
export function sandboxOf(id: string): Scenario | undefined {
  const size = /^sandbox(?:-([1-9]\d{0,3}))?$/.exec(id);
  if (size === null) return undefined;
  const count = Number(size[1] ?? 3);
  if (count > MOST_NODES) return undefined;
  return { id, seed: 1, config: { proxyMode: 'iptables', nodes: Array.from({ length: count }, (_, index) => node(index)) }, script: [], chapters: [] };
}
