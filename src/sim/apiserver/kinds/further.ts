import type { Strategy } from '../strategy.ts';
import { workloads } from './workloads.ts';

/** The defaults and rules of the kinds that the first scenario does not need: one entry a kind, loaded after the first picture. */
export const furtherStrategies: Readonly<Record<string, Strategy>> = {
  ...workloads,
};
