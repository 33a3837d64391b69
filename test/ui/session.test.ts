import { describe, expect, it } from 'vitest';
import { newEngine } from '../../src/ui/link/engine.ts';
import type { WorkerLike } from '../../src/ui/link/link.ts';
import { newParts } from '../../src/ui/link/parts.ts';
import * as later from '../../src/ui/link/later.ts';
import type { Tell } from '../../src/ui/link/protocol.ts';
import { newSession, type Session, type SessionState } from '../../src/ui/session/session.ts';
import { en } from '../../src/ui/i18n/en.ts';
import { zh } from '../../src/ui/i18n/zh.ts';

/** A worker in the same thread, which can be killed. */
function workers(): { readonly make: () => WorkerLike; readonly kill: () => void; readonly made: () => number } {
  let last: WorkerLike | undefined;
  let count = 0;
  return {
    make() {
      count++;
      let alive = true;
      const worker: WorkerLike = { postMessage: () => undefined, onmessage: null, onerror: null, terminate: () => (alive = false) };
      const tell = (data: Tell): void => void setTimeout(() => alive && worker.onmessage?.({ data: structuredClone(data) }), 0);
      const engine = newEngine(newParts({ tell, clock: () => performance.now(), breathe: () => new Promise((resolve) => setTimeout(resolve, 0)) }, () => later));
      worker.postMessage = ({ id, ask }) => void (alive && engine.ask(id, ask));
      last = worker;
      return worker;
    },
    kill() {
      last?.terminate();
      last?.onerror?.({ message: 'out of memory' });
    },
    made: () => count,
  };
}
function open(hash = ''): { readonly session: Session; readonly kill: () => void; readonly made: () => number; readonly until: (fit: (state: SessionState) => boolean) => Promise<void> } {
  const { make, kill, made } = workers();
  const session = newSession({ makeWorker: make, words: en, loadWords: (language) => Promise.resolve(language === 'zh' ? zh : en), hash, languages: ['en'], prefersDark: () => false, reducedMotion: () => true });
  return {
    session, kill, made,
    until: (fit) =>
      new Promise((resolve) => {
        if (fit(session.get())) return resolve();
        const stop = session.subscribe(() => {
          if (!fit(session.get())) return;
          stop();
          resolve();
        });
      }),
  };
}

describe('the session', () => {
  it('a worker that dies leaves the stage grey, and another goes on from the last recording', async () => {
    const { session, kill, made, until } = open();
    await until(({ phase }) => phase === 'ready');
    session.seek({ chapter: 'step10' });
    await until(({ still, busy }) => !busy && still?.tenSteps[9]?.step !== undefined);
    session.fault({ type: 'killNode', node: 'node-2' });
    await until(({ still }) => still?.inputs === 1);
    session.pause();
    await until(({ busy }) => !busy);
    // The recording is kept after the command was answered.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = session.get().still!;
    kill();
    expect(session.get().phase).toBe('stopped');
    session.restart();
    await until(({ phase, still, busy }) => phase === 'ready' && !busy && still?.inputs === 1 && still.steps >= before.steps);
    expect(made()).toBe(2);
    expect(session.get().still?.digest).toBe(before.digest);
  });

  it('a command starts the clock, unless the reader is stepping', async () => {
    const { session, until } = open();
    await until(({ phase }) => phase === 'ready');
    session.step('write');
    await until(({ still, busy }) => !busy && (still?.steps ?? 0) > 0);
    session.kubectl('kubectl cordon node-1');
    await until(({ still }) => still?.shellBusy === true || still?.inputs === 1);
    expect(session.get().playing).toBe(false);
    session.play();
    await until(({ playing }) => playing);
    session.pause();
    await until(({ busy }) => !busy);
    session.kubectl('kubectl uncordon node-1');
    await until(({ playing }) => playing);
    session.pause();
  });

  it('a line that only reads does not move the clock', async () => {
    const { session, until } = open();
    await until(({ phase }) => phase === 'ready');
    session.kubectl('kubectl get nodes');
    await until(({ shell }) => shell.some(({ text }) => text.includes('node-3')));
    expect(session.get().playing).toBe(false);
    expect(session.get().still?.steps).toBe(0);
  });

  it('speaks another language without a new start', async () => {
    const { session, until } = open();
    await until(({ phase }) => phase === 'ready');
    session.setLanguage('zh');
    await until(({ words, preferences }) => words.language === 'zh' && preferences.language === 'zh');
    expect(session.get().words.panels.dock.play).toBe('播放');
  });
});
