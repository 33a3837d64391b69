import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { conformancePage } from '../../scripts/conformance.mjs';

it('the page says what the results say', () => {
  expect(readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8')).toBe(conformancePage());
});
