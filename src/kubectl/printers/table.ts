import type { Printer } from '../../sim/api/columns/column.ts';
import { columns, labelsText } from '../../sim/api/columns/column.ts';
import { printerOf } from '../../sim/api/columns/index.ts';
import type { Micros } from '../../sim/api/time.ts';
import { since } from '../dates.ts';
import type { Found } from '../resources.ts';
import { typeName } from '../resources.ts';
import { TABLE, align } from '../tabwriter.ts';
import { customPrinter } from '../../sim/api/columns/custom.ts';

const ANY: Printer = { columns: columns('Name|Age'), cells: (object, now) => [object.metadata.name, since(object.metadata.creationTimestamp, now)] };

export interface TableOptions {
  readonly wide: boolean;
  readonly headers: boolean;
  readonly withNamespace: boolean;
  readonly withKind: boolean;
  readonly showLabels: boolean;
  readonly labelColumns: readonly string[];
  readonly now: Micros;
  /** --server-print=false: only what every object has. */
  readonly plain?: boolean;
  /** The widths that columns had in rows shown before, for rows that follow. */
  readonly widths?: number[];
  /** --output-watch-events: what happened to each object, by its uid. */
  readonly event?: string;
  /** --sort-by has put the rows in their order. */
  readonly sorted?: boolean;
}

/** One table for every run of objects of the same kind, an empty line between two. */
export function tables(found: readonly Found[], options: TableOptions): string {
  const parts: string[] = [];
  for (let i = 0; i < found.length; ) {
    let end = i + 1;
    while (end < found.length && found[end]!.info.kind === found[i]!.info.kind) end++;
    parts.push(table(found.slice(i, end), options));
    i = end;
  }
  return parts.join(options.headers ? '\n' : '');
}

function table(found: readonly Found[], options: TableOptions): string {
  const { info } = found[0]!;
  const printer = options.plain === true ? ANY : info.custom === undefined ? printerOf(info.kind) : customPrinter(info.custom);
  // Cells beyond the columns are not shown, and those of -o wide only with it.
  const places = printer.columns.map((column, i) => ({ column, i })).filter(({ column }) => options.wide || column.priority === 0);
  const name = printer.columns.findIndex((column) => column.format === 'name');
  const header = [
    ...(options.event === undefined ? [] : ['EVENT']),
    ...(options.withNamespace && info.namespaced ? ['NAMESPACE'] : []), ...places.map(({ column }) => column.name.toUpperCase()),
    ...options.labelColumns.map((key) => key.slice(key.lastIndexOf('/') + 1).toUpperCase()), ...(options.showLabels ? ['LABELS'] : []),
  ];
  const { order } = printer;
  const rows = (order === undefined || options.sorted === true ? found : [...found].sort((a, b) => order(a.object, b.object))).map(({ object }) => {
    const cells = printer.cells(object, options.now);
    const labels = object.metadata.labels ?? {};
    return [
      ...(options.event === undefined ? [] : [options.event]),
      ...(options.withNamespace && info.namespaced ? [object.metadata.namespace ?? ''] : []),
      ...places.map(({ i }) => `${options.withKind && i === name ? `${typeName(info)}/` : ''}${String(cells[i] ?? '').replace(/[\t\n\r\f]/g, ' ')}`),
      ...options.labelColumns.map((key) => (Object.hasOwn(labels, key) ? labels[key]! : '')), ...(options.showLabels ? [labelsText(labels)] : []),
    ];
  });
  return align(`${[...(options.headers ? [header] : []), ...rows].map((row) => row.join('\t')).join('\n')}\n`, TABLE, options.widths);
}
