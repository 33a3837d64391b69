import { isList, isTree, sortedKeys } from './tree.ts';

/** KYAML, the strict form of YAML that reads like JSON: braces, quotes round every text, a comma behind every value. */
const quote = (text: string): string => JSON.stringify(text);

function text(value: string, indent: string): string {
  if (!value.includes('\n')) return quote(value);
  const lines = value.split('\n');
  const ends = lines.at(-1) === '';
  const all = (ends ? lines.slice(0, -1) : lines).map((line, i, list) => `${indent}   ${quote(line).slice(1, -1)}${i < list.length - 1 || ends ? '\\n' : ''}\\\n`);
  return `"\\\n${all.join('')}${indent}  "`;
}

const KEY = /^[A-Za-z_][\w./-]*$/;
const WORDS = /^(?:y|yes|n|no|on|off|true|false|null)$/i;

function node(value: unknown, indent: string): string {
  if (typeof value === 'string') return text(value, indent);
  const inner = `${indent}  `;
  if (isList(value)) {
    if (value.length === 0) return '[]';
    if (value.every((one) => isTree(one) && Object.keys(one).length > 0)) return `[${value.map((one) => node(one, indent)).join(', ')}]`;
    return `[\n${value.map((one) => `${inner}${node(one, inner)},\n`).join('')}${indent}]`;
  }
  if (isTree(value)) {
    const keys = sortedKeys(value).filter((key) => value[key] !== undefined);
    if (keys.length === 0) return '{}';
    return `{\n${keys.map((key) => `${inner}${KEY.test(key) && !WORDS.test(key) ? key : quote(key)}: ${node(value[key], inner)},\n`).join('')}${indent}}`;
  }
  return String(value ?? null);
}

export const kyamlText = (value: unknown): string => `---\n${node(value, '')}\n`;
