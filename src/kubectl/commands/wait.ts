import { JsonPathError, parseTemplate, find, relaxed, textOf } from '../../sim/api/jsonpath.ts';
import type { Condition, KubernetesObject } from '../../sim/api/object.ts';
import { SECOND } from '../../sim/api/time.ts';
import { Failure } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { kinds, micros, raws } from '../flags.ts';
import { shown } from '../output.ts';
import type { Found } from '../resources.ts';
import { fetchAll, fullName, pathFor } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { POLL_MICROS, readIfAny } from '../steps.ts';
import { dig, isList } from '../tree.ts';
import { problemsText } from '../failure.ts';
import { PICK, picked } from './change.ts';

export const WAIT_FLAGS: FlagSpecs = { ...PICK, for: kinds.strings(), timeout: kinds.duration };

type Test = { readonly when: 'delete' } | { readonly when: 'create' } | { readonly when: 'holds'; readonly holds: (object: KubernetesObject) => boolean };

function parseFor(spec: string | undefined): Test {
  if (spec === 'delete' || spec === 'create') return { when: spec };
  if (spec?.startsWith('condition=') === true) {
    const [type = '', status = 'true'] = spec.slice('condition='.length).split('=');
    return {
      when: 'holds',
      holds: (object) => {
        const conditions = dig(object, 'status', 'conditions');
        const found = isList(conditions) ? (conditions as unknown as readonly Condition[]).find((one) => one.type.toLowerCase() === type.toLowerCase()) : undefined;
        // A condition that was observed at an older generation says nothing about the present one.
        const stale = found?.observedGeneration !== undefined && found.observedGeneration < (object.metadata.generation ?? 0);
        return found !== undefined && !stale && found.status.toLowerCase() === status.toLowerCase();
      },
    };
  }
  if (spec?.startsWith('jsonpath=') === true) {
    const m = /^('?)(\{.*?\}|[^=]*?)\1(?:=(.*))?$/.exec(spec.slice('jsonpath='.length));
    if (m === null) throw new Failure(`error: jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'`);
    const path = templateOf(m[2]!);
    const wanted = m[3]?.replace(/^(['"])(.*)\1$/, '$2');
    return {
      when: 'holds',
      holds: (object) => {
        let values;
        try {
          values = find(shown(object), path);
        } catch {
          return false;
        }
        return wanted === undefined ? values.length > 0 : values.length === 1 && textOf(values[0]!) === wanted;
      },
    };
  }
  throw new Failure(spec === undefined ? 'error: unrecognized condition: []' : `error: unrecognized condition: "${spec}"`);
}

function templateOf(source: string): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(relaxed(source));
  } catch (error) {
    if (error instanceof JsonPathError) throw new Failure("error: unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'");
    throw error;
  }
}

export function* wait(context: Context): Run<number> {
  const { flags } = context;
  const test = parseFor(raws(flags, 'for').at(-1));
  const limit = micros(flags, 'timeout') ?? 30 * SECOND;
  const until = context.input.now() + (limit < 0 ? 7 * 24 * 3600 * SECOND : limit);
  const wanted = yield* picked(context, flags.args);
  let { found, problems } = yield* fetchAll(context, wanted);
  if (test.when === 'create') {
    while (found.length === 0 || problems.length > 0) {
      if (context.input.now() >= until) throw new Failure('error: timed out waiting for the condition');
      yield { sleepMicros: POLL_MICROS };
      ({ found, problems } = yield* fetchAll(context, wanted));
    }
    for (const one of found) yield { out: `${fullName(one.info, one.object.metadata.name)} condition met\n` };
    return 0;
  }
  if (test.when === 'delete') problems = problems.filter((problem) => !('status' in problem) || problem.status.reason !== 'NotFound');
  if (problems.length > 0) throw new Failure(problemsText(problems));
  if (found.length === 0) {
    if (test.when === 'delete') return 0;
    throw new Failure('error: no matching resources found');
  }
  const late: string[] = [];
  for (const one of found) {
    // The time is for all together: what comes after it is not even looked at.
    const spent = limit > 0 && context.input.now() >= until;
    if (!spent && (yield* waitFor(context, one, test, until))) yield { out: `${fullName(one.info, one.object.metadata.name)} condition met\n` };
    else late.push(`timed out waiting for the condition on ${one.info.resource}/${one.object.metadata.name}`);
  }
  if (late.length > 0) throw new Failure(late.length === 1 ? `error: ${late[0]!}` : late.join('\n'));
  return 0;
}

function* waitFor(context: Context, found: Found, test: Test, until: number): Run<boolean> {
  let object: KubernetesObject | undefined = found.object;
  for (;;) {
    if (test.when === 'holds' ? object !== undefined && test.holds(object) : object === undefined || object.metadata.uid !== found.object.metadata.uid) return true;
    if (context.input.now() >= until) return false;
    yield { sleepMicros: POLL_MICROS };
    object = yield* readIfAny(context, pathFor(found));
  }
}

