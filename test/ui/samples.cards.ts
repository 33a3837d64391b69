/** Samples of the opened Pod and the opened Service. */
import type { PodCardProps } from '../../src/ui/stage/PodCard.tsx';
import type { ServiceCardProps } from '../../src/ui/stage/ServiceCard.tsx';

export const podCardSample: Omit<PodCardProps, 'words'> = {
  name: 'web-7d9-4kx9p',
  ip: '10.244.2.7',
  sandbox: 'ready',
  init: [
    { name: 'wait-for-db', image: 'busybox:1.28', look: 'terminated', exitCode: 0, restarts: 0, layers: [{ id: 'sha256:aa', megabytes: 1, state: 'pulled' }] },
  ],
  sidecars: [{ name: 'log-shipper', image: 'fluent/fluent-bit:3.2', look: 'running', restarts: 0, layers: [{ id: 'sha256:bb', megabytes: 30, state: 'present' }, { id: 'sha256:bc', megabytes: 6, state: 'pulled' }], probes: { startup: 'waiting', readiness: 'none', liveness: 'none' } }],
  apps: [
    { name: 'nginx', image: 'nginx:1.14.2', look: 'ready', restarts: 0, layers: [{ id: 'sha256:cc', megabytes: 22, state: 'present' }, { id: 'sha256:cd', megabytes: 21, state: 'pulled' }, { id: 'sha256:ce', megabytes: 1, state: 'pulled' }], probes: { startup: 'none', readiness: 'passing', liveness: 'passing' } },
    { name: 'worker', image: 'registry.example/worker:2', look: 'backoff', reason: 'CrashLoopBackOff', exitCode: 1, restarts: 4, timer: { kind: 'backoff', share: 0.6, leftMicros: 48_000_000 }, layers: [{ id: 'sha256:dd', megabytes: 40, state: 'pulled' }] },
    { name: 'late', image: 'registry.example/late:2', look: 'pulling', restarts: 0, layers: [{ id: 'sha256:ee', megabytes: 40, state: 'pulled' }, { id: 'sha256:ef', megabytes: 80, state: 'pulling', share: 0.4 }, { id: 'sha256:eg', megabytes: 12, state: 'absent' }] },
  ],
  volumes: [{ name: 'shared', kind: 'emptyDir', mountedBy: ['nginx', 'log-shipper'] }],
};

const rules = (n: number): readonly string[] => [
  '-A KUBE-SERVICES -d 10.96.0.12/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-LOLE4ISW44XBNF3G',
  ...Array.from({ length: n }, (_, i) => `-A KUBE-SVC-LOLE4ISW44XBNF3G -m comment --comment "default/web -> 10.244.${i}.7:80"${i === n - 1 ? '' : ` -m statistic --mode random --probability ${(1 / (n - i)).toFixed(11)}`} -j KUBE-SEP-${i}`),
];
export const serviceCardSample: Omit<ServiceCardProps, 'words'> = {
  name: 'web',
  type: 'LoadBalancer',
  clusterIP: '10.96.0.12',
  ports: ['80/TCP'],
  nodePorts: [30080],
  slices: [{ key: 'default/web-abcde', name: 'web-abcde', revision: 153, endpoints: [
    { address: '10.244.0.7', podKey: 'default/web-7d9-x7b2d', pod: 'web-7d9-x7b2d', ready: true, serving: true, terminating: false },
    { address: '10.244.1.7', podKey: 'default/web-7d9-q2m5t', pod: 'web-7d9-q2m5t', ready: false, serving: false, terminating: false },
  ] }],
  rules: ['node-1', 'node-2', 'node-3'].map((node, i) => ({ node, revision: 153 - i, behind: i, iptables: rules(3), ipvs: ['IP Virtual Server version 1.2.1 (size=4096)', 'Prot LocalAddress:Port Scheduler Flags', '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn', 'TCP  10.96.0.12:80 rr', '  -> 10.244.0.7:80                Masq    1      0          0', '  -> 10.244.2.7:80                Masq    1      0          0'] })),
  mode: 'iptables',
  requests: Array.from({ length: 6 }, (_, i) => ({ id: `r${i}`, at: `01:0${i}.100`, path: ['client', 'node-1', '10.96.0.12:80', i === 2 ? '10.244.1.7:80' : 'web-7d9-x7b2d'], outcome: i === 2 ? 'timedOut' as const : 'answered' as const, tookMicros: i === 2 ? 1_000_000 : 2_300 })),
};
