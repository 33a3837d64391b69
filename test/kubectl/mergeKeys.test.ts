import { expect, it } from 'vitest';
import '../../src/sim/further.ts';
import { KINDS } from '../../src/sim/api/kinds.ts';
import { mergeKeyOf, structBelow, typeOfKind, type StructType } from '../../src/sim/apiserver/schema.ts';
import { mergeKey } from '../../src/kubectl/patch/schema.ts';

// kubectl knows merge keys by the names of fields; the API server has them from the recorded schemas. Statuses are left out: kubectl writes none.
it('the lists of every kind are merged by the same keys here and on the server', () => {
  const wrong = new Set<string>();
  let lists = 0;
  const walk = (kind: string, type: StructType | undefined, path: readonly string[]): void => {
    if (type === undefined || path.length > 9) return;
    for (const field of type.fields) {
      if (path.length === 0 && field.name === 'status') continue;
      const at = [...path, field.name];
      if (field.type.is === 'list') {
        lists++;
        const [server, own] = [mergeKeyOf(kind, at) || undefined, mergeKey(at, kind)];
        if (server !== own) wrong.add(`${kind} ${at.join('.')}: ${server} on the server, ${own} here`);
      }
      if (!path.includes(field.name)) walk(kind, structBelow(field.type), at);
    }
  };
  for (const { kind } of KINDS) walk(kind, typeOfKind(kind), []);
  expect([...wrong]).toEqual([]);
  expect(lists).toBeGreaterThan(500);
});
