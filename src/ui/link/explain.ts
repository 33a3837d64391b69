import type { Kind } from '../../sim/api/object.ts';
import { listAt, positionAt, tableOf } from '../../sim/apiserver/store.ts';
import { at as itemAt } from '../../sim/kernel/journal.ts';
import { matrixOf } from '../../sim/scheduler/decide.ts';
import { explain, filterCell, scoreCell } from '../../sim/scheduler/explain.ts';
import { momentOfNote, nothingInMind, remember, type DecisionNote } from '../../sim/scheduler/moment.ts';
import { compile, DEFAULT_PROFILE } from '../../sim/scheduler/profile.ts';
import type { World } from '../../sim/cluster/world.ts';
import type { CellSentences } from './protocol.ts';

/** Every cell of a decision in sentences: its moment is rebuilt from the record, when somebody looks. */
export function explainStep(world: World, step: number): CellSentences | undefined {
  const mind = nothingInMind();
  for (let i = 0; i < world.trace.length; i++) {
    const record = itemAt(world.trace, i)!;
    if (record.step > step) break;
    if (record.process !== 'scheduler' || record.notes === undefined) continue;
    for (const note of record.notes) {
      if (note.type === 'decision' && record.step === step) {
        const noted = note as unknown as DecisionNote;
        const moment = momentOfNote(noted, DEFAULT_PROFILE, (kind: Kind, revision) => listAt(tableOf(world.store, kind), positionAt(tableOf(world.store, kind), revision)), mind);
        if (moment === undefined) return undefined;
        const decision = matrixOf(noted.decision);
        const about = explain(moment, decision);
        const filters = compile(DEFAULT_PROFILE).filter.map((plugin) => plugin.name);
        return {
          filters: decision.nodes.map((node) => filters.map((plugin) => filterCell(about, plugin, node).sentences)),
          scores: decision.nodes.map((node, place) => (decision.feasible.includes(place) ? decision.scores.plugins.map(({ name }) => scoreCell(about, name, node).sentences) : [])),
        };
      }
      remember(mind, note);
    }
  }
  return undefined;
}
