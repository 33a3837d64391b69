import type { Plugin } from '../plugin.ts';

/**
 * Its PostFilter is in ../preemption.ts: it works on a whole decision, not on one node. Here is what else it registers: a Pod whose
 * victims are being deleted waits outside the queue upstream (asynchronous preemption); the scheduler process says when that is.
 */
export const defaultPreemption: Plugin = {
  name: 'DefaultPreemption',
  preEnqueue: () => undefined,
  events: [{ kind: 'Pod', actions: ['Delete'], hint: () => false }],
};
