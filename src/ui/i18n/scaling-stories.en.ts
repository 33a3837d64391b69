/** The stories about autoscaling: their names, a line about each, and at each chapter its short title and what is said. */

type Args = Readonly<Record<string, string | number>>;
/** A quantity of milliseconds, in whole ones. */
function ms(value: string | number | undefined): string {
  const text = String(value ?? '');
  return text.endsWith('m') ? String(Math.round(Number(text.slice(0, -1)) / 1000)) : text;
}

export const scalingStoriesEn = {
  responseTime: {
    title: 'Response time rises',
    about: 'The autoscaler answers, and takes its time to go back',
    chapters: {
      'responseTime.begin': { title: 'A small shop', say: () => 'Three empty nodes. Soon a shop opens: each of its Pods serves one customer at a time, 120 ms each.' },
      'responseTime.two': { title: 'Two Pods', say: (a: Args) => `${a['replicas']} Pods are ready. Six customers a second are no trouble for them.` },
      'responseTime.autoscaler': { title: 'An autoscaler', say: () => 'An autoscaler: 200 ms on average, two to eight Pods. From now on the metrics server asks every node each 15 s.' },
      'responseTime.measured': { title: 'The first reading', say: (a: Args) => `Node, metrics server, API, autoscaler: ${ms(a['value'])} ms on average. Below the target, and two is the minimum.` },
      'responseTime.late': { title: 'A rush', say: (a: Args) => `Twenty customers a second now, more than two Pods can serve: this one waited ${a['milliseconds']} ms.` },
      'responseTime.more': { title: 'It asks for more', say: (a: Args) => `The metric asks for ${a['wanted']} Pods. Not all at once: four more in 15 s, or twice as many. ${a['from']} become ${a['to']}.` },
      'responseTime.ready': { title: 'More hands', say: (a: Args) => `${a['replicas']} Pods share the load, the queues empty, and answers are quick again.` },
      'responseTime.held': { title: 'Why not fewer?', say: (a: Args) => `Fewer than ${a['replicas']} would do by now. But a higher recommendation is less than a minute old: it waits.` },
      'responseTime.fewer': { title: 'Back, slowly', say: (a: Args) => `A minute without a higher recommendation: ${a['from']} become ${a['to']}. So a short quiet does not undo it.` },
      'responseTime.home': { title: 'Two again', say: (a: Args) => `${a['replicas']} Pods again, as before the rush. Nobody had to do anything.` },
    },
  },
};
export type ScalingStories = { readonly [S in keyof typeof scalingStoriesEn]: { readonly title: string; readonly about: string; readonly chapters: { readonly [C in keyof (typeof scalingStoriesEn)[S]['chapters']]: { readonly title: string; readonly say: (args: Args) => string } } } };
