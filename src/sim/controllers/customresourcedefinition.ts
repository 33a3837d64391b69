import { pathOf } from '../api/kinds.ts';
import type { KubernetesObject, OtherObject } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { referenceTo } from '../api/references.ts';
import { USERS, type ObjectList } from '../api/request.ts';
import { MILLISECOND, SECOND, timestamp, type Micros } from '../api/time.ts';
import type { Controller, Plan, View, Write } from '../reconcile/controller.ts';

/**
 * What the API server itself does about CustomResourceDefinitions: it accepts their names, serves their kinds, and empties those that go
 * (apiextensions-apiserver/pkg/controller: status, establish, finalizer). It writes as the API server, which is where it runs.
 *
 * | reason                     | it does so because                                          |
 * |----------------------------|-------------------------------------------------------------|
 * | definition.nothing         | the definition is gone, or as it should be                  |
 * | definition.names           | nobody else in its group has its names, or somebody has     |
 * | definition.established     | its names are accepted: its kind is served now              |
 * | definition.emptying        | it goes, and so do its objects                              |
 * | definition.waiting         | objects of its kind have finalizers: it is looked at again  |
 * | definition.emptied         | nothing is left of its kind: it may go                      |
 *
 * Simplified: the three loops upstream are one here. A definition of a group of Kubernetes' own gets no condition about its approval.
 */
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';
/** From the acceptance of the names to the next loop's write, as recorded. */
const ESTABLISHING: Micros = 11 * MILLISECOND;
/** How often it is looked whether objects are left. */
const POLL: Micros = 5 * SECOND;

interface Names {
  readonly plural: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly kind: string;
  readonly listKind?: string;
  readonly categories?: readonly string[];
}
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
  readonly reason: string;
  readonly message: string;
}
interface Definition extends KubernetesObject {
  readonly spec: { readonly group: string; readonly scope: string; readonly names: Names; readonly versions: readonly { readonly name: string; readonly served: boolean }[] };
  readonly status: { readonly conditions?: readonly Condition[] | null; readonly acceptedNames?: Names };
}
interface Memory {
  /** What a list that nobody looked at yet showed of the objects of a definition that goes. */
  readonly left?: number;
  readonly namespaces: readonly string[];
}

const conditionOf = (definition: Definition, type: string): Condition | undefined => definition.status.conditions?.find((one) => one.type === type);
const isTrue = (definition: Definition, type: string): boolean => conditionOf(definition, type)?.status === 'True';

function withConditions(definition: Definition, wanted: readonly Omit<Condition, 'lastTransitionTime'>[], now: Micros): Definition {
  let conditions = definition.status.conditions ?? [];
  for (const one of wanted) {
    const before = conditions.find((condition) => condition.type === one.type);
    const { type, status, reason, message } = one;
    const next: Condition = { type, status, lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? timestamp(now)) : timestamp(now), reason, message };
    conditions = before === undefined ? [...conditions, next] : conditions.map((condition) => (condition === before ? next : condition));
  }
  return { ...definition, status: { ...definition.status, conditions } };
}

const put = (definition: Definition, because: Reason): Write => ({
  request: { method: 'PUT', path: pathOf('CustomResourceDefinition', undefined, definition.metadata.name, 'status'), body: definition },
  because,
  // It changed in the meantime: the change brings it back.
  accept: [404, 409],
});

const sameList = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean => (a ?? []).length === (b ?? []).length && (a ?? []).every((one, i) => one === b![i]);
const sameNames = (a: Names, b: Names | undefined): boolean =>
  b !== undefined && a.plural === b.plural && (a.singular ?? '') === (b.singular ?? '') && a.kind === b.kind && (a.listKind ?? '') === (b.listKind ?? '') && sameList(a.shortNames, b.shortNames) && sameList(a.categories, b.categories);

/** The names that are given, and what is to be said about them. */
function accepted(definition: Definition, view: View): { readonly names: Names; readonly named: Omit<Condition, 'lastTransitionTime'> } {
  const others = (view.list('CustomResourceDefinition') as readonly OtherObject[] as readonly unknown[] as readonly Definition[]).filter((one) => one.spec.group === definition.spec.group && one.metadata.name !== definition.metadata.name);
  const resources = new Set(others.flatMap(({ status: { acceptedNames: names } }) => (names === undefined ? [] : [names.plural, names.singular ?? '', ...(names.shortNames ?? [])])));
  const kinds = new Set(others.flatMap(({ status: { acceptedNames: names } }) => (names === undefined ? [] : [names.kind, names.listKind ?? ''])));
  const wanted = definition.spec.names;
  const have = definition.status.acceptedNames ?? { plural: '', kind: '' };
  let names: Names = { ...have };
  let problem: readonly [string, string] | undefined;
  const claim = (key: 'plural' | 'singular' | 'kind' | 'listKind', taken: ReadonlySet<string>, reason: string): void => {
    const name = wanted[key] ?? '';
    if (name !== (have[key] ?? '') && taken.has(name)) problem = [reason, `${JSON.stringify(name)} is already in use`];
    else if (name !== '') names = { ...names, [key]: name };
  };
  claim('plural', resources, 'PluralConflict');
  claim('singular', resources, 'SingularConflict');
  const clashes = (wanted.shortNames ?? []).filter((name) => have.shortNames?.includes(name) !== true && resources.has(name)).map((name) => `${JSON.stringify(name)} is already in use`);
  if (clashes.length > 0) problem = ['ShortNamesConflict', clashes.length === 1 ? clashes[0]! : `[${clashes.join(', ')}]`];
  else if (wanted.shortNames !== undefined) names = { ...names, shortNames: wanted.shortNames };
  claim('kind', kinds, 'KindConflict');
  claim('listKind', kinds, 'ListKindConflict');
  const { plural, singular, shortNames, kind, listKind } = names;
  return {
    names: { plural, ...(singular === undefined ? {} : { singular }), ...(shortNames === undefined ? {} : { shortNames }), kind, ...(listKind === undefined ? {} : { listKind }), ...(wanted.categories === undefined ? {} : { categories: wanted.categories }) },
    named: problem === undefined ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' } : { type: 'NamesAccepted', status: 'False', reason: problem[0], message: problem[1] },
  };
}

function naming(definition: Definition, view: View, because: Reason): Plan<Memory> | undefined {
  if (sameNames(definition.spec.names, definition.status.acceptedNames)) return undefined;
  const { names, named } = accepted(definition, view);
  const before = conditionOf(definition, 'NamesAccepted');
  if (sameNames(names, definition.status.acceptedNames) && before?.status === named.status && before.reason === named.reason && before.message === named.message) return undefined;
  const established = conditionOf(definition, 'Established') ?? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
  const next = established.status !== 'True' && named.status === 'True' ? { type: 'Established', status: 'False', reason: 'Installing', message: 'the initial names have been accepted' } : established;
  const updated = withConditions(definition, [named, next], view.now);
  return { batches: [[put({ ...updated, status: { ...updated.status, acceptedNames: names } }, because)]], because };
}

const collectionOf = ({ spec }: Definition, namespace?: string): string => {
  const version = spec.versions.find((one) => one.served)?.name ?? '';
  return `/apis/${spec.group}/${version}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${spec.names.plural}`;
};

/** Its objects go first, as far as nobody holds them. */
function finalizing(definition: Definition, view: View, memory: Memory | undefined, reason: (code: string) => Reason): Plan<Memory> {
  const ended = (status: string, why: string, message: string): Plan<Memory> => {
    const because = reason('definition.emptied');
    const { finalizers = [], ...metadata } = definition.metadata;
    const left = finalizers.filter((one) => one !== CLEANUP);
    const done = withConditions({ ...definition, metadata: { ...metadata, ...(left.length === 0 ? {} : { finalizers: left }) } }, [{ type: 'Terminating', status, reason: why, message }], view.now);
    return { batches: [[put(done, because)]], because, memory: null };
  };
  if (!isTrue(definition, 'Established')) return ended('False', 'NeverEstablished', 'resource was never established');
  if (memory?.left === 0) return ended('False', 'InstanceDeletionCompleted', 'removed all instances');
  const because = reason(memory === undefined ? 'definition.emptying' : 'definition.waiting');
  const look: Write = { request: { method: 'GET', path: collectionOf(definition) }, because, accept: [404] };
  const lookAfter = (batches: readonly (readonly Write[])[]): Plan<Memory> => ({ batches: [...batches, [look]], because, requeueAfterMicros: 0, memory: { namespaces: [] } });
  if (memory === undefined && conditionOf(definition, 'Terminating')?.reason !== 'InstanceDeletionInProgress') {
    return lookAfter([[put(withConditions(definition, [{ type: 'Terminating', status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' }], view.now), because)]]);
  }
  if (memory?.left === undefined) return lookAfter([]);
  if (memory.namespaces.length === 0) return { batches: [], because, requeueAfterMicros: POLL, memory: { namespaces: [] } };
  const namespaced = definition.spec.scope === 'Namespaced';
  return lookAfter([memory.namespaces.map((namespace): Write => ({ request: { method: 'DELETE', path: collectionOf(definition, namespaced ? namespace : undefined) }, because, accept: [404, 405] }))]);
}

function reconcile(key: string, view: View, memory: Memory | undefined): Plan<Memory> {
  const definition = view.get('CustomResourceDefinition', key) as Definition | undefined;
  const reason = (code: string): Reason => ({ code, args: { definition: key, kind: definition?.spec.names.kind ?? '' }, ...(definition === undefined ? {} : { refs: [referenceTo(definition)] }) });
  if (definition === undefined) return { batches: [], because: reason('definition.nothing'), memory: null };
  if (definition.metadata.deletionTimestamp !== undefined) {
    return definition.metadata.finalizers?.includes(CLEANUP) === true ? finalizing(definition, view, memory, reason) : { batches: [], because: reason('definition.nothing'), memory: null };
  }
  const names = naming(definition, view, reason('definition.names'));
  if (names !== undefined) return names;
  if (!isTrue(definition, 'NamesAccepted') || isTrue(definition, 'Established')) return { batches: [], because: reason('definition.nothing') };
  const because = reason('definition.established');
  return { batches: [[put(withConditions(definition, [{ type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }], view.now), because)]], because };
}

/** What the lists show: how much is left, and in which namespaces it has not been asked to go. */
function answered(_key: string, write: Write, response: { readonly code: number; readonly body: unknown }, memory: Memory | undefined): Memory | undefined {
  if (write.request.method !== 'GET') return memory;
  const items = response.code === 200 ? (response.body as ObjectList).items : [];
  const waiting = items.filter((item) => item.metadata.deletionTimestamp === undefined);
  return { left: items.length, namespaces: [...new Set(waiting.map((item) => item.metadata.namespace ?? ''))] };
}

export const customResourceDefinitions: Controller<Memory> = {
  name: 'apiextensions-apiserver',
  user: USERS.apiserver,
  sleepsUntil: ['CustomResourceDefinition'],
  workers: 1,
  watches: {
    // A definition that goes, or that lets go a name, may give it to another of its group.
    CustomResourceDefinition: (definition, view, change) => {
      if (change.after === undefined) return view.list('CustomResourceDefinition').map((one) => one.metadata.name);
      const next = definition as unknown as Definition;
      const isNamed = next.metadata.deletionTimestamp === undefined && isTrue(next, 'NamesAccepted') && !isTrue(next, 'Established');
      return isNamed ? [{ key: next.metadata.name, afterMicros: ESTABLISHING }] : [next.metadata.name];
    },
  },
  reconcile,
  answered,
};
