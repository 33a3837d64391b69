import type { KubernetesObject } from '../../sim/api/object.ts';
import type { Micros } from '../../sim/api/time.ts';
import { since } from '../dates.ts';
import type { Found } from '../resources.ts';
import { typeName } from '../resources.ts';
import { TABLE, align } from '../tabwriter.ts';
import { deployments, replicaSets } from './apps.ts';
import type { Printer } from './columns.ts';
import { labelsText } from './columns.ts';
import * as core from './core.ts';
import * as groups from './groups.ts';
import { pods } from './pods.ts';

const ANY: Printer = { columns: ['NAME', 'AGE'], cells: (object, now) => [object.metadata.name, since(object.metadata.creationTimestamp, now)] };

const PRINTERS: Readonly<Record<string, unknown>> = {
  Namespace: core.namespaces, Node: core.nodes, Pod: pods, Service: core.services, Endpoints: core.endpoints, Event: core.events, ConfigMap: core.configMaps, Secret: core.secrets,
  ServiceAccount: core.serviceAccounts, PersistentVolume: core.persistentVolumes, PersistentVolumeClaim: core.persistentVolumeClaims, Deployment: deployments, ReplicaSet: replicaSets,
  Lease: groups.leases, EndpointSlice: groups.endpointSlices, PodDisruptionBudget: groups.podDisruptionBudgets, PriorityClass: groups.priorityClasses, StorageClass: groups.storageClasses,
};

export interface TableOptions {
  readonly wide: boolean;
  readonly headers: boolean;
  readonly withNamespace: boolean;
  readonly withKind: boolean;
  readonly showLabels: boolean;
  readonly labelColumns: readonly string[];
  readonly now: Micros;
  /** --server-print=false: only what every object has. */
  readonly plain?: boolean;
}

/** One table for every run of objects of the same kind, an empty line between two. */
export function tables(found: readonly Found[], options: TableOptions): string {
  const parts: string[] = [];
  for (let i = 0; i < found.length; ) {
    let end = i + 1;
    while (end < found.length && found[end]!.info.kind === found[i]!.info.kind) end++;
    parts.push(table(found.slice(i, end), options));
    i = end;
  }
  return parts.join(options.headers ? '\n' : '');
}

function table(found: readonly Found[], options: TableOptions): string {
  const { info } = found[0]!;
  const known = options.plain === true ? ANY : options.wide && info.kind === 'Event' ? core.wideEvents : ((PRINTERS[info.kind] ?? ANY) as Printer);
  const printer = known as Printer<KubernetesObject>;
  const columns = [...printer.columns, ...(options.wide ? (printer.wide ?? []) : [])];
  const header = [
    ...(options.withNamespace && info.namespaced ? ['NAMESPACE'] : []), ...columns,
    ...options.labelColumns.map((key) => key.slice(key.lastIndexOf('/') + 1).toUpperCase()), ...(options.showLabels ? ['LABELS'] : []),
  ];
  const rows = found.map(({ object }) => {
    const cells = printer.cells(object, options.now, options.wide).slice(0, columns.length).map((cell) => String(cell).replace(/[\t\n\r\f]/g, ' '));
    // The column of the name is the first but for events, whose table has none.
    if (options.withKind && columns[0] === 'NAME') cells[0] = `${typeName(info)}/${cells[0]!}`;
    const labels = object.metadata.labels ?? {};
    return [
      ...(options.withNamespace && info.namespaced ? [object.metadata.namespace ?? ''] : []), ...cells,
      ...options.labelColumns.map((key) => (Object.hasOwn(labels, key) ? labels[key]! : '')), ...(options.showLabels ? [labelsText(labels)] : []),
    ];
  });
  return align(`${[...(options.headers ? [header] : []), ...rows].map((row) => row.join('\t')).join('\n')}\n`, TABLE);
}
