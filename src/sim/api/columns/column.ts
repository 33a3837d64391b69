import type { Container, KubernetesObject, LabelSelector, StringMap } from '../object.ts';
import type { Micros } from '../time.ts';
import { compareText, sortedKeys } from '../tree.ts';

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  /** "name" for the column that holds the object's name. */
  readonly format: string;
  /** Above 0: shown with -o wide only. */
  readonly priority: number;
}
export type Cell = string | number | boolean;

/** The table of one kind, as the API server's printers have it (kubernetes, pkg/printers/internalversion): the server's Table reply and `kubectl get` are both made of it. */
export interface Printer<T extends KubernetesObject = KubernetesObject> {
  readonly columns: readonly Column[];
  /** One cell for every column, those of -o wide included. */
  readonly cells: (object: T, now: Micros) => readonly Cell[];
  /** The rows of a list stand in this order; without it as they are stored. */
  readonly order?: (a: T, b: T) => number;
}

/** Columns in one line of text: names parted by "|", each with ":type" when it is no string and "*" when it is for -o wide. The column "Name" is the object's. */
export const columns = (spec: string): readonly Column[] =>
  spec.split('|').map((part) => {
    const [, name = '', wide, type = 'string'] = /^([^*:]+)(\*)?(?::(\w+))?$/.exec(part) ?? [];
    return { name, type: type as Column['type'], format: name === 'Name' ? 'name' : '', priority: wide === undefined ? 0 : 1 };
  });

export const containerNames = (containers: readonly Container[]): string => containers.map((container) => container.name).join(',');
export const containerImages = (containers: readonly Container[]): string => containers.map((container) => container.image).join(',');

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
