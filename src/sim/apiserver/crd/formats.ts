import { base64Fault, parseGoTime } from '../goText.ts';
import { isCIDR, isIPv6, parseIPv4 } from '../kinds/names.ts';

/** The formats of texts that a real server checks (kube-openapi's strfmt, apiextensions' supportedVersionedFormats); others say nothing. */
const UUID = /^(?:urn:uuid:)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const HOSTNAME = /^([a-zA-Z0-9\p{L}](?:[a-zA-Z0-9\p{L}-]{0,61}[a-zA-Z0-9\p{L}])?)(\.[a-zA-Z0-9\p{L}](?:[a-zA-Z0-9\p{L}-]{0,61}[a-zA-Z0-9\p{L}])?)*\.?$/u;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DURATION = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w)?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/;

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => 'text' in parseGoTime(text, false),
  datetime: (text) => 'text' in parseGoTime(text, false),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && 'text' in parseGoTime(`${text}T00:00:00Z`, false),
  byte: (text) => base64Fault(text) === undefined,
  duration: (text) => DURATION.test(text),
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  hostname: (text) => text.length <= 255 && HOSTNAME.test(text),
  ipv4: (text) => parseIPv4(text) !== undefined,
  ipv6: isIPv6,
  cidr: isCIDR,
  mac: (text) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text),
  uri: (text) => /^[A-Za-z][A-Za-z0-9+.-]*:|^\//.test(text) && !/\s/.test(text),
  uuid: (text) => UUID.test(text),
  uuid3: (text) => UUID.test(text) && /^.{14}3/.test(text),
  uuid4: (text) => UUID.test(text) && /^.{14}4/.test(text),
  uuid5: (text) => UUID.test(text) && /^.{14}5/.test(text),
  hexcolor: (text) => /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text),
  rgbcolor: (text) => /^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$/.test(text),
  bsonobjectid: (text) => /^[0-9a-f]{24}$/i.test(text),
  'k8s-short-name': (text) => text.length <= 63 && LABEL.test(text),
  'k8s-long-name': (text) => text.length <= 253 && text.split('.').every((part) => LABEL.test(part)),
};
/** Formats that are known, and say nothing about a text. */
const OTHERS = new Set(['password', 'int32', 'int64', 'float', 'double', 'isbn', 'isbn10', 'isbn13', 'creditcard', 'ssn']);

export const isFormat = (name: string): boolean => Object.hasOwn(CHECKS, name) || OTHERS.has(name);
/** Does the text lack the form that this name stands for? */
export const formatFault = (name: string, text: string): boolean => Object.hasOwn(CHECKS, name) && !CHECKS[name]!(text);
