/** What comes right after the first picture, and before anything is played: the rest of the simulation, and its *why*. */
import '../../sim/further.ts';

export { whyOf } from './whyOf.ts';
