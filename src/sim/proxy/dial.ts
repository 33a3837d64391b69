import type { NodeConfig, ProxyMode } from '../api/cluster.ts';
import type { EndpointSlice, Service } from '../api/object.ts';
import type { Backend, Hop } from '../api/traffic.ts';
import type { Message, Out, View } from '../kernel/process.ts';
import { registerDialler } from './beyond.ts';
import type { ProxyState } from './proxy.ts';
import { route } from './route.ts';

/**
 * A program in a container wants to speak to somebody: its name is looked up, and its connection follows the rules of the node it is on.
 * Simplified: names are answered here, from what this node's proxy sees, and not by CoreDNS, which is no Pod of this cluster; names outside
 * of the cluster do not exist; NetworkPolicies stop nobody (the plugin that would enforce them is not here).
 */
interface Dial extends Message {
  readonly type: 'dial';
  readonly id: number;
  readonly client: string;
  readonly namespace: string;
  readonly host: string;
  readonly port: number;
  readonly purpose: 'http' | 'tcp' | 'name' | 'ping';
  readonly http: { readonly method: string; readonly path: string; readonly agent: string; readonly peer: string };
}
interface Resolved {
  readonly name: string;
  readonly addresses: readonly string[];
}

const ZONE = ['cluster', 'local'] as const;
const isAddress = (host: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(host);

const slicesOf = (view: View, key: string): readonly EndpointSlice[] => view.list('EndpointSlice', { index: 'service', value: key });

/** The records that CoreDNS keeps for Services: the cluster IP, or the ready endpoints of a headless one, each with its own name if it has one. */
export function resolve(view: View, host: string, namespace: string): Resolved | undefined {
  const parts = host.replace(/\.$/, '').split('.');
  for (const suffix of [['svc', 'cluster', 'local'], ['svc']]) {
    if (parts.length > suffix.length && suffix.every((part, i) => parts[parts.length - suffix.length + i] === part)) {
      parts.length -= suffix.length;
      break;
    }
  }
  const [a = '', b, c] = parts;
  const service = (space: string, name: string): Service | undefined => view.get('Service', `${space}/${name}`);
  // The search list tries the Pod's own namespace first: "web-0.web" there, and then "web.shop" as a Service of another one.
  const tries: readonly (readonly [string, string, string | undefined])[] = b === undefined ? [[namespace, a, undefined]] : c === undefined ? [[namespace, b, a], [b, a, undefined]] : parts.length === 3 ? [[c, b, a]] : [];
  for (const [space, name, endpoint] of tries) {
    const found = service(space, name);
    if (found === undefined) continue;
    const fqdn = `${endpoint === undefined ? '' : `${endpoint}.`}${name}.${space}.svc.${ZONE.join('.')}`;
    const { clusterIP } = found.spec;
    if (clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None') {
      if (endpoint === undefined) return { name: fqdn, addresses: [clusterIP] };
      continue;
    }
    const publishes = (found.spec as { readonly publishNotReadyAddresses?: boolean }).publishNotReadyAddresses === true;
    const addresses = slicesOf(view, `${space}/${name}`).flatMap((slice) => (slice.endpoints ?? []).filter((each) => (publishes || each.conditions?.ready !== false) && (endpoint === undefined || (each as { readonly hostname?: string }).hostname === endpoint)).flatMap((each) => each.addresses));
    if (addresses.length > 0) return { name: fqdn, addresses };
  }
  return undefined;
}

/** The node that a Pod's address belongs to. */
function nodeOf(view: View, ip: string): string | undefined {
  const head = ip.slice(0, ip.lastIndexOf('.') + 1);
  for (const node of view.list('Node')) if (((node.spec as { readonly podCIDR?: string }).podCIDR ?? '').startsWith(head)) return node.metadata.name;
  for (const slice of view.list('EndpointSlice')) for (const endpoint of slice.endpoints ?? []) if (endpoint.addresses.includes(ip)) return endpoint.nodeName;
  return undefined;
}

export function dial(node: NodeConfig, mode: ProxyMode, state: ProxyState, message: Message, view: View, out: Out): void {
  const { id, client, namespace, host, port, purpose, http } = message as Dial;
  const answer = (given: object): void => out.send(client, { type: 'dialled', id, answer: given });
  const found = isAddress(host) ? { name: host, addresses: [host] } : resolve(view, host, namespace);
  if (found === undefined) {
    answer({ is: 'unknownName' });
    return;
  }
  if (purpose === 'name') {
    answer({ is: 'named', ...found });
    return;
  }
  const address = found.addresses.length === 1 ? found.addresses[0]! : found.addresses[out.draw('dial', host) % found.addresses.length]!;
  // To whom it speaks is known at once; whether anybody answers is not.
  answer({ is: 'silent', address });
  const path: readonly Hop[] = [{ at: view.now, process: `proxy/${node.name}` }];
  const send = (to: Backend): void => {
    if (to.node !== '') out.send(`machine/${to.node}`, { type: 'request', id, client, to, path, ...(purpose === 'http' ? { http } : {}) });
  };
  const isCluster = view.list('Service').some(({ spec }) => spec.clusterIP === address);
  const isNode = view.list('Node').some((each) => each.status.addresses?.some((one) => one.address === address) === true);
  if (isCluster || isNode) {
    if (purpose === 'ping') return;
    const to = { ...(isNode ? { nodePort: port } : { clusterIp: address, port }) };
    const key = `${address}:${port}`;
    const turn = mode === 'ipvs' ? (state.turns.get(key) ?? 0) : out.draw('route', key);
    const routed = route(state.rules, to, isNode, mode, turn);
    if ('to' in routed) {
      if (mode === 'ipvs') state.turns.set(key, (turn + 1) % 0x4000_0000);
      send(routed.to);
    } else if ('reject' in routed || isNode) answer({ is: 'refused', address });
    return;
  }
  const at = nodeOf(view, address);
  if (at !== undefined) send({ ip: address, port, node: at });
}

registerDialler({ dial });
