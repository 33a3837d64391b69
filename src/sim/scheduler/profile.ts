import type { SchedulerProfileConfig } from '../api/cluster.ts';
import { pluginOf } from './plugins/index.ts';
import type { Plugin, ProfileArgs } from './plugin.ts';

/** Which plugins take part at which extension point, in order, with their weights and arguments. */
export interface Profile {
  readonly schedulerName: string;
  readonly preEnqueue: readonly string[];
  readonly queueSort: string;
  readonly preFilter: readonly string[];
  readonly filter: readonly string[];
  readonly postFilter: readonly string[];
  readonly preScore: readonly string[];
  readonly score: readonly (readonly [name: string, weight: number])[];
  readonly args: ProfileArgs;
  /** 0: worked out from the number of nodes. */
  readonly percentageOfNodesToScore: number;
}

const PRE_FILTER = [
  'NodeAffinity', 'NodePorts', 'NodeResourcesFit', 'VolumeRestrictions', 'NodeVolumeLimits', 'VolumeBinding', 'VolumeZone', 'PodTopologySpread', 'InterPodAffinity', 'DynamicResources', 'NodeDeclaredFeatures',
] as const;

/** The default profile of kube-scheduler v1.36.3, as `default-scheduler` runs it when nobody configures anything. */
export const DEFAULT_PROFILE: Profile = {
  schedulerName: 'default-scheduler',
  preEnqueue: ['SchedulingGates', 'DynamicResources', 'DefaultPreemption'],
  queueSort: 'PrioritySort',
  preFilter: PRE_FILTER,
  filter: ['NodeUnschedulable', 'NodeName', 'TaintToleration', ...PRE_FILTER],
  postFilter: ['DynamicResources', 'DefaultPreemption'],
  preScore: ['TaintToleration', 'NodeAffinity', 'NodeResourcesFit', 'VolumeBinding', 'PodTopologySpread', 'InterPodAffinity', 'NodeResourcesBalancedAllocation'],
  score: [
    ['TaintToleration', 3],
    ['NodeAffinity', 2],
    ['NodeResourcesFit', 1],
    ['VolumeBinding', 1],
    ['PodTopologySpread', 2],
    ['InterPodAffinity', 2],
    ['DynamicResources', 2],
    ['NodeResourcesBalancedAllocation', 1],
    ['ImageLocality', 1],
  ],
  args: {
    resourcesFit: { strategy: 'LeastAllocated', resources: [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }] },
    balancedAllocation: { resources: [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }] },
    hardPodAffinityWeight: 1,
    defaultSpreadConstraints: [
      { topologyKey: 'kubernetes.io/hostname', maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
      { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
    ],
    preemption: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
  },
  percentageOfNodesToScore: 0,
};

const known = new WeakMap<SchedulerProfileConfig, Profile>();
/**
 * The profile that a Pod's schedulerName asks for: one binary has several, which share its queue and its cache (KubeSchedulerConfiguration,
 * profile/profile.go). Undefined: nobody has that name, and the Pod waits without a word.
 */
export function profileNamed(name: string, further: readonly SchedulerProfileConfig[] = []): Profile | undefined {
  if (name === DEFAULT_PROFILE.schedulerName) return DEFAULT_PROFILE;
  const config = further.find(({ schedulerName }) => schedulerName === name);
  if (config === undefined) return undefined;
  let profile = known.get(config);
  if (profile === undefined) {
    const { args } = DEFAULT_PROFILE;
    profile = { ...DEFAULT_PROFILE, schedulerName: name, args: { ...args, resourcesFit: { ...args.resourcesFit, strategy: config.scoringStrategy } } };
    known.set(config, profile);
  }
  return profile;
}

export interface CompiledProfile {
  readonly preFilter: readonly Plugin[];
  readonly filter: readonly Plugin[];
  readonly preScore: readonly Plugin[];
  readonly score: readonly { readonly plugin: Plugin; readonly weight: number }[];
  /** By place in `score`: that of the same plugin in preScore, or -1. */
  readonly preScoreOf: readonly number[];
  /** By place in `filter`: that of the same plugin in preFilter, or -1. */
  readonly preFilterOf: readonly number[];
  readonly preEnqueue: readonly Plugin[];
  readonly queueSort: Plugin;
  /** All of them, once each: those whose events can bring a Pod back. */
  readonly all: readonly Plugin[];
  /** What is left to do when some plugins skip, by the set of them as bits in the order of preFilter, or preScore: most Pods skip the same. */
  readonly bySkippedFilter: Map<number, SkippedFilter>;
  readonly bySkippedScore: Map<number, SkippedScore>;
}
export interface SkippedFilter {
  readonly outcome: { readonly skip: readonly string[] };
  readonly filters: readonly Plugin[];
}
export interface SkippedScore {
  readonly skip: readonly string[];
  /** Places in `score` of the profile. */
  readonly scorers: readonly number[];
  readonly columns: readonly { readonly name: string; readonly weight: number }[];
}

export function filtersWithout(profile: CompiledProfile, skipped: number): SkippedFilter {
  const known = profile.bySkippedFilter.get(skipped);
  if (known !== undefined) return known;
  const skip = profile.preFilter.filter((_, at) => (skipped & (1 << at)) !== 0).map((plugin) => plugin.name);
  const result = { outcome: Object.freeze({ skip: Object.freeze(skip) }), filters: profile.filter.filter((plugin) => !skip.includes(plugin.name)) };
  profile.bySkippedFilter.set(skipped, result);
  return result;
}

export function scorersWithout(profile: CompiledProfile, skipped: number): SkippedScore {
  const known = profile.bySkippedScore.get(skipped);
  if (known !== undefined) return known;
  const skip = profile.preScore.filter((_, at) => (skipped & (1 << at)) !== 0).map((plugin) => plugin.name);
  const scorers = profile.score.map((_, at) => at).filter((at) => !skip.includes(profile.score[at]!.plugin.name));
  const result: SkippedScore = {
    skip: Object.freeze(skip),
    scorers,
    columns: Object.freeze(scorers.map((at) => Object.freeze({ name: profile.score[at]!.plugin.name, weight: profile.score[at]!.weight }))),
  };
  profile.bySkippedScore.set(skipped, result);
  return result;
}

const compiled = new WeakMap<Profile, CompiledProfile>();

/** Names to plugins, once per profile (the cache is invisible: a profile is immutable). */
export function compile(profile: Profile): CompiledProfile {
  const known = compiled.get(profile);
  if (known !== undefined) return known;
  const names = new Set([...profile.preEnqueue, ...profile.preFilter, ...profile.filter, ...profile.postFilter, ...profile.score.map(([name]) => name)]);
  const result: CompiledProfile = {
    preFilter: profile.preFilter.map(pluginOf),
    filter: profile.filter.map(pluginOf),
    preScore: profile.preScore.map(pluginOf),
    score: profile.score.map(([name, weight]) => ({ plugin: pluginOf(name), weight })),
    preScoreOf: profile.score.map(([name]) => profile.preScore.indexOf(name)),
    preFilterOf: profile.filter.map((name) => profile.preFilter.indexOf(name)),
    preEnqueue: profile.preEnqueue.map(pluginOf),
    queueSort: pluginOf(profile.queueSort),
    all: [...names].map(pluginOf),
    bySkippedFilter: new Map(),
    bySkippedScore: new Map(),
  };
  compiled.set(profile, result);
  return result;
}
