import type { DecisionModel, Inspection, WhyLink } from '../link/protocol.ts';
import type { KubernetesObject, Pod } from '../../sim/api/object.ts';
import type { Catalogue } from '../i18n/index.ts';
import { glyphOfKind, type GlyphName } from '../stage/glyphs.tsx';

export const questionText = (question: string, inspection: Inspection, words: Catalogue): string => {
  const { questions } = words.panels.inspector;
  const { object } = inspection;
  const kind = object?.kind ?? '';
  const node = (object as Pod | undefined)?.spec?.nodeName ?? '';
  return (questions[question] ?? questions['other']!)(question === 'node' ? node : kind);
};

export const linkText = (link: WhyLink, words: Catalogue): string => words.reason(link.code, link.args);

const BY_CODE: readonly (readonly [RegExp, GlyphName])[] = [
  [/killNode|crash|freeze/i, 'kill'],
  [/partition|cut|slowLink/i, 'cut'],
  [/^you\.|^command|kubectl/i, 'term'],
  [/lease/i, 'lease'],
  [/toler|evict|timer|grace/i, 'timer'],
  [/taint|notReady|unreachable/i, 'warn'],
];
export function linkGlyph(link: WhyLink): GlyphName {
  for (const [pattern, glyph] of BY_CODE) if (pattern.test(link.code)) return glyph;
  return link.subject === undefined ? 'apply' : glyphOfKind(link.subject.kind);
}

/** The decision in two sentences: how many passed, and by how much the best one led. */
export function decisionAnswer(decision: DecisionModel, words: Catalogue): string {
  const { answers } = words.panels.inspector;
  const totals = decision.rows.flatMap((row) => (row.total === undefined ? [] : [row.total])).sort((a, b) => b - a);
  const fit = decision.rows.filter((row) => row.filters.every((filter) => filter === 'ok' || filter === 'skip')).length;
  if (decision.chosen === undefined) return answers.waiting(decision.rows.length);
  const lead = totals.length < 2 ? undefined : totals[0]! - totals[1]!;
  return answers.chosen(fit, decision.rows.length, decision.chosen, lead);
}

export const ownerName = (object: KubernetesObject | undefined): string | undefined => {
  const owner = object?.metadata.ownerReferences?.find((each) => each.controller === true);
  return owner === undefined ? undefined : `${owner.kind} ${owner.name}`;
};
