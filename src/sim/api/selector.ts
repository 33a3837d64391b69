import type { LabelSelector, LabelSelectorRequirement, StringMap } from './object.ts';

const NO_LABELS: StringMap = {};

function own(labels: StringMap, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** One requirement of a metav1.LabelSelector or a node selector term (`Gt` and `Lt` only occur there). */
export function meets(labels: StringMap, requirement: LabelSelectorRequirement): boolean {
  const value = own(labels, requirement.key);
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && (requirement.values ?? []).includes(value);
    case 'NotIn':
      return value === undefined || !(requirement.values ?? []).includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const bound = requirement.values?.[0];
      if (value === undefined || bound === undefined || !/^-?\d+$/.test(value) || !/^-?\d+$/.test(bound)) return false;
      return requirement.operator === 'Gt' ? Number(value) > Number(bound) : Number(value) < Number(bound);
    }
    default:
      return false;
  }
}

/** metav1.LabelSelectorAsSelector: null selects nothing, the empty selector everything. */
export function selects(selector: LabelSelector | null | undefined, labels: StringMap | undefined): boolean {
  if (selector === null || selector === undefined) return false;
  const have = labels ?? NO_LABELS;
  const { matchLabels, matchExpressions } = selector;
  if (matchLabels !== undefined) for (const key in matchLabels) if (own(have, key) !== matchLabels[key]) return false;
  if (matchExpressions !== undefined) for (const requirement of matchExpressions) if (!meets(have, requirement)) return false;
  return true;
}

/** A Service's or ReplicationController's selector: a plain map. */
export function selectsAll(selector: StringMap, labels: StringMap | undefined): boolean {
  const have = labels ?? NO_LABELS;
  for (const key in selector) if (own(have, key) !== selector[key]) return false;
  return true;
}
