/**
 * Quantities ("500m", "1Gi", "1e3"), exactly, up to 2^53 thousandths: what the real API calls resource.Quantity.
 * Binary ones ("9Ei") are capped at MAX_VALUE, as upstream caps them at 2^63-1; decimal ones are not (`1e99` stays what it is).
 */
const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, bigint>> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n };

export const MAX_VALUE = (1n << 63n) - 1n;

/** The quantity in nano units, rounded up (away from zero) as upstream does beyond nano; undefined: not a quantity. */
export function parseQuantity(text: string): bigint | undefined {
  const m = PATTERN.exec(text);
  if (m === null) return undefined;
  const whole = m[2] ?? '';
  const fraction = m[3] ?? '';
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const suffix = m[4];
  let nano: bigint;
  if (suffix !== undefined && suffix.length === 2) {
    const scaled = digits * BINARY[suffix]! * 1_000_000_000n;
    const divisor = 10n ** BigInt(fraction.length);
    nano = (scaled + divisor - 1n) / divisor;
    if (nano > MAX_VALUE * 1_000_000_000n) nano = MAX_VALUE * 1_000_000_000n;
  } else {
    const exponent = (suffix === undefined ? Number(m[5] ?? 0) : DECIMAL[suffix]!) - fraction.length + 9;
    if (exponent >= 0) nano = digits * 10n ** BigInt(exponent);
    else {
      const divisor = 10n ** BigInt(-exponent);
      nano = (digits + divisor - 1n) / divisor;
    }
  }
  return m[1] === '-' ? -nano : nano;
}

const ceilDivide = (a: bigint, b: bigint): bigint => (a >= 0n ? (a + b - 1n) / b : a / b);

const milliCache = new Map<string, number>();
const valueCache = new Map<string, number>();
const bounded = (cache: Map<string, number>, key: string, value: number): number => {
  if (cache.size > 10_000) cache.clear();
  cache.set(key, value);
  return value;
};

/** Quantity.MilliValue(): thousandths, rounded up. 0 for what is not a quantity: the API server refuses those. */
export function milliValue(text: string | undefined): number {
  if (text === undefined) return 0;
  return milliCache.get(text) ?? bounded(milliCache, text, Number(ceilDivide(parseQuantity(text) ?? 0n, 1_000_000n)));
}

/** Quantity.Value(): whole units, rounded up. */
export function wholeValue(text: string | undefined): number {
  if (text === undefined) return 0;
  return valueCache.get(text) ?? bounded(valueCache, text, Number(ceilDivide(parseQuantity(text) ?? 0n, 1_000_000_000n)));
}

/**
 * Thousandths of a resource as the scheduler and the kubelet count them: they add 64-bit integers, thousandths of cores and whole units of all
 * else. What does not fit counts for nothing if it has at most 18 digits, and else for its lowest 64 bits. So a Pod that asks for 1e99 cores
 * is placed anywhere: that is v1.36.3.
 */
export function milliOfResource(name: string, text: string | undefined): number {
  const milli = milliValue(text);
  if (text === undefined || Math.abs(milli) < 2 ** 62) return milli;
  const unit = name === 'cpu' ? 1_000_000n : 1_000_000_000n;
  const amount = ceilDivide(parseQuantity(text) ?? 0n, unit);
  if (amount <= MAX_VALUE && amount >= -MAX_VALUE) return milli;
  const digits = text.replace(/[^\d.].*$/, '').replace('.', '').replace(/^0+/, '');
  return digits.length <= 18 && !text.endsWith('i') ? 0 : Number(BigInt.asIntN(64, amount)) * (name === 'cpu' ? 1 : 1000);
}

const canonicalCache = new Map<string, string>();
const SI = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Quantity.String(): the one spelling in which the API server stores a quantity ("1000m" is "1", "1024Mi" is "1Gi"). undefined: not a quantity. */
export function canonicalQuantity(text: string): string | undefined {
  const known = canonicalCache.get(text);
  if (known !== undefined) return known;
  const nano = parseQuantity(text);
  if (nano === undefined) return undefined;
  const canonical = formatNano(nano, text.endsWith('i') ? 'binary' : /[eE][+-]?\d/.test(text) ? 'exponent' : 'decimal');
  if (canonicalCache.size > 10_000) canonicalCache.clear();
  canonicalCache.set(text, canonical);
  return canonical;
}

/** The canonical text of an amount in nano units. */
export function formatNano(nano: bigint, form: 'binary' | 'decimal' | 'exponent'): string {
  if (nano === 0n) return '0';
  const sign = nano < 0n ? '-' : '';
  const amount = nano < 0n ? -nano : nano;
  if (form === 'binary' && amount >= 1024_000_000_000n) {
    let whole = (amount + 999_999_999n) / 1_000_000_000n;
    let steps = 0;
    while (steps < 6 && whole % 1024n === 0n) {
      whole /= 1024n;
      steps += 1;
    }
    return `${sign}${whole}${['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'][steps]}`;
  }
  let mantissa = amount;
  let step = 0;
  while ((form === 'exponent' || step < SI.length - 1) && mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    step += 1;
  }
  if (form !== 'exponent') return `${sign}${mantissa}${SI[step]}`;
  const exponent = step * 3 - 9;
  return `${sign}${mantissa}${exponent === 0 ? '' : `e${exponent}`}`;
}
