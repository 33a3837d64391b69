import type { Container, Pod, ResourceList } from './object.ts';
import { formatNano, parseQuantity } from './quantity.ts';

/** Sums of quantities that keep their spelling, as resource.Quantity does: "1Gi" and "1Gi" is "2Gi". Exact. */
export interface Amount {
  readonly nano: bigint;
  readonly form: 'binary' | 'decimal' | 'exponent';
}
export type Amounts = ReadonlyMap<string, Amount>;

export const amountOf = (text: string): Amount => ({ nano: parseQuantity(text) ?? 0n, form: text.endsWith('i') ? 'binary' : /[eE][+-]?\d/.test(text) ? 'exponent' : 'decimal' });
export const count = (n: number): Amount => ({ nano: BigInt(n) * 1_000_000_000n, form: 'decimal' });
export const printAmount = ({ nano, form }: Amount): string => formatNano(nano, form);

export const amountsOf = (list: ResourceList | undefined): Amounts => new Map(Object.entries(list ?? {}).map(([name, text]) => [name, amountOf(text)]));
export function listOf(amounts: Amounts): ResourceList {
  const out: Record<string, string> = {};
  for (const name of [...amounts.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) out[name] = printAmount(amounts.get(name)!);
  return out;
}

/** A zero takes the spelling of what is added to it. */
const plus = (a: Amount | undefined, b: Amount): Amount => (a === undefined ? b : { nano: a.nano + b.nano, form: a.nano === 0n ? b.form : a.form });
export function add(a: Amounts, b: Amounts): Amounts {
  const out = new Map(a);
  for (const [name, amount] of b) out.set(name, plus(out.get(name), amount));
  return out;
}
/** What `a` has more than `b`; nothing falls below zero, and what only `b` has counts as zero. */
export function lessNotNegative(a: Amounts, b: Amounts): Amounts {
  const out = new Map<string, Amount>();
  for (const [name, amount] of a) {
    const nano = amount.nano - (b.get(name)?.nano ?? 0n);
    out.set(name, { nano: nano < 0n ? 0n : nano, form: amount.form });
  }
  for (const [name, { form }] of b) if (!out.has(name)) out.set(name, { nano: 0n, form });
  return out;
}
export function most(a: Amounts, b: Amounts): Amounts {
  const out = new Map(a);
  for (const [name, amount] of b) if ((out.get(name)?.nano ?? -1n) < amount.nano) out.set(name, amount);
  return out;
}
export const only = (amounts: Amounts, names: (name: string) => boolean): Amounts => new Map([...amounts].filter(([name]) => names(name)));
export const sameAmounts = (a: Amounts, b: Amounts): boolean => a.size === b.size && [...a].every(([name, { nano }]) => b.get(name)?.nano === nano);

const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

/** A Pod's requests or limits in total: its containers, or more if an init container needs more; what the Pod itself says takes their place; overhead on top. */
export function podTotal(pod: Pod, which: 'requests' | 'limits', withOverhead = true): Amounts {
  const of = (container: Container): Amounts => amountsOf(container.resources?.[which]);
  let total: Amounts = new Map();
  for (const container of pod.spec.containers ?? []) total = add(total, of(container));
  let sidecars: Amounts = new Map();
  let first: Amounts = new Map();
  for (const container of pod.spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      total = add(total, of(container));
      sidecars = add(sidecars, of(container));
      first = most(first, sidecars);
    } else first = most(first, add(of(container), sidecars));
  }
  total = most(total, first);
  for (const [name, amount] of amountsOf(pod.spec.resources?.[which])) if (isPodLevel(name)) total = new Map(total).set(name, amount);
  if (!withOverhead || pod.spec.overhead === undefined) return total;
  const overhead = amountsOf(pod.spec.overhead);
  // Where nothing limits a Pod, its overhead does not either.
  return which === 'requests' ? add(total, overhead) : add(total, only(overhead, (name) => (total.get(name)?.nano ?? 0n) > 0n));
}
