import { use } from 'react';
import type { Language } from '../session/preferences.ts';
import type { Catalogue } from '../i18n/index.ts';
import type { SchedulerMessages } from '../i18n/scheduler.en.ts';
import type { Sentence } from '../link/protocol.ts';

const loaded = new Map<Language, Promise<SchedulerMessages>>();

/** The view's own words come with it, one language at a time. */
export function loadSchedulerWords(language: Language): Promise<SchedulerMessages> {
  const known = loaded.get(language);
  if (known !== undefined) return known;
  const words = language === 'zh' ? import('../i18n/scheduler.zh.ts').then(({ schedulerZh }) => schedulerZh) : import('../i18n/scheduler.en.ts').then(({ schedulerEn }) => schedulerEn);
  loaded.set(language, words);
  return words;
}
export const useSchedulerWords = (language: Language): SchedulerMessages => use(loadSchedulerWords(language));

export const sayAll = (words: Catalogue, sentences: readonly Sentence[] | undefined): string =>
  (sentences ?? []).map(({ code, args }) => words.reason(code, args)).join(words.language === 'zh' ? '；' : '; ');
