import type { Json, KubernetesObject } from '../../sim/api/object.ts';
import { longDate } from '../dates.ts';
import { compareText, dig, isList, isTree, sortedKeys } from '../tree.ts';
import type { Describer } from './head.ts';
import { head, labelled } from './head.ts';
import { Writer, eventLines } from './text.ts';

/** ResourceQuota, LimitRange and HorizontalPodAutoscaler (kubectl, pkg/describe). */
const items = (value: unknown, ...path: readonly string[]): readonly Json[] => {
  const list = dig(value, ...path);
  return isList(list) ? list : [];
};
const text = (value: unknown, ...path: readonly string[]): string => String(dig(value, ...path) ?? '');

const SCOPES: Readonly<Record<string, string>> = {
  Terminating: 'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating: 'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort: 'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort: 'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

function quotaRows(w: Writer, level: number, object: KubernetesObject): void {
  const hard = dig(object, 'status', 'hard');
  for (const name of isTree(hard) ? sortedKeys(hard) : []) w.line(level, `${name}\t${String(dig(object, 'status', 'used', name) ?? '0')}\t${text(object, 'status', 'hard', name)}`);
}
const scopesOf = (object: KubernetesObject): readonly string[] => items(object, 'spec', 'scopes').map(String).sort(compareText);

const resourceQuota: Describer = (w, object) => {
  head(w, object);
  const scopes = scopesOf(object);
  if (scopes.length > 0) w.line(0, `Scopes:\t${scopes.join(', ')}`);
  for (const scope of scopes) if (Object.hasOwn(SCOPES, scope)) w.line(0, ` * ${SCOPES[scope]!}`);
  w.line(0, 'Resource\tUsed\tHard').line(0, '--------\t----\t----');
  quotaRows(w, 0, object);
};

/** As a Namespace shows its quotas. */
export function quotaLines(w: Writer, quotas: readonly KubernetesObject[]): void {
  if (quotas.length === 0) {
    w.line(0, 'No resource quota.');
    return;
  }
  w.line(0, 'Resource Quotas');
  for (const quota of quotas) {
    w.line(1, `Name:\t${quota.metadata.name}`);
    const scopes = scopesOf(quota);
    if (scopes.length > 0) w.line(1, `Scopes:\t${scopes.join(', ')}`);
    for (const scope of scopes) if (Object.hasOwn(SCOPES, scope)) w.line(1, `* ${SCOPES[scope]!}`);
    w.line(1, 'Resource\tUsed\tHard').line(1, '--------\t---\t---');
    quotaRows(w, 1, quota);
  }
}

function limitRows(w: Writer, object: KubernetesObject, prefix: string): void {
  for (const item of items(object, 'spec', 'limits')) {
    const names = new Set(['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'].flatMap((key) => Object.keys((dig(item, key) ?? {}) as object)));
    for (const name of [...names].sort(compareText)) {
      const cell = (key: string): string => String(dig(item, key, name) ?? '-');
      w.line(0, `${prefix}${text(item, 'type')}\t${name}\t${cell('min')}\t${cell('max')}\t${cell('defaultRequest')}\t${cell('default')}\t${cell('maxLimitRequestRatio')}`);
    }
  }
}
export function limitLines(w: Writer, ranges: readonly KubernetesObject[]): void {
  if (ranges.length === 0) {
    w.line(0, 'No LimitRange resource.');
    return;
  }
  w.line(0, 'Resource Limits').line(0, ' Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio').line(0, ' ----\t--------\t---\t---\t---------------\t-------------\t-----------------------');
  for (const range of ranges) limitRows(w, range, ' ');
}
const limitRange: Describer = (w, object) => {
  head(w, object);
  w.line(0, 'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio').line(0, '----\t--------\t---\t---\t---------------\t-------------\t-----------------------');
  limitRows(w, object, '');
};

function metricLine(w: Writer, spec: Json, status: Json | undefined): void {
  const type = text(spec, 'type');
  const key = type.slice(0, 1).toLowerCase() + type.slice(1);
  const target = (name: string): Json | undefined => dig(spec, key, 'target', name);
  const current = (name: string): string => {
    const value = dig(status, key, 'current', name);
    return value === undefined || value === null ? '<unknown>' : String(value);
  };
  const name = JSON.stringify(text(spec, key, 'metric', 'name'));
  const averaged = target('averageValue') !== undefined;
  const value = averaged ? `${current('averageValue')} / ${String(target('averageValue'))}` : `${current('value')} / ${String(target('value') ?? '')}`;
  switch (type) {
    case 'External':
      w.line(1, `${name} (target ${averaged ? 'average ' : ''}value):\t${value}`);
      return;
    case 'Pods':
      w.line(1, `${name} on pods:\t${value}`);
      return;
    case 'Object':
      w.line(1, `${name} on ${text(spec, key, 'describedObject', 'kind')}/${text(spec, key, 'describedObject', 'name')} (target ${averaged ? 'average ' : ''}value):\t${value}`);
      return;
    case 'Resource':
    case 'ContainerResource': {
      const whose = type === 'Resource' ? 'on pods' : `of container "${text(spec, key, 'container')}" on pods`;
      if (averaged) {
        w.line(1, `resource ${text(spec, key, 'name')} ${whose}:\t${value}`);
        return;
      }
      const used = dig(status, key, 'current', 'averageUtilization');
      const now = used === undefined || used === null ? '<unknown>' : `${String(used)}% (${text(status, key, 'current', 'averageValue')})`;
      const wanted = target('averageUtilization');
      w.line(1, `resource ${text(spec, key, 'name')} ${whose}  (as a percentage of request):\t${now} / ${wanted === undefined ? '<auto>' : `${String(wanted)}%`}`);
      return;
    }
    default:
      w.line(1, `<unknown metric type "${type}">`);
  }
}

function behaviourLines(w: Writer, title: string, rules: Json | undefined): void {
  if (rules === undefined || rules === null) return;
  w.line(1, `${title}:`);
  const window = dig(rules, 'stabilizationWindowSeconds');
  if (window !== undefined && window !== null) w.line(2, `Stabilization Window: ${String(window)} seconds`);
  const policies = items(rules, 'policies');
  if (policies.length === 0) return;
  w.line(2, `Select Policy: ${String(dig(rules, 'selectPolicy') ?? 'Max')}`).line(2, 'Policies:');
  for (const one of policies) w.line(3, `- Type: ${text(one, 'type')}\tValue: ${text(one, 'value')}\tPeriod: ${text(one, 'periodSeconds')} seconds`);
}

const horizontalPodAutoscaler: Describer = (w, object, { events, now }) => {
  head(w, object);
  labelled(w, object);
  const kind = text(object, 'spec', 'scaleTargetRef', 'kind');
  w.line(0, `CreationTimestamp:\t${longDate(object.metadata.creationTimestamp)}`).line(0, `Reference:\t${kind}/${text(object, 'spec', 'scaleTargetRef', 'name')}`);
  const metrics = items(object, 'spec', 'metrics');
  if (metrics.length > 0) {
    w.line(0, 'Metrics:\t( current / target )');
    const statuses = items(object, 'status', 'currentMetrics');
    metrics.forEach((metric, i) => metricLine(w, metric, statuses[i]));
  }
  w.line(0, `Min replicas:\t${String(dig(object, 'spec', 'minReplicas') ?? '<unset>')}`).line(0, `Max replicas:\t${text(object, 'spec', 'maxReplicas')}`);
  const behaviour = dig(object, 'spec', 'behavior');
  if (behaviour !== undefined && behaviour !== null) {
    w.line(0, 'Behavior:');
    behaviourLines(w, 'Scale Up', dig(behaviour, 'scaleUp'));
    behaviourLines(w, 'Scale Down', dig(behaviour, 'scaleDown'));
  }
  w.line(0, `${kind} pods:\t${String(dig(object, 'status', 'currentReplicas') ?? 0)} current / ${String(dig(object, 'status', 'desiredReplicas') ?? 0)} desired`);
  const conditions = items(object, 'status', 'conditions');
  if (conditions.length > 0) w.line(0, 'Conditions:').line(1, 'Type\tStatus\tReason\tMessage').line(1, '----\t------\t------\t-------');
  for (const one of conditions) w.line(1, `${text(one, 'type')}\t${text(one, 'status')}\t${text(one, 'reason')}\t${text(one, 'message')}`);
  eventLines(w, events, now);
};

export const POLICY: Readonly<Record<string, Describer>> = { ResourceQuota: resourceQuota, LimitRange: limitRange, HorizontalPodAutoscaler: horizontalPodAutoscaler };
