import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run } from '../parity/kubectl.ts';

// The whole number is for later, when all of kubectl's lines count; this keeps what agrees from being lost.
it('agrees with at least as many recorded lines as before', () => {
  const { agreed, total } = run(fileURLToPath(new URL('../golden/kubectl/', import.meta.url)));
  expect(total).toBe(588);
  expect(agreed).toBeGreaterThanOrEqual(380);
});
