import { cutChapters, followChapters, newChapterState } from '../../sim/observe/chapters.ts';
import { cutTenSteps, followTenSteps, newTenSteps, railOf } from '../../sim/observe/tenSteps.ts';
import { questionsOf, why, type Question } from '../../sim/observe/why.ts';
import { decode, encode } from '../../sim/record/codec.ts';
import { contentOf, scenarioOf, type Scenario } from '../../sim/scenarios/index.ts';
import type { World } from '../../sim/index.ts';
import type { StageTarget } from '../stage/model.ts';
import type { ChapterSource, EngineParts, EngineStory } from './engine.ts';
import type { WhyModel } from './protocol.ts';

/** The build puts a hash of the simulation's code here; while developing all code is one engine. */
declare const __ENGINE__: string | undefined;
const ENGINE = typeof __ENGINE__ === 'string' ? __ENGINE__ : 'development';

function chapterSource(scenario: Scenario): ChapterSource {
  let world: World | undefined;
  const chapters = newChapterState();
  const tenSteps = newTenSteps();
  return {
    follow(next) {
      world = next;
      followChapters(scenario.chapters, chapters, next);
      followTenSteps(tenSteps, next);
    },
    cut(step) {
      if (world === undefined) return;
      cutChapters(chapters, step, world);
      cutTenSteps(tenSteps, step, world);
    },
    chapters: (upTo) =>
      scenario.chapters.map(({ id }) => {
        const reached = chapters.reached.find((each) => each.id === id);
        return reached === undefined || reached.step > upTo ? { id, args: {} } : reached;
      }),
    tenSteps: (upTo) => railOf(tenSteps, upTo),
  };
}

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

function whyOf(world: World, target: StageTarget): readonly WhyModel[] {
  switch (target.on) {
    case 'object': {
      const gone = world.store.tables.get(target.kind)?.live.get(target.key) === undefined;
      return questionsOf(target.kind, target.key, world).map((question) => answer(world, question, gone && question.ask === 'exists' ? 'gone' : undefined));
    }
    case 'change':
      return [answer(world, { ask: 'change', revision: target.revision })];
    case 'traffic':
      return [...world.traffic.keys()].map((client) => answer(world, { ask: 'request', client })).filter(({ links }) => links.length > 0);
    case 'process':
    case 'message':
      return [];
  }
}

/** The engine's parts that the simulation gives. */
export function newParts(page: Pick<EngineParts, 'tell' | 'clock' | 'breathe'>): EngineParts {
  return {
    ...page,
    story: scenarioOf,
    chaptersOf: (story: EngineStory) => chapterSource(scenarioOf(story.id)!),
    whyOf,
    kubectl: () => import('../../kubectl/kubectl.ts'),
    explain: () => import('./explain.ts'),
    // The page has the words: a code and its target travel.
    describeFault: (fault, target) => `${fault.type} ${target}`,
    encode: ({ scenario, ...rest }) => encode({ engine: ENGINE, scenario, content: contentOf(scenarioOf(scenario)!), ...rest }),
    decode(text) {
      const result = decode(text);
      if ('error' in result) return result;
      const { recording } = result;
      const known = scenarioOf(recording.scenario);
      return { ...recording, sameEngine: recording.engine === ENGINE && known !== undefined && contentOf(known) === recording.content };
    },
  };
}
