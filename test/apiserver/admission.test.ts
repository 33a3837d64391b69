import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, amountOf, amountsOf, lessNotNegative, listOf, printAmount } from '../../src/sim/api/amounts.ts';
import { violations } from '../../src/sim/apiserver/admission/podSecurityChecks.ts';
import { runPart } from '../parity/api.ts';

const recorded = fileURLToPath(new URL('../golden/api-admission', import.meta.url));

it('a real API server admits, changes, warns of and refuses what ours does', () => {
  const result = runPart('mutations', recorded, '');
  expect(result === 'not run' ? ['not run'] : result.disagreements.map((one) => one.id)).toEqual([]);
  expect(result !== 'not run' && result.total).toBeGreaterThan(60);
});

describe('amounts', () => {
  it.each([[['1Gi', '1Gi'], '2Gi'], [['250m', '1'], '1250m'], [['0', '1Gi'], '1Gi'], [['512Mi', '512Mi'], '1Gi'], [['1', '1Ki'], '1025']] as const)('%s together are %s', (texts, wanted) => {
    expect(printAmount(texts.map((text) => add(new Map(), new Map([['x', amountOf(text)]]))).reduce((a, b) => add(a, b)).get('x')!)).toBe(wanted);
  });
  it('what was added can be taken away', () => {
    const list = fc.dictionary(fc.constantFrom('cpu', 'memory', 'pods'), fc.constantFrom('1', '250m', '1Gi', '3Ki', '7M'));
    fc.assert(fc.property(list, list, (a, b) => {
      const rest = lessNotNegative(add(amountsOf(a), amountsOf(b)), amountsOf(b));
      for (const [name, amount] of amountsOf(a)) expect(rest.get(name)?.nano).toBe(amount.nano);
      expect(listOf(amountsOf(a))).toEqual(Object.fromEntries(Object.entries(a).map(([name, text]) => [name, printAmount(amountOf(text))])));
    }));
  });
});

it('a newer version of a standard allows nothing that depends on what came later', () => {
  const probing = { containers: [{ name: 'c', livenessProbe: { httpGet: { host: '10.0.0.1' } } }] };
  expect([33, 34].map((minor) => violations('baseline', minor, probing, {}).map(({ reason }) => reason))).toEqual([[], ['probe or lifecycle host']]);
});
