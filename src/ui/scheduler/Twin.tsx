import type { ReactElement } from 'react';
import type { NodeCells } from '../link/scheduling.ts';
import type { Catalogue } from '../i18n/index.ts';
import type { SchedulerMessages } from '../i18n/scheduler.en.ts';
import { rejectionOf, scoreOf, totalOf, type Sheet } from './sheet.ts';
import { isRowDone, isShown, type Walk } from './steps.ts';
import { sayAll } from './words.ts';

const MOST = 60;

/** The decision as a list of sentences, as far as it has been revealed: for ears, and for eyes that like text. */
export function Twin({ sheet, walk, words, text, cells, shown }: { readonly sheet: Sheet; readonly walk: Walk; readonly words: Catalogue; readonly text: SchedulerMessages; readonly cells: ReadonlyMap<string, NodeCells>; readonly shown: boolean }): ReactElement {
  const { model, columns, filters } = sheet;
  const rows = [...(walk.told && sheet.chosen >= 0 ? [sheet.chosen] : []), ...model.nodes.map((_, row) => row).filter((row) => !(walk.told && row === sheet.chosen))].slice(0, MOST);
  return (
    <section className={shown ? 'schtwin' : 'unseen'} aria-label={text.twin.title} {...(shown ? { tabIndex: 0 } : {})}>
      {shown && <h3 className="ttl">{text.twin.title}</h3>}
      {walk.told && <p>{model.chosen === undefined ? `${text.noNode} ${model.message ?? ''}` : text.twin.chosen(model.chosen)}</p>}
      <ol>
        {rows.map((row) => {
          const node = model.nodes[row]!;
          const own = cells.get(node);
          const by = model.refusedBy[row]!;
          if (!isRowDone(sheet, walk, row)) return <li key={node}>{node}: {text.verdicts.hidden}</li>;
          if (sheet.among[row]! < 0) return <li key={node}>{by >= 0 ? sayAll(words, own?.filters[by]) || `${node}: ${text.verdicts.refused}` : `${node}: ${text.verdicts.notReached}`} {(rejectionOf(sheet, row)?.reasons ?? []).join('; ')}</li>;
          const parts = columns.map((column, c) => [column, c] as const).filter(([column, c]) => c >= filters && column.at >= 0 && isShown(sheet, walk, row, c));
          return <li key={node}>{text.twin.passed(node, walk.told ? totalOf(sheet, row) : undefined)}{parts.length > 0 && <ul>{parts.map(([column, c]) => <li key={column.name}>{column.name}: {scoreOf(sheet, row, c)!.weighted}. {sayAll(words, own?.scores[column.at])}</li>)}</ul>}</li>;
        })}
      </ol>
      {model.nodes.length > rows.length && <p>{text.twin.more(model.nodes.length - rows.length)}</p>}
    </section>
  );
}
