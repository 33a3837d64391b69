/** An object as `kubectl get -o yaml` prints it, line by line, with the lines that differ from an earlier state of it. */
export interface YamlLine {
  readonly text: string;
  readonly changed: boolean;
}
type Map = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Map => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Words that YAML 1.1 would read as something else than text. */
const AMBIGUOUS = /^(?:|~|null|true|false|yes|no|on|off|y|n|[-+]?(?:\d[\d_]*)?(?:\.\d*)?(?:[eE][-+]?\d+)?|0x[\da-fA-F]+|[-+]?\.(?:inf|nan)|\d{4}-\d{2}-\d{2}.*|=|<<)$/i;
function scalar(value: unknown): string {
  if (typeof value !== 'string') return value === null || value === undefined ? 'null' : String(value);
  if (AMBIGUOUS.test(value) || /^[\s\-?:,[\]{}#&*!|>'"%@`]/.test(value) && !/^-[^\s]/.test(value) || /: |:$| #|\s$|[\u0000-\u001f]/.test(value)) return /['\\]|[\u0000-\u001f]/.test(value) ? JSON.stringify(value) : `"${value.replaceAll('"', '\\"')}"`;
  return value;
}
const sameJson = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
/** Items of lists are compared with the item of the same name, if they have one. */
const nameOf = (item: unknown): string | undefined => (isMap(item) ? ((item['type'] ?? item['name'] ?? item['key'] ?? item['uid']) as string | undefined) : undefined);

export function yamlLines(value: unknown, before: unknown): readonly YamlLine[] {
  const lines: YamlLine[] = [];
  const put = (text: string, changed: boolean): void => void lines.push({ text, changed });
  const comparing = before !== undefined;

  function entry(prefix: string, indent: string, item: unknown, old: unknown, isNew: boolean): void {
    if (isMap(item)) {
      if (Object.keys(item).length === 0) return put(`${prefix} {}`, comparing && (isNew || !sameJson(item, old)));
      put(prefix, comparing && isNew);
      map(item, isMap(old) ? old : undefined, `${indent}  `, isNew || (comparing && !isMap(old)));
    } else if (Array.isArray(item)) {
      if (item.length === 0) return put(`${prefix} []`, comparing && (isNew || !sameJson(item, old)));
      put(prefix, comparing && isNew);
      list(item, Array.isArray(old) ? old : [], indent, isNew);
    } else if (typeof item === 'string' && item.includes('\n')) {
      const changed = comparing && (isNew || item !== old);
      put(`${prefix} |${item.endsWith('\n') ? '' : '-'}`, changed);
      for (const line of item.replace(/\n$/, '').split('\n')) put(`${indent}  ${line}`, changed);
    } else put(`${prefix} ${scalar(item)}`, comparing && (isNew || !sameJson(item, old)));
  }
  function map(of: Map, old: Map | undefined, indent: string, isNew: boolean, first?: string): void {
    let lead = first;
    for (const key of Object.keys(of).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
      if (of[key] === undefined) continue;
      entry(`${lead ?? indent}${key}:`, indent, of[key], old?.[key], isNew || (comparing && old?.[key] === undefined));
      lead = undefined;
    }
  }
  function list(of: readonly unknown[], old: readonly unknown[], indent: string, isNew: boolean): void {
    for (const [i, item] of of.entries()) {
      const name = nameOf(item);
      const was = name === undefined ? old[i] : old.find((each) => nameOf(each) === name);
      const fresh = isNew || (comparing && was === undefined);
      if (isMap(item) && Object.keys(item).length > 0) map(item, isMap(was) ? was : undefined, `${indent}  `, fresh, `${indent}- `);
      else if (Array.isArray(item)) put(`${indent}- ${JSON.stringify(item)}`, comparing && (fresh || !sameJson(item, was)));
      else put(`${indent}- ${isMap(item) ? '{}' : scalar(item)}`, comparing && (fresh || !sameJson(item, was)));
    }
  }
  if (isMap(value)) map(value, isMap(before) ? before : undefined, '', false);
  return lines;
}
