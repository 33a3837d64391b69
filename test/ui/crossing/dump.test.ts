import { describe, expect, it } from 'vitest';
import { readDump, type Dump } from '../../../src/ui/link/dump.ts';

const read = (text: string): Promise<Dump> => readDump(text, () => Promise.resolve(), () => true);
const shown = ({ objects, unread }: Dump): readonly string[] => [
  ...objects.map(({ object, place }) => `${place.line} ${String(object['kind'])}/${String((object['metadata'] as { readonly name?: string } | undefined)?.name)}`),
  ...unread.map(({ line, message, limit }) => `${line} ! ${limit?.code ?? message}`),
];
const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`;
const item = (name: string): string => pod(name).split('\n').map((line, i) => (line === '' ? '' : `${i === 0 ? '- ' : '  '}${line}`)).join('\n');

describe('what is pasted', () => {
  it('documents, lists as kubectl prints them, and lists in lists, each at its line', async () => {
    expect(shown(await read(`${pod('a')}---\n# nothing but this\n--- # the next\n${pod('b')}...\n---\napiVersion: v1\nitems:\n${item('c')}${item('d')}kind: List\nmetadata:\n  resourceVersion: ""\n---\nkind: PodList\nitems:\n${item('e')}`))).toEqual(['1 Pod/a', '8 Pod/b', '16 Pod/c', '20 Pod/d', '30 Pod/e']);
    expect(shown(await read(`kind: List\nitems: [{kind: PodList, items: [{kind: Pod, metadata: {name: x}}]}]`))).toEqual(['1 Pod/x']);
  });

  it('as JSON: one object, a list with each item at its line, several in an array', async () => {
    const list = { apiVersion: 'v1', kind: 'List', metadata: { note: 'an "items": [{ in a text' }, items: [{ kind: 'Pod', metadata: { name: 'a', labels: { items: 'x' } } }, { kind: 'Pod', metadata: { name: 'b' } }] };
    expect(shown(await read(JSON.stringify(list, null, 2)))).toEqual(['8 Pod/a', '17 Pod/b']);
    expect(shown(await read(JSON.stringify(list.items[0])))).toEqual(['1 Pod/a']);
    expect(shown(await read(JSON.stringify(list.items)))).toEqual(['1 Pod/a', '1 Pod/b']);
    expect(shown(await read('{"kind": "List", "items": []}'))).toEqual([]);
    // What only looks like JSON is YAML, and its error has a line.
    expect(shown(await read('{"kind": "Pod",\n "metadata": {"name": "a" "b"}}'))[0]).toMatch(/^2 ! yaml: line 2: /);
  });

  it('an error spoils one object; the others are read', async () => {
    expect(shown(await read(`apiVersion: v1\nitems:\n${item('a')}- kind: [\n${item('b')}kind: List\n`))).toEqual(['3 Pod/a', '8 Pod/b', expect.stringMatching(/^8 ! yaml: line 8: /) as unknown as string]);
    expect(shown(await read(`${pod('a')}---\nkind: Pod\n kind: x\n---\n${pod('b')}`))).toEqual(['1 Pod/a', '9 Pod/b', expect.stringMatching(/^7 ! yaml: line 7: /) as unknown as string]);
    expect(shown(await read('just words'))).toEqual(['1 ! error validating data: not an object']);
    expect(shown(await read('kind: Pod\nkind: Pod\n'))).toEqual(['2 ! yaml: line 2: duplicated mapping key']);
  });

  it('text stays text: times, block scalars that look like items, anchors within a list', async () => {
    const { objects } = await read(`apiVersion: v1\nitems:\n- kind: ConfigMap\n  metadata:\n    name: a\n    creationTimestamp: 2026-01-01T00:00:00Z\n  data:\n    script: |\n      items:\n      - not an item\n      ---\nkind: List\n`);
    expect(objects.map(({ object }) => object)).toEqual([{ kind: 'ConfigMap', metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' }, data: { script: 'items:\n- not an item\n---\n' } }]);
    const anchored = await read(`items:\n- kind: ConfigMap\n  metadata: &meta\n    name: a\n- kind: Secret\n  metadata: *meta\nkind: List\n`);
    expect(shown(anchored)).toEqual(['1 ConfigMap/a', '1 Secret/a']);
  });

  it('what unfolds without end, or lies too deep, is refused and nothing hangs', async () => {
    const laughs = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.split('').map((name, i) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefgh'[i]!}`).join(',')}]`).join('\n')}\n`;
    expect(shown(await read(laughs))).toEqual(['1 ! limit.values']);
    expect(shown(await read(`${pod('a')}---\nkind: ConfigMap\ndata: ${'{a: '.repeat(150)}1${'}'.repeat(150)}\n`))).toEqual(['1 Pod/a', '7 ! limit.depth']);
    const { objects } = await read('kind: ConfigMap\nmetadata: {name: x}\n__proto__: {polluted: "yes"}\n');
    expect(Object.hasOwn(objects[0]!.object, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('other asks are heard between the items, and a newer dump ends the reading', async () => {
    let breaths = 0;
    const many = `items:\n${Array.from({ length: 200 }, (_, i) => item(`p${i}`)).join('')}kind: List\n`;
    const { objects } = await readDump(many, () => (breaths++, Promise.resolve()), () => breaths < 3);
    expect(breaths).toBe(3);
    expect(objects.length).toBeLessThan(80);
  });
});
