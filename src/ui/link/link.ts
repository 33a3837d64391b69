import type { Answer, Ask, LinkError, Still, Tell } from './protocol.ts';

/** What the page needs of a Worker; tests give one that runs in the same thread. */
export interface WorkerLike {
  postMessage(message: { readonly id: number; readonly ask: Ask }): void;
  onmessage: ((event: { readonly data: Tell }) => void) | null;
  onerror: ((event: { readonly message?: string; preventDefault?: () => void }) => void) | null;
  terminate(): void;
}
export interface LinkEvents {
  readonly still: (still: Still, forAsk: number) => void;
  readonly shell: (line: Extract<Tell, { readonly type: 'shell' }>) => void;
  /** The worker died, or the engine failed within. */
  readonly stopped: (message: string) => void;
}
export class Refused extends Error {
  constructor(readonly error: LinkError) {
    super(error.code);
  }
}

export interface Link {
  /** Rejects with `Refused`. */
  readonly ask: (ask: Ask) => Promise<Answer>;
  /** A new worker in place of a dead one; nothing is open in it. */
  readonly restart: () => void;
  readonly close: () => void;
}

/** The page's side: every ask is numbered, and its answer finds it. */
export function newLink(make: () => WorkerLike, events: LinkEvents): Link {
  let next = 1;
  let worker: WorkerLike;
  let open = new Map<number, { readonly resolve: (answer: Answer) => void; readonly reject: (error: Refused) => void }>();

  function start(): void {
    worker = make();
    worker.onmessage = ({ data }) => {
      switch (data.type) {
        case 'answer':
          open.get(data.id)?.resolve(data.value);
          open.delete(data.id);
          break;
        case 'refused':
          open.get(data.id)?.reject(new Refused(data.error));
          open.delete(data.id);
          if (data.error.code === 'link.stopped') stop(String(data.error.args['message'] ?? ''));
          break;
        case 'still':
          events.still(data.still, next - 1);
          break;
        case 'shell':
          events.shell(data);
          break;
      }
    };
    worker.onerror = (event) => {
      event.preventDefault?.();
      stop(event.message ?? '');
    };
  }
  function stop(message: string): void {
    const lost = open;
    open = new Map();
    for (const { reject } of lost.values()) reject(new Refused({ code: 'link.stopped', args: { message } }));
    events.stopped(message);
  }
  start();
  return {
    ask: (ask) =>
      new Promise((resolve, reject) => {
        const id = next++;
        open.set(id, { resolve, reject });
        worker.postMessage({ id, ask });
      }),
    restart() {
      worker.terminate();
      open = new Map();
      start();
    },
    close: () => worker.terminate(),
  };
}
