import { keyOf } from '../../sim/api/object.ts';
import { parseTimestamp } from '../../sim/api/time.ts';
import { nodesToFind, type Decision, type PostFilterOutcome } from '../../sim/scheduler/decide.ts';
import type { Moment } from '../../sim/scheduler/moment.ts';
import { RULES, type Candidate } from '../../sim/scheduler/preemption.ts';
import { compile } from '../../sim/scheduler/profile.ts';
import type { Rejection } from '../../sim/scheduler/plugin.ts';
import { ASIDE, NOT_REACHED, PASSED, type MatrixModel, type PodAsked, type PreemptionModel } from './scheduling.ts';

/** A decision as columns: what is drawn of a thousand nodes travels in a handful of arrays. */
export function matrixModel(step: number, at: number, moment: Moment, decision: Decision): MatrixModel {
  const { nodes, preFilter, feasible, scores, failure } = decision;
  const filters = compile(moment.profile).filter.map((plugin) => plugin.name);
  const place = new Map(filters.map((name, i) => [name, i]));
  const refusedBy = new Int16Array(nodes.length);
  const rejectionOf = new Int32Array(nodes.length).fill(-1);
  const rejections: MatrixModel['rejections'][number][] = [];
  const known = new Map<string, number>();
  const keep = ({ plugin, code, reasons }: Rejection): number => {
    const key = `${plugin}\n${code}\n${reasons.join('\n')}`;
    let found = known.get(key);
    if (found === undefined) {
      found = rejections.length;
      rejections.push({ plugin, resolvable: code === 'Unschedulable', reasons });
      known.set(key, found);
    }
    return found;
  };
  let looked = 0;
  nodes.forEach((_, i) => {
    const verdict = preFilter.rejected ?? decision.verdicts[i];
    if (verdict === undefined) refusedBy[i] = NOT_REACHED;
    else if (verdict === 'ok') {
      refusedBy[i] = PASSED;
      looked++;
    } else {
      refusedBy[i] = place.get(verdict.plugin) ?? ASIDE;
      rejectionOf[i] = keep(verdict);
      if (refusedBy[i] !== ASIDE && preFilter.rejected === undefined) looked++;
    }
  });
  const candidates = preFilter.nodes === undefined ? nodes.length : preFilter.nodes.length;
  const preemption = failure === undefined ? undefined : preemptionModel(failure.postFilter);
  return {
    step, at, nodes, filters, refusedBy, rejections, rejectionOf, looked,
    pod: podAsked(moment),
    start: nodes.length === 0 ? 0 : moment.start % nodes.length,
    nextStart: decision.nextStart,
    enough: nodesToFind(candidates, moment.profile.percentageOfNodesToScore),
    skippedFilters: preFilter.skip.filter((name) => place.has(name)),
    skippedScorers: decision.preScoreSkip,
    scorers: scores.plugins,
    feasible: Int32Array.from(feasible),
    raw: Float64Array.from(scores.raw),
    normalized: Float64Array.from(scores.normalized),
    totals: Float64Array.from(scores.totals),
    best: decision.best,
    nominatedTaken: decision.nominatedTaken,
    ...(decision.chosen === undefined ? {} : { chosen: decision.chosen }),
    ...(failure === undefined ? {} : { message: failure.message }),
    ...(preemption === undefined ? {} : { preemption }),
  };
}

function podAsked({ pod }: Moment): PodAsked {
  const sums = new Map<string, string[]>();
  for (const { resources } of pod.spec.containers) for (const [name, amount] of Object.entries(resources?.requests ?? {})) sums.set(name, [...(sums.get(name) ?? []), String(amount)]);
  return {
    key: keyOf(pod),
    requests: [...sums].map(([name, amounts]) => `${amounts.join(' + ')} ${name}`),
    priority: pod.spec.priority ?? 0,
    labels: Object.keys(pod.metadata.labels ?? {}).length,
    ...(pod.status?.nominatedNodeName === undefined || pod.status.nominatedNodeName === '' ? {} : { nominated: pod.status.nominatedNodeName }),
  };
}

/** The candidates as the rules see them: each figure, and the first rule by which another was better. */
function preemptionModel({ candidates, hopeless, chosen }: PostFilterOutcome): PreemptionModel | undefined {
  if (candidates.length === 0 && hopeless.size === 0) return undefined;
  const outBy = new Map<Candidate, number>();
  let left = candidates;
  RULES.forEach((rule, i) => {
    if (left.length <= 1) return;
    const figures = left.map(rule);
    const top = Math.max(...figures);
    left.forEach((candidate, at) => {
      if (figures[at] !== top) outBy.set(candidate, i);
    });
    left = left.filter((_, at) => figures[at] === top);
  });
  return {
    hopeless: [...hopeless].slice(0, 200).map(([node, { reasons }]) => ({ node, reason: reasons.join(', ') })),
    candidates: candidates.slice(0, 200).map((candidate) => {
      const { node, victims, pdbViolations } = candidate;
      const highest = victims[0]?.priority ?? 0;
      const starts = victims.filter(({ priority }) => priority === highest).flatMap(({ pod }) => parseTimestamp(pod.status?.startTime) ?? []);
      return {
        node, pdbViolations,
        victims: victims.map(({ key, priority }) => ({ key, priority })),
        highestPriority: highest,
        prioritySum: victims.reduce((sum, { priority }) => sum + priority, 0),
        ...(starts.length === 0 ? {} : { latestStart: Math.min(...starts) }),
        ...(outBy.has(candidate) ? { outBy: outBy.get(candidate)! } : {}),
      };
    }),
    ...(chosen === undefined ? {} : { chosen: chosen.node }),
  };
}
