import { parseDocument } from 'yaml';
import type { KubernetesObject } from '../../sim/api/object.ts';
import { MERGE_PATCH, STRATEGIC_MERGE_PATCH } from '../../sim/api/request.ts';
import { indentedJson, yamlText } from '../encode.ts';
import { Failure, Refusal } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, text } from '../flags.ts';
import { changed, shown } from '../output.ts';
import { mergeDiff, strategicDiff } from '../patch/strategic.ts';
import { NO_RESOURCE, fetchEvery } from '../resources.ts';
import type { Found } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import type { Tree } from '../tree.ts';
import { isTree } from '../tree.ts';
import { LAST_APPLIED, withLastApplied } from './apply.ts';
import { PICK, patchObject, picked } from './change.ts';

export const EDIT_FLAGS: FlagSpecs = { ...PICK, 'output-patch': kinds.bool(), subresource: kinds.string(), 'save-config': kinds.bool(), validate: { type: 'string', bare: 'strict' }, 'windows-line-endings': kinds.bool() };

export const HEADER = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

export function parsed(content: string): Tree {
  const document = parseDocument(content, { version: '1.1', prettyErrors: false });
  if (document.errors.length > 0) throw new Failure(`error: error parsing edited-file: error converting YAML to JSON: yaml: ${document.errors[0]!.message.split('\n')[0]!}`);
  const value: unknown = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null));
  if (!isTree(value)) throw new Failure('error: invalid object to validate');
  return value;
}

/** Opens each object in an editor until what comes back is taken, is what was there, or is empty. */
function* editOne(context: Context, found: Found): Run<void> {
  const { info, object } = found;
  const before = shown(object);
  const plain = text(context.flags, 'output') === 'json' ? indentedJson(before) : yamlText(before);
  let offered = `${HEADER}${plain}`;
  let last = offered;
  for (;;) {
    const answer = yield { edit: { name: `${info.kind}-${object.metadata.name}.yaml`, text: offered } };
    const content = typeof answer === 'string' ? answer : offered;
    const bare = content.split('\n').filter((line) => !line.startsWith('#')).join('\n');
    if (bare.trim() === '') {
      yield { err: 'Edit cancelled, saved file was empty.\n' };
      return;
    }
    // The same text a second time means that nobody wants to mend it.
    if (content === last || bare === plain) {
      yield content === last && offered !== `${HEADER}${plain}` ? { err: 'error: Edit cancelled, no valid changes were saved.\n' } : { err: 'Edit cancelled, no changes made.\n' };
      return;
    }
    last = content;
    try {
      const edited = parsed(bare);
      const after = object.metadata.annotations?.[LAST_APPLIED] !== undefined && context.flags.values.has('save-config') ? withLastApplied(edited) : edited;
      const custom = info.custom !== undefined;
      const patch = custom ? mergeDiff(before, after) : strategicDiff(info.kind, before, after);
      const sent: KubernetesObject = Object.keys(patch).length === 0 ? object : yield* patchObject(context, found, custom ? MERGE_PATCH : STRATEGIC_MERGE_PATCH, patch, 'kubectl-edit', text(context.flags, 'subresource'));
      yield { out: changed(undefined, { info, object: sent }, Object.keys(patch).length === 0 ? 'skipped' : 'edited', 'none') };
      return;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error instanceof Refusal && error.status.reason === 'Conflict') throw error;
      offered = `${HEADER}${error.text.split('\n').map((line) => `# ${line}\n`).join('')}#\n${bare}`;
      last = offered;
      yield { err: `${error.text}\n` };
    }
  }
}

export function* edit(context: Context): Run<number> {
  if (context.flags.args.length === 0 && !given(context.flags, 'filename')) throw new Failure(`error: ${NO_RESOURCE}`);
  const found = yield* fetchEvery(context, yield* picked(context, context.flags.args, false));
  for (const one of found) yield* editOne(context, one);
  return 0;
}
