import { environment, type CelProblem } from './engine.ts';

/**
 * Why an expression is refused when it is stored, in cel-go's words as far as they are the same for everybody: a syntax error, a name that nobody
 * declared, a result of the wrong type. Functions that the engine does not know (Kubernetes' own libraries of quantities, addresses and the
 * authorizer) are let pass: what is not known cannot be judged.
 */
const EXPECTED = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
/** Names under which libraries of functions are called; the engine takes them for variables. */
const LIBRARIES = new Set(['sets', 'math', 'cel', 'optional', 'base64', 'ip', 'cidr', 'net', 'Object', 'JSONPatch', 'format', 'strings', 'regex', 'lists', 'jsonpatch', 'semver', 'url', 'quantity']);
/** Building a typed object ("Object{spec: ...}"), which the engine cannot read. */
const BUILT = /[A-Za-z_]\s*\{/;
const MACROS = /\.(?:transformMap|transformList|transformMapEntry|sortBy|all|exists|exists_one|existsOne)\s*\(/;

/** The faulty line with a mark below, as cel-go prints it. */
function shown(text: string, at: number, what: string): string {
  if (text === '') return `ERROR: <input>:1:0: ${what}`;
  const before = text.slice(0, at).split('\n');
  const line = before.length;
  const column = [...(before.at(-1) ?? '')].length;
  return `ERROR: <input>:${line}:${column + 1}: ${what}\n | ${text.split('\n')[line - 1] ?? ''}\n | ${'.'.repeat(column)}^`;
}

function syntax(problem: CelProblem, text: string): string {
  const unexpected = /^(?:Unexpected token: |Expected \w+, got )(\w+)/.exec(problem.message);
  if (unexpected?.[1] === 'EOF') return `Syntax error: mismatched input '<EOF>' expecting ${EXPECTED}`;
  const token = text.slice(problem.at, Math.max(problem.end, problem.at + 1));
  return problem.message.startsWith('Unexpected token') ? `Syntax error: mismatched input '${token}' expecting ${EXPECTED}` : `Syntax error: ${problem.message}`;
}

/** "compilation failed: ..." for what cannot be understood; undefined when nothing is found against it. `declared` are the variables there are. */
export function compilationFault(text: string, declared: readonly string[]): { readonly type?: string; readonly fault?: string } {
  const { type, problem } = environment(declared).check(text);
  if (problem === undefined) return type === undefined ? {} : { type };
  if (problem.kind === 'syntax') return text.includes('`') || BUILT.test(text) ? {} : { fault: `compilation failed: ${shown(text, problem.at, syntax(problem, text))}` };
  if (problem.unknown !== undefined && !LIBRARIES.has(problem.unknown) && !MACROS.test(text)) return { fault: `compilation failed: ${shown(text, problem.at, `undeclared reference to '${problem.unknown}' (in container '')`)}` };
  return {};
}

export function celFault(text: string, wants: readonly ('bool' | 'string' | 'any')[], declared: readonly string[]): string | undefined {
  const { type, fault } = compilationFault(text, declared);
  if (fault !== undefined) return fault;
  // What a policy's variables are is known upstream from their expressions, and here only when they are evaluated.
  if (type === 'dyn' && /\bvariables\s*\./.test(text)) return undefined;
  if (type === undefined || wants.includes('any') || (wants as readonly string[]).includes(type)) return undefined;
  return wants.length === 1 ? `must evaluate to ${wants[0] ?? ''} but got ${type}` : `must evaluate to one of [${wants.join(' ')}]`;
}
