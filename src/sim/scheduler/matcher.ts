import type { LabelSelector, LabelSelectorRequirement, StringMap } from '../api/object.ts';
import { meets } from '../api/selector.ts';

/**
 * A label selector in the one form the scheduler works with: requirements that must all hold. `undefined` selects nothing
 * (the null selector), no requirements select everything.
 */
export type Matcher = readonly LabelSelectorRequirement[] | undefined;

export const EVERYTHING: Matcher = [];
const NO_LABELS: StringMap = {};

const ofLabels = new WeakMap<StringMap, readonly LabelSelectorRequirement[]>();
const ofSelector = new WeakMap<LabelSelector, readonly LabelSelectorRequirement[]>();

/** Labels as requirements. Stored objects never change, so what was worked out once is kept (an invisible cache), as below. */
export function requirementsOf(labels: StringMap): readonly LabelSelectorRequirement[] {
  const known = ofLabels.get(labels);
  if (known !== undefined) return known;
  const requirements = Object.keys(labels).map((key) => ({ key, operator: 'In', values: [labels[key]!] }));
  ofLabels.set(labels, requirements);
  return requirements;
}

export function matcherOf(selector: LabelSelector | null | undefined): Matcher {
  if (selector === null || selector === undefined) return undefined;
  const known = ofSelector.get(selector);
  if (known !== undefined) return known;
  const requirements = [...(selector.matchLabels === undefined ? [] : requirementsOf(selector.matchLabels)), ...(selector.matchExpressions ?? [])];
  ofSelector.set(selector, requirements);
  return requirements;
}

export function matches(matcher: Matcher, labels: StringMap | undefined): boolean {
  if (matcher === undefined) return false;
  for (let i = 0; i < matcher.length; i++) if (!meets(labels ?? NO_LABELS, matcher[i]!)) return false;
  return true;
}

/** Selects everything; some callers take that for nothing. */
export const isEmpty = (matcher: Matcher): boolean => matcher !== undefined && matcher.length === 0;
