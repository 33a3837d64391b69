import type { NodeConfig, ProxyMode } from '../api/cluster.ts';
import type { Message, Out, View } from '../kernel/process.ts';
import type { ProxyState } from './proxy.ts';

/** What programs in containers need of a node's network; dial.ts puts itself in here when it is loaded. */
export interface Dialler {
  dial?(node: NodeConfig, mode: ProxyMode, state: ProxyState, message: Message, view: View, out: Out): void;
}
export const dialler: Dialler = {};
export function registerDialler(parts: Dialler): void {
  Object.assign(dialler, parts);
}
