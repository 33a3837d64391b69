import type { KubernetesObject, Pod, StringMap } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import { forbidden, invalid } from '../status.ts';
import { head, headList } from '../store.ts';
import type { FieldError } from '../strategy.ts';
import type { Call } from '../verbs-call.ts';
import { NEWEST_MINOR, violations, type SpecLike, type Violation } from './podSecurityChecks.ts';

/** PodSecurity: what the labels of a namespace allow its Pods. After k8s.io/pod-security-admission/admission. Left out: audit annotations and exemptions. */
type Level = 'privileged' | 'baseline' | 'restricted';
interface LevelVersion {
  readonly level: Level;
  readonly version: string;
}
interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}
const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted'];
const LATEST = 'latest';

const shown = ({ level, version }: LevelVersion): string => `${level}:${version}`;
const minorOf = ({ version }: LevelVersion): number => (version === LATEST ? NEWEST_MINOR : Number(version.slice('v1.'.length)));

function policyOf(labels: StringMap | undefined): { readonly policy: Policy; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  const label = (name: string): string | undefined => (labels !== undefined && Object.hasOwn(labels, `${PREFIX}${name}`) ? labels[`${PREFIX}${name}`] : undefined);
  const no = (name: string, value: string, why: string): void => {
    errors.push({ field: `metadata.labels[${PREFIX}${name}]`, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}` });
  };
  let hasEnforce = false;
  const read = (mode: string): LevelVersion => {
    const level = label(mode);
    const version = label(`${mode}-version`);
    const isLevel = level === undefined || LEVELS.includes(level);
    if (!isLevel) no(mode, level, 'must be one of privileged, baseline, restricted');
    const isVersion = version === undefined || version === LATEST || /^v1\.(?:\d|[1-9]\d*)$/.test(version);
    if (!isVersion) no(`${mode}-version`, version, 'must be "latest" or "v1.x"');
    if (mode === 'enforce') hasEnforce = level !== undefined && isLevel;
    // An enforced level that cannot be read is the strictest; of the others nothing is asked.
    return { level: level === undefined ? 'privileged' : isLevel ? (level as Level) : mode === 'enforce' ? 'restricted' : 'privileged', version: version === undefined || !isVersion ? LATEST : version };
  };
  const enforce = read('enforce');
  const audit = read('audit');
  let warn = read('warn');
  // Whoever enforces a level is warned of it, where nothing else is said.
  if (label('warn') === undefined && hasEnforce && LEVELS.indexOf(enforce.level) > LEVELS.indexOf(warn.level)) warn = { level: enforce.level, version: label('warn-version') === undefined ? enforce.version : warn.version };
  return { policy: { enforce, audit, warn }, errors };
}

// Invisible: what a namespace's labels say is always the same.
const policies = new WeakMap<KubernetesObject, Policy | null>();
/** null: everything is allowed there, as in most namespaces. */
function policyFor(namespace: KubernetesObject): Policy | null {
  const known = policies.get(namespace);
  if (known !== undefined) return known;
  const { labels } = namespace.metadata;
  const speaks = labels !== undefined && Object.keys(labels).some((key) => key.startsWith(PREFIX));
  const policy = speaks ? policyOf(labels).policy : null;
  policies.set(namespace, policy);
  return policy;
}

const details = (found: readonly Violation[]): string => found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
const against = (level: LevelVersion, spec: SpecLike, annotations: StringMap | undefined): readonly Violation[] => violations(level.level, minorOf(level), spec, annotations ?? {});

/** The kinds that make Pods, and where their Pod's template is. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  PodTemplate: ['template'], ReplicationController: ['spec', 'template'], ReplicaSet: ['spec', 'template'], Deployment: ['spec', 'template'], DaemonSet: ['spec', 'template'], StatefulSet: ['spec', 'template'],
  Job: ['spec', 'template'], CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

export function podSecurity(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined {
  const { kind } = call.info;
  if (kind === 'Namespace') return call.subresource === undefined ? namespaceLabels(call, object, old) : undefined;
  const isPod = kind === 'Pod';
  const path = Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined;
  if (!isPod && (path === undefined || call.subresource !== undefined)) return undefined;
  const namespace = head(call.context.store, 'Namespace', object.metadata.namespace ?? '');
  const policy = namespace === undefined ? null : policyFor(namespace);
  if (policy === null) return undefined;
  if (isPod && old !== undefined && !isSignificant(object as Pod, old as Pod)) return undefined;
  const template = (isPod ? object : path!.reduce<unknown>((at, field) => (at as Readonly<Record<string, unknown>> | undefined)?.[field], object)) as { readonly metadata?: { readonly annotations?: StringMap }; readonly spec?: SpecLike } | undefined;
  if (template?.spec === undefined) return undefined;
  const { annotations } = template.metadata ?? {};
  if (isPod) {
    const found = against(policy.enforce, template.spec, annotations);
    if (found.length > 0) return forbidden(call.info, object.metadata.name, `violates PodSecurity ${JSON.stringify(shown(policy.enforce))}: ${details(found)}`);
  }
  const warned = against(policy.warn, template.spec, annotations);
  if (warned.length > 0) call.warnings.push(`would violate PodSecurity ${JSON.stringify(shown(policy.warn))}: ${details(warned)}`);
  return undefined;
}

/** Of an update only new images and new containers are looked at. */
function isSignificant(pod: Pod, old: Pod): boolean {
  const changed = (now: readonly { readonly image?: string }[] | undefined, before: readonly { readonly image?: string }[] | undefined): boolean => (now ?? []).length !== (before ?? []).length || (now ?? []).some((one, i) => one.image !== before![i]!.image);
  const ephemeral = (of: Pod): readonly { readonly name: string; readonly image?: string }[] => (of.spec as SpecLike).ephemeralContainers ?? [];
  return changed(pod.spec.containers, old.spec.containers) || changed(pod.spec.initContainers, old.spec.initContainers) || ephemeral(pod).some((one) => ephemeral(old).find(({ name }) => name === one.name)?.image !== one.image);
}

const MOST_PODS = 3000;

function namespaceLabels(call: Call, namespace: KubernetesObject, old: KubernetesObject | undefined): Status | undefined {
  if (namespace.metadata.labels === old?.metadata.labels) return undefined;
  const now = policyOf(namespace.metadata.labels);
  const before = old === undefined ? undefined : policyOf(old.metadata.labels);
  if (now.errors.length > 0 && (before === undefined || JSON.stringify(now.errors) !== JSON.stringify(before.errors))) return invalid(call.info, namespace.metadata.name, now.errors);
  if (before === undefined) return undefined;
  const { enforce } = now.policy;
  const had = before.policy.enforce;
  if (shown(enforce) === shown(had) || enforce.level === 'privileged' || (enforce.version === had.version && LEVELS.indexOf(enforce.level) <= LEVELS.indexOf(had.level))) return undefined;
  call.warnings.push(...existingPods(call, namespace.metadata.name, enforce));
  return undefined;
}

/** What a stricter level means for the Pods that are there already: they stay. */
function existingPods(call: Call, namespace: string, enforce: LevelVersion): readonly string[] {
  const pods = headList(call.context.store, 'Pod', { index: 'namespace', value: namespace }) as readonly Pod[];
  const owners = new Set<string>();
  const first: Pod[] = [];
  const more: Pod[] = [];
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find((one) => one.controller === true)?.uid;
    if (owner !== undefined && owners.has(owner)) more.push(pod);
    else first.push(pod);
    if (owner !== undefined) owners.add(owner);
  }
  const found = new Map<string, { name: string; count: number }>();
  const checked = [...first, ...more].slice(0, MOST_PODS);
  for (const pod of checked) {
    const reasons = against(enforce, pod.spec as unknown as SpecLike, pod.metadata.annotations).map(({ reason }) => reason).join(', ');
    if (reasons === '') continue;
    const one = found.get(reasons);
    if (one === undefined) found.set(reasons, { name: pod.metadata.name, count: 1 });
    else {
      one.count += 1;
      if (pod.metadata.name < one.name) one.name = pod.metadata.name;
    }
  }
  const lines = [...found].map(([reasons, { name, count }]) => `${name}${count === 1 ? '' : count === 2 ? ' (and 1 other pod)' : ` (and ${count - 1} other pods)`}: ${reasons}`);
  return [
    ...(checked.length < pods.length ? [`new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`] : []),
    ...(lines.length === 0 ? [] : [`existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(shown(enforce))}`]),
    ...lines.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  ];
}
