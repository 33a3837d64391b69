import type { Plugin } from '../plugin.ts';

/** The order of the queue: higher priority first, then the one that has waited longer. */
export const prioritySort: Plugin = {
  name: 'PrioritySort',
  less: (a, b) => a.priority > b.priority || (a.priority === b.priority && a.timestamp < b.timestamp),
};
