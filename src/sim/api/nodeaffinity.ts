import type { Node, NodeSelector, NodeSelectorTerm, PodSpec, StringMap } from './object.ts';
import { meets, selectsAll } from './selector.ts';

const NO_LABELS: StringMap = {};

/** One term of a node selector: everything in it must hold, and a term that says nothing selects nothing. */
export function matchesNodeTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions, matchFields } = term;
  const hasExpressions = matchExpressions !== undefined && matchExpressions.length > 0;
  const hasFields = matchFields !== undefined && matchFields.length > 0;
  if (!hasExpressions && !hasFields) return false;
  if (hasExpressions) {
    const labels = node.metadata.labels ?? NO_LABELS;
    for (const requirement of matchExpressions) if (!meets(labels, requirement)) return false;
  }
  if (hasFields) {
    const fields = { 'metadata.name': node.metadata.name };
    for (const requirement of matchFields) {
      // Field requirements hold exactly one value; with any other number upstream fails to parse the term, which then selects nothing.
      if (requirement.values?.length !== 1 || (requirement.operator !== 'In' && requirement.operator !== 'NotIn') || !meets(fields, requirement)) return false;
    }
  }
  return true;
}

/** Terms are alternatives. */
export function matchesNodeSelector(selector: NodeSelector, node: Node): boolean {
  for (const term of selector.nodeSelectorTerms) if (matchesNodeTerm(term, node)) return true;
  return false;
}

/** Whether the node satisfies the Pod's nodeSelector and its required node affinity (component-helpers: GetRequiredNodeAffinity). */
export function matchesRequiredNodeAffinity(spec: PodSpec, node: Node): boolean {
  if (spec.nodeSelector !== undefined && !selectsAll(spec.nodeSelector, node.metadata.labels)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesNodeSelector(required, node);
}
