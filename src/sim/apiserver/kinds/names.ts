/** The forms that names, labels and ports must have: each function gives the reasons against a value, none if it is right. Words and limits are apimachinery's util/validation. */

const NONE: readonly string[] = [];
const MAX_CACHE = 20_000;

/** Pure functions of a text, asked again and again for the same few texts: the answers "nothing wrong" are remembered. */
function remembered(check: (value: string) => readonly string[]): (value: string) => readonly string[] {
  const right = new Set<string>();
  return (value) => {
    if (right.has(value)) return NONE;
    const faults = check(value);
    if (faults.length === 0 && value.length <= 253) {
      if (right.size > MAX_CACHE) right.clear();
      right.add(value);
    }
    return faults;
  };
}

/** validation.RegexError: each example is followed by ", ", also before " or ". */
export function regexError(message: string, format: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${format}')`;
  return `${message} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${format}')`;
}

const DNS1123_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS1123_SUBDOMAIN = `${DNS1123_LABEL}(\\.${DNS1123_LABEL})*`;
const DNS1123_UNDERSCORE = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const DNS1123_SUBDOMAIN_UNDERSCORE = `${DNS1123_UNDERSCORE}(\\.${DNS1123_UNDERSCORE})*`;
const DNS1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${LABEL_KEY})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const HTTP_HEADER = '[-A-Za-z0-9]+';

const LABEL_RE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** The subdomain's expression without nested repetition, so that a hostile text cannot make it slow. */
const isSubdomain = (value: string): boolean => value !== '' && value.split('.').every((part) => LABEL_RE.test(part));
const UNDERSCORE_RE = /^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const DNS1035_RE = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_KEY_RE = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const tooLong = (limit: number): string => `must be no more than ${limit} characters`;
/** What only apimachinery's newer package api/validate/content says in bytes: label keys and values. */
const tooManyBytes = (limit: number): string => `must be no more than ${limit} bytes`;

export const dns1123Label = remembered((value) => {
  const faults: string[] = [];
  if (value.length > 63) faults.push(tooLong(63));
  if (!LABEL_RE.test(value)) {
    if (isSubdomain(value)) faults.push('must not contain dots');
    else faults.push(regexError("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character", DNS1123_LABEL, 'my-name', '123-abc'));
  }
  return faults;
});

export const dns1123Subdomain = remembered((value) => {
  const faults: string[] = [];
  if (value.length > 253) faults.push(tooLong(253));
  if (!isSubdomain(value)) {
    faults.push(regexError("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character", DNS1123_SUBDOMAIN, 'example.com'));
  }
  return faults;
});

export const dns1123SubdomainWithUnderscore = remembered((value) => {
  const faults: string[] = [];
  if (value.length > 253) faults.push(tooLong(253));
  if (value === '' || !value.split('.').every((part) => UNDERSCORE_RE.test(part))) {
    faults.push(regexError("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character", DNS1123_SUBDOMAIN_UNDERSCORE, 'example.com'));
  }
  return faults;
});

export const dns1035Label = remembered((value) => {
  const faults: string[] = [];
  if (value.length > 63) faults.push(tooLong(63));
  if (!DNS1035_RE.test(value)) {
    faults.push(regexError("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character", DNS1035_LABEL, 'my-name', 'abc-123'));
  }
  return faults;
});

/** A name that ends in "-" because random characters follow: checked with the dash masked (maskTrailingDash). */
const masked = (value: string): string => (value.length > 1 && value.endsWith('-') ? `${value.slice(0, -2)}a` : value);

export type NameRule = (name: string, prefix: boolean) => readonly string[];
export const subdomainName: NameRule = (name, prefix) => dns1123Subdomain(prefix ? masked(name) : name);
export const labelName: NameRule = (name, prefix) => dns1123Label(prefix ? masked(name) : name);
/** path.ValidatePathSegmentName: all that any name must satisfy to stand in a URL. */
export const pathSegmentName: NameRule = (name, prefix) => {
  const faults: string[] = [];
  if (!prefix) {
    if (name === '.' || name === '..') return [`may not be '${name}'`];
  }
  if (name.includes('/')) faults.push("may not contain '/'");
  if (name.includes('%')) faults.push("may not contain '%'");
  return faults;
};

/** A label's or annotation's key, a taint's key, a finalizer, a resource name: `[prefix/]name`. */
export const qualifiedName = remembered((value) => {
  const faults: string[] = [];
  const parts = value.split('/');
  let name = parts[0] ?? '';
  const words = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    name = parts[1] ?? '';
    if (prefix === '') faults.push('prefix part must be non-empty');
    else {
      if (prefix.length > 253) faults.push(`prefix part ${tooManyBytes(253)}`);
      if (!isSubdomain(prefix)) {
        faults.push(`prefix part ${regexError("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character", DNS1123_SUBDOMAIN, 'example.com')}`);
      }
    }
  } else if (parts.length > 2) {
    return [`a valid label key ${regexError(words, LABEL_KEY, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  if (name === '') faults.push('name part must be non-empty');
  else if (name.length > 63) faults.push(`name part ${tooManyBytes(63)}`);
  if (!LABEL_KEY_RE.test(name)) faults.push(`name part ${regexError(words, LABEL_KEY, 'MyName', 'my.name', '123-abc')}`);
  return faults;
});

export const labelValue = remembered((value) => {
  const faults: string[] = [];
  if (value.length > 63) faults.push(tooManyBytes(63));
  if (value !== '' && !LABEL_KEY_RE.test(value)) {
    faults.push(regexError("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", LABEL_VALUE, 'MyValue', 'my_value', '12345'));
  }
  return faults;
});

export const portName = remembered((port) => {
  const faults: string[] = [];
  if (port.length > 15) faults.push(tooLong(15));
  if (!/^[-a-z0-9]+$/.test(port)) faults.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(port)) faults.push('must contain at least one letter (a-z)');
  if (port.includes('--')) faults.push('must not contain consecutive hyphens');
  if (port.startsWith('-') || port.endsWith('-')) faults.push('must not begin or end with a hyphen');
  return faults;
});

const PORT_RANGE: readonly string[] = ['must be between 1 and 65535, inclusive'];
export const portNumber = (port: number): readonly string[] => (port >= 1 && port <= 65_535 ? NONE : PORT_RANGE);

/** An environment variable's name since RelaxedEnvironmentVariableValidation: anything printable but "=". */
export const envVarName = remembered((value) => {
  const faults: string[] = [];
  if (value === '') faults.push('environment variable name must be non-empty');
  if (!/^[\x20-\x3c\x3e-\x7e]*$/.test(value)) faults.push("a valid environment variable name must consist only of printable ASCII characters other than '='");
  return faults;
});

export const configMapKey = remembered((value) => {
  const faults: string[] = [];
  if (value.length > 253) faults.push(tooLong(253));
  if (!/^[-._a-zA-Z0-9]+$/.test(value)) faults.push(regexError("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name'));
  if (value === '.') faults.push("must not be '.'");
  else if (value === '..') faults.push("must not be '..'");
  else if (value.startsWith('..')) faults.push("must not start with '..'");
  return faults;
});

export const httpHeaderName = remembered((value) =>
  /^[-A-Za-z0-9]+$/.test(value) ? NONE : [regexError("a valid HTTP header must consist of alphanumeric characters or '-'", HTTP_HEADER, 'X-Header-Name')],
);

export const percent = (value: string): readonly string[] =>
  /^[0-9]+%$/.test(value) ? NONE : [regexError("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', '1%', '93%')];

// ---- addresses

/** The four bytes of an IPv4 address as net.ParseIPSloppy reads it (leading zeros are decimal). */
export function parseIPv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^\d{1,9}$/.test(part)) return undefined;
    const value = Number(part);
    if (value > 255) return undefined;
    bytes.push(value);
  }
  return bytes;
}

/** The eight groups of an IPv6 address. */
export function parseIPv6(text: string): readonly number[] | undefined {
  if (!text.includes(':') || text.length > 45) return undefined;
  let tail: readonly number[] = [];
  let body = text;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const bytes = parseIPv4(dotted[2] ?? '');
    if (bytes === undefined) return undefined;
    tail = [((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0), ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)];
    body = dotted[1] ?? '';
    if (!body.endsWith('::')) body = body.slice(0, -1);
  }
  const halves = body.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): readonly number[] | undefined => {
    if (half === '') return [];
    const out: number[] = [];
    for (const group of half.split(':')) {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      out.push(Number.parseInt(group, 16));
    }
    return out;
  };
  const head = groups(halves[0] ?? '');
  const rest = halves.length === 2 ? groups(halves[1] ?? '') : [];
  if (head === undefined || rest === undefined) return undefined;
  const length = head.length + rest.length + tail.length;
  if (halves.length === 1 ? length !== 8 : length > 7) return undefined;
  return [...head, ...new Array<number>(8 - length).fill(0), ...rest, ...tail];
}

export const isIPv6 = (text: string): boolean => parseIPv6(text) !== undefined;
export const isIP = (text: string): boolean => parseIPv4(text) !== undefined || isIPv6(text);
export const INVALID_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
export const INVALID_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export function isCIDR(text: string): boolean {
  const slash = text.lastIndexOf('/');
  if (slash < 0) return false;
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  if (!/^\d{1,3}$/.test(bits)) return false;
  return parseIPv4(address) !== undefined ? Number(bits) <= 32 : isIPv6(address) && Number(bits) <= 128;
}

/** IsValidIPForLegacyField with StrictIPCIDRValidation (on by default since 1.36). */
export function ipFaults(text: string): readonly string[] {
  const v4 = parseIPv4(text);
  if (v4 !== undefined) return /(^|\.)0\d/.test(text) ? ['must not have leading 0s'] : NONE;
  const v6 = parseIPv6(text);
  if (v6 === undefined) return [INVALID_IP];
  return v6[0] === 0 && v6[1] === 0 && v6[2] === 0 && v6[3] === 0 && v6[4] === 0 && v6[5] === 0xffff ? ['must not be an IPv4-mapped IPv6 address'] : NONE;
}

export function cidrFaults(text: string): readonly string[] {
  if (!isCIDR(text)) return [INVALID_CIDR];
  const slash = text.lastIndexOf('/');
  const [address, bits] = [text.slice(0, slash), Number(text.slice(slash + 1))];
  const v4 = parseIPv4(address);
  const groups = v4 ?? parseIPv6(address) ?? [];
  const width = v4 === undefined ? 16 : 8;
  const faults: string[] = [];
  if (/(^|\.)0\d/.test(address) || /^0\d/.test(text.slice(slash + 1))) faults.push('must not have leading 0s in IP or prefix length');
  if (v4 === undefined && groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) faults.push('must not have an IPv4-mapped IPv6 address');
  const beyond = groups.some((group, index) => {
    const kept = Math.max(0, Math.min(width, bits - index * width));
    return (group & ((1 << (width - kept)) - 1)) !== 0;
  });
  if (faults.length === 0 && beyond) faults.push('must not have bits set beyond the prefix length');
  return faults;
}

/** The faults of an address that traffic is to be sent to (ValidateEndpointIP). */
export function endpointIPFaults(text: string): readonly string[] {
  const v4 = parseIPv4(text);
  const v6 = v4 === undefined ? parseIPv6(text) : undefined;
  if (v4 === undefined && v6 === undefined) return ['must be a valid IP address'];
  const faults: string[] = [];
  const [a = 0, b = 0, c = 0] = v4 ?? [];
  const first = v6?.[0] ?? 0;
  const zeroHead = v6 !== undefined && v6.slice(0, 7).every((group) => group === 0);
  if (v4 !== undefined ? v4.every((byte) => byte === 0) : zeroHead && v6?.[7] === 0) faults.push(`may not be unspecified (${text})`);
  if (v4 !== undefined ? a === 127 : zeroHead && v6?.[7] === 1) faults.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (v4 !== undefined ? a === 169 && b === 254 : (first & 0xffc0) === 0xfe80) faults.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (v4 !== undefined ? a === 224 && b === 0 && c === 0 : (first & 0xff0f) === 0xff02) faults.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  return faults;
}
