import { addressesUnique } from './addressesUnique.ts';
import { agendaAhead } from './agendaAhead.ts';
import { bindingStays } from './bindingStays.ts';
import { cachesGoForward } from './cachesGoForward.ts';
import { containersAtHome } from './containersAtHome.ts';
import { goneStaysGone } from './goneStaysGone.ts';
import { indexesAgree } from './indexesAgree.ts';
import { jobsCountOnce } from './jobsCountOnce.ts';
import { leasesOfTheLiving } from './leasesOfTheLiving.ts';
import { nobodyOvertakes } from './nobodyOvertakes.ts';
import { ordinalsInOrder } from './ordinalsInOrder.ts';
import { ownersExist } from './ownersExist.ts';
import { readyContainersReady } from './readyContainersReady.ts';
import { requestsFit } from './requestsFit.ts';
import { revisionsGrow } from './revisionsGrow.ts';
import { rolloutKeepsBounds } from './rolloutKeepsBounds.ts';
import { routedWereReady } from './routedWereReady.ts';
import { writesHaveCauses } from './writesHaveCauses.ts';
import type { Invariant } from './invariant.ts';

export { look, watch, type Invariant, type Violation, type Watch } from './invariant.ts';

export const invariants: readonly Invariant[] = [
  revisionsGrow, goneStaysGone, indexesAgree, writesHaveCauses, cachesGoForward, nobodyOvertakes, agendaAhead,
  requestsFit, bindingStays, containersAtHome, readyContainersReady, leasesOfTheLiving, ownersExist, rolloutKeepsBounds, routedWereReady, addressesUnique,
  ordinalsInOrder, jobsCountOnce,
];
