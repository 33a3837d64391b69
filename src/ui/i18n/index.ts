/** The catalogue: English defines its shape, Chinese satisfies it. Only the language that is shown is loaded. */
import type { Language } from '../session/preferences.ts';
import type { PanelMessages } from './panels.en.ts';
import type { Simplification } from './simplified.en.ts';
import type { StageMessages } from './stage.en.ts';

export type Args = Readonly<Record<string, string | number>>;
export interface ChapterWords {
  readonly title: string;
  /** What the story says when it gets there. */
  readonly say: (args: Args) => string;
  /** A line below the title while it is not the one that is told. */
  readonly note?: string;
}
export interface ScenarioWords {
  readonly title: string;
  /** One line, for the picker. */
  readonly about: string;
  readonly chapters: Readonly<Record<string, ChapterWords>>;
}
export interface Catalogue {
  readonly language: Language;
  readonly stage: StageMessages;
  readonly panels: PanelMessages;
  readonly scenarios: Readonly<Record<string, ScenarioWords>>;
  /** The stories as they stand in the picker: the ids of each shelf. */
  readonly shelves: readonly { readonly name: 'first' | 'scheduler' | 'workloads'; readonly stories: readonly string[] }[];
  readonly tenSteps: readonly ChapterWords[];
  readonly simplified: readonly Simplification[];
  readonly reasons: Readonly<Record<string, (args: Args) => string>>;
  /** A cause by its code; codes without words show as they are. */
  readonly reason: (code: string, args: Args) => string;
}

export async function loadCatalogue(language: Language): Promise<Catalogue> {
  return language === 'zh' ? (await import('./zh.ts')).zh : (await import('./en.ts')).en;
}
