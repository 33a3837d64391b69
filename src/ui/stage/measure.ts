/**
 * How wide a text will be, without a browser: the layout is pure, so it cannot ask one. The advance widths of IBM Plex Sans (regular, per
 * thousand of the size) for ASCII; Plex Mono is 600 throughout; a Chinese character is one em. Medium and semibold are 2 to 4 % wider.
 */
const SANS = [
  236, 284, 419, 713, 598, 927, 694, 242, 335, 335, 450, 600, 272, 399, 272, 383, 600, 600, 600, 600, 600, 600, 600, 600, 600, 600, 292, 292, 600, 600, 600, 477,
  891, 641, 653, 621, 671, 583, 559, 695, 707, 400, 510, 634, 501, 812, 707, 708, 606, 708, 640, 581, 572, 678, 609, 891, 613, 593, 580, 317, 383, 317, 600, 565,
  600, 534, 580, 503, 580, 549, 324, 528, 568, 250, 250, 527, 272, 873, 568, 560, 580, 580, 367, 487, 351, 568, 492, 768, 507, 499, 464, 343, 314, 343, 600,
] as const;

const isWide = (code: number): boolean => code >= 0x1100 && (code <= 0x115f || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe4f) || (code >= 0xff00 && code <= 0xff60) || code >= 0x20000);

export function sansWidth(text: string, size: number, weight: 400 | 500 | 600 = 400): number {
  let thousandths = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    thousandths += isWide(code) ? 1000 : (SANS[code - 32] ?? 600);
  }
  return (thousandths * size * (weight === 400 ? 1 : weight === 500 ? 1.02 : 1.035)) / 1000;
}

export function monoWidth(text: string, size: number): number {
  let ems = 0;
  for (const char of text) ems += isWide(char.codePointAt(0) ?? 0) ? 1 : 0.6;
  return ems * size;
}

/** The longest beginning of the text that fits, with an ellipsis if it is not all of it. */
export function fit(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) return text;
  const chars = [...text];
  let low = 0;
  let high = chars.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${chars.slice(0, middle).join('')}…`) <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${chars.slice(0, low).join('')}…`;
}
export const fitMono = (text: string, size: number, width: number): string => fit(text, width, (part) => monoWidth(part, size));
export const fitSans = (text: string, size: number, width: number, weight: 400 | 500 | 600 = 400): string => fit(text, width, (part) => sansWidth(part, size, weight));

/** A long path keeps its two ends: "POST pods/web-…-4kx9p/binding". */
export function fitMiddle(text: string, size: number, width: number): string {
  const most = Math.floor(width / (0.6 * size));
  const chars = [...text];
  if (chars.length <= most) return text;
  const tail = Math.floor((most - 1) / 2);
  return `${chars.slice(0, most - 1 - tail).join('')}…${chars.slice(chars.length - tail).join('')}`;
}
