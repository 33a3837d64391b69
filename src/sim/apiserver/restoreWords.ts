import { isType } from './schema.ts';

/**
 * A strategic merge patch is not decoded from text but restored from a map (runtime.DefaultUnstructuredConverter upstream), which
 * fails at the same places in other words. Given are the words of encoding/json.
 */
export function restoreWords(error: string): string {
  if (error.startsWith('illegal base64')) return `error decoding from json: ${error}`;
  // A moment reads itself, from JSON.
  const moment = /^json: cannot unmarshal (\S+)(?: \S+)? into Go struct field \S*(?:[tT]ime|[tT]imestamp|timeAdded|startedAt|finishedAt) of type string$/.exec(error);
  if (moment !== null) return `json: cannot unmarshal ${moment[1]} into Go value of type string`;
  const m = /^json: cannot unmarshal (\S+)(?: (\S+))? into Go .* of type (\S+)$/.exec(error);
  if (m === null) return error;
  const [, found = '', number, type = ''] = m;
  const kind = found === 'array' ? 'slice' : found === 'object' ? 'map' : found !== 'number' ? found : number !== undefined && !/^-?\d+$/.test(number) ? 'float64' : 'int64';
  if (type.startsWith('[]')) return `cannot restore slice from ${kind}`;
  if (type.startsWith('map[')) return `cannot restore map from ${kind}`;
  const name = type.slice(type.lastIndexOf('.') + 1);
  if (type.includes('.') && isType(name)) return `cannot restore struct from: ${kind}`;
  return found === 'number' && type !== 'bool' ? `cannot convert ${kind} to ${type}` : `unrecognized type: ${type.includes('.') ? 'string' : type}`;
}
