import type { Container, Pod } from '../api/object.ts';
import type { Micros } from '../api/time.ts';
import { MILLISECOND, SECOND } from '../api/time.ts';
import { milliValue, parseQuantity } from '../api/quantity.ts';
import { repositoryName } from './images.ts';
import { readCommand, type FileChange } from './command.ts';

/**
 * What the program in a container does. This is the one place where Orrery says something that no API object says, so it is small and
 * written down here: well-known images have defaults (`IMAGES`), command lines are read a little (`command.ts`), and the annotation
 * `orrery.dev/behaviour` sets it for the containers of a Pod, by name:
 *
 *   orrery.dev/behaviour: '{"app": {"readyAfterSeconds": 3, "exitAfterSeconds": 20, "exitCode": 1}}'
 *
 * Nothing else in a manifest is special.
 */
export interface Behaviour {
  /** From the start of its process until it listens and its probes are answered. */
  readonly readyAfterMicros: Micros;
  /** Ends by itself. Absent: runs until it is stopped. */
  readonly exit?: { readonly afterMicros: Micros; readonly code: number };
  /** From SIGTERM to its end. */
  readonly stopMicros: Micros;
  readonly stopCode: number;
  /** Has no handler for SIGTERM: only SIGKILL ends it (137). */
  readonly ignoresTerm: boolean;
  /** From then on liveness and readiness probes fail, and requests are not answered: it hangs. */
  readonly unhealthyAfterMicros?: Micros;
  readonly cpuMilli: number;
  /** How long one answer takes. */
  readonly answerMicros: Micros;
  /** How many requests it answers at a time; the others wait. Absent: any number. */
  readonly workers?: number;
  /** Where it listens; absent: wherever it is asked. */
  readonly ports?: readonly number[];
  /** Answers 200 to these paths and 404 to others; absent: 200 to all. */
  readonly paths?: readonly string[];
  readonly files: readonly FileChange[];
  /** The image's own program is a shell or an interpreter: arguments alone are what it runs. */
  readonly entry?: true;
}

/** A program nobody knows: listens almost at once, runs until it is stopped, and stops when asked. */
const PROGRAM: Behaviour = { readyAfterMicros: 200 * MILLISECOND, stopMicros: 100 * MILLISECOND, stopCode: 0, ignoresTerm: false, cpuMilli: 20, answerMicros: 5 * MILLISECOND, files: [] };

const server = (port: number, readyAfterMicros: Micros, stopMicros: Micros, more: Partial<Behaviour> = {}): Behaviour => ({ ...PROGRAM, ports: [port], readyAfterMicros, stopMicros, ...more });
const job = (afterMicros: Micros, code = 0): Behaviour => ({ ...PROGRAM, entry: true, exit: { afterMicros, code } });

/** What an image's own program does, when the manifest gives no command. */
const IMAGES: Readonly<Record<string, Behaviour>> = {
  nginx: server(80, 60 * MILLISECOND, 80 * MILLISECOND, { answerMicros: 1 * MILLISECOND, paths: ['/', '/index.html', '/50x.html'] }),
  httpd: server(80, 120 * MILLISECOND, 100 * MILLISECOND, { answerMicros: 1 * MILLISECOND, paths: ['/', '/index.html'] }),
  redis: server(6379, 100 * MILLISECOND, 60 * MILLISECOND, { answerMicros: 300 }),
  memcached: server(11211, 50 * MILLISECOND, 30 * MILLISECOND, { answerMicros: 300 }),
  mysql: server(3306, 8 * SECOND, 1_500 * MILLISECOND, { cpuMilli: 60 }),
  mariadb: server(3306, 5 * SECOND, 1 * SECOND, { cpuMilli: 50 }),
  postgres: server(5432, 2 * SECOND, 250 * MILLISECOND, { cpuMilli: 40 }),
  mongo: server(27017, 2 * SECOND, 400 * MILLISECOND, { cpuMilli: 50 }),
  rabbitmq: server(5672, 9 * SECOND, 2 * SECOND, { cpuMilli: 80 }),
  wordpress: server(80, 1 * SECOND, 200 * MILLISECOND, { answerMicros: 40 * MILLISECOND }),
  tomcat: server(8080, 3 * SECOND, 500 * MILLISECOND, { cpuMilli: 60 }),
  pause: { ...PROGRAM, ports: [], readyAfterMicros: 5 * MILLISECOND, stopMicros: 5 * MILLISECOND, cpuMilli: 0 },
  agnhost: { ...PROGRAM, readyAfterMicros: 30 * MILLISECOND, stopMicros: 20 * MILLISECOND },
  'hello-world': job(30 * MILLISECOND),
  // Their program is a shell or an interpreter, which has nothing to read and ends.
  busybox: { ...job(0), ignoresTerm: true },
  alpine: { ...job(0), ignoresTerm: true },
  debian: { ...job(0), ignoresTerm: true },
  ubuntu: { ...job(0), ignoresTerm: true },
  centos: { ...job(0), ignoresTerm: true },
  perl: job(0),
  python: job(0),
  node: job(0),
};

/** Interpreters whose one-liners are batch work (the Job of the documentation computes pi in about 4 s). */
const BATCH: Readonly<Record<string, Micros>> = { perl: 4 * SECOND, python: 1 * SECOND, python3: 1 * SECOND };

export const BEHAVIOUR_ANNOTATION = 'orrery.dev/behaviour';

type Field = (value: unknown, into: { -readonly [K in keyof Behaviour]: Behaviour[K] }, all: Readonly<Record<string, unknown>>) => string | undefined;

const time = (set: (into: Parameters<Field>[1], micros: Micros) => void): Field => (value, into) => {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > 31_536_000) return 'must be a number of seconds, 0 or more';
  set(into, Math.round(value * SECOND));
  return undefined;
};

const FIELDS: Readonly<Record<string, Field>> = {
  readyAfterSeconds: time((into, micros) => (into.readyAfterMicros = micros)),
  exitAfterSeconds: time((into, micros) => (into.exit = { afterMicros: micros, code: into.exit?.code ?? 0 })),
  exitCode: (value, into, all) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 255) return 'must be a whole number from 0 to 255';
    if (all.exitAfterSeconds === undefined) return 'needs exitAfterSeconds';
    into.exit = { afterMicros: into.exit?.afterMicros ?? 0, code: value };
    return undefined;
  },
  stopSeconds: time((into, micros) => {
    into.stopMicros = micros;
    into.ignoresTerm = false;
  }),
  stopCode: (value, into) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 255) return 'must be a whole number from 0 to 255';
    into.stopCode = value;
    return undefined;
  },
  ignoresTerm: (value, into) => {
    if (typeof value !== 'boolean') return 'must be true or false';
    into.ignoresTerm = value;
    return undefined;
  },
  unhealthyAfterSeconds: time((into, micros) => (into.unhealthyAfterMicros = micros)),
  answerSeconds: time((into, micros) => (into.answerMicros = micros)),
  workers: (value, into) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 1_000) return 'must be a whole number from 1 to 1000';
    into.workers = value;
    return undefined;
  },
  cpu: (value, into) => {
    if (typeof value !== 'string' || parseQuantity(value) === undefined) return 'must be a quantity like "250m"';
    into.cpuMilli = milliValue(value);
    return undefined;
  },
  ports: (value, into) => {
    if (!Array.isArray(value) || value.some((port) => !Number.isInteger(port) || (port as number) < 1 || (port as number) > 65_535)) return 'must be a list of port numbers';
    into.ports = value as readonly number[];
    return undefined;
  },
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the annotation says about one container, or what is wrong with it, in words that name the place. */
function annotated(base: Behaviour, container: Container, text: string): Behaviour | { readonly problem: string } {
  const problem = (what: string): { readonly problem: string } => ({ problem: `annotation ${BEHAVIOUR_ANNOTATION}: ${what}` });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return problem('is not JSON');
  }
  if (!isRecord(parsed)) return problem('must be a map from container names to behaviours');
  const mine = Object.hasOwn(parsed, container.name) ? parsed[container.name] : undefined;
  if (mine === undefined) return base;
  if (!isRecord(mine)) return problem(`${container.name}: must be a map`);
  const into = { ...base };
  // A command that would end runs as long as the annotation wants.
  if (mine.exitAfterSeconds === undefined && mine.runs === true) delete (into as { exit?: unknown }).exit;
  for (const key of Object.keys(mine)) {
    if (key === 'runs') continue;
    const field = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
    if (field === undefined) return problem(`${container.name}.${key}: is not one of ${[...Object.keys(FIELDS), 'runs'].join(', ')}`);
    const wrong = field(mine[key], into, mine);
    if (wrong !== undefined) return problem(`${container.name}.${key}: ${wrong}`);
  }
  return into;
}

/** What the program of this container will do. Pure: the same container does the same each time it is started. */
export function behaviourOf(container: Container, pod: Pod): Behaviour | { readonly problem: string } {
  const own = IMAGES[repositoryName(container.image)];
  let base = own ?? PROGRAM;
  const { command, args } = container;
  const argv = command !== undefined && command.length > 0 ? [...command, ...(args ?? [])] : own?.exit !== undefined ? (args ?? []) : [];
  const run = readCommand(argv);
  if (run !== undefined) {
    const program = (argv[0] ?? '').slice((argv[0] ?? '').lastIndexOf('/') + 1);
    const batch = Object.hasOwn(BATCH, program) && argv.length > 1 && argv[1]!.startsWith('-') ? BATCH[program] : undefined;
    const ends = batch ?? run.endsAfterMicros;
    const { exit: _exit, paths: _paths, ...rest } = base;
    base = { ...rest, files: run.files, ignoresTerm: run.ignoresTerm, ...(ends === Infinity ? {} : { exit: { afterMicros: ends, code: run.code } }) };
    // A server started by a command of its own still listens where the manifest says.
    if (command !== undefined && command.length > 0) base = { ...base, ports: container.ports === undefined ? undefined : container.ports.map((port) => port.containerPort) };
  }
  const text = pod.metadata.annotations?.[BEHAVIOUR_ANNOTATION];
  return text === undefined ? base : annotated(base, container, text);
}

export const isProblem = (value: Behaviour | { readonly problem: string }): value is { readonly problem: string } => 'problem' in value;

/** Whether the annotation says what this container does. */
export function isAnnotated(pod: Pod, container: string): boolean {
  const text = pod.metadata.annotations?.[BEHAVIOUR_ANNOTATION];
  if (text === undefined) return false;
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) && Object.hasOwn(parsed, container);
  } catch {
    return false;
  }
}
