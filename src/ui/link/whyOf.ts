import { questionsOf, why, type Question } from '../../sim/observe/why.ts';
import { faultsOn } from '../../sim/observe/walk.ts';
import type { StepRecord } from '../../sim/kernel/trace.ts';
import type { World } from '../../sim/index.ts';
import type { StageTarget } from '../stage/model.ts';
import type { WhyLink, WhyModel } from './protocol.ts';

/** What the page calls a question, for its words. */
function questionName(question: Question): string {
  switch (question.ask) {
    case 'field':
      return question.field === 'spec.nodeName' ? 'node' : question.field === 'spec.replicas' ? 'replicas' : question.field === 'status.conditions.Ready' ? 'ready' : 'changed';
    case 'change':
      return 'changed';
    case 'request':
      return 'failed';
    case 'exists':
    case 'event':
    case 'waiting':
    case 'terminating':
    case 'notReplaced':
      return question.ask;
  }
}

const answer = (world: World, question: Question, name = questionName(question)): WhyModel => ({
  question: name,
  links: why(question, world).map(({ at, step, revision, subject, reason, glyph, by, merged }) => ({
    at, code: reason.code, args: reason.args, glyph, by,
    ...(step === undefined ? {} : { step }), ...(revision === undefined ? {} : { revision }), ...(subject === undefined ? {} : { subject }), ...(merged === undefined ? {} : { merged }),
  })),
});

function faultLink({ at, step, ...record }: StepRecord): readonly WhyLink[] {
  if (!('command' in record) || record.command.type !== 'fault') return [];
  const { type, ...args } = record.command.fault;
  return [{ at, step, code: `fault.${type}`, args: args as WhyLink['args'], glyph: 'fault', by: 'user' }];
}

/** The questions that can be asked of what is selected, with their answers. */
export function whyOf(world: World, target: StageTarget): readonly WhyModel[] {
  switch (target.on) {
    case 'object': {
      const gone = world.store.tables.get(target.kind)?.live.get(target.key) === undefined;
      return questionsOf(target.kind, target.key, world).map((question) => answer(world, question, gone && question.ask === 'exists' ? 'gone' : undefined));
    }
    case 'change':
      return [answer(world, { ask: 'change', revision: target.revision })];
    case 'traffic':
      return [...world.traffic.keys()].map((client) => answer(world, { ask: 'request', client })).filter(({ links }) => links.length > 0);
    case 'process': {
      const faults = faultsOn(world, target.process.replace(/^controller\//, ''), world.now);
      return faults.length === 0 ? [] : [{ question: 'component', links: faults.flatMap((record) => faultLink(record)) }];
    }
    case 'message':
      return [];
  }
}
