import type { ConfigMap, Endpoints, Event, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Secret, Service, ServiceAccount, ServicePort } from '../object.ts';
import { conditionOf } from '../object.ts';
import { since } from './duration.ts';
import { compareText, dig, isList } from '../tree.ts';
import type { Printer } from './column.ts';
import { columns, labelsText, orNone } from './column.ts';

const ROLE = 'node-role.kubernetes.io/';

export function nodeRoles(node: Node): string {
  const labels = node.metadata.labels ?? {};
  const roles = Object.keys(labels).filter((key) => key.startsWith(ROLE) && key.length > ROLE.length).map((key) => key.slice(ROLE.length));
  const old = labels['kubernetes.io/role'];
  return orNone([...new Set([...roles, ...(old === undefined || old === '' ? [] : [old])])].sort(compareText).join(','));
}

const address = (node: Node, type: string): string => orNone(node.status?.addresses?.find((one) => one.type === type)?.address);

export const namespaces: Printer<Namespace> = {
  columns: columns('Name|Status|Age'),
  cells: (namespace, now) => [namespace.metadata.name, namespace.status?.phase ?? '', since(namespace.metadata.creationTimestamp, now)],
};

export const nodes: Printer<Node> = {
  columns: columns('Name|Status|Roles|Age|Version|Internal-IP*|External-IP*|OS-Image*|Kernel-Version*|Container-Runtime*'),
  cells: (node, now) => {
    const ready = conditionOf(node, 'Ready');
    const status = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
    const info = node.status?.nodeInfo ?? {};
    const unknown = (text: string | undefined): string => (text === undefined || text === '' ? '<unknown>' : text);
    const architecture = info.architecture === undefined || info.architecture === '' ? '' : ` (${info.architecture})`;
    return [
      node.metadata.name, node.spec?.unschedulable === true ? `${status},SchedulingDisabled` : status, nodeRoles(node), since(node.metadata.creationTimestamp, now), info.kubeletVersion ?? '',
      address(node, 'InternalIP'), address(node, 'ExternalIP'), unknown(info.osImage), `${unknown(info.kernelVersion)}${architecture}`, unknown(info.containerRuntimeVersion),
    ];
  },
};

const portsText = (ports: readonly ServicePort[]): string => orNone(ports.map((port) => `${port.port}${port.nodePort === undefined || port.nodePort === 0 ? '' : `:${port.nodePort}`}/${port.protocol ?? 'TCP'}`).join(','));

function externalIp(service: Service): string {
  const own = dig(service, 'spec', 'externalIPs');
  const external = isList(own) ? own.map(String) : [];
  switch (service.spec.type ?? 'ClusterIP') {
    case 'ExternalName':
      return service.spec.externalName ?? '';
    case 'LoadBalancer': {
      const ingress = dig(service, 'status', 'loadBalancer', 'ingress');
      const given = isList(ingress) ? ingress.map((one) => String(dig(one, 'ip') ?? dig(one, 'hostname') ?? '')).filter((text) => text !== '') : [];
      const text = [...new Set(given)].sort(compareText).join(',');
      const all = [...(text === '' ? [] : text.split(',')), ...external];
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    default:
      return orNone(external.join(','));
  }
}

export const services: Printer<Service> = {
  columns: columns('Name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector*'),
  cells: (service, now) => [
    service.metadata.name, service.spec.type ?? 'ClusterIP', orNone(service.spec.clusterIPs?.[0] ?? (service.spec.type === 'ExternalName' ? undefined : service.spec.clusterIP)), externalIp(service), portsText(service.spec.ports ?? []),
    since(service.metadata.creationTimestamp, now), labelsText(service.spec.selector),
  ],
};

export function endpointsText(endpoints: Endpoints): string {
  if ((endpoints.subsets ?? []).length === 0) return '<none>';
  const all = (endpoints.subsets ?? []).flatMap(({ addresses = [], ports = [] }) => (ports.length === 0 ? addresses.map((one) => one.ip) : ports.flatMap((port) => addresses.map((one) => `${one.ip}:${port.port}`))));
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
}
export const endpoints: Printer<Endpoints> = {
  columns: columns('Name|Endpoints|Age'),
  cells: (object, now) => [object.metadata.name, endpointsText(object), since(object.metadata.creationTimestamp, now)],
};

export const events: Printer<Event> = {
  columns: columns('Last Seen|Type|Reason|Object|Subobject*|Source*|Message|First Seen*|Count*|Name*'),
  cells: (event, now) => {
    const first = since(event.firstTimestamp ?? event.eventTime, now);
    const last = event.series !== undefined ? since(event.series.lastObservedTime, now) : event.lastTimestamp === undefined || event.lastTimestamp === null ? first : since(event.lastTimestamp, now);
    const kind = (event.involvedObject.kind ?? '').toLowerCase();
    const count = event.series?.count ?? (event.count === undefined || event.count === 0 ? 1 : event.count);
    const { name } = event.involvedObject;
    const filled = (one: string | undefined, other: string | undefined): string => (one === undefined || one === '' ? (other ?? '') : one);
    const source = [filled(event.source?.component, event.reportingComponent), filled(event.source?.host, event.reportingInstance)].filter((part) => part !== '').join(', ');
    return [last, event.type ?? '', event.reason ?? '', name === undefined || name === '' ? kind : `${kind}/${name}`, event.involvedObject.fieldPath ?? '', source, (event.message ?? '').trim(), first, count, event.metadata.name];
  },
};

export const configMaps: Printer<ConfigMap> = {
  columns: columns('Name|Data|Age'),
  cells: (object, now) => [object.metadata.name, Object.keys(object.data ?? {}).length + Object.keys(object.binaryData ?? {}).length, since(object.metadata.creationTimestamp, now)],
};
export const secrets: Printer<Secret> = {
  columns: columns('Name|Type|Data|Age'),
  cells: (object, now) => [object.metadata.name, object.type ?? '', Object.keys(object.data ?? {}).length, since(object.metadata.creationTimestamp, now)],
};
export const serviceAccounts: Printer<ServiceAccount> = {
  columns: columns('Name|Age'),
  cells: (object, now) => [object.metadata.name, since(object.metadata.creationTimestamp, now)],
};

const MODES: readonly (readonly [string, string])[] = [['ReadWriteOnce', 'RWO'], ['ReadOnlyMany', 'ROX'], ['ReadWriteMany', 'RWX'], ['ReadWriteOncePod', 'RWOP']];
export const accessModes = (modes: unknown): string => MODES.filter(([mode]) => isList(modes) && modes.includes(mode)).map(([, short]) => short).join(',');

export const persistentVolumes: Printer<PersistentVolume> = {
  columns: columns('Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|VolumeMode*'),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name, spec.capacity?.storage ?? '0', accessModes(spec.accessModes), String(dig(spec, 'persistentVolumeReclaimPolicy') ?? ''), metadata.deletionTimestamp !== undefined ? 'Terminating' : (status?.phase ?? ''),
    spec.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`, spec.storageClassName ?? '', String(dig(spec, 'volumeAttributesClassName') ?? '<unset>'), String(dig(status, 'reason') ?? ''),
    since(metadata.creationTimestamp, now), spec.volumeMode ?? '<unset>',
  ],
};
export const persistentVolumeClaims: Printer<PersistentVolumeClaim> = {
  columns: columns('Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|VolumeMode*'),
  cells: ({ metadata, spec, status }, now) => {
    const bound = spec.volumeName !== undefined && spec.volumeName !== '';
    return [
      metadata.name, metadata.deletionTimestamp !== undefined ? 'Terminating' : (status?.phase ?? ''), spec.volumeName ?? '', bound ? (status?.capacity?.storage ?? '0') : '', bound ? accessModes(status?.accessModes) : '',
      spec.storageClassName ?? '', String(dig(spec, 'volumeAttributesClassName') ?? '<unset>'), since(metadata.creationTimestamp, now), spec.volumeMode ?? '<unset>',
    ];
  },
};
