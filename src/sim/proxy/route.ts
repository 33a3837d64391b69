import type { Backend } from '../api/traffic.ts';
import type { Rules, ServiceRules } from './rules.ts';

/**
 * Where the rules send one connection. Pure: in iptables mode chance decides (`turn` is an unsigned 32-bit draw), in IPVS mode the turn
 * (`turn` counts connections). A chain of statistic rules with 1/n, 1/(n-1), ..., 1 gives each of n endpoints the same chance.
 */
export type Route =
  | { readonly to: Backend; readonly index: number; readonly of: number }
  /** REJECT: the kernel refuses at once. */
  | { readonly reject: 'noEndpoints' }
  /** DROP: endpoints exist, but none on this node, and the policy is Local. */
  | { readonly drop: 'noLocalEndpoints' }
  /** No rule matches. */
  | { readonly none: true };

export type Address = { readonly service: string; readonly port: number } | { readonly clusterIp: string; readonly port: number } | { readonly nodePort: number };

export function findRules(rules: Rules, address: Address): ServiceRules | undefined {
  for (const each of rules.values()) {
    if ('nodePort' in address ? each.nodePort === address.nodePort : each.port === address.port && ('service' in address ? each.service === address.service : each.clusterIp === address.clusterIp)) return each;
  }
  return undefined;
}

export function backendsOf(rules: ServiceRules, external: boolean): readonly Backend[] {
  return (external ? rules.externalLocal : rules.internalLocal) ? rules.local : rules.cluster;
}

export function route(rules: Rules, address: Address, external: boolean, mode: 'iptables' | 'ipvs', turn: number): Route {
  const found = findRules(rules, address);
  if (found === undefined || (external && found.nodePort === undefined)) return { none: true };
  if (!found.hasEndpoints) return { reject: 'noEndpoints' };
  const backends = backendsOf(found, external);
  if (backends.length === 0) return { drop: 'noLocalEndpoints' };
  const index = mode === 'ipvs' ? turn % backends.length : Math.floor((turn / 0x1_0000_0000) * backends.length);
  return { to: backends[index]!, index, of: backends.length };
}
