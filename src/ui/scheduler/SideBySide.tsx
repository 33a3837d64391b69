import type { ReactElement } from 'react';
import type { SchedulerMessages } from '../i18n/scheduler.en.ts';
import { Icon } from '../stage/glyphs.tsx';
import { columnName, Name } from './Matrix.tsx';
import { rejectionOf, scoreOf, totalOf, type Sheet } from './sheet.ts';

const MOST_ROWS = 60;

/** The same nodes twice: as it was, and as it would have been. What differs stands out in the second. */
export function SideBySide({ before, after, text, change }: { readonly before: Sheet; readonly after: Sheet; readonly text: SchedulerMessages; readonly change: string }): ReactElement {
  const nodes = rowsOf(before, after);
  // The columns of both, so that they stand across from each other.
  const scorers = [...new Set([...before.columns, ...after.columns].filter(({ kind }) => kind === 'score').map(({ name }) => name))];
  return (
    <div className="two-mx">
      <Half sheet={before} other={undefined} nodes={nodes} scorers={scorers} title={text.whatIf.before} note="" text={text} />
      <Half sheet={after} other={before} nodes={nodes} scorers={scorers} title={text.whatIf.after} note={change} text={text} />
    </div>
  );
}

/** Those that differ and those that lead come first when there are too many. */
function rowsOf(before: Sheet, after: Sheet): readonly string[] {
  const all = [...new Set([...before.model.nodes, ...after.model.nodes])];
  if (all.length <= MOST_ROWS) return all;
  const weight = (node: string): number => {
    const [a, b] = [before.model.nodes.indexOf(node), after.model.nodes.indexOf(node)];
    const [x, y] = [a < 0 ? undefined : totalOf(before, a), b < 0 ? undefined : totalOf(after, b)];
    return (a === before.chosen || b === after.chosen ? 1e9 : 0) + (x !== y ? 1e6 : 0) + Math.max(x ?? 0, y ?? 0);
  };
  return all.map((node) => [node, weight(node)] as const).sort((a, b) => b[1] - a[1]).slice(0, MOST_ROWS).map(([node]) => node);
}

function Half({ sheet, other, nodes, scorers, title, note, text }: { readonly sheet: Sheet; readonly other: Sheet | undefined; readonly nodes: readonly string[]; readonly scorers: readonly string[]; readonly title: string; readonly note: string; readonly text: SchedulerMessages }): ReactElement {
  const row = (of: Sheet, node: string): number => of.model.nodes.indexOf(node);
  const points = (of: Sheet, node: string, scorer: string): number | undefined => {
    const column = of.columns.findIndex(({ kind, name }) => kind === 'score' && name === scorer);
    return column < 0 || row(of, node) < 0 ? undefined : scoreOf(of, row(of, node), column)?.weighted;
  };
  return (
    <div className={other === undefined ? 'half' : 'half then'}>
      <h3>{title}<span>{note}</span></h3>
      <div className="hscroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{text.node}</th>
              <th scope="col">{text.phases.filter[0]}</th>
              {scorers.map((name) => <th scope="col" key={name} title={name}><Name name={columnName(name)} /></th>)}
              <th scope="col">{text.total}</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => {
              const at = row(sheet, node);
              const rejection = at < 0 ? undefined : rejectionOf(sheet, at);
              const passed = at >= 0 && sheet.among[at]! >= 0;
              const total = at < 0 ? undefined : totalOf(sheet, at);
              const differs = other !== undefined && (row(other, node) < 0 || (row(other, node) >= 0 && (other.among[row(other, node)]! >= 0) !== passed));
              return (
                <tr key={node} className={at >= 0 && at === sheet.chosen ? 'best' : ''}>
                  <th scope="row">{node}</th>
                  <td className={`v${differs ? ' new' : ''}`}>{at < 0 ? '' : passed ? <span className="yes"><Icon name="check" size={15} /><span className="unseen">{text.verdicts.ok}</span></span> : rejection === undefined ? '–' : <span className="no" title={rejection.reasons.join('; ')}><Icon name="x" size={15} />{rejection.plugin === 'PreFilter' || rejection.plugin === '' ? rejection.reasons[0] : <Name name={rejection.plugin} />}</span>}</td>
                  {scorers.map((name) => {
                    const own = points(sheet, node, name);
                    return <td key={name} className={other !== undefined && own !== points(other, node, name) ? 'new' : ''}>{own ?? ''}</td>;
                  })}
                  <td className={`t${other !== undefined && total !== (row(other, node) < 0 ? undefined : totalOf(other, row(other, node))) ? ' new' : ''}`}>{total ?? (passed ? text.only : '')}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="won">{sheet.model.chosen === undefined ? text.noNode : `${sheet.model.chosen}: ${sheet.model.best.length > 1 ? text.lot(sheet.model.best.length) : text.chosen}`}</p>
    </div>
  );
}
