import { MAX_NODE_SCORE } from '../plugin.ts';

/** helper.DefaultNormalizeScore: the largest becomes 100, or 0 if less is better. */
export function normalizeByMax(scores: number[], reverse: boolean): void {
  let max = 0;
  for (const score of scores) if (score > max) max = score;
  for (let i = 0; i < scores.length; i++) {
    if (max === 0) {
      if (reverse) scores[i] = MAX_NODE_SCORE;
      continue;
    }
    const score = Math.trunc((MAX_NODE_SCORE * scores[i]!) / max);
    scores[i] = reverse ? MAX_NODE_SCORE - score : score;
  }
}
