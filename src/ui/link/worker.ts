/** The worker: the engine behind messages. It computes in slices, so that a newer ask is heard between two of them. */
import { newEngine } from './engine.ts';
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

const engine = newEngine(
  newParts({
    tell: (message: Tell) => self.postMessage(message),
    clock: () => performance.now(),
    breathe: () =>
      new Promise((resume) => {
        waiting.push(resume);
        channel.port2.postMessage(0);
      }),
  }),
);

self.onmessage = (event: MessageEvent<{ readonly id: number; readonly ask: Ask }>): void => {
  void engine.ask(event.data.id, event.data.ask);
};
