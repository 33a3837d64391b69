import { MERGE_PATCH } from '../../sim/api/request.ts';
import { yamlText } from '../encode.ts';
import { Failure } from '../failure.ts';
import { text } from '../flags.ts';
import { changed } from '../output.ts';
import { fetchEvery, pathFor, targets } from '../resources.ts';
import type { KubernetesObject } from '../../sim/api/object.ts';
import type { Context, Run } from '../steps.ts';
import { call } from '../steps.ts';
import { dig } from '../tree.ts';
import { LAST_APPLIED, apply, dryRun, lastApplied, withLastApplied } from './apply.ts';
import { HEADER, parsed } from './edit.ts';

/** apply edit-last-applied: what apply remembers of a manifest, opened in the editor. */
function* editLastApplied(context: Context): Run<number> {
  for (const found of yield* fetchEvery(context, yield* targets(context, context.flags.args.slice(1)))) {
    const remembered = lastApplied(found.object);
    if (remembered === undefined) throw new Failure(`error: no last-applied-configuration annotation found on resource: ${found.object.metadata.name}`);
    const offered = `${HEADER}${yamlText(remembered)}`;
    const answer = yield { edit: { name: `${found.info.kind}-${found.object.metadata.name}.yaml`, text: offered } };
    const bare = (typeof answer === 'string' ? answer : offered).split('\n').filter((line) => !line.startsWith('#')).join('\n');
    if (bare.trim() === '') {
      yield { err: 'Edit cancelled, saved file was empty.\n' };
      continue;
    }
    if (bare === yamlText(remembered)) {
      yield { err: 'Edit cancelled, no changes made.\n' };
      continue;
    }
    const annotation = dig(withLastApplied(parsed(bare)), 'metadata', 'annotations', LAST_APPLIED)!;
    const object = (yield* call(context, { method: 'PATCH', path: pathFor(found), contentType: MERGE_PATCH, query: { fieldManager: 'kubectl-client-side-apply' }, body: { metadata: { annotations: { [LAST_APPLIED]: annotation } } } })).body as KubernetesObject;
    yield { out: changed(text(context.flags, 'output'), { info: found.info, object }, 'edited', dryRun(context)) };
  }
  return 0;
}

/** apply and what is typed behind it. */
export const applyOrEdit = (context: Context): Run<number> => (context.flags.args[0] === 'edit-last-applied' ? editLastApplied(context) : apply(context));
