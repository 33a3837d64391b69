import type { HorizontalPodAutoscaler } from '../api/autoscaling.ts';
import type { Micros } from '../api/time.ts';
import { conditionOf } from '../api/object.ts';
import type { ScriptedCommand } from './scenario.ts';
import { noted, settled, written, type When } from './when.ts';

// What the story of the autoscaler is made of, and the signs by which its chapters are known.

export const SHOP = 'default/shop';

/** A client goes home. */
export const endOf = (at: Micros, off: string): ScriptedCommand => ({ at, command: { type: 'traffic', off } });

const reasonOf = (hpa: HorizontalPodAutoscaler | undefined, type: string): string | undefined => (hpa === undefined ? undefined : conditionOf(hpa, type)?.reason);
/** The average that an autoscaler has seen of its first metric. */
const seen = (hpa: HorizontalPodAutoscaler): string => String((hpa.status.currentMetrics?.[0]?.['pods'] as { readonly current?: { readonly averageValue?: string } } | undefined)?.current?.averageValue ?? '');

/** It has a metric for the first time. */
export const metricFound: When = written('HorizontalPodAutoscaler', ({ before, after }) => {
  const [was, is] = [before, after] as [HorizontalPodAutoscaler | undefined, HorizontalPodAutoscaler | undefined];
  return is !== undefined && reasonOf(is, 'ScalingActive') === 'ValidMetricFound' && reasonOf(was, 'ScalingActive') !== 'ValidMetricFound' ? { name: is.metadata.name, value: seen(is) } : undefined;
});

/** It says that a recommendation is held back by a window. */
export const heldBy = (reason: string): When =>
  written('HorizontalPodAutoscaler', ({ before, after }) => {
    const [was, is] = [before, after] as [HorizontalPodAutoscaler | undefined, HorizontalPodAutoscaler | undefined];
    return is !== undefined && reasonOf(is, 'AbleToScale') === reason && reasonOf(was, 'AbleToScale') !== reason ? { name: is.metadata.name, replicas: is.status.currentReplicas ?? 0, value: seen(is) } : undefined;
  });

/** The autoscaler changed a number. */
export const rescaled = (more: boolean): When =>
  noted(/^horizontal-pod-autoscaler$/, ({ because }) => {
    if (because?.code !== 'hpa.rescales') return undefined;
    const { from, to, wanted } = because.args as { readonly from: number; readonly to: number; readonly wanted: number };
    return to > from === more ? { from, to, wanted } : undefined;
  });

/** A request was answered, and it took more than a third of a second. */
export const answeredLate: When = noted(/^traffic\//, (note) => {
  const micros = Number(note['endedAt']) - Number(note['sentAt']);
  return note.type === 'request' && note['outcome'] === 'answered' && micros > 350_000 ? { milliseconds: Math.round(micros / 1000) } : undefined;
});

/** A Deployment has what it wants, and that is so many. */
export const settledAt = (replicas: number): When => (record, history) => {
  const found = settled(record, history);
  return found?.['replicas'] === replicas ? found : undefined;
};
