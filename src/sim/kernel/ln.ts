/**
 * The natural logarithm, the same to the last bit in every engine: engines' own Math.log may differ there, and the scheduler's
 * spreading score rounds a sum of logarithms. Only additions, multiplications and divisions of doubles, which are exact by standard.
 *
 * x = 2^k (1+f) with sqrt(1/2) < 1+f <= sqrt(2); with s = f/(2+f), ln(1+f) = 2s + s (R(s^2)), R the well-known minimax polynomial
 * of degree 7 in s^2 (error below 2^-58), as most C libraries and Go have it.
 */
const LN2_HIGH = 6.93147180369123816490e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const R1 = 6.666666666666735130e-1;
const R2 = 3.999999999940941908e-1;
const R3 = 2.857142874366239149e-1;
const R4 = 2.222219843214978396e-1;
const R5 = 1.818357216161805012e-1;
const R6 = 1.531383769920937332e-1;
const R7 = 1.479819860511658591e-1;

export function ln(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  let m = x;
  let k = 0;
  // Halving and doubling are exact, so this is frexp; the scheduler's numbers are small and it takes few rounds.
  while (m >= 1) {
    m /= 2;
    k++;
  }
  while (m < 0.5) {
    m *= 2;
    k--;
  }
  if (m < Math.SQRT1_2) {
    m *= 2;
    k--;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd = s2 * (R1 + s4 * (R3 + s4 * (R5 + s4 * R7)));
  const even = s4 * (R2 + s4 * (R4 + s4 * R6));
  const halfSquare = 0.5 * f * f;
  return k * LN2_HIGH - (halfSquare - (s * (halfSquare + (odd + even)) + k * LN2_LOW) - f);
}
