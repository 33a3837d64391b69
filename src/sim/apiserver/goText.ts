/** How Go reads and writes the text forms that the API carries (base64, RFC 3339), with the words in which it refuses them, and how it prints values in messages. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SIXTETS = new Map(Array.from(ALPHABET, (character, index) => [character.charCodeAt(0), index]));

/** The byte at which Go's base64.StdEncoding gives up; undefined: the text is base64. Line ends are skipped, as Go skips them. */
export function base64Fault(text: string): number | undefined {
  const isLineEnd = (code: number): boolean => code === 10 || code === 13;
  let at = 0;
  while (at < text.length) {
    for (let j = 0; j < 4; ) {
      if (at === text.length) return j === 0 ? undefined : at - j;
      const code = text.charCodeAt(at);
      at += 1;
      if (SIXTETS.has(code)) {
        j += 1;
        continue;
      }
      if (isLineEnd(code)) continue;
      if (code !== 61 || j < 2) return at - 1;
      if (j === 2) {
        while (at < text.length && isLineEnd(text.charCodeAt(at))) at += 1;
        if (at === text.length) return text.length;
        if (text.charCodeAt(at) !== 61) return at - 1;
        at += 1;
      }
      while (at < text.length && isLineEnd(text.charCodeAt(at))) at += 1;
      return at < text.length ? at : undefined;
    }
  }
  return undefined;
}

/** Base64 as Go writes it again: no line ends, no stray bits behind the last byte. */
export function canonicalBase64(text: string): string {
  const plain = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text;
  if (!plain.endsWith('=')) return plain;
  const body = plain.replace(/=+$/, '');
  const last = SIXTETS.get(body.charCodeAt(body.length - 1)) ?? 0;
  const mask = body.length % 4 === 2 ? 0b110000 : 0b111100;
  return body.slice(0, -1) + ALPHABET.charAt(last & mask) + plain.slice(body.length);
}

/** How many bytes a base64 text stands for. */
export function base64Length(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

export function utf8Bytes(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const raw = character.codePointAt(0) ?? 0;
    const code = raw >= 0xd800 && raw <= 0xdfff ? 0xfffd : raw;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}

/** The length of a text in UTF-8, which is what limits of the API count. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x80) length += 1;
    else if (code < 0x800) length += 2;
    else if (code >= 0xd800 && code < 0xdc00 && i + 1 < text.length) {
      length += 4;
      i += 1;
    } else length += 3;
  }
  return length;
}

export function base64Encode(bytes: readonly number[]): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i] ?? 0, bytes[i + 1], bytes[i + 2]];
    out += ALPHABET.charAt(a >> 2) + ALPHABET.charAt(((a & 3) << 4) | ((b ?? 0) >> 4));
    out += b === undefined ? '==' : ALPHABET.charAt(((b & 15) << 2) | ((c ?? 0) >> 6)) + (c === undefined ? '=' : ALPHABET.charAt(c & 63));
  }
  return out;
}

/** The bytes of a base64 text that is known to be right, each as one character: enough to look for ASCII in it. */
export function base64Decode(text: string): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (let i = 0; i < text.length; i += 1) {
    const sixtet = SIXTETS.get(text.charCodeAt(i));
    if (sixtet === undefined) continue;
    bits = (bits << 6) | sixtet;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += String.fromCharCode((bits >> held) & 255);
      bits &= (1 << held) - 1;
    }
  }
  return out;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * time.Parse with RFC 3339: the instant as text in UTC ("2026-01-01T00:00:00Z"; with six digits of a second if `micro`), or Go's words for what is wrong.
 * Go reads the layout piece by piece and names the first piece that the rest of the text does not begin with.
 */
export function parseGoTime(text: string, micro: boolean): { readonly text: string } | { readonly error: string } {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const quoted = JSON.stringify(text);
  let rest = text;
  const numbers: number[] = [];
  const fail = (piece: string, why = ''): { readonly error: string } => ({ error: why !== '' ? `parsing time ${quoted}: ${why}` : `parsing time ${quoted} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(piece)}` });
  const pieces = ['2006', '-', '01', '-', '02', 'T', '15', ':', '04', ':', '05'];
  for (const piece of pieces) {
    if (/^\D/.test(piece)) {
      if (!rest.startsWith(piece)) return fail(piece);
      rest = rest.slice(piece.length);
      continue;
    }
    const m = (piece === '2006' ? /^\d{4}/ : /^\d{2}/).exec(rest);
    if (m === null) return fail(piece);
    const value = Number(m[0]);
    if (piece === '01' && (value < 1 || value > 12)) return fail('', 'month out of range');
    if (piece === '15' && value > 23) return fail('', 'hour out of range');
    if (piece === '04' && value > 59) return fail('', 'minute out of range');
    if (piece === '05' && value > 59) return fail('', 'second out of range');
    numbers.push(value);
    rest = rest.slice(m[0].length);
  }
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = numbers;
  let fraction = '';
  const m = (micro ? /^[.,](\d{6})(?!\d)/ : /^[.,](\d+)/).exec(rest);
  if (m !== null) {
    fraction = m[1] ?? '';
    rest = rest.slice(m[0].length);
  } else if (micro) return fail('.000000');
  let offset = 0;
  if (rest.startsWith('Z')) rest = rest.slice(1);
  else {
    const zone = /^([+-])(\d\d):(\d\d)/.exec(rest);
    if (zone === null) return fail('Z07:00');
    offset = (Number(zone[2]) * 60 + Number(zone[3])) * (zone[1] === '-' ? -1 : 1);
    rest = rest.slice(zone[0].length);
  }
  if (rest !== '') return fail('', `extra text: ${JSON.stringify(rest)}`);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && leap ? 29 : (DAYS[month - 1] ?? 31);
  if (day < 1 || day > days) return fail('', 'day out of range');
  const pad = (n: number, width: number): string => String(n).padStart(width, '0');
  const tail = micro ? `.${fraction.padEnd(6, '0').slice(0, 6)}Z` : 'Z';
  if (offset === 0) return { text: `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${tail}` };
  return { text: shiftMinutes(year, month, day, hour * 60 + minute - offset, pad(second, 2) + tail) };
}

/** A civil time whose minute of the day may lie outside the day (by less than one day). */
function shiftMinutes(year: number, month: number, day: number, minuteOfDay: number, tail: string): string {
  let [y, mo, d, left] = [year, month, day, minuteOfDay];
  const length = (): number => (mo === 2 && ((y % 4 === 0 && y % 100 !== 0) || y % 400 === 0) ? 29 : (DAYS[mo - 1] ?? 31));
  if (left < 0) {
    left += 1440;
    d -= 1;
    if (d < 1) {
      mo -= 1;
      if (mo < 1) {
        mo = 12;
        y -= 1;
      }
      d = length();
    }
  } else if (left >= 1440) {
    left -= 1440;
    d += 1;
    if (d > length()) {
      d = 1;
      mo += 1;
      if (mo > 12) {
        mo = 1;
        y += 1;
      }
    }
  }
  const pad = (n: number, width: number): string => String(n).padStart(width, '0');
  return `${pad(y, 4)}-${pad(mo, 2)}-${pad(d, 2)}T${pad(Math.floor(left / 60), 2)}:${pad(left % 60, 2)}:${tail}`;
}

/** strconv.Quote, near enough: JSON's quoting, without its escaping of what Go leaves alone. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** encoding/json of a value, keys of maps sorted; `<`, `>` and `&` are escaped, as Go does by default. */
export function goJson(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  return `{${Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .map(([k, v]) => `${JSON.stringify(k)}:${goJson(v)}`)
    .join(',')}}`;
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

/** strconv.Quote: like JSON, but what cannot be printed is escaped in Go's way, and markup is left as it is. */
export function goQuote(text: string): string {
  const quoted = JSON.stringify(text);
  // Most texts are plain ASCII, where the two agree.
  if (/^[ -~]*$/.test(text)) return quoted;
  return quoted
    .replace(/\\u00([01][0-9a-f])/g, (_all, code: string) => (code === '07' ? '\\a' : code === '0b' ? '\\v' : `\\x${code}`))
    .replace(/[\u007f-\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/g, (character) => {
      const code = character.charCodeAt(0);
      return code === 0x7f ? '\\x7f' : `\\u${hex(code, 4)}`;
    });
}

/** fmt's %v of decoded JSON: `map[a:1 b:[x y]]`, keys sorted. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  return `map[${Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([k, v]) => `${k}:${goValue(v)}`)
    .join(' ')}]`;
}
