import type { LabelSelector, LabelSelectorRequirement } from './object.ts';

/** A selector as a Scale's status has it ("app=web,tier in (a,b),!old"), read back (labels.Parse, for what labels.Selector prints). */
export function parseSelector(text: string): LabelSelector {
  const matchExpressions: LabelSelectorRequirement[] = [];
  for (const part of text.match(/(?:[^,(]|\([^)]*\))+/g) ?? []) {
    const set = /^\s*(\S+)\s+(in|notin)\s*\(([^)]*)\)\s*$/.exec(part);
    const pair = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(\S*)\s*$/.exec(part);
    if (set !== null) matchExpressions.push({ key: set[1]!, operator: set[2] === 'in' ? 'In' : 'NotIn', values: set[3]!.split(',').map((value) => value.trim()) });
    else if (pair !== null) matchExpressions.push({ key: pair[1]!, operator: pair[2] === '!=' ? 'NotIn' : 'In', values: [pair[3]!] });
    else if (part.trim().startsWith('!')) matchExpressions.push({ key: part.trim().slice(1), operator: 'DoesNotExist' });
    else matchExpressions.push({ key: part.trim(), operator: 'Exists' });
  }
  return { matchExpressions };
}

/** metav1.FormatLabelSelector, for the query of a metric's own selector. */
export function printSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '';
  const all: LabelSelectorRequirement[] = [...Object.entries(selector.matchLabels ?? {}).map(([key, value]): LabelSelectorRequirement => ({ key, operator: 'In', values: [value] })), ...(selector.matchExpressions ?? [])];
  all.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return all
    .map(({ key, operator, values = [] }) => {
      const list = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(',');
      if (operator === 'In') return values.length === 1 ? `${key}=${list}` : `${key} in (${list})`;
      if (operator === 'NotIn') return values.length === 1 ? `${key}!=${list}` : `${key} notin (${list})`;
      return operator === 'Exists' ? key : `!${key}`;
    })
    .join(',');
}

/** The same as Go prints the struct: part of the name that an external metric has in messages. */
export function goSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, value]) => `${key}: ${value},`).join('');
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
}
