/** What the worker loads when a line is first typed: one chunk. */
export { kubectl } from './kubectl.ts';
export { splitCommandLine } from './shell.ts';
export { complete, lacksMore, newTerminalState, promptOf, terminal } from './terminal.ts';
export type { TerminalState } from './terminal.ts';
