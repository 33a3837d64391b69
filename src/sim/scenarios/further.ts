import { affinity } from './affinity.ts';
import { backoff } from './backoff.ts';
import { batch } from './batch.ts';
import { configuration } from './configuration.ts';
import { fragmentation } from './fragmentation.ts';
import { gang } from './gang.ts';
import { imageLocality } from './imageLocality.ts';
import { ordered } from './ordered.ts';
import { preemption } from './preemption.ts';
import { responseTime } from './responseTime.ts';
import { taints } from './taints.ts';
import { twoSchedulers } from './twoSchedulers.ts';
import { whyNode3 } from './whyNode3.ts';
import { zones } from './zones.ts';
import type { Scenario } from './scenario.ts';

/** Beyond the first six: one line a scenario, loaded after the first picture. */
export const furtherScenarios: readonly Scenario[] = [
  whyNode3,
  fragmentation,
  taints,
  affinity,
  zones,
  imageLocality,
  preemption,
  gang,
  backoff,
  twoSchedulers,
  ordered,
  batch,
  configuration,
  responseTime,
];
