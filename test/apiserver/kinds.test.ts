import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KINDS, kindInfo, pathOf } from '../../src/sim/api/kinds.ts';
import type { KubernetesObject } from '../../src/sim/api/object.ts';
import { MERGE_PATCH, USERS, type Request, type Response } from '../../src/sim/api/request.ts';
import { handle } from '../../src/sim/apiserver/handle.ts';
import { newStore } from '../../src/sim/apiserver/store.ts';
import { typeOfKind } from '../../src/sim/apiserver/schema.ts';
import { openWatch, readWatch, type Watch } from '../../src/sim/apiserver/watch.ts';
import { scheduleFault } from '../../src/sim/apiserver/kinds/cronSchedule.ts';
import { zoneFault } from '../../src/sim/apiserver/kinds/timeZones.ts';

// Every kind goes through its life: created, read, listed, watched, patched, deleted. What the answers are in detail is in the recordings.

const bases = JSON.parse(readFileSync(fileURLToPath(new URL('../golden/api/bases.json', import.meta.url)), 'utf8')) as Readonly<Record<string, KubernetesObject>>;

function server(): { readonly store: ReturnType<typeof newStore>; send(request: Omit<Request, 'user'>): Response } {
  const store = newStore();
  let drawn = 7;
  const draw = (): number => (drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0);
  const send = (request: Omit<Request, 'user'>): Response => handle({ store, now: 0, step: 0, draw }, { user: USERS.admin, ...request });
  send({ method: 'POST', path: '/api/v1/namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } } });
  send({ method: 'POST', path: '/api/v1/namespaces/default/serviceaccounts', body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } } });
  return { store, send };
}
/** One object of each kind that is stored. */
const samples = new Map(Object.values(bases).filter(({ kind }) => KINDS.some((info) => info.kind === kind)).map((object) => [`${object.apiVersion} ${object.kind}`, object]));

describe('every kind', () => {
  it.each([...samples.keys()])('%s lives and goes', (key) => {
    const object = samples.get(key)!;
    const info = kindInfo(object.kind)!;
    const { store, send } = server();
    const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
    const path = pathOf(object.kind, 'default').replace(/^\/apis?\/(?:[^/]+\/)?v\d/, group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
    const { name } = object.metadata;
    const watch = openWatch(store, { path, query: { resourceVersion: String(store.revision) } }, 0) as Watch;
    const made = send({ method: 'POST', path, body: object });
    expect(made.code, JSON.stringify(made.body)).toBe(201);
    expect(made.body).toMatchObject({ kind: object.kind, apiVersion: object.apiVersion, metadata: { name } });
    expect(send({ method: 'GET', path: `${path}/${name}` }).body).toEqual(made.body);
    expect((send({ method: 'GET', path }).body as { readonly items: readonly KubernetesObject[] }).items.map((item) => item.metadata.name)).toContain(name);
    const patched = send({ method: 'PATCH', path: `${path}/${name}`, contentType: MERGE_PATCH, body: { metadata: { labels: { touched: 'yes' } } } });
    expect(patched.body).toMatchObject({ metadata: { labels: { touched: 'yes' } } });
    expect(send({ method: 'PATCH', path: `${path}/${name}`, query: { fieldValidation: 'Strict' }, contentType: MERGE_PATCH, body: { bogus: 1 } }).code).toBe(422);
    if (info.subresources.includes('status')) expect(send({ method: 'GET', path: `${path}/${name}/status` }).code).toBe(200);
    expect(send({ method: 'DELETE', path: `${path}/${name}`, body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', gracePeriodSeconds: 0 } }).code).toBe(200);
    const seen = readWatch(store, watch, 0);
    expect(seen.slice(0, 2).map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED']);
    expect(new Set(seen.map((event) => (event.object as KubernetesObject).apiVersion))).toEqual(new Set([object.apiVersion]));
  });

  it('has a type', () => expect(KINDS.filter(({ kind }) => typeOfKind(kind) === undefined)).toEqual([]));
});

describe('an autoscaler in two versions', () => {
  it('is watched in the version that was asked for', () => {
    const { store, send } = server();
    const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
    const watch = openWatch(store, { path: path.replace('/v2/', '/v1/'), query: { resourceVersion: '0' } }, 0) as Watch;
    readWatch(store, watch, 0);
    send({ method: 'POST', path, body: bases['hpa-small'] });
    expect(readWatch(store, watch, 0)).toMatchObject([{ type: 'ADDED', object: { apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 80 } } }]);
  });
});

describe('schedules', () => {
  it.each<[string, string | undefined]>([
    ['*/15 0-6,22 * jan-mar mon-FRI', undefined],
    ['@every 1h30m', undefined],
    ['@midnight', undefined],
    ['? ? ? ? ?', undefined],
    ['CRON_TZ=Asia/Tokyo 0 9 * * *', undefined],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['@fortnight', 'unrecognized descriptor: @fortnight'],
    ['@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"'],
    ['TZ=Mars/Olympus 0 9 * * *', 'provided bad location Mars/Olympus: unknown time zone Mars/Olympus'],
  ])('%s', (schedule, fault) => expect(scheduleFault(schedule, zoneFault)).toBe(fault));
});
