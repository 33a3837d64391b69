import type { Json, KubernetesObject } from '../sim/api/object.ts';
import { indentedJson, yamlText } from './encode.ts';
import { Failure } from './failure.ts';
import { fileAt } from './files.ts';
import { TemplateError, executeGoTemplate, parseGoTemplate } from './goTemplate.ts';
import { kyamlText } from './kyaml.ts';
import type { Input } from './steps.ts';
import { JsonPathError, execute, find, parseTemplate, relaxed, textOf } from '../sim/api/jsonpath.ts';
import type { Found } from './resources.ts';
import { fullName } from './resources.ts';
import { TABLE, align } from './tabwriter.ts';
import type { Tree } from './tree.ts';

/** -o other than a table. Undefined: the format is one of tables ("", "wide"). */
export type Format = (found: readonly Found[], single: boolean, headers: boolean) => string;

const FORMATS = 'custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml';

/** As -o yaml shows an object: without managedFields. */
export function shown(object: KubernetesObject): Tree {
  const { managedFields: _, ...metadata } = object.metadata as unknown as { managedFields?: Json } & Tree;
  return { ...(object as unknown as Tree), metadata };
}
const document = (found: readonly Found[], single: boolean, managed = false): Json => {
  const one = ({ object }: Found): Tree => (managed ? (object as unknown as Tree) : shown(object));
  return single && found.length === 1 ? one(found[0]!) : { apiVersion: 'v1', items: found.map(one), kind: 'List', metadata: { resourceVersion: '' } };
};

function template(source: string, what: string): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(source);
  } catch (error) {
    if (error instanceof JsonPathError) throw new Failure(`error: error parsing ${what} ${source}, ${error.message}`);
    throw error;
  }
}

function evaluate<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof JsonPathError) throw new Failure(`error: error executing jsonpath: ${error.message}`);
    throw error;
  }
}

function customColumns(spec: string): Format {
  if (spec === '') throw new Failure('error: custom-columns format specified but no custom columns given');
  const columns = spec.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) throw new Failure(`error: unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return { header: part.slice(0, colon), path: template(relaxed(part.slice(colon + 1)), 'jsonpath') };
  });
  return (found, _, headers) => {
    const rows = found.map(({ object }) =>
      columns.map(({ path }) => {
        let values: readonly Json[];
        try {
          values = find(shown(object), path);
        } catch {
          values = [];
        }
        return values.length === 0 ? '<none>' : values.map(textOf).join(',');
      }),
    );
    return align(`${[...(headers ? [columns.map((column) => column.header)] : []), ...rows].map((row) => row.join('\t')).join('\n')}\n`, TABLE);
  };
}

function goTemplate(source: string): Format {
  try {
    const parsed = parseGoTemplate(source);
    return (found, single) => {
      try {
        return executeGoTemplate(parsed, document(found, single));
      } catch (error) {
        if (error instanceof TemplateError) throw new Failure(`error: error executing template "${source}": template: output:1: ${error.message}`);
        throw error;
      }
    };
  } catch (error) {
    if (error instanceof TemplateError) throw new Failure(`error: error parsing template ${source}, template: output:1: ${error.message}`);
    throw error;
  }
}

/** `given` is what --template says; files are those that a template may be read from. */
export function format(output: string | undefined, given?: string, files?: Input, managed = false): Format | undefined {
  if (output === undefined && given !== undefined) return goTemplate(given);
  if (output === undefined || output === '' || output === 'wide') return undefined;
  const equals = output.indexOf('=');
  const name = equals < 0 ? output : output.slice(0, equals);
  const rest = equals < 0 ? '' : output.slice(equals + 1);
  switch (name) {
    case 'yaml':
      return (found, single) => yamlText(document(found, single, managed));
    case 'json':
      return (found, single) => indentedJson(document(found, single, managed));
    case 'name':
      return (found) => found.map(({ info, object }) => `${fullName(info, object.metadata.name ?? '<unknown>')}\n`).join('');
    case 'jsonpath': {
      if (equals < 0 && given === undefined) throw new Failure('error: template format specified but no template given');
      const parsed = template(equals < 0 ? given! : rest, 'jsonpath');
      return (found, single) => evaluate(() => execute(document(found, single), parsed));
    }
    case 'jsonpath-as-json': {
      if (equals < 0) throw new Failure('error: template format specified but no template given');
      const parsed = template(rest, 'jsonpath');
      return (found, single) => evaluate(() => indentedJson(find(document(found, single), parsed)));
    }
    case 'custom-columns':
      return customColumns(rest);
    case 'kyaml':
      return (found, single) => kyamlText(document(found, single));
    case 'go-template':
    case 'template': {
      if (equals < 0 && given === undefined) throw new Failure('error: template format specified but no template given');
      return goTemplate(equals < 0 ? given! : rest);
    }
    case 'jsonpath-file':
    case 'go-template-file':
    case 'templatefile':
    case 'custom-columns-file': {
      if (equals < 0) throw new Failure('error: template format specified but no template given');
      const content = files === undefined ? undefined : fileAt(files, rest);
      if (content === undefined) throw new Failure(`error: error reading --template ${rest}, open ${rest}: no such file or directory`);
      if (name === 'jsonpath-file') return format(`jsonpath=${content}`);
      if (name !== 'custom-columns-file') return goTemplate(content);
      const [headers = '', paths = ''] = content.trim().split('\n');
      const names = headers.trim().split(/\s+/);
      return customColumns(paths.trim().split(/\s+/).map((path, i) => `${names[i] ?? ''}:${path}`).join(','));
    }
    default:
      throw new Failure(`error: unable to match a printer suitable for the output format "${output}", allowed formats are: ${FORMATS}`);
  }
}

/** What a command that changed something says: a sentence, or with -o the object. */
export function changed(output: string | undefined, found: Found, done: string, dryRun: 'none' | 'client' | 'server'): string {
  const how = format(output);
  if (how !== undefined) return how([found], true, true);
  const suffix = dryRun === 'none' ? '' : dryRun === 'client' ? ' (dry run)' : ' (server dry run)';
  return `${fullName(found.info, found.object.metadata.name)} ${done}${suffix}\n`;
}
