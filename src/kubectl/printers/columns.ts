import type { KubernetesObject, LabelSelector, StringMap } from '../../sim/api/object.ts';
import type { Micros } from '../../sim/api/time.ts';
import { compareText, sortedKeys } from '../tree.ts';

/** The columns of one kind, as the API server's printers have them (kubernetes, pkg/printers/internalversion): always shown, and only with -o wide. */
export interface Printer<T extends KubernetesObject = KubernetesObject> {
  readonly columns: readonly string[];
  readonly wide?: readonly string[];
  /** One cell for every column, wide ones included; a cell may not be asked for. */
  readonly cells: (object: T, now: Micros, wide: boolean) => readonly (string | number)[];
}

export const orNone = (text: string | undefined): string => (text === undefined || text === '' ? '<none>' : text);

export const labelsText = (labels: StringMap | undefined): string =>
  labels === undefined || Object.keys(labels).length === 0 ? '<none>' : sortedKeys(labels).map((key) => `${key}=${labels[key]!}`).join(',');

/** labels.Selector.String(): requirements by key, sets in parentheses. */
export function selectorText(selector: LabelSelector | null | undefined): string {
  if (selector === null || selector === undefined) return '<none>';
  const parts = [
    ...sortedKeys(selector.matchLabels ?? {}).map((key) => ({ key, text: `${key}=${selector.matchLabels![key]!}` })),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
      const set = `(${[...values].sort(compareText).join(',')})`;
      const text = operator === 'In' ? `${key} in ${set}` : operator === 'NotIn' ? `${key} notin ${set}` : operator === 'Exists' ? key : operator === 'DoesNotExist' ? `!${key}` : `<error>`;
      return { key, text };
    }),
  ];
  const text = parts.sort((a, b) => compareText(a.key, b.key)).map((part) => part.text).join(',');
  return text === '' ? '<none>' : text;
}

/** Up to three, and how many more. */
export function atMostThree(items: readonly string[]): string {
  if (items.length === 0) return '<unset>';
  return items.length > 3 ? `${items.slice(0, 3).join(',')} + ${items.length - 3} more...` : items.join(',');
}
