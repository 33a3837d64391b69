import type { Change } from '../api/change.ts';
import { printerOf, type Printer } from '../api/columns/index.ts';
import { tableName } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { ObjectList, Request, Response, Status } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import { dryChangeOf, managedAfter } from './fields/ownership.ts';
import { encodeManaged } from './fields/managed.ts';
import { beyond } from './beyond.ts';
import { routeIn, type Route } from './routing.ts';
import { tableOf, type Store } from './store.ts';
import { refuse } from './verbs-call.ts';
import type { WatchEvent } from './watch.ts';

/**
 * The forms in which an answer goes out: with the managed fields, which are not stored with objects; as a Table of the columns that kubectl shows;
 * or as metadata alone. After apiserver/pkg/endpoints/handlers/response.go. The columns' descriptions are left out.
 */
type Form = 'whole' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
type Resource = Extract<Route, { type: 'resource' }>;
type AnyObject = KubernetesObject & Readonly<Record<string, unknown>>;

const META = 'meta.k8s.io/v1';
const JSON_TYPES = new Set(['application/json', 'application/yaml', '*/*', 'application/*']);

/** What the Accept header asks for first of what can be had; undefined: nothing of it. A form that is not known is passed over. */
export function formOf(accept: string | undefined): Form | undefined {
  if (accept === undefined || accept.trim() === '') return 'whole';
  for (const clause of accept.split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    if (!JSON_TYPES.has(type)) continue;
    const named = new Map(parameters.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const));
    const as = named.get('as');
    if (as === undefined) return 'whole';
    if (named.get('g') !== 'meta.k8s.io' || named.get('v') !== 'v1') continue;
    if (as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return as;
  }
  return undefined;
}

const notAcceptable = (): Status => ({
  kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 406, reason: 'NotAcceptable', details: {},
  message: 'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
});

export function present(store: Store, now: Micros, request: Request, response: Response): Response {
  const at = routeIn(store, request.path);
  // Documents have forms of their own.
  if (at === undefined || at.type !== 'resource') return response;
  const form = formOf(request.accept);
  // A review has no rows.
  if (form === undefined || (form !== 'whole' && at.info.transient === true && at.info.kind !== 'ComponentStatus')) return refuse(notAcceptable());
  if (response.code >= 300 || (response.body as { readonly kind?: string }).kind === 'Status') return response;
  // What only a subresource has (a Scale, a token) is as it is.
  const { body } = response;
  const isList = Array.isArray((body as Partial<ObjectList>).items) && (body as ObjectList).kind === (at.info.listKind ?? `${at.info.kind}List`);
  if (!isList && (body as { readonly kind?: string }).kind !== at.info.kind) return response;
  const shows = request.managedFields === true;
  if (isList) {
    const list = body as ObjectList;
    const items = shows ? list.items.map((item) => withManagers(store, at, item)) : list.items;
    switch (form) {
      case 'whole':
        return items === list.items ? response : { ...response, body: { ...list, items } };
      case 'Table':
        return { ...response, body: table(printerFor(store, at), items as readonly AnyObject[], now, list.metadata, request.query?.['includeObject'], at) };
      default:
        return { ...response, body: { kind: 'PartialObjectMetadataList', apiVersion: META, metadata: list.metadata, items: items.map(({ metadata }) => ({ metadata })) } as unknown as ObjectList };
    }
  }
  const object = shows ? withManagers(store, at, body as KubernetesObject) : (body as KubernetesObject);
  switch (form) {
    case 'whole':
      return object === body ? response : { ...response, body: object };
    case 'Table':
      return { ...response, body: table(printerFor(store, at), [object as AnyObject], now, { resourceVersion: object.metadata.resourceVersion }, request.query?.['includeObject'], at) };
    default:
      return { ...response, body: partial(object) };
  }
}

/** An event of a watch in the form that was asked for; `isFirst`: a Table names its columns once. */
export function presentEvent(store: Store, now: Micros, request: Pick<Request, 'path' | 'accept' | 'managedFields' | 'query'>, event: WatchEvent, isFirst: boolean): WatchEvent {
  const form = formOf(request.accept) ?? 'whole';
  if (event.type === 'ERROR') return event;
  const at = routeIn(store, request.path);
  if (at === undefined || at.type !== 'resource') return event;
  if (event.type === 'BOOKMARK') return form === 'whole' ? event : { ...event, object: { ...event.object, kind: form === 'Table' ? 'Table' : 'PartialObjectMetadata', apiVersion: META, ...(form === 'Table' ? { columnDefinitions: null, rows: null } : {}) } as WatchEvent['object'] };
  const plain = event.object as KubernetesObject;
  const object = request.managedFields === true ? withManagers(store, at, plain) : plain;
  switch (form) {
    case 'whole':
      return object === plain ? event : { ...event, object };
    case 'Table': {
      const whole = table(printerFor(store, at), [object as AnyObject], now, { resourceVersion: object.metadata.resourceVersion }, request.query?.['includeObject'], at);
      return { ...event, object: (isFirst ? whole : { ...whole, columnDefinitions: null }) as unknown as KubernetesObject };
    }
    default:
      return { ...event, object: partial(object) };
  }
}

const partial = ({ metadata }: KubernetesObject): KubernetesObject => ({ kind: 'PartialObjectMetadata', apiVersion: META, metadata });

const printerFor = (_store: Store, { info }: Resource): Printer<KubernetesObject> => (info.table === undefined ? printerOf(info.kind) : beyond.custom!.printer(info));

function table(printer: Printer<KubernetesObject>, items: readonly AnyObject[], now: Micros, metadata: ObjectList['metadata'], include: string | undefined, at: Resource): { readonly kind: string; readonly apiVersion: string; readonly [key: string]: unknown } {
  const { continue: more, ...version } = metadata;
  const listMeta = (more ?? '') === '' ? version : metadata;
  return {
    kind: 'Table',
    apiVersion: META,
    metadata: listMeta,
    columnDefinitions: printer.columns.map(({ name, type, format, priority }) => ({ name, type, format, description: '', priority })),
    rows: inPrinterOrder(at, items).map((item) => {
      const { kind: _kind, apiVersion: _version, ...rest } = item;
      const whole = { kind: at.info.kind, apiVersion: at.apiVersion, ...rest } as AnyObject;
      return { cells: printer.cells(whole, now), ...(include === 'None' ? {} : { object: include === 'Object' ? whole : partial(item) }) };
    }),
  };
}

/** Flow schemas are shown in the order in which they are tried (printers.go: printFlowSchemaList). */
function inPrinterOrder({ info }: Resource, items: readonly AnyObject[]): readonly AnyObject[] {
  if (info.kind !== 'FlowSchema' || info.table !== undefined) return items;
  const precedence = (item: AnyObject): number => (item['spec'] as { readonly matchingPrecedence?: number } | undefined)?.matchingPrecedence ?? 0;
  return [...items].sort((a, b) => precedence(a) - precedence(b));
}

// Invisible: what a change's object shows as metadata, managed fields included.
const shownMetas = new WeakMap<Change, KubernetesObject['metadata']>();

/** Any object that was stored once, at the revision that it names, with who managed its fields then. */
function withManagers(store: Store, at: Resource, object: KubernetesObject): KubernetesObject {
  const change = changeOf(store, at, object);
  if (change === undefined) return object;
  const isStored = change.after?.metadata === object.metadata;
  const known = isStored ? shownMetas.get(change) : undefined;
  if (known !== undefined) return known === object.metadata ? object : { ...object, metadata: known };
  const managedFields = encodeManaged(managedAfter(change, at.info));
  const metadata = managedFields.length === 0 ? object.metadata : ({ ...object.metadata, managedFields } as KubernetesObject['metadata']);
  if (isStored) shownMetas.set(change, metadata);
  return metadata === object.metadata ? object : { ...object, metadata };
}

function changeOf(store: Store, at: Resource, object: KubernetesObject): Change | undefined {
  const dry = dryChangeOf(object);
  if (dry !== undefined) return dry;
  const { namespace, name, resourceVersion } = object.metadata;
  const table = tableOf(store, tableName(at.info));
  const key = namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
  let change = table.live.get(key) ?? table.gone.get(key);
  const revision = Number(resourceVersion);
  // What is gone is shown as it last was.
  while (change !== undefined && (change.revision > revision || change.after === undefined)) change = change.previous;
  return change;
}
