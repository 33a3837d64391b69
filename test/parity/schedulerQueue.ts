import type { Vector } from './scheduler.ts';

export function answerQueue(vector: Vector): unknown {
  return vector.kind;
}
