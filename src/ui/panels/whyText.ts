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

const FAULT_GLYPHS: readonly (readonly [RegExp, GlyphName])[] = [
  [/partition|cut|slow|link/i, 'cut'],
  [/lease/i, 'lease'],
];
/** By who did it; what an API server did is told by the kind of thing that was written. */
export function linkGlyph(link: WhyLink): GlyphName {
  switch (link.glyph) {
    case 'you':
      return 'term';
    case 'fault':
      return FAULT_GLYPHS.find(([pattern]) => pattern.test(link.code))?.[1] ?? 'kill';
    case 'clock':
      return 'timer';
    case 'scheduler':
      return 'binding';
    case 'traffic':
      return 'traffic';
    case 'proxy':
      return 'service';
    case 'start':
      return 'clock';
  }
  if (/lease/i.test(link.code)) return 'lease';
  if (/taint|notReady|unreachable/i.test(link.code)) return 'warn';
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
