import { cutChapters, followChapters, newChapterState } from '../../sim/observe/chapters.ts';
import { cutTenSteps, followTenSteps, newTenSteps, railOf } from '../../sim/observe/tenSteps.ts';
import { decode, encode } from '../../sim/record/codec.ts';
import { contentOf, scenarioOf, type Scenario } from '../../sim/scenarios/index.ts';
import type { World } from '../../sim/index.ts';
import type { ChapterSource, EngineParts, EngineStory } from './engine.ts';

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

/** The engine's parts that the simulation gives. */
export function newParts(page: Pick<EngineParts, 'tell' | 'clock' | 'breathe'>, later: () => typeof import('./later.ts') | undefined): EngineParts {
  return {
    ...page,
    story: scenarioOf,
    chaptersOf: (story: EngineStory) => chapterSource(scenarioOf(story.id)!),
    // Nobody asks before the first picture.
    whyOf: (world, target) => later()?.whyOf(world, target) ?? [],
    kubectl: () => import('../../kubectl/door.ts'),
    explain: () => import('./explain.ts'),
    crossing: () => import('./crossing.ts'),
    compare: () => import('./compare.ts'),
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
