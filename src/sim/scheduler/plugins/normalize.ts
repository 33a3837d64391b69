import { MAX_NODE_SCORE } from '../plugin.ts';

/** helper.DefaultNormalizeScore: the largest becomes 100. */
export const byHighest = (raw: number, _lowest: number, highest: number): number => (highest <= 0 ? raw : Math.trunc((MAX_NODE_SCORE * raw) / highest));
/** The same where less is better: the largest becomes 0. */
export const byHighestReversed = (raw: number, _lowest: number, highest: number): number => (highest <= 0 ? MAX_NODE_SCORE : MAX_NODE_SCORE - Math.trunc((MAX_NODE_SCORE * raw) / highest));
