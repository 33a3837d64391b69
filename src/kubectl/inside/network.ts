import { pathOf } from '../../sim/api/kinds.ts';
import type { EndpointSlice, KubernetesObject, LabelSelector, Pod } from '../../sim/api/object.ts';
import { conditionOf } from '../../sim/api/object.ts';
import { selects } from '../../sim/api/selector.ts';
import type { Context, Run } from '../steps.ts';
import { list, readIfAny } from '../steps.ts';
import type { Json } from '../../sim/api/object.ts';
import { dig, isList } from '../tree.ts';

/** Who answers at a name or an address, as a cluster's DNS, kube-proxy and network policies decide it from the API's objects. */
export type Reached =
  | { readonly is: 'pod'; readonly address: string; readonly pod: Pod; readonly port: number }
  | { readonly is: 'unknown' }
  | { readonly is: 'refused' | 'silent'; readonly address: string };

const items = (value: unknown, ...path: readonly string[]): readonly Json[] => {
  const found = dig(value, ...path);
  return isList(found) ? found : [];
};

/** "web", "web.shop", "web.shop.svc", "web.shop.svc.cluster.local", and addresses. */
export function* serviceNamed(context: Context, host: string, namespace: string): Run<KubernetesObject | undefined> {
  if (/^\d+(?:\.\d+){3}$/.test(host)) return (yield* list(context, pathOf('Service', undefined))).find((one) => dig(one, 'spec', 'clusterIP') === host);
  const [name = '', own = namespace, ...rest] = host.replace(/\.$/, '').split('.');
  if (rest.length > 0 && !['svc', 'svc.cluster', 'svc.cluster.local'].includes(rest.join('.'))) return undefined;
  return yield* readIfAny(context, pathOf('Service', own, name));
}

/** Whether policies let `from` speak to `to` at a port: a Pod that no policy selects takes everything. */
function* allowed(context: Context, from: Pod, to: Pod, port: number): Run<boolean> {
  const policies = (yield* list(context, pathOf('NetworkPolicy', to.metadata.namespace))).filter((policy) => {
    const types = items(policy, 'spec', 'policyTypes');
    return selects(dig(policy, 'spec', 'podSelector') as LabelSelector | undefined, to.metadata.labels) && (types.length === 0 || types.includes('Ingress'));
  });
  if (policies.length === 0) return true;
  const space = yield* readIfAny(context, pathOf('Namespace', undefined, from.metadata.namespace));
  return policies.some((policy) => items(policy, 'spec', 'ingress').some((rule) => {
    const ports = items(rule, 'ports');
    const peers = items(rule, 'from');
    const portFits = ports.length === 0 || ports.some((one) => dig(one, 'port') === undefined || dig(one, 'port') === port || to.spec.containers.some((container) => container.ports?.some((own) => own.name === dig(one, 'port') && own.containerPort === port)));
    const peerFits = peers.length === 0 || peers.some((peer) => {
      const [pods, spaces] = [dig(peer, 'podSelector') as LabelSelector | undefined, dig(peer, 'namespaceSelector') as LabelSelector | undefined];
      if (pods === undefined && spaces === undefined) return dig(peer, 'ipBlock') !== undefined;
      return (spaces === undefined ? from.metadata.namespace === to.metadata.namespace : selects(spaces, space?.metadata.labels)) && (pods === undefined || selects(pods, from.metadata.labels));
    });
    return portFits && peerFits;
  }));
}

/** `turn` chooses among several endpoints. */
export function* reach(context: Context, from: Pod, host: string, port: number, turn: number): Run<Reached> {
  const pods = (yield* list(context, pathOf('Pod', undefined))) as readonly Pod[];
  const at = function* (address: string, pod: Pod | undefined, target: number): Run<Reached> {
    if (pod === undefined) return { is: 'silent', address };
    if (!(yield* allowed(context, from, pod, target))) return { is: 'silent', address };
    const running = pod.status?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined;
    const listens = pod.spec.containers.some((container) => (container.ports ?? []).some((own) => own.containerPort === target)) || pod.spec.containers.every((container) => (container.ports ?? []).length === 0);
    return running && listens ? { is: 'pod', address, pod, port: target } : { is: 'refused', address };
  };
  const service = yield* serviceNamed(context, host, from.metadata.namespace ?? 'default');
  if (service !== undefined) {
    const address = String(dig(service, 'spec', 'clusterIP') ?? '');
    const wanted = items(service, 'spec', 'ports').find((one) => dig(one, 'port') === port);
    const slices = (yield* list(context, pathOf('EndpointSlice', service.metadata.namespace), { labelSelector: `kubernetes.io/service-name=${service.metadata.name}` })) as readonly EndpointSlice[];
    const ready = slices.flatMap((slice) => (slice.endpoints ?? []).filter((one) => one.conditions?.ready !== false).map((one) => ({ one, target: (slice.ports ?? []).find((own) => (own.name ?? '') === String(dig(wanted, 'name') ?? ''))?.port })));
    if (wanted === undefined && address !== 'None') return { is: 'silent', address };
    if (ready.length === 0) return { is: 'refused', address };
    const { one, target } = ready[turn % ready.length]!;
    return yield* at(address === 'None' ? one.addresses[0]! : address, pods.find((pod) => pod.status?.podIP === one.addresses[0]), target ?? port);
  }
  const own = pods.find((pod) => pod.status?.podIP === host && conditionOf(pod, 'PodScheduled') !== undefined);
  if (own !== undefined) return yield* at(host, own, port);
  for (const node of yield* list(context, pathOf('Node', undefined))) {
    if (!items(node, 'status', 'addresses').some((one) => dig(one, 'address') === host)) continue;
    const exposed = (yield* list(context, pathOf('Service', undefined))).find((one) => items(one, 'spec', 'ports').some((own2) => dig(own2, 'nodePort') === port));
    const inner = items(exposed, 'spec', 'ports').find((one) => dig(one, 'nodePort') === port);
    return exposed === undefined ? { is: 'refused', address: host } : yield* reach(context, from, `${exposed.metadata.name}.${exposed.metadata.namespace ?? ''}`, Number(dig(inner, 'port')), turn);
  }
  return /^\d+(?:\.\d+){3}$/.test(host) ? { is: 'silent', address: host } : { is: 'unknown' };
}
