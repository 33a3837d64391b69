import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { harness, NODE, pod } from './harness.ts';

/**
 * What the real kubelet of a hollow node wrote about its Pods, from birth to end, write by write: ours writes the same fields with the same
 * values. (Times, addresses and ids are left out of the recordings. How updates coalesce is chance, so only lives whose updates did not
 * coalesce are compared.)
 */
const dir = new URL('../golden/traces/', import.meta.url).pathname;

type Fields = Record<string, unknown>;
interface Write {
  readonly actor: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly change?: { readonly status?: Fields };
  readonly object?: { readonly spec?: { readonly containers?: readonly { readonly resources?: Fields }[] } };
  readonly gone?: boolean;
}

const LEFT_OUT = new Set(['lastTransitionTime', 'lastProbeTime', 'startTime', 'startedAt', 'finishedAt', 'hostIP', 'hostIPs', 'podIP', 'podIPs', 'imageID', 'containerID', 'volumeMounts']);
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const out: Fields = {};
  for (const [key, item] of Object.entries(value)) {
    if (LEFT_OUT.has(key) || key.startsWith('$setElementOrder/')) continue;
    if (key === 'conditions') {
      const list = (Array.isArray(item) ? item : Object.entries(item as Fields).map(([type, fields]) => ({ type, ...(fields as Fields) }))) as Fields[];
      const kept = list.map((each) => plain(each) as Fields).filter((each) => Object.keys(each).length > 1);
      // Others wrote these, in a binding or an eviction, which a recording shows with the kubelet's next write.
      out.conditions = Object.fromEntries(kept.map(({ type, ...fields }) => [type, fields]).filter(([type]) => type !== 'PodScheduled' && type !== 'DisruptionTarget'));
    } else out[key] = plain(item);
  }
  return out;
}

const LIFE = ['first', 'sandbox', 'running', 'generation', 'ended', 'deleted'] as const;

describe('the writes of a hollow kubelet', () => {
  const h = harness({ ...NODE, hollow: true });
  h.put(pod('web', { containers: [{ name: 'app', image: 'nginx:1.27' }], volumes: [{ name: 'token', projected: { sources: [] } }] }));
  h.run(4);
  h.deletePod('default/web');
  h.run(4);
  const ours = h.requests.filter(({ request }) => request.path.includes('/pods/')).map(({ request }) => (request.method === 'DELETE' ? 'gone' : plain((request.body as { status: Fields }).status)));

  it('are six', () => expect(ours.length).toBe(LIFE.length));

  const lives: [string, Write[]][] = [];
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.json')).sort((a, b) => (a < b ? -1 : 1))) {
    const trace = JSON.parse(readFileSync(dir + file, 'utf8')) as { readonly scripted?: unknown; readonly writes: readonly Write[] };
    if (trace.scripted !== undefined) continue;
    const byName = new Map<string, Write[]>();
    // Where the node controller called a Pod not ready in between, the kubelet also puts that right: another life than this.
    const disturbed = new Set<string | undefined>(trace.writes.filter((write) => !write.actor.startsWith('kubelet') && (write.change?.status as { conditions?: { Ready?: unknown } } | undefined)?.conditions?.Ready !== undefined).map((write) => write.name));
    // For Pods that ask for something the recorder's fake runtime reports a memory of "0", which comes and goes with further writes: that is not imitated.
    for (const write of trace.writes) if (Object.keys(write.object?.spec?.containers?.[0]?.resources ?? {}).length > 0) disturbed.add(write.name);
    for (const write of trace.writes) {
      if (write.resource !== 'pods' || write.name === undefined || !write.name.startsWith('web-') || !write.actor.startsWith('kubelet')) continue;
      byName.set(write.name, [...(byName.get(write.name) ?? []), write]);
    }
    for (const [name, writes] of byName) if (!disturbed.has(name) && writes.length === LIFE.length && writes.at(-1)!.gone === true) lives.push([`${file.replace('.json', '')} ${name}`, writes]);
  }

  it('are compared with many', () => expect(lives.length).toBeGreaterThan(10));

  it.each(lives)('%s', (_, writes) => {
    writes.forEach((write, i) => {
      if (write.verb === 'delete') expect(ours[i]).toBe('gone');
      else {
        const theirs = plain(write.change!.status) as Fields;
        const image = JSON.stringify(theirs).includes('nginx:1.28') ? 'nginx:1.28' : 'nginx:1.27';
        expect(JSON.parse(JSON.stringify(ours[i]).replaceAll('nginx:1.27', image)), LIFE[i]).toEqual(theirs);
      }
    });
  });
});
