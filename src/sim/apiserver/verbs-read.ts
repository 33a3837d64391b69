import { tableName } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { ObjectList, Response, Status } from '../api/request.ts';
import { parseJson } from './decode.ts';
import { base64Decode, base64Encode, utf8Bytes } from './goText.ts';
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector, type FieldTerm, type Requirement } from './selectors.ts';
import { badRequest, expired, notFound, plainError } from './status.ts';
import { headList, listAt, positionAt, tableOf } from './store.ts';
import type { FieldError } from './strategy.ts';
import { answer, badOptions, isFailure, refuse, stored, type Call } from './verbs-call.ts';
import { asAsked } from './verbs-write.ts';

export function get(call: Call): Response {
  const version = readVersion(call, call.query['resourceVersion']);
  if (typeof version !== 'number') return refuse(version);
  const object = stored(call);
  return object === undefined ? refuse(notFound(call.info, call.name!)) : answer(call, 200, asAsked(call, object));
}

/** A revision that a read may ask for: 0 when none is asked for. */
function readVersion(call: Call, text: string | undefined): number | Status {
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,19}$/.test(text) && call.name !== undefined) return plainError(`resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${/^\d+$/.test(text) ? 'value out of range' : 'invalid syntax'}`);
  if (!/^\d{1,19}$/.test(text)) return badRequest(`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${/^\d+$/.test(text) ? 'value out of range' : 'invalid syntax'}`);
  const version = Number(text);
  const { revision } = call.context.store;
  if (version <= revision) return version;
  return {
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure',
    message: `Timeout: Too large resource version: ${text}, current: ${revision}`,
    reason: 'Timeout',
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
    code: 504,
  };
}

export interface Selection {
  readonly labels: readonly Requirement[];
  readonly fields: readonly FieldTerm[];
}

export function selectionOf(call: Call): Selection | Status {
  const { labelSelector, fieldSelector } = call.query;
  let labels: readonly Requirement[] = [];
  let fields: readonly FieldTerm[] = [];
  if (labelSelector !== undefined && labelSelector !== '') {
    const parsed = parseLabelSelector(labelSelector);
    if ('error' in parsed) return badRequest(parsed.error);
    labels = parsed.requirements;
  }
  if (fieldSelector !== undefined && fieldSelector !== '') {
    const parsed = parseFieldSelector(fieldSelector, call.info, call.apiVersion === 'events.k8s.io/v1');
    if ('error' in parsed) return badRequest(parsed.error);
    fields = parsed.requirements;
  }
  return { labels, fields };
}

/** In the order of etcd's keys. */
export const byKey = (a: KubernetesObject, b: KubernetesObject): number => {
  const an = a.metadata.namespace ?? '';
  const bn = b.metadata.namespace ?? '';
  // The slash behind a namespace counts: "a-b/x" stands before "a/x".
  if (an !== bn) return `${an}/` < `${bn}/` ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
};

export function select(call: Call, from: readonly KubernetesObject[], { labels, fields }: Selection): KubernetesObject[] {
  const kind = tableName(call.info);
  return from.filter((object) => (labels.length === 0 || matchesLabels(labels, object.metadata.labels)) && (fields.length === 0 || matchesFields(fields, kind, object))).sort(byKey);
}

const inScope = (call: Call): { readonly index: 'namespace'; readonly value: string } | undefined => (call.namespace === undefined ? undefined : { index: 'namespace', value: call.namespace });

/** All that a list or a deletecollection names, as it is now. */
export const selected = (call: Call, selection: Selection): KubernetesObject[] => select(call, headList(call.context.store, tableName(call.info), inScope(call)), selection);

/** Lists carry the kind once; their items do not repeat it. */
export function listBody(call: Call, items: readonly KubernetesObject[], metadata: ObjectList['metadata']): ObjectList {
  return {
    kind: call.info.listKind ?? `${call.info.kind}List`,
    apiVersion: call.apiVersion,
    // Upstream such lists are made of maps, which keep what is empty.
    metadata: call.info.table === undefined ? metadata : { continue: '', ...metadata },
    items: call.info.table !== undefined ? items.map((item) => asAsked(call, item)) : items.map((item) => {
      const { kind: _kind, apiVersion: _version, ...rest } = asAsked(call, item);
      return rest as KubernetesObject;
    }),
  };
}

interface Token {
  readonly revision: number;
  readonly start: string;
}
const encodeToken = ({ revision, start }: Token): string => base64Encode(utf8Bytes(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start }))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

function decodeToken(text: string): Token | string {
  const bad = 'continue key is not valid';
  if (/^[A-Za-z0-9_-]+$/.test(text) && text.length % 4 === 1) return `${bad}: illegal base64 data at input byte ${text.length - 1}`;
  if (/[^A-Za-z0-9_-]/.test(text)) return `${bad}: illegal base64 data at input byte ${text.search(/[^A-Za-z0-9_-]/)}`;
  const parsed = parseJson(base64Decode(text.replace(/-/g, '+').replace(/_/g, '/')));
  if ('error' in parsed) return `${bad}: ${parsed.error}`;
  const token = parsed.value as { v?: unknown; rv?: unknown; start?: unknown } | null;
  if (typeof token !== 'object' || token === null || token.v !== 'meta.k8s.io/v1') return `server does not recognize this encoded version ${String(token?.v ?? '')}`;
  if (typeof token.rv !== 'number' || !Number.isInteger(token.rv) || token.rv === 0) return 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)';
  if (typeof token.start !== 'string' || token.start === '') return 'empty encoded start key (version meta.k8s.io/v1)';
  return { revision: token.rv, start: token.start };
}

/** Which of `items` comes after the key in a token: "namespace/name\0" within all namespaces, "name\0" within one. */
const startKey = (call: Call, object: KubernetesObject): string => `${call.namespace === undefined && object.metadata.namespace !== undefined ? `${object.metadata.namespace}/` : ''}${object.metadata.name}`;

const INCONSISTENT = 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

export function list(call: Call): Response {
  const { query, context } = call;
  const { store } = context;
  const limitText = query['limit'] ?? '';
  if (limitText !== '' && !/^[+-]?\d{1,18}$/.test(limitText)) return refuse(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(limitText)}: invalid syntax`));
  // What may come from a cache comes whole.
  const limit = query['resourceVersion'] === '0' && query['resourceVersionMatch'] !== 'Exact' ? 0 : Number(limitText);
  const timeout = query['timeoutSeconds'] ?? '';
  if (timeout !== '' && !/^[+-]?\d{1,18}$/.test(timeout)) return refuse(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(timeout)}: invalid syntax`));
  const wrong = matchErrors(query);
  if (wrong.length > 0) return refuse(badOptions('ListOptions', wrong));
  const selection = selectionOf(call);
  if (isFailure(selection)) return refuse(selection);
  const version = readVersion(call, query['resourceVersion']);
  const continueText = query['continue'] ?? '';
  let revision = store.revision;
  let after = '';
  if (continueText !== '') {
    const token = decodeToken(continueText);
    if (typeof token === 'string') return refuse(badRequest(`invalid continue token: ${token}`));
    if ((query['resourceVersion'] ?? '') !== '') return refuse(badRequest('specifying resource version is not allowed when using continue'));
    // A token without a version goes on in the list as it is now.
    if (token.revision > 0 && token.revision < store.compacted) return refuse({ ...expired(INCONSISTENT), metadata: { continue: encodeToken({ revision: -1, start: token.start }) } });
    revision = token.revision < 0 ? store.revision : Math.min(token.revision, store.revision);
    after = (token.start.endsWith('\u0000') ? token.start.slice(0, -1) : token.start).replace(/^\//, '');
  } else {
    if (typeof version !== 'number') return refuse(version);
    if (query['resourceVersionMatch'] === 'Exact' || (version > 0 && limit > 0 && query['resourceVersionMatch'] === undefined)) {
      if (version < store.compacted) return refuse(expired(`The resourceVersion for the provided list is too old.`));
      revision = version;
    }
  }
  const table = tableOf(store, tableName(call.info));
  const from = revision === store.revision ? headList(store, tableName(call.info), inScope(call)) : listAt(table, positionAt(table, revision), inScope(call));
  let items = select(call, from, selection);
  if (after !== '') items = items.filter((object) => startKey(call, object) > after);
  if (!(limit > 0) || items.length <= limit) return answer(call, 200, listBody(call, items, { resourceVersion: String(revision) }));
  const page = items.slice(0, limit);
  return answer(call, 200, listBody(call, page, {
    resourceVersion: String(revision),
    continue: encodeToken({ revision, start: `/${startKey(call, page.at(-1)!)}\u0000` }),
    // With a selector the server does not know how many of what remains will match.
    ...(selection.labels.length > 0 || selection.fields.length > 0 ? {} : { remainingItemCount: items.length - page.length }),
  }));
}

function matchErrors(query: Readonly<Record<string, string>>): readonly FieldError[] {
  const match = query['resourceVersionMatch'] ?? '';
  const errors: FieldError[] = [];
  if ((query['sendInitialEvents'] ?? '') !== '') errors.push({ field: 'sendInitialEvents', reason: 'FieldValueForbidden', message: 'Forbidden: sendInitialEvents is forbidden for list' });
  if (match === '') return errors;
  const no = (why: string): void => {
    errors.push({ field: 'resourceVersionMatch', reason: 'FieldValueForbidden', message: `Forbidden: ${why}` });
  };
  if ((query['resourceVersion'] ?? '') === '') no('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if ((query['continue'] ?? '') !== '') no('resourceVersionMatch is forbidden when continue is provided');
  if (match !== 'Exact' && match !== 'NotOlderThan') errors.push({ field: 'resourceVersionMatch', reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""` });
  if (match === 'Exact' && query['resourceVersion'] === '0') no('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  return errors;
}

