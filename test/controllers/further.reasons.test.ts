import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { safeHash, templateText } from '../../src/sim/api/controllerRevisions.ts';
import type { PodTemplateSpec } from '../../src/sim/api/object.ts';
import { workloadsFurtherEn } from '../../src/ui/i18n/reasons/workloads-further.en.ts';
import { workloadsFurtherZh } from '../../src/ui/i18n/reasons/workloads-further.zh.ts';

const folder = new URL('../../src/sim/controllers/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');
const order = (a: string, b: string): number => (a < b ? -1 : 1);

describe('reasons of the further workloads', () => {
  it.each(['statefulset', 'daemonset', 'job', 'ttlafterfinished', 'cronjob'])('%s: what the file lists, what the code gives and what has words are the same', (name) => {
    const main = read(`${name}.ts`);
    const listed = [...main.matchAll(/^ \* \| (\w+\.\w+)/gm)].map((match) => match[1]!).sort(order);
    expect(Object.keys(workloadsFurtherEn).filter((code) => code.startsWith(`${name}.`)).sort(order)).toEqual(listed);
    const parts = existsSync(new URL(`${name}/`, folder)) ? readdirSync(new URL(`${name}/`, folder)).map((file) => read(`${name}/${file}`)) : [];
    const given = new Set([...[main, ...parts].join('\n').matchAll(new RegExp(`'(${name}\\.[a-zA-Z]+)'`, 'g'))].map((match) => match[1]!));
    expect([...given].sort(order)).toEqual(listed);
  });

  it('have words in both languages, with their numbers', () => {
    const args = { set: 'db', daemonSet: 'agent', job: 'sum', cronJob: 'tick', pod: 'db-0', revision: 'db-1', number: 2, limit: 10, claim: 'data-db-0', owner: '', ordinal: 0, phase: 'Failed', wanted: 3, have: 2, ready: 1, updated: 1, node: 'node-1', desired: 3, succeeded: 1, completions: 4, failed: 1, failures: 2, seconds: 10, pods: 2, reason: 'x', names: 'a, b', active: 1, manager: 'm', zone: 'z', schedule: '* * * * *', service: 'default/web', slices: 1 };
    for (const [code, words] of [...Object.entries(workloadsFurtherEn), ...Object.entries(workloadsFurtherZh)]) expect(words(args), code).not.toMatch(/undefined|NaN/);
  });
});

describe('revisions of StatefulSets', () => {
  it('have the names of a real cluster', () => {
    const template: PodTemplateSpec = {
      metadata: { labels: { app: 'db' } },
      spec: { containers: [{ name: 'app', image: 'nginx:1.27', resources: {}, terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', imagePullPolicy: 'IfNotPresent' }], restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst', securityContext: {}, schedulerName: 'default-scheduler' },
    };
    // As the API server of the recording named them: db-78fff84fbd, and with nginx:1.28 db-5c87974b97.
    expect(safeHash(`${templateText(template)}0`)).toBe('78fff84fbd');
    expect(safeHash(`${templateText({ ...template, spec: { ...template.spec, containers: [{ ...template.spec.containers[0]!, image: 'nginx:1.28' }] } })}0`)).toBe('5c87974b97');
  });
});
