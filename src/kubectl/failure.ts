import type { Status } from '../sim/api/request.ts';
import { isTree } from './tree.ts';

/** What went wrong, as kubectl tells errors apart: a refusal of the server, or its own. */
export type Problem = { readonly status: Status } | { readonly message: string };

/** Ends a command: thrown inside it, printed once by `kubectl()`. */
export class Failure extends Error {
  readonly text: string;
  readonly code: number;
  constructor(text: string, code = 1) {
    super(text);
    this.text = text;
    this.code = code;
  }
}

/** A refusal that a caller may still look at (NotFound, Conflict, TooManyRequests). */
export class Refusal extends Failure {
  readonly status: Status;
  constructor(status: Status) {
    super(problemText({ status }));
    this.status = status;
  }
}

/** The server's status with "error when creating "STDIN": " before its message, as the resource builder's visitors do. */
export const sourced = (status: Status, doing: string, source: string | undefined): Status =>
  source === undefined ? status : { ...status, message: `error when ${doing} "${source}": ${status.message ?? ''}` };

/** kubectl's checkErr (pkg/cmd/util/helpers.go), for one error. */
export function problemText(problem: Problem): string {
  if ('message' in problem) return problem.message.startsWith('error: ') ? problem.message : `error: ${problem.message}`;
  const { status } = problem;
  const { details } = status;
  if (status.reason === 'Invalid') {
    if (details === undefined) return `The request is invalid${status.message === undefined ? '' : `: ${status.message}`}`;
    const causes = [...new Set((details.causes ?? []).map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`))];
    let head = 'The request is invalid';
    if (details.kind !== undefined || details.name !== undefined) head = `The ${details.kind ?? ''} "${details.name ?? ''}" is invalid`;
    else if (status.message !== undefined && causes.length === 0) head += `: ${status.message}`;
    if (causes.length === 0) return head;
    return causes.length === 1 ? `${head}: ${causes[0]!}` : `${head}: \n${causes.map((cause) => `* ${cause}`).join('\n')}`;
  }
  return status.reason === undefined || status.reason === '' ? `Error from server: ${status.message ?? ''}` : `Error from server (${status.reason}): ${status.message ?? ''}`;
}

/** Several errors: one a line, kubectl's own without the word "error". */
export const problemsText = (problems: readonly Problem[]): string =>
  problems.length === 1 ? problemText(problems[0]!) : problems.map((problem) => ('message' in problem ? problem.message : problemText(problem))).join('\n');

export const isStatus = (body: unknown): body is Status => isTree(body) && body.kind === 'Status';
