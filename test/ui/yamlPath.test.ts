import { describe, expect, it } from 'vitest';
import { placeAt } from '../../src/ui/panels/yamlPath.ts';
import { fieldAt, fieldsBelow } from '../../src/kubectl/fields.ts';

/** Where the cursor (¦) stands, as "key PATH text" or "value PATH.key text". */
function place(marked: string): string {
  const offset = marked.indexOf('¦');
  const found = placeAt(marked.replace('¦', ''), offset);
  if (found === undefined) return 'nowhere';
  const { kind, path, at } = found;
  return at.is === 'key' ? `${kind} key ${path.join('.')} "${at.text}"` : `${kind} value ${[...path, at.key].join('.')} "${at.text}"`;
}
const HEAD = 'apiVersion: apps/v1\nkind: Deployment\n';

describe('where a place in a manifest stands', () => {
  it.each([
    ['an empty text', '¦', ' key  ""'],
    ['a key at the root', `${HEAD}sp¦`, 'Deployment key  "sp"'],
    ['the kind itself', 'apiVersion: v1\nkind: Po¦', 'Po value kind "Po"'],
    ['below a key', `${HEAD}spec:\n  repl¦`, 'Deployment key spec "repl"'],
    ['on an empty line, by the cursor', `${HEAD}spec:\n  template:\n    ¦`, 'Deployment key spec.template ""'],
    ['back out of it', `${HEAD}spec:\n  template:\n    spec: {}\n  ¦`, 'Deployment key spec ""'],
    ['in a list', `${HEAD}spec:\n  template:\n    spec:\n      containers:\n      - na¦`, 'Deployment key spec.template.spec.containers "na"'],
    ['in an item that has begun', `${HEAD}spec:\n  template:\n    spec:\n      containers:\n        - name: a\n          ima¦`, 'Deployment key spec.template.spec.containers "ima"'],
    ['a value', `${HEAD}spec:\n  strategy:\n    type: Rec¦`, 'Deployment value spec.strategy.type "Rec"'],
    ['the second document', `${HEAD}---\napiVersion: v1\nkind: Service\nspec:\n  ty¦`, 'Service key spec "ty"'],
    ['before the kind is written below', 'spec:\n  ¦\nkind: Pod\napiVersion: v1\n', 'Pod key spec ""'],
    ['a comment', `${HEAD}# sp¦`, 'nowhere'],
    ['a text block', 'apiVersion: v1\nkind: ConfigMap\ndata:\n  a.txt: |\n    some te¦', 'nowhere'],
    ['a sentence', `${HEAD}spec:\n  two words¦`, 'nowhere'],
  ])('%s', (_, text, wanted) => {
    expect(place(text)).toBe(wanted);
  });

  it('knows what stands beside it, above and below', () => {
    const text = `${HEAD}spec:\n  replicas: 1\n  \n  paused: true\n`;
    const found = placeAt(text, text.indexOf('  \n') + 2)!;
    expect([...found.beside].sort()).toEqual(['paused', 'replicas']);
    const items = `${HEAD}spec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: x\n      - name: b\n        `;
    expect([...placeAt(items, items.length)!.beside]).toEqual(['name']);
  });
});

describe('what may stand there', () => {
  it('comes from the schemas, with types, what is required, and values', () => {
    expect(fieldsBelow('apps/v1', 'Deployment', []).map(({ name }) => name)).toEqual(['apiVersion', 'kind', 'metadata', 'spec', 'status']);
    expect(fieldAt('apps/v1', 'Deployment', ['spec', 'selector'])).toMatchObject({ type: 'LabelSelector', required: true });
    expect(fieldAt('apps/v1', 'Deployment', ['spec', 'strategy', 'type'])?.values).toBe('Recreate, RollingUpdate');
    expect(fieldsBelow('apps/v1', 'Deployment', ['spec', 'template', 'spec', 'containers']).map(({ name }) => name)).toContain('livenessProbe');
    expect(fieldsBelow('apps/v1', 'Deployment', ['spec', 'replicas'])).toEqual([]);
    expect(fieldsBelow('example.com/v1', '__proto__', [])).toEqual([]);
  });
});
