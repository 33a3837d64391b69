import type { Node } from '../../api/object.ts';
import { matchesNodeTerm, matchesRequiredNodeAffinity } from '../../api/nodeaffinity.ts';
import { hintFor } from '../events.ts';
import { reject, type Plugin } from '../plugin.ts';
import { byHighest } from './normalize.ts';

const NO_MATCH = reject('NodeAffinity', 'UnschedulableAndUnresolvable', "node(s) didn't match Pod's node affinity/selector");
const CONFLICT = reject('NodeAffinity', 'UnschedulableAndUnresolvable', 'pod affinity terms conflict');

/** nodeSelector and required node affinity decide; preferred node affinity scores. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  preFilter(pod) {
    const { nodeSelector, affinity } = pod.pod.spec;
    const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (required === undefined) return nodeSelector === undefined ? 'skip' : undefined;
    // If every term names its nodes, no other node has to be looked at.
    const nodes = new Set<string>();
    if (required.nodeSelectorTerms.length === 0) return undefined;
    for (const term of required.nodeSelectorTerms) {
      let named: readonly string[] | undefined;
      for (const field of term.matchFields ?? []) {
        if (field.key !== 'metadata.name' || field.operator !== 'In') continue;
        const values = field.values ?? [];
        named = named === undefined ? values : named.filter((name) => values.includes(name));
      }
      if (named === undefined) return undefined;
      for (const name of named) nodes.add(name);
    }
    return nodes.size === 0 ? CONFLICT : { nodes };
  },
  filter: (pod, node) => (matchesRequiredNodeAffinity(pod.pod.spec, node.node) ? undefined : NO_MATCH),
  preScore(pod) {
    return pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution === undefined ? 'skip' : undefined;
  },
  score(pod, node) {
    let sum = 0;
    for (const { weight, preference } of pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (weight !== 0 && matchesNodeTerm(preference, node.node)) sum += weight;
    }
    return sum;
  },
  normalize: byHighest,
  hotScore: (pod) => (pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution === undefined ? 'skip' : 'ask'),
  events: [
    {
      kind: 'Node',
      actions: ['Add', 'UpdateNodeLabel'],
      hint: hintFor<Node>((pod, before, after) => after !== undefined && matchesRequiredNodeAffinity(pod.spec, after) && (before === undefined || !matchesRequiredNodeAffinity(pod.spec, before))),
    },
  ],
};
