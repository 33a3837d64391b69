import type { IncomingMessage } from 'node:http';
import type { Status } from '../sim/api/request.ts';
import { isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { failure } from './door.ts';
import { decodeProtobuf, PROTOBUF } from './protobuf.ts';

/** What a real API server takes: 3 MiB (apiserver's MaxRequestBodyBytes). */
export const MOST_BYTES = 3 * 1024 * 1024;

/** The body of a request as text of JSON, so that duplicate fields reach the decoder that reports them; or why it is refused. */
export async function bodyOf(request: IncomingMessage, fieldValidation?: string | null): Promise<{ readonly text: string | undefined } | Status> {
  const chunks: Buffer[] = [];
  let size = 0;
  const tooLarge = failure(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) return tooLarge;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES) return tooLarge;
    chunks.push(chunk as Buffer);
  }
  if (size === 0) return { text: undefined };
  const bytes = Buffer.concat(chunks);
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim();
  if (type === PROTOBUF) {
    const decoded = decodeProtobuf(bytes);
    return 'error' in decoded ? failure(400, 'BadRequest', `the body of the request, in ${PROTOBUF}, cannot be read: ${decoded.error}`) : { text: JSON.stringify(decoded.value) };
  }
  if (type === 'application/cbor') return failure(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return failure(400, 'BadRequest', 'the body of the request is not valid UTF-8');
  }
  if (!type.endsWith('yaml') || text.trimStart().startsWith('{')) return { text };
  const lines = new LineCounter();
  const document = parseDocument(text, { uniqueKeys: false, lineCounter: lines });
  const error = document.errors[0];
  if (error !== undefined) return failure(400, 'BadRequest', `error decoding YAML: ${error.message.split('\n')[0]}`);
  const twice = duplicates(document, lines);
  if (twice.length > 0 && fieldValidation === 'Strict') return failure(400, 'BadRequest', `error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n${twice.map(({ line, key }) => `  line ${line}: key ${JSON.stringify(key)} already set in map`).join('\n')}`);
  try {
    // Aliases that grow into billions stop at a hundred.
    return { text: JSON.stringify(document.toJS({ maxAliasCount: 100 })) };
  } catch (thrown) {
    return failure(400, 'BadRequest', `error decoding YAML: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** Keys that a map has twice: the last counts, and strict validation refuses them by their lines. */
function duplicates(document: Document, lines: LineCounter): readonly { readonly line: number; readonly key: string }[] {
  const found: { readonly line: number; readonly key: string }[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) found.push({ line: lines.linePos(key.range?.[0] ?? 0).line, key: name });
        seen.add(name);
      }
    },
  });
  return found;
}
