import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { handle } from '../../src/sim/apiserver/handle.ts';
import { newStore } from '../../src/sim/apiserver/store.ts';
import { USERS } from '../../src/sim/api/request.ts';

// Discovery is compared whole with what a real API server said: every group, kind, subresource, verb and hash, in its order.

interface Recorded {
  readonly '/version': unknown;
  readonly '/api': unknown;
  readonly '/apis': { readonly groups: readonly { readonly name: string }[] };
  readonly aggregated: Readonly<Record<string, unknown>>;
  readonly resourceLists: Readonly<Record<string, unknown>>;
}
const recorded = JSON.parse(readFileSync(fileURLToPath(new URL('../golden/api/discovery.json', import.meta.url)), 'utf8')) as Recorded;
const ask = (path: string, accept?: string): unknown => handle({ store: newStore(), now: 0, step: 0, draw: () => 0 }, { user: USERS.admin, method: 'GET', path, ...(accept === undefined ? {} : { accept }) }).body;

describe('discovery', () => {
  it.each(['/version', '/api', '/apis'] as const)('%s', (path) => expect(ask(path)).toEqual(recorded[path]));
  it.each(Object.keys(recorded.resourceLists))('%s', (path) => expect(ask(path)).toEqual(recorded.resourceLists[path]));
  it.each(Object.keys(recorded.aggregated))('%s, aggregated', (path) => expect(ask(path, 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json')).toEqual(recorded.aggregated[path]));
  it('of one group', () => expect(ask('/apis/apps')).toEqual({ kind: 'APIGroup', apiVersion: 'v1', ...recorded['/apis'].groups.find(({ name }) => name === 'apps') }));
  it('of what is not there', () => {
    expect(ask('/apis/nothing.example.com')).toMatchObject({ code: 404, message: '404 page not found\n' });
    expect(ask('/apis/apps/v1beta1')).toMatchObject({ code: 404, message: '404 page not found\n' });
  });
});
