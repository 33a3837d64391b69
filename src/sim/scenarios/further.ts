import type { Scenario } from './scenario.ts';

/** Beyond the first six: one line a scenario, loaded after the first picture. */
export const furtherScenarios: readonly Scenario[] = [];
