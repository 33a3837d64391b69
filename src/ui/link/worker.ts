/** The worker: the engine behind messages. It computes in slices, so that a newer ask is heard between two of them. */
import { newEngine } from './engine.ts';
import { isFirst } from '../../sim/scenarios/index.ts';
import { newParts } from './parts.ts';
import type { Ask, Tell } from './protocol.ts';

/** Lets messages in: a task of its own, without the four milliseconds that timers are held back. */
const channel = new MessageChannel();
let waiting: (() => void)[] = [];
channel.port1.onmessage = () => {
  const due = waiting;
  waiting = [];
  for (const resume of due) resume();
};

let loaded: typeof import('./later.ts') | undefined;
const engine = newEngine(
  newParts({
    tell: (message: Tell) => self.postMessage(message),
    clock: () => performance.now(),
    breathe: () =>
      new Promise((resume) => {
        waiting.push(resume);
        channel.port2.postMessage(0);
      }),
  }, () => loaded),
);

/** What the first picture of one of the first scenarios does not need comes right after it, and before anything is played. */
let further: Promise<unknown> | undefined;
const needsFurther = (ask: Ask): boolean => ask.type !== 'open' || ask.recording !== undefined || !isFirst(ask.scenario);

self.onmessage = ({ data: { id, ask } }: MessageEvent<{ readonly id: number; readonly ask: Ask }>): void => {
  const ready = further !== undefined || needsFurther(ask);
  if (!ready) void engine.ask(id, ask);
  further ??= import('./later.ts').then((parts) => {
    loaded = parts;
  });
  if (ready)
    further.then(
      () => engine.ask(id, ask),
      (error: unknown) => {
        // The next ask tries again: the line may be back.
        further = undefined;
        self.postMessage({ type: 'refused', id, error: { code: 'link.stopped', args: { message: String(error) } } } satisfies Tell);
      },
    );
};
