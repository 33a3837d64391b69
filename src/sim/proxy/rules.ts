import { keyOf, type EndpointSlice, type Service } from '../api/object.ts';
import type { Backend } from '../api/traffic.ts';
import { base32, sha256 } from './sha256.ts';

/**
 * What a kube-proxy makes of Services and EndpointSlices, as data, and how that reads on a node: as the lines that iptables-save prints,
 * or as `ipvsadm -ln`. (pkg/proxy: topology.go, iptables/proxier.go, ipvs/proxier.go.) Left out: external IPs, load balancers, IPv6,
 * topology hints.
 */
export interface ServiceRules {
  /** "default/web", of the Service. */
  readonly service: string;
  /** "default/web:http", as rules name it. */
  readonly name: string;
  readonly protocol: string;
  readonly clusterIp: string;
  readonly port: number;
  readonly nodePort: number | undefined;
  /** Endpoints that take requests from everywhere, and those of them on this node. */
  readonly cluster: readonly Backend[];
  readonly local: readonly Backend[];
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  /** Whether there is any usable endpoint in the cluster. */
  readonly hasEndpoints: boolean;
  /** The first EndpointSlice that the endpoints come from; "" if there is none. */
  readonly slice: string;
  /** sessionAffinity ClientIP: for how long a client is sent to the same endpoint. */
  readonly affinitySeconds: number | undefined;
}
/** By name. */
export type Rules = ReadonlyMap<string, ServiceRules>;

interface Candidate extends Backend {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

const address = (backend: Backend): string => `${backend.ip}:${backend.port}`;
const plain = ({ ip, port, node, pod }: Candidate): Backend => (pod === undefined ? { ip, port, node } : { ip, port, node, pod });

function candidates(slices: readonly EndpointSlice[], portName: string, protocol: string): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    for (const port of slice.ports ?? []) {
      if ((port.name ?? '') !== portName || (port.protocol ?? 'TCP') !== protocol || port.port === undefined) continue;
      for (const endpoint of slice.endpoints ?? []) {
        const { conditions, targetRef, nodeName } = endpoint;
        const ready = conditions?.ready !== false;
        const pod = targetRef?.kind === 'Pod' ? `${targetRef.namespace}/${targetRef.name}` : undefined;
        for (const ip of endpoint.addresses) {
          const candidate: Candidate = { ip, port: port.port, node: nodeName ?? '', ...(pod === undefined ? undefined : { pod }), ready, serving: conditions?.serving ?? ready, terminating: conditions?.terminating === true };
          // Two slices may name one address for a while (a Pod that moves between them): the one that is not terminating counts.
          const key = address(candidate);
          const before = found.get(key);
          if (before === undefined || before.terminating) found.set(key, candidate);
        }
      }
    }
  }
  return [...found.values()].sort((a, b) => (address(a) < address(b) ? -1 : 1));
}

const isHeadless = (service: Service): boolean => service.spec.clusterIP === undefined || service.spec.clusterIP === '' || service.spec.clusterIP === 'None';

/** The rules of one Service on one node: one entry for each of its ports. */
export function rulesOf(service: Service, slices: readonly EndpointSlice[], node: string): readonly ServiceRules[] {
  if (isHeadless(service) || service.spec.type === 'ExternalName') return [];
  const key = `${service.metadata.namespace}/${service.metadata.name}`;
  const internalLocal = service.spec.internalTrafficPolicy === 'Local';
  const external = service.spec.type === 'NodePort' || service.spec.type === 'LoadBalancer';
  const externalLocal = external && service.spec.externalTrafficPolicy === 'Local';
  const config = (service.spec as { readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } } }).sessionAffinityConfig;
  return (service.spec.ports ?? []).map((port) => {
    const protocol = port.protocol ?? 'TCP';
    const all = candidates(slices, port.name ?? '', protocol);
    const ready = all.filter((each) => each.ready);
    // Where nothing is ready, what is on its way out but still serves is better than nothing.
    const usable = ready.length > 0 ? ready : all.filter((each) => each.serving && each.terminating);
    const here = all.filter((each) => each.node === node);
    const localReady = here.filter((each) => each.ready);
    const local = localReady.length > 0 ? localReady : here.filter((each) => each.serving && each.terminating);
    return {
      service: key,
      name: port.name === undefined || port.name === '' ? key : `${key}:${port.name}`,
      protocol,
      clusterIp: service.spec.clusterIP!,
      port: port.port,
      nodePort: port.nodePort,
      cluster: usable.map(plain),
      local: local.map(plain),
      internalLocal,
      externalLocal,
      hasEndpoints: usable.length > 0,
      slice: slices[0] === undefined ? '' : keyOf(slices[0]),
      affinitySeconds: service.spec.sessionAffinity === 'ClientIP' ? (config?.clientIP?.timeoutSeconds ?? 10_800) : undefined,
    };
  });
}

// ---- how it reads

const chain = (prefix: string, rules: ServiceRules, endpoint = ''): string => `${prefix}${base32(sha256(`${rules.name}${rules.protocol.toLowerCase()}${endpoint}`), 16)}`;
export const serviceChain = (rules: ServiceRules): string => chain('KUBE-SVC-', rules);
const localChain = (rules: ServiceRules): string => chain('KUBE-SVL-', rules);
const externalChain = (rules: ServiceRules): string => chain('KUBE-EXT-', rules);
const endpointChain = (rules: ServiceRules, backend: Backend): string => chain('KUBE-SEP-', rules, address(backend));

/** One in n, as the kernel keeps it (31 bits) and iptables-save prints it: 0.33333333349 for a third. */
export function probability(n: number): string {
  // kube-proxy writes ten digits; the kernel rounds what it is given to a multiple of 2^-31.
  const written = Number((1 / n).toFixed(10));
  return (Math.round(written * 0x8000_0000) / 0x8000_0000).toFixed(11);
}

const sorted = (rules: Rules): readonly ServiceRules[] => [...rules.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

export interface NodeNetwork {
  /** Of all Pods: "10.244.0.0/16". */
  readonly podCidr: string;
}

/** The lines of iptables-save that are kube-proxy's, nat table first. */
export function iptablesRules(rules: Rules, { podCidr }: NodeNetwork = { podCidr: '10.244.0.0/16' }): readonly string[] {
  const chains: string[] = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-MARK-MASQ', 'KUBE-POSTROUTING'];
  const services: string[] = [];
  const nodePorts: string[] = [];
  const rest: string[] = [];
  const filter: string[] = [];
  for (const each of sorted(rules)) {
    const p = each.protocol.toLowerCase();
    const to = (comment: string): string => `-d ${each.clusterIp}/32 -p ${p} -m comment --comment "${comment}" -m ${p} --dport ${each.port}`;
    const internal = each.internalLocal ? localChain(each) : serviceChain(each);
    const hasInternal = each.hasEndpoints && (!each.internalLocal || each.local.length > 0);
    const hasExternal = each.hasEndpoints && (!each.externalLocal || each.local.length > 0);
    if (hasInternal) {
      services.push(`-A KUBE-SERVICES ${to(`${each.name} cluster IP`)} -j ${internal}`);
      rest.push(`-A ${internal} ! -s ${podCidr} ${to(`${each.name} cluster IP`)} -j KUBE-MARK-MASQ`);
    } else filter.push(`-A KUBE-SERVICES ${to(`${each.name} has no ${each.hasEndpoints ? 'local ' : ''}endpoints`)} -j ${each.hasEndpoints ? 'DROP' : 'REJECT --reject-with icmp-port-unreachable'}`);
    if (each.nodePort !== undefined) {
      const dport = `-m ${p} --dport ${each.nodePort}`;
      if (each.hasEndpoints) {
        chains.push(externalChain(each));
        nodePorts.push(`-A KUBE-NODEPORTS -p ${p} -m comment --comment "${each.name}" ${dport} -j ${externalChain(each)}`);
        if (each.externalLocal) {
          rest.push(`-A ${externalChain(each)} -s ${podCidr} -m comment --comment "pod traffic for ${each.name} external destinations" -j ${serviceChain(each)}`);
          rest.push(`-A ${externalChain(each)} -m comment --comment "masquerade LOCAL traffic for ${each.name} external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`);
          rest.push(`-A ${externalChain(each)} -m comment --comment "route LOCAL traffic for ${each.name} external destinations" -m addrtype --src-type LOCAL -j ${serviceChain(each)}`);
        } else rest.push(`-A ${externalChain(each)} -m comment --comment "masquerade traffic for ${each.name} external destinations" -j KUBE-MARK-MASQ`);
        if (hasExternal) rest.push(`-A ${externalChain(each)} -j ${each.externalLocal ? localChain(each) : serviceChain(each)}`);
      }
      if (!hasExternal) filter.push(`-A KUBE-EXTERNAL-SERVICES -p ${p} -m comment --comment "${each.name} has no ${each.hasEndpoints ? 'local ' : ''}endpoints" -m addrtype --dst-type LOCAL ${dport} -j ${each.hasEndpoints ? 'DROP' : 'REJECT --reject-with icmp-port-unreachable'}`);
    }
    const spread = (name: string, backends: readonly Backend[]): void => {
      chains.push(name);
      if (each.affinitySeconds !== undefined) {
        for (const backend of backends) rest.push(`-A ${name} -m comment --comment "${each.name} -> ${address(backend)}" -m recent --rcheck --seconds ${each.affinitySeconds} --reap --name ${endpointChain(each, backend)} --mask 255.255.255.255 --rsource -j ${endpointChain(each, backend)}`);
      }
      backends.forEach((backend, i) => {
        const chance = i === backends.length - 1 ? '' : ` -m statistic --mode random --probability ${probability(backends.length - i)}`;
        rest.push(`-A ${name} -m comment --comment "${each.name} -> ${address(backend)}"${chance} -j ${endpointChain(each, backend)}`);
      });
    };
    if (each.cluster.length > 0 && (!each.internalLocal || (each.nodePort !== undefined && each.hasEndpoints))) spread(serviceChain(each), each.cluster);
    if (each.local.length > 0 && (each.internalLocal || each.externalLocal)) spread(localChain(each), each.local);
    for (const backend of each.internalLocal && each.nodePort === undefined ? each.local : each.cluster) {
      const name = endpointChain(each, backend);
      const recent = each.affinitySeconds === undefined ? '' : ` -m recent --set --name ${name} --mask 255.255.255.255 --rsource`;
      chains.push(name);
      rest.push(`-A ${name} -s ${backend.ip}/32 -m comment --comment "${each.name}" -j KUBE-MARK-MASQ`);
      rest.push(`-A ${name} -p ${p} -m comment --comment "${each.name}"${recent} -m ${p} -j DNAT --to-destination ${address(backend)}`);
    }
  }
  services.push('-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS');
  return [
    '*nat',
    ...chains.map((name) => `:${name} - [0:0]`),
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    ...nodePorts,
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    ...services,
    ...rest,
    'COMMIT',
    '*filter',
    ':KUBE-SERVICES - [0:0]',
    ':KUBE-EXTERNAL-SERVICES - [0:0]',
    ...filter,
    'COMMIT',
  ];
}

/** What `ipvsadm -ln` prints. Node ports are virtual servers on the node's own address. */
export function ipvsRules(rules: Rules, nodeIp?: string): readonly string[] {
  const out = ['IP Virtual Server version 1.2.1 (size=4096)', 'Prot LocalAddress:Port Scheduler Flags', '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn'];
  for (const each of sorted(rules)) {
    const server = (ip: string, port: number, backends: readonly Backend[]): void => {
      out.push(`${each.protocol.padEnd(4)} ${ip}:${port} rr${each.affinitySeconds === undefined ? '' : ` persistent ${each.affinitySeconds}`}`);
      for (const backend of backends) out.push(`  -> ${address(backend).padEnd(28)} Masq    1      0          0         `);
    };
    if (nodeIp !== undefined && each.nodePort !== undefined) server(nodeIp, each.nodePort, each.externalLocal ? each.local : each.cluster);
    server(each.clusterIp, each.port, each.internalLocal ? each.local : each.cluster);
  }
  return out;
}
