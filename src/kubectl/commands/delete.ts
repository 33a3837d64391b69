
import { manifests } from '../documents.ts';
import { Failure, Refusal, problemsText, sourced } from '../failure.ts';
import type { Problem } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, micros, number, text, truth } from '../flags.ts';
import type { Found } from '../resources.ts';
import { fetchAll, pathFor, targets, typeName, NO_RESOURCE } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { POLL_MICROS, call, readIfAny } from '../steps.ts';
import { dig } from '../tree.ts';
import { dryRun } from './apply.ts';
import { PICK } from './change.ts';

export const DELETE_FLAGS: FlagSpecs = {
  ...PICK, cascade: { type: 'string', bare: 'background' }, force: kinds.bool(), 'grace-period': kinds.int(), 'ignore-not-found': kinds.bool(), now: kinds.bool(), wait: kinds.bool(), timeout: kinds.duration, interactive: kinds.bool('i'), raw: kinds.string(),
};

const CASCADES: Readonly<Record<string, string>> = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan', true: 'Background', false: 'Orphan' };

export function* remove(context: Context): Run<number> {
  const { flags } = context;
  const cascade = text(flags, 'cascade') ?? 'background';
  if (!Object.hasOwn(CASCADES, cascade)) throw new Failure(`error: invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`);
  if (cascade === 'true' || cascade === 'false') yield { err: `warning: --cascade=${cascade} is deprecated (boolean value) and can be replaced with --cascade=${cascade === 'true' ? 'background' : 'orphan'}.\n` };
  const fromFiles = given(flags, 'filename');
  const chosen = given(flags, 'selector') || given(flags, 'field-selector');
  const all = truth(flags, 'all');
  if (!fromFiles && flags.args.length === 0) throw new Failure(`error: ${NO_RESOURCE}`);
  const wanted = fromFiles ? [] : yield* targets(context, flags.args);
  if (wanted.some((target) => target.name === undefined) && !all && !chosen) throw new Failure('error: resource(s) were provided, but no name was specified');
  if (wanted.some((target) => target.name !== undefined) && (all || chosen)) throw new Failure('error: name cannot be provided when a selector is specified');
  if (truth(flags, 'now') && given(flags, 'grace-period')) throw new Failure('error: --now and --grace-period cannot be specified together');
  const force = truth(flags, 'force');
  const waits = truth(flags, 'wait', true);
  let grace = truth(flags, 'now') ? 1 : number(flags, 'grace-period');
  if (grace !== undefined && grace < 0) grace = undefined;
  if (grace === 0 && !force) grace = 1;
  if (force && grace === undefined) grace = 0;
  if (force && grace === 0) yield { err: 'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n' };

  const mode = dryRun(context);
  const problems: Problem[] = [];
  const found: (Found & { readonly source?: string })[] = [];
  if (fromFiles) {
    const read = yield* manifests(context);
    problems.push(...read.problems);
    for (const { info, object, source } of read.found) {
      const name = String(dig(object, 'metadata', 'name') ?? '');
      found.push({ info, source, object: { ...(object as unknown as Found['object']), metadata: { ...(object.metadata as unknown as Found['object']['metadata']), name } } });
    }
  } else {
    // Named objects are deleted without being read first; what a selector means has to be listed.
    for (const { info, name } of wanted) {
      if (name !== undefined) {
        found.push({ info, object: { apiVersion: info.version, kind: info.kind, metadata: { name, namespace: info.namespaced ? context.namespace : undefined, uid: '', resourceVersion: '', creationTimestamp: '' } } });
        continue;
      }
      const listed = yield* fetchAll(context, [{ info }]);
      found.push(...listed.found);
      problems.push(...listed.problems);
    }
    if (found.length === 0 && problems.length === 0 && wanted.every((target) => target.name === undefined)) {
      yield { out: 'No resources found\n' };
      return 0;
    }
  }

  const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...(grace === undefined ? {} : { gracePeriodSeconds: grace }), propagationPolicy: CASCADES[cascade]!, ...(mode === 'server' ? { dryRun: ['All'] } : {}) };
  const going: { readonly path: string; readonly uid: string; readonly label: string }[] = [];
  for (const one of found) {
    const { info, object } = one;
    const { name } = object.metadata;
    const path = pathFor(one);
    let uid = '';
    if (mode !== 'client') {
      try {
        const response = yield* call(context, { method: 'DELETE', path, query: mode === 'server' ? { dryRun: 'All' } : {}, body });
        uid = String(dig(response.body, 'metadata', 'uid') ?? dig(response.body, 'details', 'uid') ?? '');
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const ignored = error.status.reason === 'NotFound' && (truth(flags, 'ignore-not-found') || all);
        if (!ignored) problems.push({ status: sourced(error.status, 'deleting', one.source) });
        continue;
      }
    }
    const where = info.namespaced ? ` from ${object.metadata.namespace ?? context.namespace} namespace` : '';
    const suffix = mode === 'none' ? '' : mode === 'client' ? ' (dry run)' : ' (server dry run)';
    yield { out: text(flags, 'output') === 'name' ? `${typeName(info)}/${name}\n` : `${typeName(info)} "${name}" ${force && grace === 0 ? 'force deleted' : 'deleted'}${where}${suffix}\n` };
    going.push({ path, uid, label: `${info.resource}/${name}` });
  }
  if (problems.length > 0) throw new Failure(problemsText(problems));
  if (!waits || mode !== 'none') return 0;
  const limit = micros(flags, 'timeout') ?? 0;
  const until = limit === 0 ? undefined : context.input.now() + limit;
  for (const { path, uid, label } of going) {
    for (;;) {
      const now = yield* readIfAny(context, path);
      if (now === undefined || (uid !== '' && now.metadata.uid !== uid)) break;
      if (until !== undefined && context.input.now() >= until) throw new Failure(`error: timed out waiting for the condition on ${label}`);
      yield { sleepMicros: POLL_MICROS };
    }
  }
  return 0;
}

