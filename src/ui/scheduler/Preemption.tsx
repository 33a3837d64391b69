import type { ReactElement } from 'react';
import { PREEMPTION_RULES, type PreemptionModel } from '../link/scheduling.ts';
import type { SchedulerMessages } from '../i18n/scheduler.en.ts';
import { clockText } from '../panels/timeText.ts';

/** Candidates by the rules, in the order in which the rules are tried: the figure by which each was ruled out is struck. */
export function Preemption({ preemption, text }: { readonly preemption: PreemptionModel; readonly text: SchedulerMessages }): ReactElement {
  const { preemption: words } = text;
  const chosen = preemption.candidates.find(({ node }) => node === preemption.chosen);
  const name = (key: string): string => key.slice(key.indexOf('/') + 1);
  return (
    <section className="preempt" aria-label={words.title}>
      <h3 className="ttl">{words.title}<span>{chosen === undefined ? words.none : words.chosen(chosen.node, chosen.victims.length)}</span></h3>
      {preemption.candidates.length > 0 && (
        <div className="pscroll" tabIndex={0} role="region" aria-label={words.lead(PREEMPTION_RULES.length)}>
          <table>
            <thead>
              <tr>
                <th scope="col">{text.node}</th>
                {PREEMPTION_RULES.map((rule, i) => <th scope="col" key={rule}>{i + 1} {words.rules[rule]}<small>{words.better[rule]}</small></th>)}
                <th scope="col">{words.victims}</th>
              </tr>
            </thead>
            <tbody>
              {preemption.candidates.map((candidate) => {
                const figures = [candidate.pdbViolations, candidate.highestPriority, candidate.prioritySum, candidate.victims.length, candidate.latestStart === undefined ? '–' : clockText(candidate.latestStart)];
                return (
                  <tr key={candidate.node} className={candidate.node === preemption.chosen ? 'best' : ''}>
                    <th scope="row">{candidate.node}{candidate.node === preemption.chosen && <span className="k">{words.nominated}</span>}</th>
                    {figures.map((figure, i) => <td key={i} className={candidate.outBy === undefined || i < candidate.outBy ? '' : i === candidate.outBy ? 'out' : 'off'}>{candidate.outBy !== undefined && i > candidate.outBy ? '' : candidate.outBy === i ? <s>{figure}</s> : figure}</td>)}
                    <td className="mono">{candidate.victims.map(({ key, priority }) => words.victim(name(key), priority)).join(', ')}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {preemption.hopeless.length > 0 && <details><summary>{words.hopeless(preemption.hopeless.length)}</summary><ul>{preemption.hopeless.map(({ node, reason }) => <li key={node}>{node}: <span className="mono">{reason}</span></li>)}</ul></details>}
    </section>
  );
}
