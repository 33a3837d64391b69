import { podRequests } from '../../sim/api/podrequests.ts';
import { anyTolerates } from '../../sim/api/toleration.ts';
import type { Decision } from '../../sim/scheduler/decide.ts';
import { remedySentence } from '../../sim/scheduler/explain.ts';
import type { Moment } from '../../sim/scheduler/moment.ts';
import { changed, decisionAt, smallestChange, type WhatIf } from '../../sim/scheduler/whatIf.ts';
import type { Offer, Offers, Outcome } from './scheduling.ts';

/** How many decisions the search for the smallest change may take: fewer where each costs more. */
const triesFor = (nodes: number): number => Math.max(40, Math.min(400, Math.floor(60_000 / Math.max(1, nodes))));

/** What could have been otherwise, each with what comes of it: decided anew, never inferred. */
export async function offersOf(moment: Moment, fact: Decision, breathe: () => Promise<void>): Promise<Offers> {
  const offer = (...changes: readonly WhatIf[]): Offer => {
    const line = changes.length === 1 ? lineOf(changes[0]!) : undefined;
    return { changes, sentences: changes.map(remedySentence), outcome: outcomeOf(fact, decisionAt(changes.reduce(changed, moment), { sampled: true })), ...(line === undefined ? {} : { line }) };
  };
  const found = fact.chosen === undefined ? smallestChange(moment, triesFor(moment.nodes.length)) : undefined;
  /** One at a time: with a thousand nodes each takes a while, and other asks are heard in between. */
  const eachOf = async (lists: readonly (readonly WhatIf[])[]): Promise<readonly Offer[]> => {
    const out: Offer[] = [];
    for (const changes of lists) {
      await breathe();
      out.push(offer(...changes));
    }
    return out;
  };
  const remedies = await eachOf((found?.remedies ?? []).slice(0, 6).map(({ changes }) => changes));
  const known = new Set(remedies.map(({ changes }) => JSON.stringify(changes)));
  const others = await eachOf(alternatives(moment, fact).filter((change) => !known.has(JSON.stringify([change]))).map((change) => [change]));
  return { fits: fact.chosen !== undefined, remedies, tried: found?.tried ?? 0, cutShort: found?.cutShort ?? false, others };
}

function totalOf(decision: Decision, node: string | undefined): number | undefined {
  if (node === undefined) return undefined;
  const at = decision.feasible.findIndex((place) => decision.nodes[place] === node);
  return at < 0 ? undefined : decision.scores.totals[at];
}
function leadOf({ scores: { totals } }: Decision): number | undefined {
  if (totals.length < 2) return undefined;
  let [top, second] = [-Infinity, -Infinity];
  for (const total of totals) {
    if (total > top) [top, second] = [total, top];
    else if (total > second) second = total;
  }
  return top - second;
}

function outcomeOf(fact: Decision, then: Decision): Outcome {
  const names = (decision: Decision): ReadonlySet<string> => new Set(decision.feasible.map((place) => decision.nodes[place]!));
  const [was, is] = [names(fact), names(then)];
  const maybe = { chosen: then.chosen, before: fact.chosen, total: totalOf(then, then.chosen), rival: fact.chosen === then.chosen ? undefined : totalOf(then, fact.chosen), lead: leadOf(then), leadBefore: leadOf(fact), preempts: then.failure?.postFilter.chosen?.node };
  return {
    ...(Object.fromEntries(Object.entries(maybe).filter(([, value]) => value !== undefined)) as Partial<Outcome>),
    ties: then.best.length,
    joins: [...is].filter((name) => !was.has(name)),
    leaves: [...was].filter((name) => !is.has(name)),
  };
}

const MOST_OF_A_KIND = 3;

/** Changes worth a thought at this decision: what closed nodes have, what the Pod asks, how the profile scores. */
function alternatives(moment: Moment, fact: Decision): readonly WhatIf[] {
  const { spec } = moment.pod;
  const out: WhatIf[] = [];
  const taints = new Map<string, WhatIf>();
  const cordoned: WhatIf[] = [];
  for (const node of moment.nodes) {
    if (node.spec?.unschedulable === true && cordoned.length < MOST_OF_A_KIND) cordoned.push({ type: 'uncordon', node: node.metadata.name });
    for (const { key, value, effect } of node.spec?.taints ?? []) {
      const isCordon = key === 'node.kubernetes.io/unschedulable';
      if (isCordon || taints.size >= MOST_OF_A_KIND || anyTolerates(spec.tolerations, { key, effect, ...(value === undefined ? {} : { value }) })) continue;
      taints.set(`${key}=${value}:${effect}`, { type: 'tolerate', key, effect, ...(value === undefined ? {} : { value }) });
    }
  }
  out.push(...taints.values(), ...cordoned);
  const asked = podRequests(moment.pod);
  for (const resource of ['cpu', 'memory']) if ((asked.get(resource) ?? 0) > 0) out.push({ type: 'scaleRequest', resource, factor: 0.5 });
  for (const key of Object.keys(spec.nodeSelector ?? {})) out.push({ type: 'drop', constraint: { in: 'nodeSelector', key } });
  if (spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined) out.push({ type: 'drop', constraint: { in: 'nodeAffinity' } });
  (spec.topologySpreadConstraints ?? []).slice(0, MOST_OF_A_KIND).forEach((_, at) => out.push({ type: 'drop', constraint: { in: 'spread', at } }));
  for (const which of ['podAffinity', 'podAntiAffinity'] as const) (spec.affinity?.[which]?.requiredDuringSchedulingIgnoredDuringExecution ?? []).slice(0, MOST_OF_A_KIND).forEach((_, at) => out.push({ type: 'drop', constraint: { in: which, at } }));
  for (const { ports } of spec.containers) for (const { hostPort } of ports ?? []) if (hostPort !== undefined && hostPort !== 0) out.push({ type: 'drop', constraint: { in: 'hostPort', port: hostPort } });
  const names = new Set(moment.nodes.map(({ metadata }) => metadata.name));
  const like = fact.chosen ?? moment.nodes[0]?.metadata.name;
  if (like !== undefined) {
    let n = moment.nodes.length + 1;
    while (names.has(`node-new-${n}`)) n++;
    out.push({ type: 'addNode', like, name: `node-new-${n}` });
  }
  // Whatever tells the nodes apart most, taken away.
  const { plugins, normalized } = fact.scores;
  const count = fact.feasible.length;
  const spreads = plugins.map(({ name, weight }, s) => {
    const column = normalized.slice(s * count, (s + 1) * count);
    return { plugin: name, spread: weight * (Math.max(...column) - Math.min(...column)) };
  });
  const [most] = spreads.filter(({ spread }) => spread > 0).sort((a, b) => b.spread - a.spread);
  if (most !== undefined && count < 10_000) out.push({ type: 'weight', plugin: most.plugin, weight: 0 });
  const { resources, strategy } = moment.profile.args.resourcesFit;
  if (strategy !== 'LeastAllocated') out.push({ type: 'strategy', resourcesFit: { strategy: 'LeastAllocated', resources } });
  if (strategy !== 'MostAllocated') out.push({ type: 'strategy', resourcesFit: { strategy: 'MostAllocated', resources } });
  if (strategy !== 'RequestedToCapacityRatio') out.push({ type: 'strategy', resourcesFit: { strategy: 'RequestedToCapacityRatio', resources, shape: [{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }] } });
  if (fact.chosen === undefined) {
    const highest = moment.pods.reduce((most, { spec: { priority } }) => Math.max(most, priority ?? 0), -Infinity);
    if (highest > -Infinity && highest >= (spec.priority ?? 0) && highest < 1_000_000_000) out.push({ type: 'priority', priority: highest + 1 });
  }
  return out;
}

/** The same by kubectl, where a cluster can be changed so. What a Pod asks for cannot: it would be another Pod. */
function lineOf(change: WhatIf): string | undefined {
  switch (change.type) {
    case 'removeTaint':
      return `kubectl taint nodes ${change.node} ${change.key}:${change.effect}-`;
    case 'uncordon':
      return `kubectl uncordon ${change.node}`;
    case 'label':
      return `kubectl label nodes ${change.node} ${change.key}=${change.value} --overwrite`;
    case 'removePod': {
      const [namespace, name] = change.pod.split('/') as [string, string];
      return `kubectl delete pod ${name} -n ${namespace}`;
    }
    default:
      return undefined;
  }
}
