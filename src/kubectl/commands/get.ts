import type { Json, KubernetesObject } from '../../sim/api/object.ts';
import { apiVersionOf, kindInfo } from '../../sim/api/kinds.ts';
import { USERS } from '../../sim/api/request.ts';
import type { Problem } from '../failure.ts';
import { Failure, Refusal, isStatus, problemsText } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { kinds, raws, text, texts, truth } from '../flags.ts';
import { JsonPathError, find, parseTemplate, relaxed } from '../../sim/api/jsonpath.ts';
import { manifests } from '../documents.ts';
import { format, shown } from '../output.ts';
import { tables } from '../printers/table.ts';
import type { Found, Target } from '../resources.ts';
import { fetchAll, inNamespace, pathIn, selectors, severalTypes, targets } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import type { Tree } from '../tree.ts';
import { POLL_MICROS, call, send } from '../steps.ts';
import { milliValue, parseQuantity } from '../../sim/api/quantity.ts';
import { goSort } from '../goSort.ts';
import { compactJson } from '../encode.ts';

export const GET_FLAGS: FlagSpecs = {
  'all-namespaces': kinds.bool('A'), 'chunk-size': kinds.int(), 'field-selector': kinds.string(), filename: kinds.strings('f'), recursive: kinds.bool('R'), 'ignore-not-found': kinds.bool(),
  'label-columns': kinds.strings('L'), 'no-headers': kinds.bool(), output: kinds.string('o'), 'output-watch-events': kinds.bool(), raw: kinds.string(), selector: kinds.string('l'),
  'server-print': kinds.bool(), 'show-kind': kinds.bool(), 'show-labels': kinds.bool(), 'show-managed-fields': kinds.bool(), 'sort-by': kinds.string(), subresource: kinds.string(),
  template: kinds.string(), watch: kinds.bool('w'), 'watch-only': kinds.bool(),
};

/** Orders by a JSONPath; what lacks the field comes first, as in kubectl. */
function sortBy(found: readonly Found[], expression: string): readonly Found[] {
  let path;
  try {
    path = parseTemplate(relaxed(expression));
  } catch (error) {
    throw error instanceof JsonPathError ? new Failure(`error: ${error.message}`) : error;
  }
  const keyed = found.map((one) => {
    let value: Json | undefined;
    try {
      [value] = find(shown(one.object), path);
    } catch {
      value = undefined;
    }
    return { one, value };
  });
  // kubectl finds nothing to print when no object has the field.
  if (keyed.every(({ value }) => value === undefined)) return [];
  return goSort(keyed, (a, b) => {
    if (a.value === undefined || a.value === null) return true;
    if (b.value === undefined || b.value === null) return false;
    if (typeof a.value === 'number' && typeof b.value === 'number') return a.value < b.value;
    const [x, y] = [String(a.value), String(b.value)];
    const [p, q] = [parseQuantity(x), parseQuantity(y)];
    return p !== undefined && q !== undefined ? milliValue(x) < milliValue(y) : x < y;
  }).map(({ one }) => one);
}

/** Liveness and readiness, which the server of a running simulation always has. */
const HEALTH = /^\/(?:healthz|livez|readyz)(?:\/\w[\w-]*)?$/;
const VERSION_ORDER = ['major', 'minor', 'emulationMajor', 'emulationMinor', 'minCompatibilityMajor', 'minCompatibilityMinor', 'gitVersion', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion', 'compiler', 'platform'];
const versionText = (body: Tree): string => JSON.stringify(Object.fromEntries(VERSION_ORDER.filter((key) => body[key] !== undefined).map((key) => [key, body[key]])), undefined, 2);

export function* get(context: Context): Run<number> {
  const { flags } = context;
  const raw = text(flags, 'raw');
  if (raw !== undefined) {
    if (HEALTH.test(raw)) {
      yield { out: 'ok' };
      return 0;
    }
    const [path = '', query = ''] = raw.split('?');
    const response = yield* send(context, { method: 'GET', path, query: Object.fromEntries(query.split('&').filter((one) => one !== '').map((one) => [one.split('=')[0]!, decodeURIComponent(one.split('=')[1] ?? '')])) });
    if (response.code >= 300 && isStatus(response.body)) throw response.body.message?.trim() === '404 page not found' ? new Failure('Error from server (NotFound): the server could not find the requested resource') : new Refusal(response.body);
    const { body } = response;
    // /version is the one document that a real server writes on several lines.
    yield { out: path === '/version' ? versionText(body as unknown as Tree) : `${compactJson(body)}\n` };
    return 0;
  }
  const watching = truth(flags, 'watch') || truth(flags, 'watch-only');
  if (truth(flags, 'output-watch-events') && !watching) throw new Failure('error: --output-watch-events option can only be used with --watch or --watch-only');
  const output = text(flags, 'output');
  const print = format(output, text(flags, 'template'), context.input, truth(flags, 'show-managed-fields'));
  const fromFiles = raws(flags, 'filename').length > 0;
  if (flags.args.length === 0 && !fromFiles) {
    yield { err: 'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n' };
    throw new Failure('error: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee \'kubectl get -h\' for help and examples');
  }
  const wanted: Target[] = fromFiles ? (yield* manifests(context)).found.map(({ info, object }) => ({ info, name: String((object.metadata as { name?: string } | undefined)?.name ?? '') })) : [...(yield* targets(context, flags.args))];
  const events = truth(flags, 'output-watch-events');
  if (watching && new Set(wanted.map(({ info }) => `${info.group}/${info.kind}`)).size > 1) throw new Failure('error: you may only specify a single resource type');
  if (truth(flags, 'all-namespaces') && wanted.some((target) => target.name !== undefined)) throw new Failure('error: a resource cannot be retrieved by name across all namespaces');
  if (wanted.some((target) => target.name !== undefined) && (text(flags, 'selector') ?? '') !== '') throw new Failure('error: name cannot be provided when a selector is specified');

  const subresource = text(flags, 'subresource');
  const result = yield* (subresource === undefined || subresource === '' ? fetchAll(context, wanted) : fetchParts(context, wanted, subresource));
  const problems = truth(flags, 'ignore-not-found') ? result.problems.filter((problem) => !('status' in problem) || problem.status.reason !== 'NotFound') : result.problems;
  const order = text(flags, 'sort-by');
  const found = order === undefined ? result.found : sortBy(result.found, order);
  const single = wanted.length === 1 && wanted[0]!.name !== undefined;
  const options = {
    wide: output === 'wide', headers: !truth(flags, 'no-headers'), withNamespace: truth(flags, 'all-namespaces'), withKind: truth(flags, 'show-kind') || severalTypes(flags.args, wanted),
    showLabels: truth(flags, 'show-labels'), labelColumns: texts(flags, 'label-columns'), now: context.input.now(), plain: !truth(flags, 'server-print', true), sorted: order !== undefined, ...(watching ? { widths: [] } : {}),
  };
  if (truth(flags, 'watch-only')) {
    // Only what comes is shown.
  } else if (print !== undefined) {
    if (!(single && found.length === 0) && !(problems.length > 0 && found.length === 0)) yield { out: print(found, single, options.headers) };
  } else if (found.length > 0) yield { out: tables(found, { ...options, ...(events ? { event: 'ADDED' } : {}) }) };
  else if (problems.length === 0 && !watching && !truth(flags, 'ignore-not-found')) {
    // Without a table from the server kubectl has nothing in hand that would tell it that a kind has no namespace.
    const cluster = truth(flags, 'all-namespaces') || (wanted.every((target) => !target.info.namespaced) && truth(flags, 'server-print', true));
    yield { err: cluster ? 'No resources found\n' : `No resources found in ${context.namespace} namespace.\n` };
  }
  if (problems.length > 0) throw new Failure(problemsText(problems));
  if (!watching) return 0;
  if (wanted.length > 1) throw new Failure('error: you may only watch a single resource or type of resource at a time');
  let headed = found.length > 0 && !truth(flags, 'watch-only');
  yield* follow(context, wanted[0]!, found, result.version, ({ found: one, event }) => {
    if (print !== undefined) return print([one], true, false);
    const text = tables([one], { ...options, headers: options.headers && !headed, now: context.input.now(), ...(events ? { event } : {}) });
    headed = true;
    return text;
  });
  return 0;
}

/** --subresource: that part of each object, which only named objects have. */
function* fetchParts(context: Context, wanted: readonly Target[], subresource: string): Run<{ readonly found: readonly Found[]; readonly problems: readonly Problem[]; readonly version: string }> {
  const found: Found[] = [];
  const problems: Problem[] = [];
  for (const { info, name, namespace } of wanted) {
    if (name === undefined) throw new Failure('error: subresource cannot be used when bulk resources are specified');
    try {
      const { body } = yield* call(context, { method: 'GET', path: pathIn(info, namespace ?? inNamespace(context, info), name, subresource) });
      const object = body as KubernetesObject;
      const part = kindInfo(object.kind);
      found.push({ info: object.kind === info.kind ? info : { ...(part ?? info), kind: object.kind, custom: part === undefined ? [] : undefined }, object });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({ status: error.status });
    }
  }
  return { found, problems, version: '0' };
}

/** One change that -w shows. */
interface News {
  readonly found: Found;
  readonly event: string;
}

/** -w: a row for every event of a watch that goes on where the list was. Whoever runs the generator ends it; it never ends by itself. */
function* follow(context: Context, target: Target, first: readonly Found[], from: string, print: (news: News) => string): Run<void> {
  const { info, name, namespace } = target;
  const path = pathIn(info, namespace ?? inNamespace(context, info));
  const chosen = { ...selectors(context), ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }) };
  let version = from;
  for (;;) {
    const answer = yield { watch: { method: 'GET', path, query: { ...chosen, watch: 'true', resourceVersion: version }, user: USERS.admin, userAgent: 'kubectl', ...context.identity } };
    if (answer === undefined) return yield* lookAgain(context, target, first, print);
    if (typeof answer === 'string' || !('events' in answer)) throw new Error('a watch step was resumed without its events');
    for (const { type, object } of answer.events) {
      // The place in the log is compacted: kubectl gives up here too.
      if (type === 'ERROR') throw isStatus(object) ? new Refusal(object) : new Failure('error: the watch has ended');
      if (type === 'BOOKMARK') continue;
      const seen = object as KubernetesObject;
      version = seen.metadata.resourceVersion;
      yield { out: print({ found: { info, object: seen.kind === undefined ? { ...seen, kind: info.kind, apiVersion: apiVersionOf(info) } : seen }, event: type }) };
    }
  }
}

/** Without watches: looks again and again, and shows what is not as it was. */
function* lookAgain(context: Context, target: Target, first: readonly Found[], print: (news: News) => string): Run<void> {
  let seen = new Map(first.map((one) => [one.object.metadata.uid, one]));
  for (;;) {
    yield { sleepMicros: POLL_MICROS };
    const { found } = yield* fetchAll(context, [target]);
    const now = new Map(found.map((one) => [one.object.metadata.uid, one]));
    for (const one of found) {
      const before = seen.get(one.object.metadata.uid);
      if (before?.object.metadata.resourceVersion !== one.object.metadata.resourceVersion) yield { out: print({ found: one, event: before === undefined ? 'ADDED' : 'MODIFIED' }) };
    }
    for (const one of seen.values()) if (!now.has(one.object.metadata.uid)) yield { out: print({ found: one, event: 'DELETED' }) };
    seen = now;
  }
}

/** Reads the fresh state of one object, by its own namespace. */
export function* reread(context: Context, { info, object }: Found): Run<KubernetesObject> {
  return (yield* call(context, { method: 'GET', path: pathIn(info, object.metadata.namespace, object.metadata.name) })).body as KubernetesObject;
}
