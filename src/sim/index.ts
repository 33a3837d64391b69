/** The only door of the simulation. */
export { newTimeline, playUntil, seek, act, fork, stepForward, nextMoment, digestOf } from './record/timeline.ts';
export type { Timeline, Story, Input, ScriptedInput, Target } from './record/timeline.ts';
export { read, watched, perform, answerTo } from './record/client.ts';
export { openWatch, readWatch, type Watch, type WatchEvent } from './apiserver/watch.ts';
export { encode, decode, canonicalText, type Recording, type CodecError } from './record/codec.ts';
export type { World } from './cluster/world.ts';
export type { StepRecord, Trace } from './kernel/trace.ts';
