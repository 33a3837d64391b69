import type { KindInfo } from '../api/kinds.ts';
import type { KubernetesObject, StringMap } from '../api/object.ts';
import { labelValue, qualifiedName } from './kinds/names.ts';

/**
 * The selectors of a list: `labelSelector` (equality-based and set-based) and `fieldSelector`, read and refused with the words of
 * apimachinery's labels and fields packages.
 */
export type Operator = 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}
export type Parsed<T> = { readonly requirements: readonly T[] } | { readonly error: string };

type Token = { readonly type: 'end' | 'identifier' | 'error' | '!' | '(' | ')' | ',' | '=' | '==' | '!=' | '>' | '<' | 'in' | 'notin'; readonly text: string };

const SYMBOLS = ['=', '!', '(', ')', ',', '>', '<'];
const DOUBLE = ['==', '!='];
const isSpace = (c: string): boolean => c === ' ' || c === '\t' || c === '\r' || c === '\n';

/** Longer than any URL that an API server takes; a way to stop the page otherwise. */
const MAX_LENGTH = 1 << 20;

function lex(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text.charAt(at);
    if (isSpace(c)) {
      at++;
      continue;
    }
    if (SYMBOLS.includes(c)) {
      const two = text.slice(at, at + 2);
      const symbol = DOUBLE.includes(two) ? two : c;
      tokens.push({ type: symbol as Token['type'], text: symbol });
      at += symbol.length;
      continue;
    }
    const start = at;
    while (at < text.length && !isSpace(text.charAt(at)) && !SYMBOLS.includes(text.charAt(at))) at++;
    const word = text.slice(start, at);
    tokens.push({ type: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
  }
  tokens.push({ type: 'end', text: '' });
  return tokens;
}

class Refused extends Error {}

const OPERATORS = 'in, notin, =, ==, !=, gt, lt';

function parse(text: string): readonly Requirement[] {
  const tokens = lex(text);
  let position = 0;
  const END: Token = { type: 'end', text: '' };
  /** Where a value may stand, `in` and `notin` are words like any other. */
  const asValue = (token: Token): Token => (token.type === 'in' || token.type === 'notin' ? { type: 'identifier', text: token.text } : token);
  const peek = (): Token => asValue(tokens[position] ?? END);
  const take = (): Token => asValue(tokens[position++] ?? END);
  const refuse = (why: string): never => {
    throw new Refused(why);
  };

  const identifiers = (): Set<string> => {
    const out = new Set<string>();
    for (;;) {
      const token = take();
      if (token.type === 'identifier') {
        out.add(token.text);
        const next = peek();
        if (next.type === ',') continue;
        if (next.type === ')') return out;
        return refuse(`found '${next.text}', expected: ',' or ')'`);
      }
      if (token.type !== ',') return refuse(`found '${token.text}', expected: ',', or identifier`);
      if (out.size === 0) out.add('');
      const next = peek();
      if (next.type === ')') {
        out.add('');
        return out;
      }
      if (next.type === ',') out.add('');
    }
  };
  const setValues = (): Set<string> => {
    const open = take();
    if (open.type !== '(') return refuse(`found '${open.text}' expected: '('`);
    const next = peek();
    if (next.type === ')') {
      take();
      return new Set(['']);
    }
    if (next.type !== 'identifier' && next.type !== ',') return refuse(`found '${next.text}', expected: ',', ')' or identifier`);
    const values = identifiers();
    if (take().type !== ')') return refuse(`found '${next.text}', expected: ')'`);
    return values;
  };
  const oneValue = (): Set<string> => {
    const next = peek();
    if (next.type === 'end' || next.type === ',') return new Set(['']);
    take();
    return next.type === 'identifier' ? new Set([next.text]) : refuse(`found '${next.text}', expected: identifier`);
  };
  const requirement = (): Requirement => {
    let first = take();
    const negated = first.type === '!';
    if (negated) first = take();
    if (first.type !== 'identifier') return refuse(`found '${first.text}', expected: identifier`);
    const key = first.text;
    const faults = qualifiedName(key);
    if (faults.length > 0) return refuse(`<nil>: Invalid value: ${JSON.stringify(key)}: ${faults.join('; ')}`);
    const next = peek();
    if (negated) return { key, operator: '!', values: [] };
    if (next.type === 'end' || next.type === ',') return { key, operator: 'exists', values: [] };
    const operator = tokens[position++] ?? END;
    let found: { readonly operator: Operator; readonly values: Set<string> };
    switch (operator.type) {
      case 'in':
      case 'notin':
        found = { operator: operator.type, values: setValues() };
        break;
      case '=':
      case '==':
        found = { operator: 'in', values: oneValue() };
        break;
      case '!=':
        found = { operator: 'notin', values: oneValue() };
        break;
      case '>':
      case '<':
        found = { operator: operator.type === '>' ? 'gt' : 'lt', values: oneValue() };
        break;
      default:
        return refuse(`found '${operator.text}', expected: ${OPERATORS}`);
    }
    const values = [...found.values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const errors: string[] = [];
    values.forEach((value, index) => {
      if ((found.operator === 'gt' || found.operator === 'lt') && !/^[+-]?\d+$/.test(value)) errors.push(`values[${index}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`);
    });
    values.forEach((value, index) => {
      const wrong = labelValue(value);
      if (wrong.length > 0) errors.push(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${wrong.join('; ')}`);
    });
    if (errors.length > 0) return refuse(errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);
    return { key, operator: found.operator, values };
  };

  const out: Requirement[] = [];
  for (;;) {
    const token = peek();
    if (token.type === 'end') return out;
    if (token.type !== 'identifier' && token.type !== '!') return refuse(`found '${token.text}', expected: !, identifier, or 'end of string'`);
    try {
      out.push(requirement());
    } catch (failure) {
      if (failure instanceof Refused) return refuse(`unable to parse requirement: ${failure.message}`);
      throw failure;
    }
    const after = take();
    if (after.type === 'end') return out;
    if (after.type !== ',') return refuse(`found '${after.text}', expected: ',' or 'end of string'`);
    const next = peek();
    if (next.type !== 'identifier' && next.type !== '!') return refuse(`found '${next.text}', expected: identifier after ','`);
  }
}

export function parseLabelSelector(text: string): Parsed<Requirement> {
  if (text.length > MAX_LENGTH) return { error: `the label selector is longer than ${MAX_LENGTH} characters` };
  try {
    return { requirements: parse(text) };
  } catch (failure) {
    if (failure instanceof Refused) return { error: failure.message };
    throw failure;
  }
}

const NO_LABELS: StringMap = {};
export function matchesLabels(requirements: readonly Requirement[], labels: StringMap | undefined): boolean {
  const have = labels ?? NO_LABELS;
  for (const { key, operator, values } of requirements) {
    const value = Object.hasOwn(have, key) ? have[key]! : undefined;
    switch (operator) {
      case 'in':
        if (value === undefined || !values.includes(value)) return false;
        break;
      case 'notin':
        if (value !== undefined && values.includes(value)) return false;
        break;
      case 'exists':
        if (value === undefined) return false;
        break;
      case '!':
        if (value !== undefined) return false;
        break;
      case 'gt':
      case 'lt':
        if (value === undefined || !/^[+-]?\d+$/.test(value) || !(operator === 'gt' ? Number(value) > Number(values[0]) : Number(value) < Number(values[0]))) return false;
        break;
    }
  }
  return true;
}

// ---- fields

export interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly negated: boolean;
}

/** What the field selectors of a kind may name, beyond the name and the namespace: each with how it is read. */
type Reader = (object: KubernetesObject) => string;
const at = (...path: readonly string[]): Reader => (object) => {
  let value: unknown = object;
  for (const key of path) value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  return value === undefined || value === null ? '' : String(value);
};
const flag = (...path: readonly string[]): Reader => {
  const read = at(...path);
  return (object) => (read(object) === 'true' ? 'true' : 'false');
};
const number = (...path: readonly string[]): Reader => {
  const read = at(...path);
  return (object) => read(object) || '0';
};
const involved = Object.fromEntries(['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((key) => [`involvedObject.${key}`, at('involvedObject', key)]));
const NAME: Readonly<Record<string, Reader>> = { 'metadata.name': (object) => object.metadata.name, 'metadata.namespace': (object) => object.metadata.namespace ?? '' };
const CLUSTER_NAME: Readonly<Record<string, Reader>> = { 'metadata.name': (object) => object.metadata.name };
const nodeName = at('spec', 'nodeName');

const READERS: Readonly<Record<string, Readonly<Record<string, Reader>>>> = {
  Pod: {
    ...NAME,
    'spec.nodeName': nodeName,
    'spec.host': nodeName,
    'spec.restartPolicy': at('spec', 'restartPolicy'),
    'spec.schedulerName': at('spec', 'schedulerName'),
    'spec.serviceAccountName': at('spec', 'serviceAccountName'),
    'spec.hostNetwork': flag('spec', 'hostNetwork'),
    'status.phase': at('status', 'phase'),
    'status.podIP': at('status', 'podIP'),
    'status.podIPs': at('status', 'podIP'),
    'status.nominatedNodeName': at('status', 'nominatedNodeName'),
  },
  Node: { ...CLUSTER_NAME, 'spec.unschedulable': flag('spec', 'unschedulable') },
  Namespace: { ...CLUSTER_NAME, 'status.phase': at('status', 'phase') },
  Secret: { ...NAME, type: at('type') },
  Service: { ...NAME, 'spec.clusterIP': at('spec', 'clusterIP'), 'spec.type': at('spec', 'type') },
  Event: {
    ...NAME,
    ...involved,
    reason: at('reason'),
    reportingComponent: at('reportingComponent'),
    source: (object) => at('source', 'component')(object) || at('reportingComponent')(object),
    type: at('type'),
  },
  Job: { ...NAME, 'status.successful': number('status', 'succeeded') },
  ReplicationController: { ...NAME, 'status.replicas': number('status', 'replicas') },
  CertificateSigningRequest: { ...CLUSTER_NAME, 'spec.signerName': at('spec', 'signerName') },
  ResourceSlice: { ...CLUSTER_NAME, 'spec.nodeName': nodeName, 'spec.driver': at('spec', 'driver') },
};
/** The words of a refusal, which these kinds have of their own. */
const unsupported = (kind: string, field: string): string =>
  kind === 'Job' ? `field label ${JSON.stringify(field)} not supported for Job` : `field label not supported${kind === 'ResourceSlice' ? ' for resource.k8s.io/v1, Kind=ResourceSlice' : ''}: ${field}`;

/** The names that events.k8s.io gives the same fields. */
const regarding = (field: string): string | undefined => {
  if (field.startsWith('regarding.')) return `involvedObject.${field.slice('regarding.'.length)}`;
  if (field === 'reportingController') return 'reportingComponent';
  return field === 'reason' || field === 'type' || field === 'metadata.name' || field === 'metadata.namespace' ? field : undefined;
};

/** Splits at commas and unescapes: a backslash takes `,`, `=` and itself literally. */
function terms(text: string): readonly string[] {
  const out: string[] = [];
  let current = '';
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '\\' && i + 1 < text.length) current += c + text.charAt(++i);
    else if (c === ',') {
      out.push(current);
      current = '';
    } else current += c;
  }
  out.push(current);
  return out;
}

/** A path of fields of a custom kind that selects: each is text, a number or a truth. */
function readAt(path: string): Reader {
  const parts = path.split('.');
  return (object) => {
    const value = parts.reduce<unknown>((below, part) => (typeof below === 'object' && below !== null && Object.hasOwn(below, part) ? (below as Readonly<Record<string, unknown>>)[part] : undefined), object);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  };
}

export function parseFieldSelector(text: string, info: KindInfo, asEventsGroup = false): Parsed<FieldTerm> {
  if (text.length > MAX_LENGTH) return { error: `the field selector is longer than ${MAX_LENGTH} characters` };
  const readers = info.table === undefined && Object.hasOwn(READERS, info.kind) ? READERS[info.kind]! : undefined;
  const out: FieldTerm[] = [];
  for (const term of terms(text)) {
    if (term === '') continue;
    const m = /^((?:[^\\=!]|\\.|!(?!=))*)(!=|==|=)(.*)$/s.exec(term);
    if (m === null) return { error: `invalid selector: '${text}'; can't understand '${term}'` };
    let field = m[1]!;
    const raw = m[3]!;
    if (/(^|[^\\])=/.test(raw)) return { error: `invalid field selector: unescaped character in value: 61` };
    const value = raw.replace(/\\([\\,=])/g, '$1');
    if (asEventsGroup) {
      const mapped = regarding(field);
      if (mapped === undefined) return { error: `field label not supported: ${field}` };
      field = mapped;
    }
    if (info.table !== undefined && field !== 'metadata.name' && !(info.namespaced && field === 'metadata.namespace') && info.selectable?.includes(field) !== true) return { error: `field label not supported: ${field}` };
    if (info.table !== undefined) {
      out.push({ field, value, negated: m[2] === '!=' });
      continue;
    }
    if (readers !== undefined ? !Object.hasOwn(readers, field) : field !== 'metadata.name' && field !== 'metadata.namespace') {
      return { error: readers !== undefined ? unsupported(info.kind, field) : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"` };
    }
    out.push({ field, value, negated: m[2] === '!=' });
  }
  return { requirements: out };
}

export function matchesFields(terms: readonly FieldTerm[], kind: string, object: KubernetesObject): boolean {
  const readers = Object.hasOwn(READERS, kind) ? READERS[kind]! : NAME;
  for (const { field, value, negated } of terms) {
    const read = Object.hasOwn(readers, field) ? readers[field]! : readAt(field);
    if ((read(object) === value) === negated) return false;
  }
  return true;
}
