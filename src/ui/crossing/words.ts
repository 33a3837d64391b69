import { wordsOf } from '../i18n/part.ts';
import type { CrossingMessages } from '../i18n/crossing.en.ts';

export const useCrossingWords = wordsOf<CrossingMessages>({
  en: () => import('../i18n/crossing.en.ts').then(({ crossingEn }) => crossingEn),
  zh: () => import('../i18n/crossing.zh.ts').then(({ crossingZh }) => crossingZh),
});
