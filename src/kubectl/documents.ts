import { LineCounter, parseAllDocuments } from 'yaml';
import type { Json } from '../sim/api/object.ts';
import { Failure } from './failure.ts';
import type { Problem } from './failure.ts';
import { fileAt, filesIn } from './files.ts';
import { raws, text, truth } from './flags.ts';
import type { Resource } from './resources.ts';
import { resourceOfKind } from './resources.ts';
import type { Context, Run } from './steps.ts';
import type { Tree } from './tree.ts';
import { field, isList, isTree, withValue } from './tree.ts';

/** A manifest's limits are Orrery's own: a page must stay responsive. A real API server takes at most 3 MiB a request, and etcd 1.5 MiB an object. */
export const MAX_MANIFEST_BYTES = 3_145_728;
const MAX_DOCUMENTS = 5_000;
const MAX_DEPTH = 100;

export interface Manifest {
  readonly info: Resource;
  readonly object: Tree;
  /** As messages name where it came from: STDIN, or the file's path. */
  readonly source: string;
}

function deepest(value: Json, depth: number): number {
  if (depth > MAX_DEPTH) return depth;
  let most = depth;
  if (isList(value)) for (const item of value) most = Math.max(most, deepest(item, depth + 1));
  else if (isTree(value)) for (const key of Object.keys(value)) most = Math.max(most, deepest(value[key]!, depth + 1));
  return most;
}

/** The yaml package's complaints in the words of go-yaml, where both name the same mistake; otherwise the package's own. */
function wording(code: string, message: string): string {
  const plain = message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
  switch (code) {
    case 'BAD_INDENT':
      if (plain.startsWith('Flow')) return plain.startsWith('Flow map') ? "did not find expected ',' or '}'" : "did not find expected ',' or ']'";
      return plain.includes('sequence') ? "did not find expected '-' indicator" : 'did not find expected key';
    case 'MISSING_CHAR':
      if (plain.includes('quote')) return 'found unexpected end of stream';
      return plain.includes(']') ? "did not find expected ',' or ']'" : plain.includes('}') ? "did not find expected ',' or '}'" : plain;
    case 'TAB_AS_INDENT':
    case 'BAD_SCALAR_START':
      return 'found character that cannot start any token';
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return 'mapping values are not allowed in this context';
    default:
      return plain;
  }
}

/** Where go-yaml sees a mistake: at the colon that makes a key of a text, and never after the last line. */
function place(content: string, code: string, offset: number): number {
  const end = content.trimEnd().length;
  const colon = code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'MULTILINE_IMPLICIT_KEY' ? content.slice(offset).search(/:(?:\s|$)/) : -1;
  return Math.min(colon < 0 ? offset : offset + colon, Math.max(0, end - 1));
}

function parse(source: string, content: string): Json[] {
  if (content.length > MAX_MANIFEST_BYTES) {
    throw new Failure(
      `error: ${source} has ${Math.ceil(content.length / 1024)} KiB, more than the ${MAX_MANIFEST_BYTES / 1024} KiB that Orrery reads at once (a limit of Orrery; a real cluster accepts requests up to 3 MiB each). Split it into several files.`,
    );
  }
  const lines = new LineCounter();
  // YAML 1.1, as go-yaml reads it ("yes" is a boolean); of a key given twice the last counts, as for kubectl. Aliases are expanded at most a hundredfold: more is a bomb, not a manifest.
  const parsed = parseAllDocuments(content, { version: '1.1', lineCounter: lines, prettyErrors: false, merge: true, strict: true, uniqueKeys: false, logLevel: 'error' });
  const documents = Array.isArray(parsed) ? parsed : [];
  if (documents.length > MAX_DOCUMENTS) throw new Failure(`error: ${source} has more than ${MAX_DOCUMENTS} documents, more than Orrery reads at once. Split it into several files.`);
  const values: Json[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) {
      // go-yaml leaves the number out on the first line; here the place is always named.
      const { line } = lines.linePos(place(content, error.code, error.pos[0]));
      throw new Failure(`error: error parsing ${source}: error converting YAML to JSON: yaml: line ${Math.max(1, line)}: ${/[[{,]$/.test(content.trimEnd()) ? 'did not find expected node content' : wording(error.code, error.message)}`);
    }
    let value: Json;
    try {
      value = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null)) as Json;
    } catch (failure) {
      const why = failure instanceof Error && /alias/i.test(failure.message) ? 'yaml: document contains excessive aliasing' : 'yaml: the document cannot be represented as JSON';
      throw new Failure(`error: error parsing ${source}: error converting YAML to JSON: ${why}`);
    }
    if (value === null) continue;
    if (deepest(value, 0) > MAX_DEPTH) throw new Failure(`error: error parsing ${source}: the document is nested more than ${MAX_DEPTH} levels deep, deeper than any Kubernetes object and more than Orrery reads`);
    values.push(value);
  }
  return values;
}

/** The files of -f, in order. */
export function sources(context: Context): { readonly source: string; readonly content: string }[] {
  return raws(context.flags, 'filename').flatMap((value) => value.split(',')).flatMap((path) => {
    if (path === '-') return [{ source: 'STDIN', content: context.input.stdin ?? '' }];
    if (/^https?:\/\//.test(path)) throw new Failure(`error: ${path} cannot be read: Orrery has no network. Open it in a browser, copy the text, and paste it after "kubectl apply -f - <<EOF" or into a file.`);
    const content = fileAt(context.input, path);
    if (content !== undefined) return [{ source: path, content }];
    const inside = filesIn(context.input, path, truth(context.flags, 'recursive'));
    const readable = inside.filter((name) => /\.(?:ya?ml|json)$/.test(name));
    if (inside.length === 0) throw new Failure(`error: the path "${path}" does not exist`);
    if (readable.length === 0) throw new Failure(`error: error reading [${path}]: recognized file extensions are [.json .yaml .yml]`);
    return readable.map((name) => ({ source: name, content: context.input.files[name]! }));
  });
}

const items = (value: Json): readonly Json[] => {
  const kind = field(value, 'kind');
  const list = field(value, 'items');
  return typeof kind === 'string' && kind.endsWith('List') && isList(list) ? list.flatMap(items) : [value];
};

/** The objects of the manifests, each with its kind found and its namespace settled; what cannot be read is a problem, and the rest is still there. */
export function* manifests(context: Context): Run<{ readonly found: readonly Manifest[]; readonly problems: readonly Problem[] }> {
  const found: Manifest[] = [];
  const problems: Problem[] = [];
  const validate = text(context.flags, 'validate') ?? 'strict';
  for (const { source, content } of sources(context)) {
    for (const value of parse(source, content).flatMap(items)) {
      const apiVersion = field(value, 'apiVersion');
      const kind = field(value, 'kind');
      const unset = [...(typeof apiVersion === 'string' && apiVersion !== '' ? [] : ['apiVersion not set']), ...(typeof kind === 'string' && kind !== '' ? [] : ['kind not set'])];
      const missing = !isTree(value) ? 'invalid object to validate' : unset.length === 0 ? undefined : unset.length === 1 ? unset[0] : `[${unset.join(', ')}]`;
      if (missing !== undefined || !isTree(value)) {
        problems.push({ message: validate === 'false' ? `unable to decode "${source}": ${missing ?? ''}` : `error validating "${source}": error validating data: ${missing ?? ''}; if you choose to ignore these errors, turn validation off with --validate=false` });
        continue;
      }
      const info = yield* resourceOfKind(context, String(kind), String(apiVersion));
      const metadata = field(value, 'metadata');
      const name = String(field(metadata, 'name') ?? field(metadata, 'generateName') ?? '');
      const namespace = String(field(metadata, 'namespace') ?? '');
      if (info === undefined) {
        problems.push({ message: `resource mapping not found for name: "${field(metadata, 'name') === undefined ? '' : name}" namespace: "${namespace}" from "${source}": no matches for kind "${String(kind)}" in version "${String(apiVersion)}"\nensure CRDs are installed first` });
        continue;
      }
      if (!info.namespaced) {
        found.push({ info, source, object: value });
      } else if (namespace !== '' && context.enforceNamespace && namespace !== context.namespace) {
        problems.push({ message: `the namespace from the provided object "${namespace}" does not match the namespace "${context.namespace}". You must pass '--namespace=${namespace}' to perform this operation.` });
      } else found.push({ info, source, object: namespace === '' ? withValue(value, ['metadata', 'namespace'], context.namespace) : value });
    }
  }
  return { found, problems };
}

/** A patch or a template given as text, JSON or YAML. */
export function parsePatch(content: string): Json {
  try {
    return JSON.parse(content) as Json;
  } catch {
    return (parse('patch', content)[0] ?? null);
  }
}
