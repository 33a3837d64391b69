import type { ContainerUsage, UsageReport } from '../api/metrics.ts';
import type { Pod } from '../api/object.ts';
import { SECOND, type Micros } from '../api/time.ts';
import type { Behaviour } from './behaviour.ts';
import { repositoryName } from './images.ts';

/**
 * What programs use: `cpu` of the model while they run, and a whole core for as long as each answer takes (`answerSeconds`). A program with
 * `workers` answers so many requests at a time, and the others wait: its response time grows with its load, as that of a real server does.
 * Simplified: CPU limits do not slow a program down, memory does not grow, and programs of one machine do not take CPU from each other.
 */
export interface Load {
  busyMicros: number;
  requests: number;
  responseMicros: number;
  /** When each of its workers will be free. */
  readonly free: Micros[];
}
interface Using {
  readonly behaviour: Behaviour;
  readonly image: string;
  readonly startedAt: Micros;
  readonly finishedAt: Micros | undefined;
  load?: Load;
}

/** Nobody is still listening to an answer that has waited longer (a client's patience): such a request is not taken. */
const PATIENCE: Micros = SECOND;

/** Takes a request: how long its answer takes from now on; undefined: its queue is too long, and it is dropped. */
export function takeRequest(program: Using, now: Micros): Micros | undefined {
  const load = (program.load ??= { busyMicros: 0, requests: 0, responseMicros: 0, free: [] });
  const { answerMicros, workers } = program.behaviour;
  let delay = answerMicros;
  if (workers !== undefined) {
    const { free } = load;
    let first = 0;
    if (free.length < workers) first = free.push(now) - 1;
    else for (let i = 1; i < free.length; i++) if (free[i]! < free[first]!) first = i;
    const begins = Math.max(now, free[first]!);
    if (begins - now > PATIENCE) {
      // What a client waited for in vain is seen as what it took.
      load.requests++;
      load.responseMicros += PATIENCE;
      return undefined;
    }
    free[first] = begins + answerMicros;
    delay += begins - now;
  }
  load.requests++;
  load.busyMicros += answerMicros;
  load.responseMicros += delay;
  return delay;
}

const MEBIBYTE = 1024 * 1024;
/** About what these programs hold when they have started; made up, like their times. */
const MEMORY: Readonly<Record<string, number>> = { nginx: 9, httpd: 12, redis: 8, memcached: 6, mysql: 380, mariadb: 110, postgres: 45, mongo: 160, rabbitmq: 130, wordpress: 70, tomcat: 160, pause: 1, busybox: 1, alpine: 1 };

/** What the programs of a machine have used so far. */
export function reportOf(node: string, sandboxes: Iterable<{ readonly pod: Pod; readonly containers: ReadonlyMap<string, Using> }>, now: Micros): UsageReport {
  const containers: ContainerUsage[] = [];
  for (const { pod, containers: programs } of sandboxes) {
    for (const [container, { behaviour, image, startedAt, finishedAt, load }] of programs) {
      if (finishedAt !== undefined || startedAt > now) continue;
      containers.push({
        namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name, container, startedAt,
        cpuMicros: Math.round(((now - startedAt) * behaviour.cpuMilli) / 1000) + (load?.busyMicros ?? 0),
        memoryBytes: (MEMORY[repositoryName(image)] ?? 16) * MEBIBYTE,
        requests: load?.requests ?? 0,
        responseMicros: load?.responseMicros ?? 0,
      });
    }
  }
  return Object.freeze({ node, at: now, containers: Object.freeze(containers) });
}
