import type { ObjectReference } from './object.ts';

/** An Event as a component hands it to its recorder, which aggregates, counts and limits as client-go's does. */
export interface EventNote {
  readonly regarding: ObjectReference;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** In a controller's plan "{name}" stands for the name of the object in the write's answer, "{error}" for a refusal's message. */
  readonly message: string;
}
