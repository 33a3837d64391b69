import { wordsOf } from '../i18n/part.ts';
import type { CompareMessages } from '../i18n/compare.en.ts';

export const useCompareWords = wordsOf<CompareMessages>({
  en: () => import('../i18n/compare.en.ts').then(({ compareEn }) => compareEn),
  zh: () => import('../i18n/compare.zh.ts').then(({ compareZh }) => compareZh),
});
