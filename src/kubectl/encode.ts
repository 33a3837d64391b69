import { compactJson, goEscapes, inOrder } from '../sim/api/gojson.ts';
import type { Json } from '../sim/api/object.ts';
import { isList, isTree, sortedKeys } from './tree.ts';

export { compactJson };
export const indentedJson = (value: unknown): string => `${goEscapes(JSON.stringify(inOrder(value), undefined, 4))}\n`;

// ---- YAML as sigs.k8s.io/yaml writes it: keys in order, lists not indented, the literal style for texts of several lines, long ones folded

const BOOLEANS = /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE|null|Null|NULL|~|<<|=)?$/;
const NUMBERS = /^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))$|^\.(?:nan|NaN|NAN)$/;
const TIMES = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ])/;
const SPECIAL = /[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufeff\ud800-\udfff]/u;

const doubleQuoted = (text: string): string => JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

function scalar(text: string): string {
  if (BOOLEANS.test(text) || NUMBERS.test(text) || TIMES.test(text)) return doubleQuoted(text);
  if (SPECIAL.test(text) || /[\n\r\t\x85\u2028\u2029]/.test(text)) return doubleQuoted(text);
  const plain = !/^[-?:](?:\s|$)|^[,[\]{}#&*!|>'"%@`]/.test(text) && !/:(?:\s|$)|\s#/.test(text) && !/^\s|\s$/.test(text) && !/^(?:---|\.\.\.)/.test(text);
  return plain ? text : `'${text.replaceAll("'", "''")}'`;
}

function literal(text: string, indent: string): string {
  const chomping = !text.endsWith('\n') ? '-' : /^\n*$|\n\n$/.test(text) ? '+' : '';
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  return `|${hint}${chomping}\n${body.split('\n').map((line) => (line === '' ? '' : indent + line)).join('\n')}`;
}

/** A long text goes on in the next line at the first blank behind column 80, as go-yaml's emitter does it. */
function folded(text: string, column: number, indent: string): string {
  if (column + text.length <= 80) return text;
  let out = '';
  let at = column;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === ' ' && at > 80 && i > 0 && i < text.length - 1 && text[i - 1] !== ' ' && text[i + 1] !== ' ') {
      out += `\n${indent}`;
      at = indent.length;
    } else {
      out += c;
      at++;
    }
  }
  return out;
}

function node(value: unknown, indent: string, column: number): string {
  if (typeof value === 'string') {
    const block = value.includes('\n') && !SPECIAL.test(value) && !/[\t\r\x85\u2028\u2029]/.test(value) && !/ \n/.test(value) && !/ $/.test(value);
    return block ? ` ${literal(value, `${indent}  `)}` : ` ${folded(scalar(value), column, `${indent}  `)}`;
  }
  if (isList(value)) return value.length === 0 ? ' []' : `\n${list(value, indent)}`;
  if (isTree(value)) return Object.keys(value).length === 0 ? ' {}' : `\n${tree(value, `${indent}  `)}`;
  return ` ${String(value ?? 'null')}`;
}
function tree(value: { readonly [key: string]: Json }, indent: string): string {
  return sortedKeys(value).filter((key) => value[key] !== undefined).map((key) => `${indent}${scalar(key)}:${node(value[key], indent, indent.length + scalar(key).length + 2)}`).join('\n');
}
function list(value: readonly Json[], indent: string): string {
  return value
    .map((item) => {
      if (isTree(item) && Object.keys(item).length > 0) return `${indent}- ${tree(item, `${indent}  `).slice(indent.length + 2)}`;
      if (isList(item) && item.length > 0) return `${indent}- ${list(item, `${indent}  `).slice(indent.length + 2)}`;
      return `${indent}-${node(item, indent, indent.length + 2)}`;
    })
    .join('\n');
}

export function yamlText(value: unknown): string {
  if (isTree(value) && Object.keys(value).length > 0) return `${tree(value, '')}\n`;
  if (isList(value) && value.length > 0) return `${list(value, '')}\n`;
  return `${node(value, '', 0).slice(1)}\n`;
}
