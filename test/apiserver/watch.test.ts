import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/sim/api/object.ts';
import { MERGE_PATCH, USERS, type Method } from '../../src/sim/api/request.ts';
import { MINUTE, type Micros } from '../../src/sim/api/time.ts';
import { handle } from '../../src/sim/apiserver/handle.ts';
import { commit, compact, newStore, type Store } from '../../src/sim/apiserver/store.ts';
import { openWatch, readWatch, type Watch, type WatchEvent } from '../../src/sim/apiserver/watch.ts';

function server(): { readonly store: Store; send(method: Method, path: string, body?: unknown): number } {
  const store = newStore();
  for (const name of ['default', 'team']) commit(store, { at: 0, kind: 'Namespace', key: name, after: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: name, resourceVersion: '', creationTimestamp: '2026-01-05T08:00:00Z' } }, by: 'test', verb: 'create', cause: 0 });
  let n = 0;
  return {
    store,
    send: (method, path, body) => handle({ store, now: 0, step: 1, draw: () => n++ }, { user: USERS.admin, method, path, ...(body === undefined ? {} : { body }), ...(method === 'PATCH' ? { contentType: MERGE_PATCH } : {}) }).code,
  };
}
const maps = (namespace: string, name = ''): string => `/api/v1/namespaces/${namespace}/configmaps${name === '' ? '' : `/${name}`}`;
const map = (name: string, tier: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { tier } }, data: {} });
const open = (store: Store, path: string, query: Readonly<Record<string, string>> = {}): Watch => {
  const watch = openWatch(store, { path, query }, 0);
  if ('status' in watch) throw new Error(watch.message);
  return watch;
};
const told = (events: readonly WatchEvent[]): string[] =>
  events.map(({ type, object }) => ('status' in object ? `${type} ${object.code} ${object.message}` : `${type} ${(object.metadata as { name?: string }).name ?? ''}@${object.metadata.resourceVersion}`));
const read = (store: Store, watch: Watch, now: Micros = 0): string[] => told(readWatch(store, watch, now));

describe('a watch is a place in the log', () => {
  it('tells what was created, changed and deleted after its version, once', () => {
    const { store, send } = server();
    send('POST', maps('default'), map('a', 'x'));
    const watch = open(store, maps('default'), { resourceVersion: '3' });
    expect(read(store, watch)).toEqual([]);
    send('POST', maps('default'), map('b', 'x'));
    send('PATCH', maps('default', 'a'), { data: { k: 'v' } });
    send('POST', maps('team'), map('elsewhere', 'x'));
    send('DELETE', maps('default', 'b'));
    expect(read(store, watch)).toEqual(['ADDED b@4', 'MODIFIED a@5', 'DELETED b@7']);
    expect(read(store, watch)).toEqual([]);
  });

  it('a selector turns "no longer matches" into DELETED and "begins to match" into ADDED', () => {
    const { store, send } = server();
    send('POST', maps('default'), map('a', 'x'));
    send('POST', maps('default'), map('b', 'y'));
    const watch = open(store, maps('default'), { resourceVersion: '4', labelSelector: 'tier=x' });
    send('PATCH', maps('default', 'a'), { metadata: { labels: { tier: 'y' } } });
    send('PATCH', maps('default', 'b'), { metadata: { labels: { tier: 'x' } } });
    expect(read(store, watch)).toEqual(['DELETED a@5', 'ADDED b@6']);
  });

  it('without a version what there is comes first; sendInitialEvents marks its end', () => {
    const { store, send } = server();
    send('POST', maps('default'), map('a', 'x'));
    expect(read(store, open(store, maps('default')))).toEqual(['ADDED a@3']);
    const watch = open(store, maps('default'), { sendInitialEvents: 'true', allowWatchBookmarks: 'true', resourceVersionMatch: 'NotOlderThan' });
    const events = readWatch(store, watch, 0);
    expect(told(events)).toEqual(['ADDED a@3', 'BOOKMARK @3']);
    expect(events[1]?.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } });
  });

  it('bookmarks come once a minute to whoever asked, with the newest version', () => {
    const { store, send } = server();
    const asked = open(store, maps('default'), { resourceVersion: '2', allowWatchBookmarks: 'true' });
    const silent = open(store, maps('default'), { resourceVersion: '2' });
    send('POST', maps('team'), map('elsewhere', 'x'));
    expect(read(store, asked, MINUTE - 1)).toEqual([]);
    expect(read(store, asked, MINUTE)).toEqual(['BOOKMARK @3']);
    expect(read(store, asked, MINUTE + 1)).toEqual([]);
    expect(read(store, silent, 2 * MINUTE)).toEqual([]);
  });

  it('410: too old to begin, and too old to go on', () => {
    const { store, send } = server();
    const watch = open(store, maps('default'), { resourceVersion: '2' });
    send('POST', maps('default'), map('a', 'x'));
    send('POST', maps('default'), map('b', 'x'));
    compact(store, 4);
    // The stream opens, and says it as its first and last event.
    expect(read(store, open(store, maps('default'), { resourceVersion: '2' }))).toEqual(['ERROR 410 too old resource version: 2 (5)']);
    expect(read(store, watch)).toEqual(['ERROR 410 too old resource version: 2 (5)']);
  });

  it('what is no collection, and selectors that are none, are refused', () => {
    const { store } = server();
    expect(openWatch(store, { path: '/api/v1/nonsense' }, 0)).toMatchObject({ code: 400 });
    expect(openWatch(store, { path: maps('default'), query: { labelSelector: 'a in (' } }, 0)).toMatchObject({ code: 400 });
    expect(openWatch(store, { path: maps('default'), query: { resourceVersion: 'x' } }, 0)).toMatchObject({ code: 500 });
  });

  // As a real API server (v1.36.3) answered over two ConfigMaps that were made b first.
  it.each<[string, string]>([
    ['', 'ADDED a, ADDED b'],
    ['resourceVersion=0', 'ADDED a, ADDED b'],
    ['sendInitialEvents=true', '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan', 'ADDED a, ADDED b'],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true', 'ADDED a, ADDED b, BOOKMARK end'],
    ['sendInitialEvents=false&resourceVersionMatch=NotOlderThan', ''],
    ['resourceVersionMatch=NotOlderThan', '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'],
    ['resourceVersionMatch=Exact&sendInitialEvents=true', '422 ListOptions.meta.k8s.io "" is invalid: [resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]'],
    ['resourceVersion=99999999', ''],
    ['labelSelector=tier=a', 'ADDED a'],
    ['fieldSelector=metadata.name=b', 'ADDED b'],
    ['limit=1', 'ADDED a, ADDED b'],
    ['continue=abc', '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided'],
    ['allowWatchBookmarks=maybe', 'ADDED a, ADDED b, BOOKMARK end'],
  ])('%s', (query, wanted) => {
    const { store, send } = server();
    for (const name of ['b', 'a']) send('POST', maps('default'), map(name, name));
    const opened = openWatch(store, { path: maps('default'), query: Object.fromEntries(new URLSearchParams(query)) }, 0);
    const said = 'code' in opened ? `${opened.code} ${opened.message}` : readWatch(store, opened as Watch, 0).map(({ type, object }) => `${type} ${type === 'BOOKMARK' ? 'end' : (object as KubernetesObject).metadata.name}`).join(', ');
    expect(said).toBe(wanted);
  });

  it('who may not look may not watch', () => {
    const { store } = server();
    expect(openWatch(store, { path: maps('default'), user: 'jane', groups: [] }, 0)).toMatchObject({ code: 403, message: 'configmaps is forbidden: User "jane" cannot watch resource "configmaps" in API group "" in the namespace "default"' });
    expect(openWatch(store, { path: maps('default'), user: 'kubernetes-admin' }, 0)).not.toHaveProperty('code');
  });
});
