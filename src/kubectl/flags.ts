import { Failure } from './failure.ts';
import { parseDuration } from './dates.ts';

export interface FlagSpec {
  readonly type: 'bool' | 'string' | 'strings' | 'int' | 'duration';
  readonly short?: string;
  /** The value when the flag is given without one (`--dry-run`). */
  readonly bare?: string;
}
export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

export interface Flags {
  readonly args: readonly string[];
  /** How many of `args` stood before `--`; undefined without it. */
  readonly dash: number | undefined;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

const string = (short?: string): FlagSpec => ({ type: 'string', short });
const strings = (short?: string): FlagSpec => ({ type: 'strings', short });
const bool = (short?: string): FlagSpec => ({ type: 'bool', short });
const int = (short?: string): FlagSpec => ({ type: 'int', short });
const duration: FlagSpec = { type: 'duration' };
export const kinds = { string, strings, bool, int, duration } as const;

export const GLOBAL: FlagSpecs = {
  namespace: string('n'), context: string(), cluster: string(), user: string(), kubeconfig: string(), server: string('s'), as: string(),
  'as-group': strings(), 'request-timeout': string(), v: int('v'), 'warnings-as-errors': bool(), help: bool('h'), 'as-uid': string(), 'as-user-extra': strings(), 'cache-dir': string(), 'certificate-authority': string(), 'client-certificate': string(), 'client-key': string(),
  'disable-compression': bool(), 'insecure-skip-tls-verify': bool(), kuberc: string(), 'log-flush-frequency': duration, 'match-server-version': bool(), password: string(), profile: string(), 'profile-output': string(), 'tls-server-name': string(), token: string(), username: string(), vmodule: string(),
};

const usage = (command: string, message: string): Failure => new Failure(`error: ${message}\nSee 'kubectl ${command} --help' for usage.`);

/** pflag's grammar: --name=value, --name value, -n value, -nvalue, joined short booleans, and `--`. */
export function parseFlags(command: string, words: readonly string[], own: FlagSpecs): Flags {
  const specs: FlagSpecs = { ...GLOBAL, ...own };
  const values = new Map<string, string[]>();
  const args: string[] = [];
  let dash: number | undefined;
  const store = (name: string, text: string): void => {
    const spec = specs[name]!;
    const shown = spec.short === undefined ? `--${name}` : `-${spec.short}, --${name}`;
    const invalid = (why: string): Failure => usage(command, `invalid argument "${text}" for "${shown}" flag: ${why}`);
    if (spec.type === 'bool' && !/^(?:1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/.test(text)) throw invalid(`strconv.ParseBool: parsing "${text}": invalid syntax`);
    if (spec.type === 'int' && !/^[-+]?\d+$/.test(text)) throw invalid(`strconv.ParseInt: parsing "${text}": invalid syntax`);
    if (spec.type === 'duration' && parseDuration(text) === undefined) throw invalid(`time: invalid duration "${text}"`);
    const had = spec.type === 'strings' ? (values.get(name) ?? []) : [];
    values.set(name, [...had, text]);
  };
  const byShort = new Map(Object.entries(specs).flatMap(([name, spec]) => (spec.short === undefined ? [] : [[spec.short, name] as const])));
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--') {
      dash = args.length;
      args.push(...words.slice(i + 1));
      break;
    }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
      if (spec === undefined) throw usage(command, `unknown flag: --${name}`);
      if (equals >= 0) store(name, word.slice(equals + 1));
      else if (spec.type === 'bool') store(name, 'true');
      else if (spec.bare !== undefined) store(name, spec.bare);
      else if (i + 1 < words.length) store(name, words[++i]!);
      else throw usage(command, `flag needs an argument: --${name}`);
    } else if (word.length > 1 && word.startsWith('-')) {
      for (let j = 1; j < word.length; j++) {
        const short = word[j]!;
        const name = byShort.get(short);
        if (name === undefined) throw usage(command, `unknown shorthand flag: '${short}' in ${word}`);
        const rest = word.slice(j + 1);
        if (rest.startsWith('=')) store(name, rest.slice(1));
        else if (specs[name]!.type === 'bool') {
          store(name, 'true');
          continue;
        } else if (rest !== '') store(name, rest);
        else if (specs[name]!.bare !== undefined) store(name, specs[name]!.bare!);
        else if (i + 1 < words.length) store(name, words[++i]!);
        else throw usage(command, `flag needs an argument: '${short}' in ${word}`);
        break;
      }
    } else args.push(word);
  }
  return { args, dash, values };
}

export const given = (flags: Flags, name: string): boolean => flags.values.has(name);
export const text = (flags: Flags, name: string): string | undefined => flags.values.get(name)?.at(-1);
/** A repeated flag, each of whose values may also be a list with commas. */
export const texts = (flags: Flags, name: string): readonly string[] => (flags.values.get(name) ?? []).flatMap((value) => value.split(',')).filter((value) => value !== '');
/** A repeated flag whose values are taken as they are. */
export const raws = (flags: Flags, name: string): readonly string[] => flags.values.get(name) ?? [];
export const truth = (flags: Flags, name: string, otherwise = false): boolean => {
  const value = text(flags, name);
  return value === undefined ? otherwise : /^(?:1|t|true)$/i.test(value);
};
export const number = (flags: Flags, name: string): number | undefined => {
  const value = text(flags, name);
  return value === undefined ? undefined : Number(value);
};
export const micros = (flags: Flags, name: string): number | undefined => {
  const value = text(flags, name);
  return value === undefined ? undefined : parseDuration(value);
};
