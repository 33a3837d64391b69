export interface Layout {
  readonly minWidth: number;
  readonly padding: number;
}
/** `kubectl get` and `kubectl describe` lay out their columns with these. */
export const TABLE: Layout = { minWidth: 6, padding: 3 };
export const DESCRIPTION: Layout = { minWidth: 0, padding: 2 };

const width = (text: string): number => [...text].length;

/**
 * Elastic tab stops as Go's text/tabwriter has them: a cell ends at a tab, the text after the last tab is no cell, and a column is as wide as the
 * widest cell of the unbroken run of lines that have it. A line without a cell ends the run, and a form feed ends all runs.
 * `remembered` are the widths that columns had before: rows that follow later (`get -w`) stand below them, never narrower.
 */
export function align(text: string, layout: Layout, remembered?: number[]): string {
  return text.split('\f').map((part) => block(part, layout, remembered)).join('');
}

function block(text: string, layout: Layout, remembered: number[] | undefined): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const out: string[] = [];
  const widths: number[] = [];
  const write = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      out.push(lines[i]!.map((cell, j) => (j < widths.length && j < lines[i]!.length - 1 ? cell + ' '.repeat(Math.max(0, widths[j]! - width(cell))) : cell)).join(''));
    }
  };
  const format = (start: number, end: number): void => {
    const column = widths.length;
    let from = start;
    for (let at = start; at < end; at++) {
      if (column >= lines[at]!.length - 1) continue;
      write(from, at);
      from = at;
      let widest = layout.minWidth;
      for (; at < end && column < lines[at]!.length - 1; at++) widest = Math.max(widest, width(lines[at]![column]!) + layout.padding);
      if (remembered !== undefined) {
        widest = Math.max(widest, remembered[column] ?? 0);
        remembered[column] = widest;
      }
      widths.push(widest);
      format(from, at);
      widths.pop();
      from = at;
    }
    write(from, end);
  };
  format(0, lines.length);
  return out.join('\n');
}
