import type { Json, KubernetesObject } from '../object.ts';
import { dig, isList } from '../tree.ts';
import type { Printer } from './column.ts';
import { columns } from './column.ts';
import { since } from './duration.ts';

const MOST = 2;
const text = (value: Json | undefined): string => (value === undefined || value === null ? '<unknown>' : String(value));

/** One metric as "current/target"; what no status says yet is unknown. */
function metricText(spec: Json, status: Json | undefined): string {
  const type = String(dig(spec, 'type') ?? '');
  const key = type.slice(0, 1).toLowerCase() + type.slice(1);
  const target = (name: string): Json | undefined => dig(spec, key, 'target', name);
  const current = (name: string): Json | undefined => dig(status, key, 'current', name);
  switch (type) {
    case 'External':
    case 'Object':
      return target('averageValue') !== undefined ? `${text(current('averageValue'))}/${text(target('averageValue'))} (avg)` : `${text(current('value'))}/${text(target('value'))}`;
    case 'Pods':
      return `${text(current('averageValue'))}/${text(target('averageValue'))}`;
    case 'Resource':
    case 'ContainerResource': {
      const name = String(dig(spec, key, 'name') ?? '');
      if (target('averageValue') !== undefined) return `${name}: ${text(current('averageValue'))}/${text(target('averageValue'))}`;
      const now = current('averageUtilization');
      const wanted = target('averageUtilization');
      return `${name}: ${now === undefined || now === null ? '<unknown>' : `${String(now)}%`}/${wanted === undefined || wanted === null ? '<auto>' : `${String(wanted)}%`}`;
    }
    default:
      return '<unknown type>';
  }
}

function metricsText(object: KubernetesObject): string {
  const specs = dig(object, 'spec', 'metrics');
  if (!isList(specs) || specs.length === 0) return '<none>';
  const statuses = dig(object, 'status', 'currentMetrics');
  const all = specs.slice(0, MOST).map((spec, i) => metricText(spec, isList(statuses) ? statuses[i] : undefined)).join(', ');
  return specs.length > MOST ? `${all} + ${specs.length - MOST} more...` : all;
}

export const horizontalPodAutoscalers: Printer = {
  columns: columns('Name|Reference|Targets|MinPods|MaxPods|Replicas|Age'),
  cells: (object, now) => [
    object.metadata.name, `${String(dig(object, 'spec', 'scaleTargetRef', 'kind') ?? '')}/${String(dig(object, 'spec', 'scaleTargetRef', 'name') ?? '')}`, metricsText(object), String(dig(object, 'spec', 'minReplicas') ?? '<unset>'),
    Number(dig(object, 'spec', 'maxReplicas') ?? 0), Number(dig(object, 'status', 'currentReplicas') ?? 0), since(object.metadata.creationTimestamp, now),
  ],
};
