import type { Unit } from '../link/protocol.ts';

export type Language = 'en' | 'zh';
export type ThemeChoice = 'light' | 'dark' | 'system';

export interface Preferences {
  readonly language: Language;
  readonly theme: ThemeChoice;
  readonly pace: number;
  readonly unit: Unit;
  /** Single letters do something; WCAG 2.1.4 wants a way to switch that off. */
  readonly letters: boolean;
}

const KEY = 'orrery.preferences';
const UNITS: readonly Unit[] = ['message', 'write', 'decision', 'chapter'];

export const browserLanguage = (languages: readonly string[]): Language => {
  for (const language of languages) {
    const lower = language.toLowerCase();
    if (lower.startsWith('zh')) return 'zh';
    if (lower.startsWith('en')) return 'en';
  }
  return 'en';
};

/** Storage may be full, forbidden or forged: then the page simply does not remember. */
export function readPreferences(languages: readonly string[]): Preferences {
  const fresh: Preferences = { language: browserLanguage(languages), theme: 'system', pace: 1, unit: 'message', letters: true };
  try {
    const text = localStorage.getItem(KEY);
    if (text === null) return fresh;
    const kept = JSON.parse(text) as Record<string, unknown>;
    return {
      language: kept['language'] === 'en' || kept['language'] === 'zh' ? kept['language'] : fresh.language,
      theme: kept['theme'] === 'light' || kept['theme'] === 'dark' ? kept['theme'] : 'system',
      pace: typeof kept['pace'] === 'number' && kept['pace'] >= 0.25 && kept['pace'] <= 4 ? kept['pace'] : 1,
      unit: UNITS.find((unit) => unit === kept['unit']) ?? 'message',
      letters: kept['letters'] !== false,
    };
  } catch {
    return fresh;
  }
}

export function writePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Not remembered, and nothing else.
  }
}
