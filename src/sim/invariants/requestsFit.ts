import type { Node, Pod } from '../api/object.ts';
import { podRequests } from '../api/podrequests.ts';
import { isPodTerminal } from '../api/pods.ts';
import { milliValue } from '../api/quantity.ts';
import { USERS } from '../api/request.ts';
import { head, headList } from '../apiserver/store.ts';
import { invariant } from './invariant.ts';

/** Whatever the scheduler binds fits: the requests of a node's Pods never exceed what it can allocate. */
export const requestsFit = invariant<undefined>({
  name: 'requestsFit',
  init: () => undefined,
  check({ world, changes }) {
    for (const change of changes) {
      const pod = change.after as Pod | undefined;
      if (change.kind !== 'Pod' || change.by !== USERS.scheduler || pod?.spec.nodeName === undefined || (change.before as Pod | undefined)?.spec.nodeName !== undefined) continue;
      const node = head(world.store, 'Node', pod.spec.nodeName) as Node | undefined;
      if (node === undefined) continue;
      const sum = new Map<string, number>([['pods', 0]]);
      for (const each of headList(world.store, 'Pod', { index: 'node', value: node.metadata.name }) as readonly Pod[]) {
        if (isPodTerminal(each)) continue;
        sum.set('pods', sum.get('pods')! + 1000);
        for (const [name, value] of podRequests(each)) sum.set(name, (sum.get(name) ?? 0) + value);
      }
      for (const [name, value] of sum) {
        const room = node.status.allocatable?.[name];
        if (room !== undefined && value > milliValue(room)) return `${node.metadata.name} has ${room} of ${name}, and its Pods ask for ${value / 1000} since ${change.key} was bound`;
      }
    }
    return undefined;
  },
});
