import { describe, expect, it } from 'vitest';
import type { EndpointSlice, Service } from '../../src/sim/api/object.ts';
import { route } from '../../src/sim/proxy/route.ts';
import { iptablesRules, ipvsRules, probability, rulesOf, serviceChain, type Rules, type ServiceRules } from '../../src/sim/proxy/rules.ts';
import { base32, sha256 } from '../../src/sim/proxy/sha256.ts';

const service = (name: string, spec: Partial<Service['spec']>, namespace = 'default'): Service =>
  ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { type: 'ClusterIP', clusterIP: '10.96.7.7', ports: [{ port: 80, protocol: 'TCP' }], ...spec } }) as Service;
interface Where {
  readonly ip: string;
  readonly node: string;
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
}
const slice = (endpoints: readonly Where[], port: { readonly name?: string; readonly port: number; readonly protocol?: string } = { port: 8080 }): EndpointSlice =>
  ({
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'web-1', namespace: 'default' }, addressType: 'IPv4', ports: [{ name: '', protocol: 'TCP', ...port }],
    endpoints: endpoints.map(({ ip, node, ready = true, serving, terminating = false }) => ({ addresses: [ip], nodeName: node, conditions: { ready, serving: serving ?? ready, terminating }, targetRef: { kind: 'Pod', namespace: 'default', name: `pod-${ip}` } })),
  }) as unknown as EndpointSlice;
const asRules = (...all: readonly (readonly ServiceRules[])[]): Rules => new Map(all.flat().map((each) => [each.name, each]));
const three = [{ ip: '10.244.1.2', node: 'node-1' }, { ip: '10.244.2.2', node: 'node-2' }, { ip: '10.244.3.2', node: 'node-3' }];

describe('names', () => {
  it('SHA-256 is the real one', () => {
    expect([...sha256('abc')].map((byte) => byte.toString(16).padStart(2, '0')).join('')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect([...sha256('a'.repeat(120))].map((byte) => byte.toString(16).padStart(2, '0')).join('')).toBe('2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c');
    expect(base32(sha256(''), 16)).toBe('4OYMIQUY7QOBJGX3');
  });

  // Every cluster that runs kube-proxy in iptables mode has these chains.
  it.each([
    ['default', 'kubernetes', 'https', 'TCP', 'KUBE-SVC-NPX46M4PTMTKRN6Y'],
    ['kube-system', 'kube-dns', 'dns', 'UDP', 'KUBE-SVC-TCOU7JCQXEZGVUNU'],
    ['kube-system', 'kube-dns', 'dns-tcp', 'TCP', 'KUBE-SVC-ERIFXISQEP7F7OF4'],
  ])('%s/%s:%s %s is %s', (namespace, name, port, protocol, chain) => {
    const [rules] = rulesOf(service(name, { ports: [{ name: port, port: 53, protocol }] }, namespace), [], 'node-1');
    expect(serviceChain(rules!)).toBe(chain);
  });

  it('probabilities are as the kernel keeps them', () => {
    expect([2, 3, 4, 5, 7].map(probability)).toEqual(['0.50000000000', '0.33333333349', '0.25000000000', '0.20000000019', '0.14285714272']);
  });
});

describe('which endpoints count', () => {
  const [a, b, c] = three as [Where, Where, Where];
  it.each<[string, readonly Where[], readonly string[]]>([
    ['the ready ones', [a, { ...b, ready: false }, c], ['10.244.1.2', '10.244.3.2']],
    ['not one that ends, while another is ready', [a, { ...b, ready: false, serving: true, terminating: true }], ['10.244.1.2']],
    ['one that ends but still serves, if nothing is ready', [{ ...a, ready: false }, { ...b, ready: false, serving: true, terminating: true }], ['10.244.2.2']],
    ['none, if none is ready or serves', [{ ...a, ready: false }], []],
  ])('%s', (_, endpoints, expected) => {
    const [rules] = rulesOf(service('web', {}), [slice(endpoints)], 'node-1');
    expect(rules!.cluster.map(({ ip }) => ip)).toEqual(expected);
    expect(rules!.hasEndpoints).toBe(expected.length > 0);
  });

  it('headless Services and external names have no rules', () => {
    expect(rulesOf(service('web', { clusterIP: 'None' }), [slice(three)], 'node-1')).toEqual([]);
    expect(rulesOf(service('web', { type: 'ExternalName' }), [], 'node-1')).toEqual([]);
  });
});

describe('as a node shows them', () => {
  it('iptables-save', () => {
    const rules = asRules(rulesOf(service('web', { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] }), [slice(three)], 'node-1'), rulesOf(service('empty', { clusterIP: '10.96.9.9' }), [], 'node-1'));
    expect(iptablesRules(rules).join('\n')).toMatchInlineSnapshot(`
      "*nat
      :KUBE-SERVICES - [0:0]
      :KUBE-NODEPORTS - [0:0]
      :KUBE-MARK-MASQ - [0:0]
      :KUBE-POSTROUTING - [0:0]
      :KUBE-EXT-LOLE4ISW44XBNF3G - [0:0]
      :KUBE-SVC-LOLE4ISW44XBNF3G - [0:0]
      :KUBE-SEP-PXJ2U7QYT2QW5545 - [0:0]
      :KUBE-SEP-5Q3P56IRA2PP7VYF - [0:0]
      :KUBE-SEP-I2YZ2ZJGX6XNOQ3T - [0:0]
      -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
      -A KUBE-NODEPORTS -p tcp -m comment --comment "default/web" -m tcp --dport 30080 -j KUBE-EXT-LOLE4ISW44XBNF3G
      -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
      -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
      -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
      -A KUBE-SERVICES -d 10.96.7.7/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-LOLE4ISW44XBNF3G
      -A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
      -A KUBE-SVC-LOLE4ISW44XBNF3G ! -s 10.244.0.0/16 -d 10.96.7.7/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
      -A KUBE-EXT-LOLE4ISW44XBNF3G -m comment --comment "masquerade traffic for default/web external destinations" -j KUBE-MARK-MASQ
      -A KUBE-EXT-LOLE4ISW44XBNF3G -j KUBE-SVC-LOLE4ISW44XBNF3G
      -A KUBE-SVC-LOLE4ISW44XBNF3G -m comment --comment "default/web -> 10.244.1.2:8080" -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-PXJ2U7QYT2QW5545
      -A KUBE-SVC-LOLE4ISW44XBNF3G -m comment --comment "default/web -> 10.244.2.2:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-5Q3P56IRA2PP7VYF
      -A KUBE-SVC-LOLE4ISW44XBNF3G -m comment --comment "default/web -> 10.244.3.2:8080" -j KUBE-SEP-I2YZ2ZJGX6XNOQ3T
      -A KUBE-SEP-PXJ2U7QYT2QW5545 -s 10.244.1.2/32 -m comment --comment "default/web" -j KUBE-MARK-MASQ
      -A KUBE-SEP-PXJ2U7QYT2QW5545 -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination 10.244.1.2:8080
      -A KUBE-SEP-5Q3P56IRA2PP7VYF -s 10.244.2.2/32 -m comment --comment "default/web" -j KUBE-MARK-MASQ
      -A KUBE-SEP-5Q3P56IRA2PP7VYF -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination 10.244.2.2:8080
      -A KUBE-SEP-I2YZ2ZJGX6XNOQ3T -s 10.244.3.2/32 -m comment --comment "default/web" -j KUBE-MARK-MASQ
      -A KUBE-SEP-I2YZ2ZJGX6XNOQ3T -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination 10.244.3.2:8080
      COMMIT
      *filter
      :KUBE-SERVICES - [0:0]
      :KUBE-EXTERNAL-SERVICES - [0:0]
      -A KUBE-SERVICES -d 10.96.9.9/32 -p tcp -m comment --comment "default/empty has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
      COMMIT"
    `);
  });

  it('ipvsadm -ln', () => {
    const rules = asRules(rulesOf(service('web', { type: 'NodePort', sessionAffinity: 'ClientIP', ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] }), [slice(three)], 'node-1'));
    expect(ipvsRules(rules, '192.168.1.11').join('\n')).toMatchInlineSnapshot(`
      "IP Virtual Server version 1.2.1 (size=4096)
      Prot LocalAddress:Port Scheduler Flags
        -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
      TCP  192.168.1.11:30080 rr persistent 10800
        -> 10.244.1.2:8080              Masq    1      0          0         
        -> 10.244.2.2:8080              Masq    1      0          0         
        -> 10.244.3.2:8080              Masq    1      0          0         
      TCP  10.96.7.7:80 rr persistent 10800
        -> 10.244.1.2:8080              Masq    1      0          0         
        -> 10.244.2.2:8080              Masq    1      0          0         
        -> 10.244.3.2:8080              Masq    1      0          0         "
    `);
  });

  it('every chain that is jumped to exists', () => {
    for (const policy of ['Cluster', 'Local']) {
      const lines = iptablesRules(asRules(rulesOf(service('web', { type: 'NodePort', internalTrafficPolicy: policy, externalTrafficPolicy: policy, ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] }), [slice(three)], 'node-1')));
      const chains = new Set(lines.flatMap((line) => /^:(\S+)/.exec(line)?.[1] ?? []));
      for (const line of lines) {
        const target = / -j (KUBE-\S+)/.exec(line)?.[1];
        if (target !== undefined) expect(chains, line).toContain(target);
        const own = /^-A (\S+)/.exec(line)?.[1];
        if (own !== undefined) expect(chains, line).toContain(own);
      }
    }
  });
});

describe('a route', () => {
  const rules = asRules(rulesOf(service('web', { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] }), [slice(three)], 'node-1'), rulesOf(service('empty', { clusterIP: '10.96.9.9' }), [], 'node-1'));
  const spread = (mode: 'iptables' | 'ipvs', turns: readonly number[]): readonly number[] => {
    const counts = [0, 0, 0];
    for (const turn of turns) {
      const found = route(rules, { service: 'default/web', port: 80 }, false, mode, turn);
      if ('to' in found) counts[found.index]!++;
    }
    return counts;
  };

  it('is shared out by chance, or in turn', () => {
    const draws = Array.from({ length: 3000 }, (_, i) => Math.floor(((i + 0.5) / 3000) * 0x1_0000_0000));
    expect(spread('iptables', draws)).toEqual([1000, 1000, 1000]);
    expect(spread('ipvs', [0, 1, 2, 3, 4, 5, 6])).toEqual([3, 2, 2]);
    expect(spread('iptables', [0xffff_ffff])).toEqual([0, 0, 1]);
  });

  it.each([
    ['by its address', { clusterIp: '10.96.7.7', port: 80 }, false, 'to'],
    ['by its node port', { nodePort: 30080 }, true, 'to'],
    ['without endpoints', { service: 'default/empty', port: 80 }, false, 'reject'],
    ['to a port it does not have', { service: 'default/web', port: 81 }, false, 'none'],
    ['from outside, to a Service without a node port', { service: 'default/empty', port: 80 }, true, 'none'],
  ] as const)('%s', (_, address, external, kind) => {
    expect(Object.keys(route(rules, address, external, 'iptables', 0))).toContain(kind);
  });

  it('stays on the node when the policy says so, and is dropped when there is nothing', () => {
    const local = (node: string) => asRules(rulesOf(service('web', { internalTrafficPolicy: 'Local' }), [slice(three.slice(0, 2))], node));
    expect(route(local('node-2'), { service: 'default/web', port: 80 }, false, 'iptables', 0)).toMatchObject({ to: { node: 'node-2' }, of: 1 });
    expect(route(local('node-3'), { service: 'default/web', port: 80 }, false, 'iptables', 0)).toEqual({ drop: 'noLocalEndpoints' });
  });
});
