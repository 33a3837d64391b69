import { apiVersionOf } from '../../sim/api/kinds.ts';
import { Failure } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { kinds, text, truth } from '../flags.ts';
import { findResource } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { fieldsOf, typeOfKind, type Field } from '../fields.ts';

export const EXPLAIN_FLAGS: FlagSpecs = { 'api-version': kinds.string(), recursive: kinds.bool(), output: kinds.string() };

function lines(type: string, level: number, recursive: boolean, trail: readonly string[]): string {
  const indent = '  '.repeat(level);
  return fieldsOf(type).map(({ name, type: shown, required, values, inner }) => {
    const head = `${indent}${name}\t<${shown}>${required ? ' -required-' : ''}\n${values === '' ? '' : `${indent}enum: ${values}\n`}`;
    if (!recursive) return `${head}${indent}  <no description>\n\n`;
    return head + (inner === undefined || trail.includes(inner) ? '' : lines(inner, level + 1, true, [...trail, inner]));
  }).join('');
}

/** The fields of a kind or of a part of it. The upstream sentences about them are not carried along: kubectl's own words for a field without any stand there. */
export function* explain(context: Context): Run<number> {
  const { flags } = context;
  const [what, ...more] = flags.args;
  if (what === undefined) throw new Failure("error: You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.");
  if (more.length > 0) throw new Failure(`error: We accept only this format: explain RESOURCE`);
  const [name = '', ...path] = what.split('.');
  const info = yield* findResource(context, name);
  if (info === undefined) throw new Failure(`the server doesn't have a resource type "${name}"`);
  const version = text(flags, 'api-version') ?? apiVersionOf(info);
  const [group, number] = version.includes('/') ? version.split('/') : ['', version];
  let type: string | undefined = typeOfKind(version, info.kind) ?? typeOfKind(apiVersionOf(info), info.kind);
  const head = `${group === '' ? '' : `GROUP:      ${group!}\n`}KIND:       ${info.kind}\nVERSION:    ${number!}\n\n`;
  if (type === undefined) {
    yield { out: `${head}DESCRIPTION:\n    <empty>\n` };
    return 0;
  }
  let field: Field | undefined;
  for (const part of path) {
    field = type === undefined ? undefined : fieldsOf(type).find((one) => one.name === part);
    if (field === undefined) {
      yield { out: head };
      throw new Failure(`error: field "${path.at(-1)!}" does not exist`);
    }
    type = field.inner;
  }
  const own = field === undefined ? '' : `FIELD: ${field.name} <${field.type}>\n${field.values === '' ? '' : `ENUM:\n${field.values.split(', ').map((one) => `    ${one}\n`).join('')}`}\n\n`;
  const body = type === undefined ? '' : `FIELDS:\n${lines(type, 1, truth(flags, 'recursive'), [type])}`;
  yield { out: `${head}${own}DESCRIPTION:\n    <empty>\n${body}\n\n` };
  return 0;
}
