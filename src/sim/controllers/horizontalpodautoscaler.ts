import type { AutoscalerStatus, HorizontalPodAutoscaler, MetricSpec, MetricStatus, Scale } from '../api/autoscaling.ts';
import type { EventNote } from '../api/eventnote.ts';
import { KINDS, pathOf, pathOfKey } from '../api/kinds.ts';
import { semanticallyEqual } from '../api/equal.ts';
import type { Condition, Pod } from '../api/object.ts';
import { keyOf } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { objectReference, referenceTo } from '../api/references.ts';
import type { Response, Status } from '../api/request.ts';
import { selects } from '../api/selector.ts';
import { SECOND, timestamp, type Micros } from '../api/time.ts';
import type { Controller, Plan, ReconcileContext, View, Write } from '../reconcile/controller.ts';
import { normalize, normalizeBy, scaled, type Recent } from './horizontalpodautoscaler/behavior.ts';
import { compute, questionFor, type Computed } from './horizontalpodautoscaler/metrics.ts';
import { parseSelector } from '../api/selectorText.ts';

/**
 * Scales by metrics, every 15 s (pkg/controller/podautoscaler/horizontal.go). What upstream does in one go is four short plans here, because a
 * plan is made before its answers are known: it asks for the scale, then for the metrics, then it scales, then it writes the status.
 *
 * | reason             | it does so because                                                                     |
 * |--------------------|----------------------------------------------------------------------------------------|
 * | hpa.gone           | the autoscaler does not exist any more                                                 |
 * | hpa.asksScale      | its 15 s are over: how many replicas does the target have?                             |
 * | hpa.asksMetrics    | what do the Pods of the target use?                                                    |
 * | hpa.noTarget       | the target has no scale, or there is none                                              |
 * | hpa.noMetrics      | no metric could be had, or the others do not allow to go down                          |
 * | hpa.rescales       | the metrics, the windows and the policies together say another number                  |
 * | hpa.beyondBounds   | the target has more replicas than the maximum, or fewer than the minimum               |
 * | hpa.disabled       | the target has no replicas: it is left alone                                           |
 * | hpa.stays          | the number is right as it is                                                           |
 * | hpa.rescaled       | the target was scaled                                                                  |
 * | hpa.refused        | the target could not be scaled                                                         |
 *
 * Simplified: the scale is written without a version, where upstream writes it with one and, after a conflict, once more over the newer one;
 * targets that a CustomResourceDefinition defines are not found; scaling to zero (HPAScaleToZero) is off, as by default.
 */
interface Memory extends Recent {
  /** What has been asked in this round, and what the answers were. */
  readonly scale?: Response;
  readonly metrics?: readonly Response[];
  /** A step that was asked for: what the status says when it is done. */
  readonly step?: { readonly from: number; readonly to: number; readonly why: string; readonly status: AutoscalerStatus; readonly answer?: Response };
}

/** --horizontal-pod-autoscaler-sync-period: of the queue's only rate limiter. */
const SYNC: Micros = 15 * SECOND;
/** Every answer is one: what a refusal means is decided with it in hand. */
const ANY: readonly number[] = [0, 400, 401, 403, 404, 405, 409, 410, 422, 429, 500, 501, 503, 504];
const FRESH: Recent = { recommendations: [], ups: [], downs: [] };
const recentOf = ({ recommendations, ups, downs }: Recent): Recent => ({ recommendations, ups, downs });

function withCondition(status: AutoscalerStatus, now: Micros, type: string, is: 'True' | 'False', reason: string, message: string): AutoscalerStatus {
  const conditions = status.conditions ?? [];
  const at = conditions.findIndex((each) => each.type === type);
  const old = conditions[at];
  const next: Condition = { type, status: is, lastTransitionTime: old?.status === is && old.lastTransitionTime !== undefined ? old.lastTransitionTime : timestamp(now), reason, message };
  return { ...status, conditions: at < 0 ? [...conditions, next] : conditions.with(at, next) };
}
const withNumbers = (status: AutoscalerStatus, currentReplicas: number, desiredReplicas: number, currentMetrics: readonly MetricStatus[] | undefined, lastScaleTime = status.lastScaleTime): AutoscalerStatus => ({
  ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
  currentReplicas,
  desiredReplicas,
  ...(currentMetrics === undefined ? {} : { currentMetrics }),
  ...(status.conditions === undefined ? {} : { conditions: status.conditions }),
});

/** What a plan of one autoscaler is made of. */
interface Scene {
  readonly hpa: HorizontalPodAutoscaler;
  readonly view: View;
  readonly draw: () => number;
  readonly say: (code: string, args?: Record<string, string | number>) => Reason;
  readonly event: (type: 'Normal' | 'Warning', reason: string, message: string) => EventNote;
}

/** Writes a status if it says something new; the Event comes after it. */
function report({ hpa, event }: Scene, status: AutoscalerStatus, recent: Recent, because: Reason, options: { readonly events?: readonly EventNote[]; readonly after?: EventNote } = {}): Plan<Memory> {
  const old = hpa.status;
  const events = options.events ?? [];
  const common = { memory: recentOf(recent), because, requeueAfterMicros: SYNC };
  if (semanticallyEqual({ ...old, currentMetrics: old.currentMetrics ?? [], currentReplicas: old.currentReplicas ?? 0 }, { ...status, currentMetrics: status.currentMetrics ?? [], currentReplicas: status.currentReplicas ?? 0 }))
    return { ...common, batches: [], events: options.after === undefined ? events : [...events, options.after] };
  const write: Write = {
    request: { method: 'PUT', path: pathOfKey('HorizontalPodAutoscaler', keyOf(hpa), 'status'), body: { ...hpa, status } },
    because,
    ...(options.after === undefined ? {} : { event: options.after }),
    failureEvent: event('Warning', 'FailedUpdateStatus', '{error}'),
  };
  return { ...common, batches: [[write]], events };
}

/** The path of the target's scale, or why there is none. */
function scalePath({ metadata, spec: { scaleTargetRef: target } }: HorizontalPodAutoscaler): { readonly path: string } | { readonly error: string } {
  const version = target.apiVersion ?? '';
  if ((version.match(/\//g) ?? []).length > 1) return { error: `unexpected GroupVersion string: ${version}` };
  const group = version.includes('/') ? version.slice(0, version.indexOf('/')) : '';
  const info = KINDS.find((each) => each.kind === target.kind && each.group === group);
  return info === undefined ? { error: `no matches for kind "${target.kind}" in group "${group}"` } : { path: pathOf(target.kind, metadata.namespace, target.name, 'scale') };
}

function noTarget(scene: Scene, recent: Recent, error: string): Plan<Memory> {
  const status = withCondition(scene.hpa.status, scene.view.now, 'AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${error}`);
  return report(scene, status, recent, scene.say('hpa.noTarget', { error }), { events: [scene.event('Warning', 'FailedGetScale', error)] });
}

/** Those of the namespace whose target selects some of these Pods: more than one, and none of them acts. */
function rivals(scene: Scene, pods: readonly Pod[]): string[] {
  const { hpa, view } = scene;
  const all = view.list('HorizontalPodAutoscaler', { index: 'namespace', value: hpa.metadata.namespace ?? '' }) as readonly HorizontalPodAutoscaler[];
  if (all.length < 2 || pods.length === 0) return [];
  return all.filter((other) => {
    if (other.metadata.uid === hpa.metadata.uid) return true;
    // One that has not been reconciled yet selects nothing.
    if ((other.status.conditions ?? []).length === 0) return false;
    const { kind, name } = other.spec.scaleTargetRef;
    if (kind !== 'Deployment' && kind !== 'ReplicaSet' && kind !== 'StatefulSet') return false;
    const selector = view.get(kind, `${hpa.metadata.namespace}/${name}`)?.spec.selector;
    return selector !== undefined && pods.some((pod) => selects(selector, pod.metadata.labels));
  }).map(({ metadata }) => metadata.name);
}

function reconcile(key: string, view: View, memory: Memory = FRESH, context: ReconcileContext): Plan<Memory> {
  const hpa = view.get('HorizontalPodAutoscaler', key) as HorizontalPodAutoscaler | undefined;
  if (hpa === undefined) return { batches: [], memory: null, because: { code: 'hpa.gone', args: { autoscaler: key } } };
  const scene: Scene = {
    hpa,
    view,
    draw: () => context.draw('order', key),
    say: (code, args = {}) => ({ code, args: { autoscaler: hpa.metadata.name, target: hpa.spec.scaleTargetRef.name, ...args }, refs: [referenceTo(hpa)] }),
    event: (type, reason, message) => ({ regarding: objectReference(hpa), type, reason, message }),
  };
  if (memory.step !== undefined) return afterStep(scene, memory, memory.step);
  const ask = (requests: readonly Write['request'][], because: Reason, next: Memory): Plan<Memory> => ({ batches: [requests.map((request) => ({ request, because, accept: ANY }))], memory: next, because, requeueAfterMicros: 0 });

  const { scale: answer } = memory;
  if (answer === undefined) {
    const target = scalePath(hpa);
    if ('error' in target) return noTarget(scene, memory, target.error);
    return ask([{ method: 'GET', path: target.path }], scene.say('hpa.asksScale'), recentOf(memory));
  }
  if (answer.code !== 200) return noTarget(scene, memory, (answer.body as Status).message ?? '');
  const scale = answer.body as Scale;
  const current = scale.spec.replicas ?? 0;
  const selector = scale.status.selector ?? '';
  const min = hpa.spec.minReplicas ?? 1;
  const isBeyond = current === 0 || current > hpa.spec.maxReplicas || current < min;
  const specs = hpa.spec.metrics ?? [];
  if (memory.metrics === undefined && !isBeyond && selector !== '') {
    const questions = specs.map((spec) => questionFor(spec, hpa.metadata.namespace ?? '', selector));
    const requests = questions.filter((question) => question !== undefined);
    if (requests.length > 0) return ask(requests, scene.say('hpa.asksMetrics', { metrics: requests.length, replicas: current }), { ...memory, metrics: [] });
  }
  return decide(scene, memory, scale, current, min, selector, specs);
}

/** The heart of it: from scale and metrics to a number (reconcileAutoscaler). */
function decide(scene: Scene, memory: Memory, scale: Scale, current: number, min: number, selector: string, specs: readonly MetricSpec[]): Plan<Memory> {
  const { hpa, view, say, event } = scene;
  const { now } = view;
  let recent = recentOf(memory);
  if (recent.recommendations.length === 0) recent = { ...recent, recommendations: [{ replicas: current, at: now }] };
  let status = withCondition(hpa.status, now, 'AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
  if (current === 0) {
    status = withCondition(status, now, 'ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero');
    return report(scene, withNumbers(status, current, current, undefined), recent, say('hpa.disabled'));
  }
  if (current > hpa.spec.maxReplicas) return step(scene, recent, status, current, hpa.spec.maxReplicas, 'Current number of replicas above Spec.MaxReplicas', undefined, 'hpa.beyondBounds');
  if (current < min) return step(scene, recent, status, current, min, 'Current number of replicas below Spec.MinReplicas', undefined, 'hpa.beyondBounds');

  const events: EventNote[] = [];
  const giveUp = (failedStatus: AutoscalerStatus, metrics: readonly MetricStatus[] | undefined, error: string): Plan<Memory> =>
    report(scene, withNumbers(failedStatus, current, hpa.status.desiredReplicas, metrics), recent, say('hpa.noMetrics', { error }), { events, after: event('Warning', 'FailedComputeMetricsReplicas', error) });
  if (selector === '') {
    events.push(event('Warning', 'SelectorRequired', 'selector is required'));
    return giveUp(withCondition(status, now, 'ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector"), undefined, 'selector is required');
  }
  const selected = parseSelector(selector);
  const pods = view.list('Pod', { index: 'namespace', value: hpa.metadata.namespace ?? '' }).filter((pod) => selects(selected, pod.metadata.labels));
  const several = rivals(scene, pods);
  if (several.length > 1) {
    // Upstream keeps them in a map: any order.
    if (scene.draw() % 2 === 1) several.reverse();
    const error = `pods by selector ${selector} are controlled by multiple HPAs: [${several.map((name) => `${hpa.metadata.namespace}/${name}`).join(' ')}]`;
    events.push(event('Warning', 'AmbiguousSelector', error));
    return giveUp(withCondition(status, now, 'ScalingActive', 'False', 'AmbiguousSelector', error), undefined, error);
  }

  let next = 0;
  const silent: Response = { code: 0, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'no answer', code: 0 } };
  const computed: readonly Computed[] = specs.map((spec) => {
    const asked = questionFor(spec, '', '') !== undefined;
    return compute(spec, asked ? (memory.metrics?.[next++] ?? silent) : silent, { hpa, pods, specReplicas: current, statusReplicas: scale.status.replicas ?? 0, now });
  });
  const statuses = computed.map((one) => one.status);
  let best: Computed | undefined;
  const failures: NonNullable<Computed['failure']>[] = [];
  for (const one of computed) {
    if (one.failure === undefined) {
      // As upstream: a proposal of zero is overtaken by any later one.
      if (best === undefined || best.replicas === 0 || one.replicas > best.replicas) best = one;
    } else {
      failures.push(one.failure);
      events.push(event('Warning', one.failure.reason, one.failure.error));
    }
  }
  const [first] = failures;
  if (first !== undefined && (best === undefined || best.replicas < current)) {
    const error = `invalid metrics (${failures.length} invalid out of ${specs.length}), first error is: ${first.whole}`;
    return giveUp(withCondition(status, now, 'ScalingActive', 'False', first.reason, `the HPA was unable to compute the replica count: ${first.error}`), statuses, error);
  }
  status = withCondition(status, now, 'ScalingActive', 'True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${best?.name ?? ''}`);
  const wanted = best?.replicas ?? 0;
  const why = wanted > current ? `${best?.name ?? ''} above target` : wanted < current ? 'All metrics below target' : '';
  const bounds = { current, min, max: hpa.spec.maxReplicas };
  const { behavior } = hpa.spec;
  const normalized = behavior === undefined ? normalize(recent.recommendations, wanted, bounds, now) : normalizeBy(behavior, recent, wanted, bounds, now);
  recent = { ...recent, recommendations: normalized.recommendations };
  status = withCondition(status, now, 'AbleToScale', 'True', normalized.able.reason, normalized.able.message);
  status = withCondition(status, now, 'ScalingLimited', normalized.limited.is ? 'True' : 'False', normalized.limited.reason, normalized.limited.message);
  if (normalized.replicas !== current) return step(scene, recent, status, current, normalized.replicas, why, statuses, 'hpa.rescales', { wanted, held: normalized.limited.reason }, events);
  return report(scene, withNumbers(status, current, current, statuses), recent, say('hpa.stays', { replicas: current, wanted, able: normalized.able.reason, limited: normalized.limited.reason }), { events });
}

/** Asks the target for another number; the status waits for the answer. */
function step(scene: Scene, recent: Recent, status: AutoscalerStatus, from: number, to: number, why: string, metrics: readonly MetricStatus[] | undefined, code: string, args: Record<string, string | number> = {}, events: readonly EventNote[] = []): Plan<Memory> {
  const { hpa, say, event } = scene;
  const target = scalePath(hpa);
  const because = say(code, { from, to, why, ...args });
  const body = { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name: hpa.spec.scaleTargetRef.name, namespace: hpa.metadata.namespace }, spec: { replicas: to }, status: { replicas: 0 } };
  return {
    batches: [[{ request: { method: 'PUT', path: 'path' in target ? target.path : '', body }, because, accept: ANY, event: event('Normal', 'SuccessfulRescale', `New size: ${to}; reason: ${why}`) }]],
    events,
    memory: { ...recent, step: { from, to, why, status: withNumbers(status, from, to, metrics) } },
    because,
    requeueAfterMicros: 0,
  };
}

function afterStep(scene: Scene, memory: Memory, { from, to, why, status, answer }: NonNullable<Memory['step']>): Plan<Memory> {
  const { hpa, view, say, event } = scene;
  if (answer?.code !== 200) {
    const error = answer === undefined ? 'no answer' : ((answer.body as Status).message ?? '');
    const said = withCondition(status, view.now, 'AbleToScale', 'False', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${error}`);
    return report(scene, { ...said, desiredReplicas: hpa.status.desiredReplicas }, memory, say('hpa.refused', { from, to, error }), { events: [event('Warning', 'FailedRescale', `New size: ${to}; reason: ${why}; error: ${error}`)] });
  }
  const said = withCondition(status, view.now, 'AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${to}`);
  return report(scene, { ...said, lastScaleTime: timestamp(view.now) }, scaled(recentOf(memory), hpa.spec.behavior, from, to, view.now), say('hpa.rescaled', { from, to }));
}

/** Keeps an answer for the next plan of the round. */
function answered(_key: string, { request }: Write, response: Response, memory: Memory | undefined): Memory | undefined {
  if (memory === undefined) return undefined;
  if (request.method === 'PUT') return memory.step === undefined || request.path.endsWith('/status') ? memory : { ...memory, step: { ...memory.step, answer: response } };
  if (request.path.endsWith('/scale')) return { ...memory, scale: response };
  return { ...memory, metrics: [...(memory.metrics ?? []), response] };
}

export const horizontalPodAutoscaler: Controller<Memory> = {
  name: 'horizontal-pod-autoscaler',
  sleepsUntil: ['HorizontalPodAutoscaler'],
  workers: 5,
  backOff: { firstMicros: SYNC, lastMicros: SYNC },
  watches: { HorizontalPodAutoscaler: (hpa, _view, change) => (change.after === undefined ? [] : [{ key: keyOf(hpa), afterMicros: SYNC }]) },
  reads: ['Pod', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  reconcile,
  answered,
};
