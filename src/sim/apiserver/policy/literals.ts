/**
 * The typed literals of mutating policies, `Object.spec{replicas: 3}` and `JSONPatch{op: "add", path: "/x"}`, as the maps that they stand for:
 * the engine has no messages. That the path of a type is the path of the field in which it stands is checked on the way, as upstream checks it
 * when the literal has been evaluated (pkg/cel/mutation/dynamic).
 */
export interface Literals {
  readonly text: string;
  /** A literal whose type is another than that of its place. */
  readonly mismatch?: string;
}

const NAME = /[A-Za-z0-9_]/;
const HEAD = /(?:Object(?:\s*\.\s*[A-Za-z_][A-Za-z0-9_]*)*|JSONPatch)\s*\{/y;
const FIELD = /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|`([^`]*)`)\s*:/y;

// Invisible: a text and what was made of it.
const known = new Map<string, Literals>();

export function withMaps(text: string): Literals {
  let made = known.get(text);
  if (made === undefined) {
    if (known.size > 1_000) known.clear();
    known.set(text, (made = rewritten(text)));
  }
  return made;
}

function rewritten(text: string): Literals {
  let at = 0;
  let mismatch: string | undefined;

  /** The end of the string or comment that begins here, or undefined when none does. */
  function opaque(): number | undefined {
    if (text.startsWith('//', at)) {
      const end = text.indexOf('\n', at);
      return end < 0 ? text.length : end;
    }
    const quote = text[at];
    if (quote !== '"' && quote !== "'") return undefined;
    const raw = /[rR]/.test(text[at - 1] ?? '') && !NAME.test(text[at - 2] ?? '');
    const fence = text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
    let i = at + fence.length;
    while (i < text.length && !text.startsWith(fence, i)) i += !raw && text[i] === '\\' ? 2 : 1;
    return Math.min(text.length, i + fence.length);
  }

  /** Copies up to a comma or a closing bracket of this level (or the end). `place` is where the value stands within the object. */
  function expression(place: string): string {
    let out = '';
    let open = 0;
    while (at < text.length) {
      const end = opaque();
      if (end !== undefined) {
        out += text.slice(at, end);
        at = end;
        continue;
      }
      const character = text[at]!;
      if (open === 0 && (character === ',' || character === '}' || character === ')' || character === ']')) return out;
      if (!NAME.test(text[at - 1] ?? '') && !/\.\s*$/.test(text.slice(Math.max(0, at - 3), at))) {
        HEAD.lastIndex = at;
        const head = HEAD.exec(text)?.[0];
        if (head !== undefined) {
          at += head.length;
          out += literal(head.replace(/[\s{]/g, ''), place);
          continue;
        }
      }
      if (character === '(' || character === '[' || character === '{') open++;
      else if (character === ')' || character === ']' || character === '}') open--;
      out += character;
      at++;
    }
    return out;
  }

  /** The fields of a literal, after its opening brace. */
  function literal(type: string, place: string): string {
    if (type !== 'JSONPatch' && type !== place && mismatch === undefined) mismatch = `unexpected type name "${type}", expected "${place}", which matches field name path from root Object type`;
    let out = '{';
    for (;;) {
      FIELD.lastIndex = at;
      const field = FIELD.exec(text);
      if (field === null) break;
      at += field[0].length;
      const name = field[1] ?? field[2]!;
      out += `${JSON.stringify(name)}:${expression(type === 'JSONPatch' ? 'Object' : `${type}.${name}`)}`;
      if (text[at] !== ',') break;
      out += ',';
      at++;
    }
    const rest = /\s*\}/y;
    rest.lastIndex = at;
    const close = rest.exec(text);
    if (close === null) return out;
    at += close[0].length;
    return `${out.replace(/,$/, '')}}`;
  }

  let out = '';
  while (at < text.length) {
    out += expression('Object');
    if (at < text.length) out += text[at++]!;
  }
  return { text: out.replace(/\bjsonpatch\.escapeKey\s*\(/g, 'jsonpatchEscapeKey('), ...(mismatch === undefined ? {} : { mismatch }) };
}
