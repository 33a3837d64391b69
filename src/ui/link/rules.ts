import { keyOf, type EndpointSlice } from '../../sim/api/object.ts';
import { headList } from '../../sim/apiserver/store.ts';
import { nodeAddress } from '../../sim/cluster/cluster.ts';
import type { World } from '../../sim/cluster/world.ts';
import type { ProxyState } from '../../sim/proxy/proxy.ts';
import { iptablesRules, ipvsRules } from '../../sim/proxy/rules.ts';
import type { NodeRulesView } from '../stage/ServiceCard.tsx';

/** The rules of every node for one Service, as the tools print them, and how far each node's kube-proxy is behind its slices. */
export function nodeRulesOf(world: World, service: string): readonly NodeRulesView[] {
  const slices = headList(world.store, 'EndpointSlice', { index: 'service', value: service }) as readonly EndpointSlice[];
  const newest = new Map(slices.map((slice) => [keyOf(slice), Number(slice.metadata.resourceVersion)]));
  return world.config.nodes.flatMap((node) => {
    const state = world.slots.get(`proxy/${node.name}`)?.state as ProxyState | undefined;
    if (state === undefined) return [];
    const own = new Map([...state.rules].filter(([, rules]) => rules.service === service));
    const behind = [...newest.values()].filter((revision) => revision > state.revision).length;
    return [{ node: node.name, revision: state.revision, behind, iptables: iptablesRules(own), ipvs: ipvsRules(own, nodeAddress(node)) }];
  });
}
