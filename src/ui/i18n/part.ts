import { use } from 'react';
import type { Language } from '../session/preferences.ts';

/** Words that come with a view that is loaded when it is opened: one language at a time, each once. */
export function wordsOf<T>(load: Readonly<Record<Language, () => Promise<T>>>): (language: Language) => T {
  const loaded = new Map<Language, Promise<T>>();
  return function useWordsOf(language) {
    let words = loaded.get(language);
    if (words === undefined) loaded.set(language, (words = load[language]()));
    return use(words);
  };
}
