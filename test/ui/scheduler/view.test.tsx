// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { newEngine } from '../../../src/ui/link/engine.ts';
import type { WorkerLike } from '../../../src/ui/link/link.ts';
import * as later from '../../../src/ui/link/later.ts';
import { newParts } from '../../../src/ui/link/parts.ts';
import type { Tell } from '../../../src/ui/link/protocol.ts';
import { en } from '../../../src/ui/i18n/en.ts';
import { zh } from '../../../src/ui/i18n/zh.ts';
import SchedulerView from '../../../src/ui/scheduler/SchedulerView.tsx';
import { SessionContext } from '../../../src/ui/session/react.ts';
import { newSession, type Session, type SessionState } from '../../../src/ui/session/session.ts';
import { crafted, preempting } from '../../e2e/crafted.ts';

afterEach(cleanup);
// The machine may be busy: what comes is waited for.
configure({ asyncUtilTimeout: 20_000 });

/** The engine in the same thread. */
function make(): WorkerLike {
  const worker: WorkerLike = { postMessage: () => undefined, onmessage: null, onerror: null, terminate: () => undefined };
  const engine = newEngine(newParts({ tell: (data: Tell) => void setTimeout(() => worker.onmessage?.({ data: structuredClone(data) }), 0), clock: () => 0, breathe: () => new Promise((resolve) => setTimeout(resolve, 0)) }, () => later));
  worker.postMessage = ({ id, ask }) => void engine.ask(id, ask);
  return worker;
}
async function open(hash: string, language: 'en' | 'zh' = 'en'): Promise<Session> {
  const session = newSession({ makeWorker: make, words: language === 'zh' ? zh : en, loadWords: (wanted) => Promise.resolve(wanted === 'zh' ? zh : en), hash, languages: [language], prefersDark: () => false, reducedMotion: () => true });
  await until(session, ({ phase, still }) => phase === 'ready' && still !== undefined);
  return session;
}
const until = (session: Session, fit: (state: SessionState) => boolean): Promise<void> =>
  new Promise((resolve) => {
    if (fit(session.get())) return resolve();
    const stop = session.subscribe(() => {
      if (!fit(session.get())) return;
      stop();
      resolve();
    });
  });
async function show(session: Session, props: { readonly pod?: string; readonly step?: number } = {}): Promise<void> {
  await act(async () => {
    render(<SessionContext value={session}><SchedulerView {...props} /></SessionContext>);
    await Promise.resolve();
  });
}
const press = (key: string): void => void fireEvent.keyDown(document.body, { key });
const violations = async (): Promise<readonly string[]> =>
  (await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } })).violations.map((violation) => `${violation.id}: ${violation.nodes.map((each) => each.html).join(' ')}`);

describe('the scheduler’s view', () => {
  it('shows a tie as a tie, and what chance drew', async () => {
    const it = crafted();
    it.wait(7);
    await show(await open(it.link()));
    // Three empty machines, alike: the first Pod of the Deployment is drawn by lot.
    const picker = (await screen.findAllByRole('combobox'))[0] as HTMLSelectElement;
    const first = [...picker.options].at(-1)!.value;
    fireEvent.change(picker, { target: { value: first } });
    await screen.findByRole('gridcell', { name: /the total \d+ by lot of 3/ });
    expect(screen.getAllByRole('gridcell', { name: /the total \d+ tied, 3/ })).toHaveLength(2);
    press('End');
    for (let i = 0; i < 12; i++) press('ArrowRight');
    expect(screen.getByText(/are equal: drawn by lot among 3\./)).toBeTruthy();
    await waitFor(() => expect(screen.getAllByRole('switch').length).toBeGreaterThan(2));
    expect(await violations()).toEqual([]);
  });

  it('before anything was decided says so', async () => {
    await show(await open(''));
    await screen.findByText('The scheduler has decided nothing yet. Play, or step to a decision.');
    expect(screen.getByText('Nobody waits at this moment.')).toBeTruthy();
    expect(await violations()).toEqual([]);
  });

  it('a Pod behind a gate has not been tried, and the queue says what opens it', async () => {
    await show(await open(preempting().link()), { pod: 'default/gated' });
    await screen.findByText('gated has not been tried yet.');
    const gated = screen.getByRole('region', { name: 'gated' });
    expect(within(gated).getByText('waiting for scheduling gates: [example.com/wait]')).toBeTruthy();
    expect(within(gated).getByText('Back when its gates are lifted.')).toBeTruthy();
  });

  it('speaks Chinese: phases, verdicts, sentences and what would be enough', async () => {
    const it = crafted();
    it.wait(7);
    it.pod('huge', { cpu: '9' });
    it.wait(2);
    const session = await open(it.link(), 'zh');
    await show(session, { pod: 'default/huge' });
    await screen.findByText('等待 → 过滤');
    expect(screen.getByText('状态 → 运行')).toBeTruthy();
    await screen.findAllByText(/^node-1 出局：请求 9 核 CPU/);
    await screen.findByText('最小的改变');
    expect(screen.getByText('3 个节点都不能接收它。')).toBeTruthy();
    expect(await violations()).toEqual([]);
  });

  it('letters do nothing when they are switched off; arrows and Enter always do', async () => {
    const it = crafted();
    it.wait(7);
    const session = await open(it.link());
    session.setLetters(false);
    await show(session);
    await screen.findByRole('grid');
    press('h');
    expect(screen.queryByText(/Which node will it be/)).toBeNull();
    const before = screen.getByRole('slider').getAttribute('aria-valuetext');
    press('Enter');
    expect(screen.getByRole('slider').getAttribute('aria-valuetext')).not.toBe(before);
    act(() => session.setLetters(true));
    press('h');
    expect(await screen.findByText(/Which node will it be/)).toBeTruthy();
    press('Escape');
    press('Escape');
    expect(session.get().dialog).toBeUndefined();
  });

  it('a branch that never happened: changing one thing leaves the digest as it was', async () => {
    const it = crafted();
    it.wait(7);
    it.pod('huge', { cpu: '9' });
    it.wait(2);
    const session = await open(it.link());
    const { digest } = session.get().still!;
    await show(session, { pod: 'default/huge' });
    const [first] = await screen.findAllByRole('switch');
    fireEvent.click(first!);
    await screen.findAllByText('would win');
    press('s');
    expect(screen.getAllByRole('table')).toHaveLength(2);
    expect(session.get().still!.digest).toBe(digest);
  });
});
