import { JsonPathError, find, parseTemplate, relaxed, textOf } from '../jsonpath.ts';
import type { KubernetesObject } from '../object.ts';
import type { Json } from '../object.ts';
import { dig, isList } from '../tree.ts';
import type { Cell, Column, Printer } from './column.ts';
import { columns } from './column.ts';
import { since } from './duration.ts';

/** One of a CustomResourceDefinition's `additionalPrinterColumns`. */
export interface CustomColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

/** The columns of a version of a CustomResourceDefinition; without any, the age. */
export function customColumns(definition: KubernetesObject, version: string): readonly CustomColumn[] {
  const versions = dig(definition, 'spec', 'versions');
  const list = dig((isList(versions) ? versions : []).find((one) => dig(one, 'name') === version), 'additionalPrinterColumns');
  return isList(list) && list.length > 0 ? (list as unknown as readonly CustomColumn[]) : [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }];
}

function valuesAt(object: KubernetesObject, path: string): readonly Json[] {
  try {
    return find(object as unknown as Json, parseTemplate(relaxed(path)));
  } catch (error) {
    if (error instanceof JsonPathError) return [];
    throw error;
  }
}

/** The table of a custom kind (apiextensions-apiserver, tableconvertor): a path that leads nowhere gives an empty cell. */
export function customPrinter(list: readonly CustomColumn[]): Printer {
  return {
    columns: [...columns('Name'), ...list.map((one): Column => ({ name: one.name, type: one.type as Column['type'], format: one.format ?? '', priority: one.priority ?? 0 }))],
    cells: (object, now) => [
      object.metadata.name,
      ...list.map((one): Cell => {
        const values = valuesAt(object, one.jsonPath).filter((value) => value !== null);
        const [first] = values;
        if (first === undefined) return '';
        if (one.type === 'date') return since(String(first), now);
        if (values.length > 1) return values.map(textOf).join(',');
        return (one.type === 'integer' || one.type === 'number') && typeof first === 'number' ? first : one.type === 'boolean' && typeof first === 'boolean' ? first : textOf(first);
      }),
    ],
  };
}
