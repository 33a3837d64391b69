import type { Deployment, PodTemplateSpec, ReplicaSet, StringMap } from '../../api/object.ts';
import { scaledValue } from '../../api/intOrString.ts';
import { semanticallyEqual } from '../../api/equal.ts';

/** What a Deployment's ReplicaSets say together (pkg/controller/deployment/util/deployment_util.go), without any decision in it. */

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const TEMPLATE_HASH = 'pod-template-hash';

// ---- names

const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** JSON with its keys in order, so that the same template always gives the same text. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(fields).filter((key) => fields[key] !== undefined).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(fields[key])}`).join()}}`;
}

/**
 * The label that tells the Pods of one template from those of another. As upstream's ComputeHash: FNV-1 in 32 bits over a dump of the template, then
 * over the count of collisions, in decimal, in letters that spell no words. The dump is JSON here and a print of Go structs there, so the
 * letters differ from a real cluster's.
 */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const text = canonical(template) + (collisionCount === undefined ? '' : `#${collisionCount}`);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Array.from(String(hash >>> 0), (digit) => SAFE[digit.charCodeAt(0) % SAFE.length]).join('');
}

/** A name may have 253 characters: the Deployment's part gives way. */
export const replicaSetName = (deployment: string, hash: string): string => `${deployment.slice(0, 253 - 1 - hash.length)}-${hash}`;

// ---- which is which

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const labels = template.metadata?.labels;
  if (labels === undefined || !Object.hasOwn(labels, TEMPLATE_HASH)) return template;
  const { [TEMPLATE_HASH]: _hash, ...rest } = labels;
  return { ...template, metadata: { ...template.metadata, labels: rest } };
}

/** Templates never change, so the answer for two of them is worked out once. */
const equality = new WeakMap<PodTemplateSpec, WeakMap<PodTemplateSpec, boolean>>();
export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  let known = equality.get(a);
  if (known === undefined) equality.set(a, (known = new WeakMap()));
  let answer = known.get(b);
  if (answer === undefined) known.set(b, (answer = semanticallyEqual(withoutHash(a), withoutHash(b))));
  return answer;
}

export const byCreation = (a: ReplicaSet, b: ReplicaSet): number => {
  const left = a.metadata.creationTimestamp;
  const right = b.metadata.creationTimestamp;
  if (left !== right) return left < right ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
};

/** From the larger to the smaller; of two that are equal the newer first. */
export const bySizeNewer = (a: ReplicaSet, b: ReplicaSet): number => b.spec.replicas - a.spec.replicas || byCreation(b, a);
/** From the larger to the smaller; of two that are equal the older first. */
export const bySizeOlder = (a: ReplicaSet, b: ReplicaSet): number => b.spec.replicas - a.spec.replicas || byCreation(a, b);

export const byRevision = (a: ReplicaSet, b: ReplicaSet): number => {
  const left = revisionOf(a);
  const right = revisionOf(b);
  return left === undefined || right === undefined || left === right ? byCreation(a, b) : left < right ? -1 : 1;
};

export interface Sorted {
  /** Has the template that the Deployment has now: the oldest such. */
  readonly current: ReplicaSet | undefined;
  /** All others, the oldest first. */
  readonly old: readonly ReplicaSet[];
}
export function sortOut(deployment: Deployment, owned: readonly ReplicaSet[]): Sorted {
  const sorted = [...owned].sort(byCreation);
  const current = sorted.find((replicaSet) => sameTemplate(replicaSet.spec.template, deployment.spec.template));
  return { current, old: sorted.filter((replicaSet) => replicaSet !== current) };
}

export const isActive = (replicaSet: ReplicaSet): boolean => replicaSet.spec.replicas > 0;

/** The only one that has Pods; when none has, the newest; undefined when several have. */
export function activeOrLatest(current: ReplicaSet | undefined, old: readonly ReplicaSet[]): ReplicaSet | undefined {
  const active = [...old, ...(current === undefined ? [] : [current])].filter(isActive);
  if (active.length > 1) return undefined;
  return active[0] ?? current ?? [...old].sort((a, b) => byCreation(b, a))[0];
}

// ---- counts

const sum = (replicaSets: readonly ReplicaSet[], of: (replicaSet: ReplicaSet) => number | undefined): number => {
  let total = 0;
  for (const replicaSet of replicaSets) total += of(replicaSet) ?? 0;
  return total;
};
export const wantedReplicas = (replicaSets: readonly ReplicaSet[]): number => sum(replicaSets, (replicaSet) => replicaSet.spec.replicas);
export const actualReplicas = (replicaSets: readonly ReplicaSet[]): number => sum(replicaSets, (replicaSet) => replicaSet.status.replicas);
export const readyReplicas = (replicaSets: readonly ReplicaSet[]): number => sum(replicaSets, (replicaSet) => replicaSet.status.readyReplicas);
export const availableReplicas = (replicaSets: readonly ReplicaSet[]): number => sum(replicaSets, (replicaSet) => replicaSet.status.availableReplicas);

/** Undefined when a ReplicaSet was synced by a controller that did not count them. */
export function terminatingReplicas(replicaSets: readonly ReplicaSet[]): number | undefined {
  let total = 0;
  for (const { status } of replicaSets) {
    if (status.terminatingReplicas !== undefined) total += status.terminatingReplicas;
    else if ((status.observedGeneration ?? 0) !== 0) return undefined;
  }
  return total;
}

// ---- limits of a rolling update

export interface Limits {
  readonly surge: number;
  readonly unavailable: number;
}

const isRolling = (deployment: Deployment): boolean => deployment.spec.strategy.type === 'RollingUpdate';

/** maxSurge rounded up, maxUnavailable rounded down; not both 0, because then nothing could ever move. */
export function fenceposts(maxSurge: number | string | undefined, maxUnavailable: number | string | undefined, desired: number): Limits {
  const surge = scaledValue(maxSurge ?? 0, desired, true) ?? 0;
  const unavailable = scaledValue(maxUnavailable ?? 0, desired, false) ?? 0;
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export function maxSurge(deployment: Deployment): number {
  const rolling = deployment.spec.strategy.rollingUpdate;
  return isRolling(deployment) ? fenceposts(rolling?.maxSurge, rolling?.maxUnavailable, deployment.spec.replicas).surge : 0;
}

export function maxUnavailable(deployment: Deployment): number {
  const rolling = deployment.spec.strategy.rollingUpdate;
  if (!isRolling(deployment) || deployment.spec.replicas === 0) return 0;
  return Math.min(fenceposts(rolling?.maxSurge, rolling?.maxUnavailable, deployment.spec.replicas).unavailable, deployment.spec.replicas);
}

/** How many replicas the current ReplicaSet may have now (NewRSNewReplicas). `all` includes it. */
export function allowedForCurrent(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  if (!isRolling(deployment)) return deployment.spec.replicas;
  const { replicas, strategy } = deployment.spec;
  const limit = replicas + (scaledValue(strategy.rollingUpdate?.maxSurge ?? 0, replicas, true) ?? 0);
  const pods = wantedReplicas(all);
  return pods >= limit ? current : current + Math.min(limit - pods, replicas - current);
}

/** The current ReplicaSet has all that is wanted, and all of it is available. */
export const isSaturated = (deployment: Deployment, current: ReplicaSet | undefined): boolean =>
  current !== undefined &&
  current.spec.replicas === deployment.spec.replicas &&
  Number(current.metadata.annotations?.[DESIRED_REPLICAS] ?? NaN) === deployment.spec.replicas &&
  (current.status.availableReplicas ?? 0) === deployment.spec.replicas;

// ---- annotations

/** An annotation that is a count: undefined where there is none, or no such. */
export function countAnnotation(replicaSet: ReplicaSet, name: string): number | undefined {
  const text = replicaSet.metadata.annotations?.[name];
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value > 2_147_483_647 ? undefined : value;
}

/** 0 without the annotation, undefined when it is not a number. An adopted ReplicaSet may bring any 64-bit one. */
export function revisionOf(object: { readonly metadata: { readonly annotations?: StringMap } }): bigint | undefined {
  const text = object.metadata.annotations?.[REVISION];
  return text === undefined ? 0n : parsedRevision(text);
}
const parsedRevision = (text: string): bigint | undefined => (/^[+-]?\d{1,19}$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined);

export const maxRevision = (replicaSets: readonly ReplicaSet[]): bigint =>
  replicaSets.reduce((most, replicaSet) => {
    const revision = revisionOf(replicaSet) ?? 0n;
    return revision > most ? revision : most;
  }, 0n);

const NOT_COPIED: readonly string[] = ['kubectl.kubernetes.io/last-applied-configuration', REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, 'deprecated.deployment.rollback.to'];

/** So that a Deployment rolled back and forth for years does not outgrow what an annotation may hold. */
const HISTORY_CHARACTERS = 2000;

export const replicaAnnotations = (deployment: Deployment): StringMap => ({
  [DESIRED_REPLICAS]: String(deployment.spec.replicas),
  [MAX_REPLICAS]: String(deployment.spec.replicas + maxSurge(deployment)),
});

/**
 * The annotations of the current ReplicaSet: the Deployment's own, the revision, and when it had one before (a rollback came back to it),
 * the history of those. The same object when nothing changes.
 */
export function currentAnnotations(deployment: Deployment, existing: StringMap | undefined, revision: bigint): StringMap {
  const annotations: Record<string, string> = { ...existing };
  let changed = existing === undefined;
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (NOT_COPIED.includes(name) || annotations[name] === value) continue;
    annotations[name] = value;
    changed = true;
  }
  const before = annotations[REVISION];
  const beforeNumber = before === undefined || before === '' ? 0n : parsedRevision(before);
  if (beforeNumber !== undefined && beforeNumber < revision) {
    annotations[REVISION] = String(revision);
    changed = true;
    if (before !== undefined) {
      let history = (annotations[REVISION_HISTORY] ?? '').split(',').filter((item) => item !== '');
      while (history.length > 0 && [...history, before].join(',').length > HISTORY_CHARACTERS) history = history.slice(1);
      annotations[REVISION_HISTORY] = [...history, before].join(',');
    }
  }
  return changed ? annotations : existing!;
}
