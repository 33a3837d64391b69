import type {
  ConfigMap, Deployment, EndpointSlice, Endpoints, KubernetesObject, Namespace, Node, PersistentVolumeClaim, Pod, PodDisruptionBudget, PodTemplateSpec, PersistentVolume, PriorityClass, ReplicaSet, Secret, Service, ServiceAccount, StorageClass, StringMap, Volume,
} from '../../sim/api/object.ts';
import { milliValue, wholeValue } from '../../sim/api/quantity.ts';
import { longDate, since } from '../dates.ts';
import { labelsText, selectorText } from '../../sim/api/columns/column.ts';
import { accessModes, nodeRoles } from '../../sim/api/columns/core.ts';
import { DESCRIPTION, align } from '../tabwriter.ts';
import type { Tree } from '../tree.ts';
import { compareText, dig, isList, isTree, sortedKeys } from '../tree.ts';
import { containersLines, resourceLines, spreadLines, volumeLines, volumesLines } from './containers.ts';
import type { Describer, Related } from './head.ts';
import { conditionLines, head, labelled, podCounts, templateLines } from './head.ts';
import { INFRASTRUCTURE } from './infrastructure.ts';
import { NETWORK, endpointsOf } from './network.ts';
import { POLICY, limitLines, quotaLines } from './policy.ts';
import { RBAC } from './rbac.ts';
import { Writer, controllerText, eventLines, labelLines, tolerationLines } from './text.ts';
import { WORKLOADS } from './workloads.ts';

/** With its tabs, as `rollout history --revision` prints it. */
export function podTemplateText(template: PodTemplateSpec): string {
  const w = new Writer();
  templateLines(w, template);
  return w.text;
}

function pod(w: Writer, object: Pod, { now, events }: Related): void {
  const { metadata, spec, status = {} } = object;
  head(w, object);
  if (spec.priority !== undefined) w.line(0, `Priority:\t${spec.priority}`);
  if (spec.priorityClassName !== undefined && spec.priorityClassName !== '') w.line(0, `Priority Class Name:\t${spec.priorityClassName}`);
  if (spec.serviceAccountName !== undefined && spec.serviceAccountName !== '') w.line(0, `Service Account:\t${spec.serviceAccountName}`);
  w.line(0, spec.nodeName === undefined || spec.nodeName === '' ? 'Node:\t<none>' : `Node:\t${spec.nodeName}/${status.hostIP ?? ''}`);
  if (status.startTime !== undefined) w.line(0, `Start Time:\t${longDate(status.startTime)}`);
  labelled(w, object);
  if (metadata.deletionTimestamp !== undefined && status.phase !== 'Failed' && status.phase !== 'Succeeded') {
    w.line(0, `Status:\tTerminating (lasts ${since(metadata.deletionTimestamp, now)})`).line(0, `Termination Grace Period:\t${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else w.line(0, `Status:\t${status.phase ?? ''}`);
  if (status.reason !== undefined && status.reason !== '') w.line(0, `Reason:\t${status.reason}`);
  if (status.message !== undefined && status.message !== '') w.line(0, `Message:\t${status.message}`);
  const profile = dig(spec.securityContext, 'seccompProfile', 'type');
  if (profile !== undefined) w.line(0, `SeccompProfile:\t${String(profile)}`);
  w.line(0, `IP:\t${status.podIP ?? ''}`);
  if ((status.podIPs ?? []).length === 0) w.line(0, 'IPs:\t<none>');
  else {
    w.line(0, 'IPs:');
    for (const { ip } of status.podIPs ?? []) w.line(1, `IP:\t${ip}`);
  }
  const owner = controllerText(object);
  if (owner !== undefined) w.line(0, `Controlled By:\t${owner}`);
  if (status.nominatedNodeName !== undefined && status.nominatedNodeName !== '') w.line(0, `NominatedNodeName:\t${status.nominatedNodeName}`);
  if (spec.resources !== undefined) {
    w.line(0, 'Resources:');
    resourceLines(w, spec.resources, 1);
  }
  if ((spec.initContainers ?? []).length > 0) containersLines(w, 'Init Containers', spec.initContainers ?? [], status.initContainerStatuses ?? [], object, '');
  containersLines(w, 'Containers', spec.containers, status.containerStatuses ?? [], object, '');
  if ((spec.readinessGates ?? []).length > 0) {
    w.line(0, 'Readiness Gates:').line(1, 'Type\tStatus');
    for (const gate of spec.readinessGates ?? []) w.line(1, `${gate.conditionType} \t${status.conditions?.find((one) => one.type === gate.conditionType)?.status ?? '<none>'} `);
  }
  if ((status.conditions ?? []).length > 0) {
    w.line(0, 'Conditions:').line(1, 'Type\tStatus');
    for (const one of status.conditions ?? []) w.line(1, `${one.type} \t${one.status} `);
  }
  volumesLines(w, spec.volumes, '');
  w.line(0, `QoS Class:\t${status.qosClass ?? 'BestEffort'}`);
  labelLines(w, 'Node-Selectors', spec.nodeSelector);
  tolerationLines(w, 'Tolerations', spec.tolerations);
  spreadLines(w, spec.topologySpreadConstraints, '');
  eventLines(w, events, now);
}

function deployment(w: Writer, object: Deployment, related: Related): void {
  const { spec, status = {} } = object;
  head(w, object);
  w.line(0, `CreationTimestamp:\t${longDate(object.metadata.creationTimestamp)}`);
  labelled(w, object);
  w.line(0, `Selector:\t${selectorText(spec.selector)}`);
  w.line(0, `Replicas:\t${spec.replicas} desired | ${status.updatedReplicas ?? 0} updated | ${status.replicas ?? 0} total | ${status.availableReplicas ?? 0} available | ${status.unavailableReplicas ?? 0} unavailable`);
  w.line(0, `StrategyType:\t${spec.strategy.type}`).line(0, `MinReadySeconds:\t${spec.minReadySeconds ?? 0}`);
  const rolling = spec.strategy.rollingUpdate;
  if (rolling !== undefined) w.line(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable ?? ''} max unavailable, ${rolling.maxSurge ?? ''} max surge`);
  templateLines(w, spec.template);
  conditionLines(w, object);
  const sets = related.replicaSets ?? [];
  const bare = (template: PodTemplateSpec): string => JSON.stringify(sorted({ ...template, metadata: { ...template.metadata, labels: Object.fromEntries(Object.entries(template.metadata?.labels ?? {}).filter(([key]) => key !== 'pod-template-hash')) } } as unknown as Tree));
  const current = sets.find((set) => bare(set.spec.template) === bare(spec.template));
  const text = (list: readonly ReplicaSet[]): string => (list.length === 0 ? '<none>' : list.map((set) => `${set.metadata.name} (${set.status?.replicas ?? 0}/${set.spec.replicas} replicas created)`).join(', '));
  if (sets.length > 0) w.line(0, `OldReplicaSets:\t${text(sets.filter((set) => set !== current))}`).line(0, `NewReplicaSet:\t${text(current === undefined ? [] : [current])}`);
  eventLines(w, related.events, related.now);
}
const sorted = (value: unknown): unknown => (isList(value) ? value.map(sorted) : isTree(value) ? sortedKeys(value).map((key) => [key, sorted(value[key])]) : value);

function replicaSet(w: Writer, object: ReplicaSet, related: Related): void {
  head(w, object);
  w.line(0, `Selector:\t${selectorText(object.spec.selector)}`);
  labelled(w, object);
  const owner = controllerText(object);
  if (owner !== undefined) w.line(0, `Controlled By:\t${owner}`);
  w.line(0, `Replicas:\t${object.status?.replicas ?? 0} current / ${object.spec.replicas} desired`);
  w.line(0, `Pods Status:\t${podCounts(related.pods)}`);
  templateLines(w, object.spec.template);
  conditionLines(w, object);
  eventLines(w, related.events, related.now);
}

function service(w: Writer, object: Service, { slices = [], events, now }: Related): void {
  const { spec } = object;
  const more = (key: string): string | undefined => {
    const value = dig(spec, key);
    return value === undefined || value === '' ? undefined : isList(value) ? value.map(String).join(',') : String(value);
  };
  head(w, object);
  labelled(w, object);
  w.line(0, `Selector:\t${labelsText(spec.selector)}`).line(0, `Type:\t${spec.type ?? 'ClusterIP'}`);
  if (spec.ipFamilyPolicy !== undefined) w.line(0, `IP Family Policy:\t${spec.ipFamilyPolicy}`);
  const listed = (list: readonly string[] | undefined): string => (list === undefined || list.length === 0 ? '<none>' : list.join(','));
  w.line(0, `IP Families:\t${listed(spec.ipFamilies)}`).line(0, `IP:\t${spec.clusterIP ?? ''}`).line(0, `IPs:\t${listed(spec.clusterIPs)}`);
  if (more('externalIPs') !== undefined) w.line(0, `External IPs:\t${more('externalIPs')!}`);
  if (more('loadBalancerIP') !== undefined) w.line(0, `Desired LoadBalancer IP:\t${more('loadBalancerIP')!}`);
  if (more('externalName') !== undefined) w.line(0, `External Name:\t${more('externalName')!}`);
  const ingress = dig(object, 'status', 'loadBalancer', 'ingress');
  if (isList(ingress) && ingress.length > 0) {
    const text = ingress.map((one) => (dig(one, 'ip') === undefined ? String(dig(one, 'hostname') ?? '') : `${String(dig(one, 'ip'))}${dig(one, 'ipMode') === undefined ? '' : ` (${String(dig(one, 'ipMode'))})`}`));
    w.line(0, `LoadBalancer Ingress:\t${text.join(', ')}`);
  }
  for (const port of spec.ports ?? []) {
    const name = port.name === undefined || port.name === '' ? '<unset>' : port.name;
    const protocol = port.protocol ?? 'TCP';
    w.line(0, `Port:\t${name}\t${port.port}/${protocol}`).line(0, `TargetPort:\t${port.targetPort ?? port.port}/${protocol}`);
    if (port.appProtocol !== undefined) w.line(0, `AppProtocol:\t${port.appProtocol}`);
    if (port.nodePort !== undefined && port.nodePort !== 0) w.line(0, `NodePort:\t${name}\t${port.nodePort}/${protocol}`);
    w.line(0, `Endpoints:\t${endpointsOf(slices, port.name ?? '')}`);
  }
  w.line(0, `Session Affinity:\t${spec.sessionAffinity ?? ''}`);
  if (more('externalTrafficPolicy') !== undefined) w.line(0, `External Traffic Policy:\t${spec.externalTrafficPolicy!}`);
  if (more('internalTrafficPolicy') !== undefined) w.line(0, `Internal Traffic Policy:\t${spec.internalTrafficPolicy!}`);
  if (more('healthCheckNodePort') !== undefined && more('healthCheckNodePort') !== '0') w.line(0, `HealthCheck NodePort:\t${more('healthCheckNodePort')!}`);
  if ((more('loadBalancerSourceRanges') ?? '') !== '') w.line(0, `LoadBalancer Source Ranges:\t${more('loadBalancerSourceRanges')!}`);
  if (more('trafficDistribution') !== undefined) w.line(0, `Traffic Distribution:\t${more('trafficDistribution')!}`);
  eventLines(w, events, now);
}

/** Any resource of a Node; only the cpu has thousandths. */
type Amount = string;
const amount = (name: Amount, text: string | undefined): number => (name === 'cpu' ? milliValue(text) : wholeValue(text));

/** What a Pod asks for: its containers together, or its largest init container with the sidecars started before it. */
function podAmount(object: Pod, name: Amount, which: 'requests' | 'limits'): number {
  let sidecars = 0;
  let most = 0;
  for (const init of object.spec.initContainers ?? []) {
    const value = amount(name, init.resources?.[which]?.[name]);
    if (init.restartPolicy === 'Always') sidecars += value;
    most = Math.max(most, sidecars + (init.restartPolicy === 'Always' ? 0 : value));
  }
  const main = object.spec.containers.reduce((sum, one) => sum + amount(name, one.resources?.[which]?.[name]), 0) + sidecars;
  return Math.max(main, most);
}
/** A sum in the form that Quantity.String() would give it. */
function amountText(name: Amount, value: number): string {
  if (name === 'cpu') return value % 1000 === 0 ? String(value / 1000) : `${value}m`;
  for (const [suffix, size] of [['Ti', 2 ** 40], ['Gi', 2 ** 30], ['Mi', 2 ** 20], ['Ki', 2 ** 10]] as const) if (value !== 0 && value % size === 0) return `${value / size}${suffix}`;
  return String(value);
}

function node(w: Writer, object: Node, { now, events, pods = [], lease }: Related): void {
  const { spec, status } = object;
  w.line(0, `Name:\t${object.metadata.name}`).line(0, `Roles:\t${nodeRoles(object)}`);
  labelled(w, object);
  w.line(0, `CreationTimestamp:\t${longDate(object.metadata.creationTimestamp)}`);
  const taints = [...(spec?.taints ?? [])].sort((a, b) => compareText(`${a.effect},${a.key}`, `${b.effect},${b.key}`));
  if (taints.length === 0) w.line(0, 'Taints:\t<none>');
  taints.forEach((one, i) => w.line(0, `${i === 0 ? 'Taints:' : ''}\t${one.key}${one.value === undefined || one.value === '' ? '' : `=${one.value}`}:${one.effect}`));
  w.line(0, `Unschedulable:\t${String(spec?.unschedulable ?? false)}`);
  if (lease === undefined) w.line(0, `Lease:\tFailed to get lease: leases.coordination.k8s.io "${object.metadata.name}" not found`);
  else {
    const time = (text: string | undefined): string => (text === undefined ? '<unset>' : longDate(text));
    w.line(0, 'Lease:').line(1, `HolderIdentity:\t${lease.spec.holderIdentity ?? '<unset>'}`).line(1, `AcquireTime:\t${time(lease.spec.acquireTime)}`).line(1, `RenewTime:\t${time(lease.spec.renewTime)}`);
  }
  if ((status?.conditions ?? []).length > 0) {
    w.line(0, 'Conditions:').line(1, 'Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage').line(1, '----\t------\t-----------------\t------------------\t------\t-------');
    for (const one of status.conditions ?? []) w.line(1, `${one.type} \t${one.status} \t${longDate(one.lastHeartbeatTime)} \t${longDate(one.lastTransitionTime)} \t${one.reason ?? ''} \t${one.message ?? ''}`);
  }
  w.line(0, 'Addresses:');
  for (const one of status?.addresses ?? []) w.line(1, `${one.type}:\t${one.address}`);
  for (const [title, list] of [['Capacity', status?.capacity], ['Allocatable', status?.allocatable]] as const) {
    if (list === undefined || Object.keys(list).length === 0) continue;
    w.line(0, `${title}:`);
    for (const name of sortedKeys(list)) w.line(1, `${name}:\t${list[name]!}`);
  }
  const info = status?.nodeInfo ?? {};
  w.line(0, 'System Info:');
  for (const [title, key] of [
    ['Machine ID', 'machineID'], ['System UUID', 'systemUUID'], ['Boot ID', 'bootID'], ['Kernel Version', 'kernelVersion'], ['OS Image', 'osImage'], ['Operating System', 'operatingSystem'], ['Architecture', 'architecture'],
    ['Container Runtime Version', 'containerRuntimeVersion'], ['Kubelet Version', 'kubeletVersion'],
  ] as const) w.line(1, `${title}:\t${info[key] ?? ''}`);
  if (spec?.podCIDR !== undefined && spec.podCIDR !== '') w.line(0, `PodCIDR:\t${spec.podCIDR}`);
  if ((spec?.podCIDRs ?? []).length > 0) w.line(0, `PodCIDRs:\t${spec.podCIDRs!.join(',')}`);
  if (spec?.providerID !== undefined && spec.providerID !== '') w.line(0, `ProviderID:\t${spec.providerID}`);
  const room = Object.keys(status?.allocatable ?? {}).length > 0 ? status.allocatable! : (status?.capacity ?? {});
  const share = (name: Amount, value: number): string => {
    const all = amount(name, room[name]);
    return `${amountText(name, value)} (${all === 0 ? 0 : Math.trunc((value / all) * 100)}%)`;
  };
  w.line(0, `Non-terminated Pods:\t(${pods.length} in total)`);
  w.line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge').line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---');
  for (const one of pods) {
    const cells = (['cpu', 'memory'] as const).flatMap((name) => (['requests', 'limits'] as const).map((which) => share(name, podAmount(one, name, which))));
    w.line(1, `${one.metadata.namespace ?? ''}\t${one.metadata.name}\t\t${cells.join('\t')}\t${since(one.metadata.creationTimestamp, now)}`);
  }
  w.line(0, 'Allocated resources:').line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)').line(1, 'Resource\tRequests\tLimits').line(1, '--------\t--------\t------');
  for (const name of ['cpu', 'memory', 'ephemeral-storage'] as const) {
    const total = (which: 'requests' | 'limits'): number => pods.reduce((sum, one) => sum + podAmount(one, name, which), 0);
    w.line(1, `${name}\t${share(name, total('requests'))}\t${share(name, total('limits'))}`);
  }
  // Huge pages have a share of what there is; other resources are only counted.
  for (const name of sortedKeys(room).filter((one) => !['cpu', 'memory', 'ephemeral-storage', 'pods'].includes(one))) {
    const sum = (which: 'requests' | 'limits'): number => pods.reduce((all, one) => all + podAmount(one, name as Amount, which), 0);
    const huge = name.startsWith('hugepages-');
    if (huge) w.line(1, `${name}\t${share(name as Amount, sum('requests'))}\t${share(name as Amount, sum('limits'))}`);
    else w.line(1, `${name}\t${amountText(name as Amount, sum('requests'))}\t${amountText(name as Amount, sum('limits'))}`);
  }
  eventLines(w, events, now);
}

function namespace(w: Writer, object: Namespace, { quotas = [], limits = [] }: Related): void {
  w.line(0, `Name:\t${object.metadata.name}`);
  labelled(w, object);
  w.line(0, `Status:\t${object.status?.phase ?? ''}`);
  const conditions = object.status?.conditions ?? [];
  if (conditions.length > 0) {
    w.line(0, 'Conditions:').line(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage').line(1, '----\t------\t------------------\t------\t-------');
    for (const one of conditions) w.line(1, `${one.type}\t${one.status}\t${longDate(one.lastTransitionTime)}\t${one.reason ?? ''}\t${one.message ?? ''}`);
  }
  w.line(0, '');
  quotaLines(w, quotas);
  w.line(0, '');
  limitLines(w, limits);
}

const bytes = (base64: string | undefined): number => Math.floor(((base64 ?? '').replace(/=+$/, '').length * 3) / 4);

function configMap(w: Writer, object: ConfigMap, { events, now }: Related): void {
  head(w, object);
  labelled(w, object);
  w.line(0, '').line(0, 'Data').line(0, '====');
  for (const key of sortedKeys(object.data ?? {})) w.line(0, `${key}:`).line(0, '----').line(0, object.data![key]!).line(0, '');
  w.line(0, '').line(0, 'BinaryData').line(0, '====');
  for (const key of sortedKeys(object.binaryData ?? {})) w.line(0, `${key}: ${bytes(object.binaryData![key])} bytes`);
  w.line(0, '');
  eventLines(w, events, now);
}

function secret(w: Writer, object: Secret): void {
  head(w, object);
  labelled(w, object);
  w.line(0, '').line(0, `Type:\t${object.type ?? ''}`).line(0, '').line(0, 'Data').line(0, '====');
  for (const key of sortedKeys(object.data ?? {})) w.line(0, `${key}:\t${bytes(object.data![key])} bytes`);
}

function serviceAccount(w: Writer, object: ServiceAccount, { events, now }: Related): void {
  head(w, object);
  labelled(w, object);
  const names = (object.imagePullSecrets ?? []).map((one) => one.name ?? '');
  if (names.length === 0) w.line(0, 'Image pull secrets:\t<none>');
  names.forEach((name, i) => w.line(0, `${i === 0 ? 'Image pull secrets:' : '                   '}\t${name}`));
  eventLines(w, events, now);
}

function endpoints(w: Writer, object: Endpoints, { events, now }: Related): void {
  head(w, object);
  labelled(w, object);
  w.line(0, 'Subsets:');
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of object.subsets ?? []) {
    const text = (list: readonly { readonly ip: string }[]): string => (list.length === 0 ? '<none>' : list.map((one) => one.ip).join(','));
    w.line(1, `Addresses:\t${text(addresses)}`).line(1, `NotReadyAddresses:\t${text(notReadyAddresses)}`);
    if (ports.length > 0) {
      w.line(1, 'Ports:').line(2, 'Name\tPort\tProtocol').line(2, '----\t----\t--------');
      for (const port of ports) w.line(2, `${port.name ?? '<unset>'}\t${port.port}\t${port.protocol ?? 'TCP'}`);
    }
    w.line(0, '');
  }
  eventLines(w, events, now);
}

function endpointSlice(w: Writer, object: EndpointSlice, { events, now }: Related): void {
  head(w, object);
  labelled(w, object);
  w.line(0, `AddressType:\t${object.addressType}`);
  const ports = object.ports ?? [];
  if (ports.length === 0) w.line(0, 'Ports: <unset>');
  else {
    w.line(0, 'Ports:').line(1, 'Name\tPort\tProtocol').line(1, '----\t----\t--------');
    for (const port of ports) w.line(1, `${port.name === undefined || port.name === '' ? '<unset>' : port.name}\t${port.port ?? '<unset>'}\t${port.protocol ?? 'TCP'}`);
  }
  const list = object.endpoints ?? [];
  w.line(0, list.length === 0 ? 'Endpoints: <none>' : 'Endpoints:');
  for (const one of list) {
    w.line(1, `- Addresses:\t${one.addresses.join(', ')}`).line(2, 'Conditions:').line(3, `Ready:\t${String(one.conditions?.ready ?? '<unset>')}`).line(2, `Hostname:\t${one.hostname ?? '<unset>'}`);
    if (one.targetRef !== undefined) w.line(2, `TargetRef:\t${one.targetRef.kind ?? ''}/${one.targetRef.name ?? ''}`);
    w.line(2, `NodeName:\t${one.nodeName ?? '<unset>'}`).line(2, `Zone:\t${one.zone ?? '<unset>'}`);
  }
  eventLines(w, events, now);
}

function podDisruptionBudget(w: Writer, object: PodDisruptionBudget, { events, now }: Related): void {
  const { spec, status } = object;
  head(w, object);
  if (spec.minAvailable !== undefined) w.line(0, `Min available:\t${spec.minAvailable}`);
  else if (spec.maxUnavailable !== undefined) w.line(0, `Max unavailable:\t${spec.maxUnavailable}`);
  w.line(0, `Selector:\t${spec.selector === undefined || spec.selector === null ? '<unset>' : selectorText(spec.selector)}`).line(0, 'Status:');
  w.line(2, `Allowed disruptions:\t${status?.disruptionsAllowed ?? 0}`).line(2, `Current:\t${status?.currentHealthy ?? 0}`).line(2, `Desired:\t${status?.desiredHealthy ?? 0}`).line(2, `Total:\t${status?.expectedPods ?? 0}`);
  eventLines(w, events, now);
}

function claim(w: Writer, object: PersistentVolumeClaim, { events, now, pods = [] }: Related): void {
  const { metadata, spec, status } = object;
  head(w, object);
  w.line(0, `StorageClass:\t${spec.storageClassName ?? ''}`).line(0, `Status:\t${metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : `Terminating (lasts ${since(metadata.deletionTimestamp, now)})`}`).line(0, `Volume:\t${spec.volumeName ?? ''}`);
  labelled(w, object);
  w.line(0, `Finalizers:\t[${(metadata.finalizers ?? []).join(' ')}]`);
  const bound = spec.volumeName !== undefined && spec.volumeName !== '';
  w.line(0, `Capacity:\t${bound ? (status?.capacity?.storage ?? '') : ''}`).line(0, `Access Modes:\t${bound ? accessModes(status?.accessModes) : ''}`);
  if (spec.volumeMode !== undefined) w.line(0, `VolumeMode:\t${spec.volumeMode}`);
  const users = pods.filter((one) => (one.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim?.claimName === metadata.name));
  if (users.length === 0) w.line(0, 'Used By:\t<none>');
  users.forEach((one, i) => w.line(0, `${i === 0 ? 'Used By:' : ''}\t${one.metadata.name}`));
  eventLines(w, events, now);
}

function persistentVolume(w: Writer, object: PersistentVolume, { events, now }: Related): void {
  const { metadata, spec, status } = object;
  w.line(0, `Name:\t${metadata.name}`);
  labelled(w, object);
  w.line(0, `Finalizers:\t[${(metadata.finalizers ?? []).join(' ')}]`).line(0, `StorageClass:\t${spec.storageClassName ?? ''}`);
  w.line(0, `Status:\t${metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : `Terminating (lasts ${since(metadata.deletionTimestamp, now)})`}`);
  w.line(0, `Claim:\t${spec.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`}`).line(0, `Reclaim Policy:\t${String(dig(spec, 'persistentVolumeReclaimPolicy') ?? '')}`);
  w.line(0, `Access Modes:\t${accessModes(spec.accessModes)}`);
  if (spec.volumeMode !== undefined) w.line(0, `VolumeMode:\t${spec.volumeMode}`);
  w.line(0, `Capacity:\t${spec.capacity?.storage ?? '0'}`);
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms;
  w.line(0, terms === undefined ? 'Node Affinity:\t<none>' : 'Node Affinity:\t');
  if (terms !== undefined) {
    w.line(1, terms.length === 0 ? 'Required Terms:\t<none>' : 'Required Terms:\t');
    terms.forEach((term, i) => {
      const expressions = term.matchExpressions ?? [];
      if (expressions.length === 0) w.line(2, `Term ${i}:\t<none>`);
      expressions.forEach((one, j) => w.line(2, `${j === 0 ? `Term ${i}:` : ''}\t${one.key} ${one.operator.toLowerCase()}${(one.values ?? []).length === 0 ? '' : ` [${one.values!.join(', ')}]`}`));
    });
  }
  w.line(0, `Message:\t${String(dig(status, 'message') ?? '')}`).line(0, 'Source:');
  volumeLines(w, spec as unknown as Volume);
  eventLines(w, events, now);
}

function storageClass(w: Writer, object: StorageClass, { events, now }: Related): void {
  const more = (key: string): unknown => dig(object, key);
  w.line(0, `Name:\t${object.metadata.name}`).line(0, `IsDefaultClass:\t${object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ? 'Yes' : 'No'}`);
  // Unlike other kinds, this one shows the last applied configuration too.
  w.line(0, `Annotations:\t${labelsText(object.metadata.annotations)}`).line(0, `Provisioner:\t${object.provisioner}`).line(0, `Parameters:\t${labelsText(more('parameters') as StringMap | undefined)}`);
  const expansion = more('allowVolumeExpansion');
  w.line(0, `AllowVolumeExpansion:\t${expansion === undefined ? '<unset>' : expansion === true ? 'True' : 'False'}`);
  const options = more('mountOptions');
  w.line(0, isList(options) && options.length > 0 ? 'MountOptions:' : 'MountOptions:\t<none>');
  for (const option of isList(options) ? options : []) w.line(1, String(option));
  if (more('reclaimPolicy') !== undefined) w.line(0, `ReclaimPolicy:\t${String(more('reclaimPolicy'))}`);
  if (object.volumeBindingMode !== undefined) w.line(0, `VolumeBindingMode:\t${object.volumeBindingMode}`);
  eventLines(w, events, now);
}

function priorityClass(w: Writer, object: PriorityClass, { events, now }: Related): void {
  w.line(0, `Name:\t${object.metadata.name}`).line(0, `Value:\t${object.value}`).line(0, `GlobalDefault:\t${String(object.globalDefault ?? false)}`).line(0, `PreemptionPolicy:\t${object.preemptionPolicy ?? ''}`);
  w.line(0, `Description:\t${object.description ?? ''}`).line(0, `Annotations:\t${labelsText(object.metadata.annotations)}`);
  eventLines(w, events, now);
}

/** "holderIdentity" as "Holder Identity". */
function titled(field: string): string {
  if (/[^\p{L}-]/u.test(field)) return field;
  const parts = field.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|-|[^A-Za-z]+/g) ?? [field];
  // An acronym stays with what follows it: "URLs" is no "UR Ls".
  const words: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const joined = /^[A-Z]{2,}$/.test(parts[i]!) && /^[A-Z]/.test(parts[i + 1] ?? '');
    words.push(joined ? `${parts[i]!}${parts[++i]!}` : parts[i]!);
  }
  return words.map((word) => (['API', 'URL', 'UID', 'GUID'].includes(word.toUpperCase()) ? word.toUpperCase() : word.slice(0, 1).toUpperCase() + word.slice(1))).join(' ');
}
const SKIPPED = new Set(['.metadata.managedFields', '.metadata.name', '.metadata.namespace', '.metadata.labels', '.metadata.annotations']);
function fieldLines(w: Writer, level: number, content: Tree, prefix: string): void {
  for (const key of sortedKeys(content)) {
    const path = `${prefix}.${key}`;
    const value = content[key]!;
    if (SKIPPED.has(path)) continue;
    if (isTree(value)) {
      w.line(level, `${titled(key)}:`);
      fieldLines(w, level + 1, value, path);
    } else if (isList(value)) {
      w.line(level, `${titled(key)}:`);
      for (const item of value) {
        if (isTree(item)) fieldLines(w, level + 1, item, path);
        else w.line(level + 1, String(item));
      }
    } else w.line(level, `${titled(key)}:\t${value === null ? '<nil>' : String(value)}`);
  }
}
function anything(w: Writer, object: KubernetesObject, { events, now }: Related): void {
  head(w, object);
  labelled(w, object);
  fieldLines(w, 0, object as unknown as Tree, '');
  eventLines(w, events, now);
}

const DESCRIBERS = {
  Pod: pod, Deployment: deployment, ReplicaSet: replicaSet, Service: service, Node: node, Namespace: namespace, ConfigMap: configMap, Secret: secret, ServiceAccount: serviceAccount, Endpoints: endpoints,
  EndpointSlice: endpointSlice, PodDisruptionBudget: podDisruptionBudget, PersistentVolumeClaim: claim,
  PersistentVolume: persistentVolume, StorageClass: storageClass, PriorityClass: priorityClass,
  ...WORKLOADS, ...NETWORK, ...POLICY, ...RBAC, ...INFRASTRUCTURE,
} as unknown as Readonly<Record<string, Describer>>;

export function describeText(object: KubernetesObject, related: Related): string {
  const w = new Writer();
  (DESCRIBERS[object.kind] ?? anything)(w, object, related);
  return align(w.text, DESCRIPTION);
}
