import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/sim/api/object.ts';
import { yamlText } from '../../src/kubectl/encode.ts';
import { splitCommandLine } from '../../src/kubectl/kubectl.ts';
import { newServer, run } from './server.ts';
import type { Server } from './server.ts';

describe('a typed line', () => {
  const table: readonly (readonly [string, readonly string[] | RegExp])[] = [
    ['get pods', ['get', 'pods']],
    ['  get   pods\t-o wide ', ['get', 'pods', '-o', 'wide']],
    [`patch svc x -p '{"spec": {"a": "b"}}'`, ['patch', 'svc', 'x', '-p', '{"spec": {"a": "b"}}']],
    [String.raw`a "b c"'d'\ e`, ['a', 'b cd e']],
    [String.raw`a "\"x\" \n"`, ['a', String.raw`"x" \n`]],
    [`a '' ""`, ['a', '', '']],
    ['get pods # all of them', ['get', 'pods']],
    ["-o jsonpath='{.items[*].metadata.name}'", ['-o', 'jsonpath={.items[*].metadata.name}']],
    ['get pods \\\n -A', ['get', 'pods', '-A']],
    ['', []],
    ['get pods | grep web', /"\|" would be a pipe/],
    ['get pods > x', /redirection/],
    ['get pods; rm x', /second command/],
    ['get pods && echo', /background/],
    ['get $POD', /"\$POD"/],
    ['get "$(date)"', /substitutions/],
    ['get `date`', /substitution/],
    ["get 'pods", /single quote/],
    ['get "pods', /double quote/],
    ['get pods \\', /backslash/],
  ];
  for (const [line, expected] of table) {
    it(JSON.stringify(line), () => {
      const words = splitCommandLine(line);
      if (expected instanceof RegExp) expect(words).toEqual({ error: expect.stringMatching(expected) as string });
      else expect(words).toEqual(expected);
    });
  }
});

const start = (): Server => newServer([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-05T08:00:00Z' } } as KubernetesObject], 0);
const apply = (stdin: string): { readonly server: Server; readonly out: string; readonly err: string; readonly code: unknown } => {
  const server = start();
  return { server, ...run(server, ['apply', '-f', '-'], { stdin }) };
};

describe('hostile and broken manifests', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['unclosed list', 'a: [1\n', "error: error parsing STDIN: error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'\n"],
    ['wrong indent', 'spec:\n  replicas: 3\n   selector: 1\n', 'error: error parsing STDIN: error converting YAML to JSON: yaml: line 3: mapping values are not allowed in this context\n'],
    ['a tab', 'a:\n\tb: 1\n', 'error: error parsing STDIN: error converting YAML to JSON: yaml: line 2: found character that cannot start any token\n'],
    ['a text that does not end', 'a: "x\n', 'error: error parsing STDIN: error converting YAML to JSON: yaml: line 1: found unexpected end of stream\n'],
    ['no object', 'hello\n', 'error: error validating "STDIN": error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false\n'],
    ['neither kind nor version', 'a: 1\n', 'error: error validating "STDIN": error validating data: [apiVersion not set, kind not set]; if you choose to ignore these errors, turn validation off with --validate=false\n'],
    ['unknown kind', 'apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: x}\n', 'error: resource mapping not found for name: "x" namespace: "" from "STDIN": no matches for kind "Deploymnt" in version "apps/v1"\nensure CRDs are installed first\n'],
    ['nothing', '', 'error: no objects passed to apply\n'],
  ];
  for (const [name, stdin, err] of table) {
    it(name, () => {
      const result = apply(stdin);
      expect(result).toMatchObject({ out: '', err, code: 1 });
      expect(result.server.requests.filter((request) => request.method !== 'GET')).toEqual([]);
    });
  }
  it('a file of 5 MB is refused by its size, before it is read', () => {
    const result = apply(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\ndata:\n  a: "${'x'.repeat(5_000_000)}"\n`);
    expect(result.err).toMatch(/^error: STDIN has 4883 KiB, more than the 3072 KiB that Orrery reads at once/);
    expect(result.server.requests).toEqual([]);
  });
  it('aliases that would multiply are refused', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(', ')}]`);
    const result = apply(`a0: &a0 lol\n${levels.join('\n')}\n`);
    expect(result.err).toContain('excessive aliasing');
  });
  it('deep nesting is refused', () => {
    expect(apply(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: ${'{a: '.repeat(200)}1${'}'.repeat(200)}\n`).err).toContain('nested more than 100 levels');
  });
  it('__proto__ is a key like any other', () => {
    const result = apply('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {__proto__: polluted, constructor: c}\n');
    expect(result.out).toBe('configmap/x created\n');
    const made = result.server.requests.find((request) => request.method === 'POST')!.body as { data: Record<string, string> };
    expect(Object.entries(made.data)).toEqual([['__proto__', 'polluted'], ['constructor', 'c']]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(made.data)).toBe(Object.prototype);
  });
  it('markup in a name is text', () => {
    expect(apply('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "<img src=x onerror=alert(1)>"}\n').out).toBe('configmap/<img src=x onerror=alert(1)> created\n');
  });
  it('several documents: the good ones are applied, the bad one is named', () => {
    const result = apply('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m1}\n---\napiVersion: v1\nkind: Nope\nmetadata: {name: m2}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m3}\n');
    expect(result).toMatchObject({ out: 'configmap/m1 created\nconfigmap/m3 created\n', code: 1 });
    expect(result.err).toContain('no matches for kind "Nope"');
  });
});

describe('YAML is written as kubectl writes it', () => {
  const table: readonly (readonly [unknown, string])[] = [
    [{ b: 1, a: 'x' }, 'a: x\nb: 1\n'],
    [{ a: 'yes', b: '1', c: '', d: 'null', e: '1e3', f: '2026-01-05T08:00:00Z', g: '1.5', h: 'n' }, 'a: "yes"\nb: "1"\nc: ""\nd: "null"\ne: "1e3"\nf: "2026-01-05T08:00:00Z"\ng: "1.5"\nh: "n"\n'],
    [{ a: 'x: y', b: '- x', c: '*', d: '@x', e: 'a#b', f: 'a #b', g: "it's" }, "a: 'x: y'\nb: '- x'\nc: '*'\nd: '@x'\ne: a#b\nf: 'a #b'\ng: it's\n"],
    [{ a: 'one\ntwo\n', b: 'one\ntwo' }, 'a: |\n  one\n  two\nb: |-\n  one\n  two\n'],
    [{ a: [], b: {}, c: [{ x: 1, y: [2] }] }, 'a: []\nb: {}\nc:\n- x: 1\n  "y":\n  - 2\n'],
  ];
  for (const [value, text] of table) it(JSON.stringify(value), () => expect(yamlText(value)).toBe(text));
});
