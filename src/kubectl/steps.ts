import type { Request, Response } from '../sim/api/request.ts';
import { USERS } from '../sim/api/request.ts';
import type { KubernetesObject } from '../sim/api/object.ts';
import type { Micros } from '../sim/api/time.ts';
import { Refusal } from './failure.ts';
import type { Flags } from './flags.ts';
import type { Resource } from './resources.ts';
import { isStatus } from './failure.ts';

export type Step =
  | { readonly request: Request }
  /** Waits for what happens to what is listed: resumed with the events since the request's resourceVersion, as soon as there are some. Undefined: whoever runs the line has no watches. */
  | { readonly watch: Request }
  | { readonly sleepMicros: number }
  | { readonly out: string }
  | { readonly err: string }
  /** A file of the terminal's own small disk. */
  | { readonly write: { readonly path: string; readonly text: string } }
  /** From now on lines are typed in a container, until `exit`. */
  | { readonly enter: Place }
  /** The screen is wiped. */
  | { readonly clear: true }
  /** Somebody is to change a text: resumed with the new one. */
  | { readonly edit: { readonly name: string; readonly text: string } };
/** What a step is resumed with: the answer to a request, or the edited text. */
export type Answer = Response | string | { readonly events: readonly WatchedEvent[] };

/** One event of a watch. */
export interface WatchedEvent {
  readonly type: string;
  readonly object: unknown;
}

export interface Place {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}
/** What programs in containers wrote to their disks, by the disk (a volume, or a container's own layer) and the path: kept by whoever runs the line. */
export type Disks = Map<string, Map<string, string>>;

export interface Input {
  /** Absent: what is written in a container is forgotten. */
  readonly disks?: Disks;
  /** Somebody types and looks: a shell in a container can be entered. */
  readonly terminal?: boolean;
  readonly stdin?: string;
  readonly files: Readonly<Record<string, string>>;
  /** Where relative paths begin; "/" when absent. */
  readonly folder?: string;
  /** Of the current context; "default" when absent. */
  readonly namespace?: string;
  readonly now: () => Micros;
}

/** A part of a command: it yields steps, is resumed with the answer to a request, and ends with a value. */
export type Run<T> = Generator<Step, T, Answer | undefined>;

/** What a running command knows: its own plain record, gone when it ends. */
export interface Context {
  readonly input: Input;
  readonly flags: Flags;
  /** The namespace that requests go to. */
  readonly namespace: string;
  /** Given by -n: a manifest that names another one is then refused. */
  readonly enforceNamespace: boolean;
  readonly warned: Set<string>;
  /** --as: on whose behalf requests are sent. */
  readonly identity?: { readonly user: string; readonly groups: readonly string[] };
  /** The custom kinds, once they were asked for. */
  readonly discovered: { custom?: readonly Resource[] };
}

export type DryRun = 'none' | 'client' | 'server';

/** Sends one request; a warning is printed once, a refusal returned like any answer. */
export function* send(context: Context, request: Omit<Request, 'user' | 'userAgent'>): Run<Response> {
  const response = yield { request: { user: USERS.admin, userAgent: 'kubectl', ...context.identity, ...request } };
  if (response === undefined || typeof response === 'string' || 'events' in response) throw new Error('a request step was resumed without its response');
  for (const warning of response.warnings ?? []) {
    if (context.warned.has(warning)) continue;
    context.warned.add(warning);
    yield { err: `Warning: ${warning}\n` };
  }
  return response;
}

/** Sends one request; a refusal is thrown. */
export function* call(context: Context, request: Omit<Request, 'user' | 'userAgent'>): Run<Response> {
  const response = yield* send(context, request);
  if (response.code >= 300 && isStatus(response.body)) throw new Refusal(response.body);
  return response;
}

export function* read(context: Context, path: string): Run<KubernetesObject> {
  return (yield* call(context, { method: 'GET', path })).body as KubernetesObject;
}
/** undefined: not found. Any other refusal is thrown. */
export function* readIfAny(context: Context, path: string): Run<KubernetesObject | undefined> {
  try {
    return yield* read(context, path);
  } catch (error) {
    if (error instanceof Refusal && error.status.reason === 'NotFound') return undefined;
    throw error;
  }
}
export function* list(context: Context, path: string, query: Readonly<Record<string, string>> = {}): Run<readonly KubernetesObject[]> {
  return (yield* listWithVersion(context, path, query)).items;
}
export function* listWithVersion(context: Context, path: string, query: Readonly<Record<string, string>> = {}): Run<{ readonly items: readonly KubernetesObject[]; readonly version: string }> {
  const { body } = yield* call(context, { method: 'GET', path, query });
  const { items, kind, apiVersion, metadata } = body as { readonly metadata?: { readonly resourceVersion?: string }; readonly items?: readonly KubernetesObject[]; readonly kind: string; readonly apiVersion: string };
  // Items of a typed list carry no kind of their own on the wire; the list's name says it.
  return { items: (items ?? []).map((item) => (item.kind === undefined ? { ...item, apiVersion, kind: kind.replace(/List$/, '') } : item)), version: metadata?.resourceVersion ?? '0' };
}

/** How often a waiting command looks again, where real kubectl watches: a wait ends up to that much later. */
export const POLL_MICROS = 500_000;
