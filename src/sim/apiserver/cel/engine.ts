import { Environment } from '@marcbachmann/cel-js';

/**
 * The one place that knows the CEL engine. It is pure as long as no expression asks for the parts of a date in a time zone; nothing asks it for
 * the present time. Beyond CEL's standard it has a part of the strings library; `sets`, `quantity` and others of Kubernetes' own are not here.
 */
export interface CelProblem {
  readonly kind: 'syntax' | 'type';
  readonly message: string;
  readonly at: number;
  readonly end: number;
  /** A variable that nobody declared. */
  readonly unknown?: string;
}
export interface Checked {
  readonly type?: string;
  readonly problem?: CelProblem;
}
export type Evaluation = { readonly value: unknown } | { readonly error: string } | 'not evaluated';
export interface CelEnvironment {
  check(text: string): Checked;
  evaluate(text: string, variables: Readonly<Record<string, unknown>>): Evaluation;
}

interface Failure {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly range?: { readonly start: number; readonly end: number };
}
const firstLine = (text: string | undefined): string => (text ?? '').split('\n')[0] ?? '';

function problemOf(failure: Failure): CelProblem {
  const message = firstLine(failure.message);
  const unknown = /^Unknown variable: (\w+)$/.exec(message)?.[1];
  return { kind: failure.name === 'ParseError' ? 'syntax' : 'type', message, at: failure.range?.start ?? 0, end: failure.range?.end ?? 0, ...(unknown === undefined ? {} : { unknown }) };
}

// Invisible: environments by their variables, and what was parsed in them.
const environments = new Map<string, CelEnvironment>();
type Program = ((variables: Record<string, unknown>) => unknown) | CelProblem;

export function environment(declared: readonly string[]): CelEnvironment {
  const key = declared.join(',');
  const known = environments.get(key);
  if (known !== undefined) return known;
  const engine = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false, enableOptionalTypes: true });
  for (const name of declared) engine.registerVariable(name, 'dyn');
  // Of Kubernetes' library jsonpatch; policy/literals.ts spells its calls so.
  engine.registerFunction('jsonpatchEscapeKey(string): string', (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1'));
  const programs = new Map<string, Program>();
  const compiled = (text: string): Program => {
    let program = programs.get(text);
    if (program === undefined) {
      try {
        program = engine.parse(text) as unknown as Program;
      } catch (failure) {
        program = problemOf(failure as Failure);
      }
      if (programs.size > 1000) programs.clear();
      programs.set(text, program);
    }
    return program;
  };
  const made: CelEnvironment = {
    check(text) {
      try {
        const result = engine.check(text) as { readonly valid: boolean; readonly type?: string; readonly error?: Failure };
        if (result.valid) return result.type === undefined ? {} : { type: String(result.type) };
        return { problem: problemOf(result.error ?? {}) };
      } catch (failure) {
        return { problem: problemOf(failure as Failure) };
      }
    },
    evaluate(text, variables) {
      const program = compiled(text);
      if (typeof program !== 'function') return 'not evaluated';
      try {
        return { value: program(variables) };
      } catch (failure) {
        const message = firstLine((failure as Failure).message);
        // A function that the engine lacks is no fault of the object.
        return /no matching overload|Unknown variable|no such overload/.test(message) ? 'not evaluated' : { error: message.replace(/^No such key: /, 'no such key: ') };
      }
    },
  };
  environments.set(key, made);
  return made;
}
