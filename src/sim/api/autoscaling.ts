import type { Condition, KubernetesObject, LabelSelector } from './object.ts';

/** A HorizontalPodAutoscaler as its controller reads it (autoscaling/v2), and what it reads besides: scales and metrics. */
export interface ScaleTargetRef {
  readonly kind: string;
  readonly name: string;
  readonly apiVersion?: string;
}
export interface MetricTarget {
  readonly type: string;
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}
export interface MetricIdentifier {
  readonly name: string;
  readonly selector?: LabelSelector;
}
export interface MetricSpec {
  readonly type: string;
  readonly object?: { readonly describedObject: ScaleTargetRef; readonly metric: MetricIdentifier; readonly target: MetricTarget };
  readonly pods?: { readonly metric: MetricIdentifier; readonly target: MetricTarget };
  readonly resource?: { readonly name: string; readonly target: MetricTarget };
  readonly containerResource?: { readonly name: string; readonly container: string; readonly target: MetricTarget };
  readonly external?: { readonly metric: MetricIdentifier; readonly target: MetricTarget };
}
export interface ScalingPolicy {
  readonly type: string;
  readonly value: number;
  readonly periodSeconds: number;
}
export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: string;
  readonly policies?: readonly ScalingPolicy[];
  readonly tolerance?: string;
}
export interface ScalingBehavior {
  readonly scaleUp?: ScalingRules;
  readonly scaleDown?: ScalingRules;
}
/** One entry of status.currentMetrics; a metric that could not be had leaves an entry without a type. */
export interface MetricStatus {
  readonly type: string;
  readonly [source: string]: unknown;
}
export interface AutoscalerStatus {
  readonly currentReplicas?: number;
  readonly desiredReplicas: number;
  readonly lastScaleTime?: string;
  readonly currentMetrics?: readonly MetricStatus[] | null;
  readonly conditions?: readonly Condition[];
}
export interface HorizontalPodAutoscaler extends KubernetesObject {
  readonly spec: { readonly scaleTargetRef: ScaleTargetRef; readonly minReplicas?: number; readonly maxReplicas: number; readonly metrics?: readonly MetricSpec[]; readonly behavior?: ScalingBehavior };
  readonly status: AutoscalerStatus;
}

/** autoscaling/v1 Scale, the subresource. */
export interface Scale extends KubernetesObject {
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly replicas?: number; readonly selector?: string };
}

/** metrics.k8s.io/v1beta1. */
export interface PodMetrics {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly timestamp: string;
  readonly window: string;
  readonly containers: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[];
}
/** custom.metrics.k8s.io/v1beta2. */
export interface MetricValue {
  readonly describedObject: { readonly kind?: string; readonly name: string };
  readonly timestamp: string;
  readonly windowSeconds?: number;
  readonly value: string;
}
