import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run } from '../parity/kubectl.ts';

// What does not agree is listed by cause in docs/fidelity.md; this keeps what agrees from being lost.
it('agrees with at least as many recorded lines as before', () => {
  const { agreed, total } = run(fileURLToPath(new URL('../golden/kubectl/', import.meta.url)));
  expect(total).toBe(588);
  expect(agreed).toBeGreaterThanOrEqual(576);
});
