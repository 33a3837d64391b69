// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newEngine } from '../../../src/ui/link/engine.ts';
import type { WorkerLike } from '../../../src/ui/link/link.ts';
import * as later from '../../../src/ui/link/later.ts';
import { newParts } from '../../../src/ui/link/parts.ts';
import type { Tell } from '../../../src/ui/link/protocol.ts';
import { en } from '../../../src/ui/i18n/en.ts';
import { zh } from '../../../src/ui/i18n/zh.ts';
import { compareEn } from '../../../src/ui/i18n/compare.en.ts';
import { compareZh } from '../../../src/ui/i18n/compare.zh.ts';
import { crossingEn } from '../../../src/ui/i18n/crossing.en.ts';
import { crossingZh } from '../../../src/ui/i18n/crossing.zh.ts';
import CompareView from '../../../src/ui/compare/CompareView.tsx';
import ExportDialog from '../../../src/ui/crossing/ExportDialog.tsx';
import ImportDialog from '../../../src/ui/crossing/ImportDialog.tsx';
import { SessionContext } from '../../../src/ui/session/react.ts';
import { newSession, type Session, type SessionState } from '../../../src/ui/session/session.ts';

afterEach(cleanup);
beforeAll(() => {
  // jsdom has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
});
// The machine may be busy: what comes is waited for.
configure({ asyncUtilTimeout: 20_000 });

/** The engine in the same thread. */
function make(): WorkerLike {
  const worker: WorkerLike = { postMessage: () => undefined, onmessage: null, onerror: null, terminate: () => undefined };
  const engine = newEngine(newParts({ tell: (data: Tell) => void setTimeout(() => worker.onmessage?.({ data: structuredClone(data) }), 0), clock: () => 0, breathe: () => new Promise((resolve) => setTimeout(resolve, 0)) }, () => later));
  worker.postMessage = ({ id, ask }) => void engine.ask(id, ask);
  return worker;
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
async function open(language: 'en' | 'zh' = 'en'): Promise<Session> {
  const session = newSession({ makeWorker: make, words: language === 'zh' ? zh : en, loadWords: (wanted) => Promise.resolve(wanted === 'zh' ? zh : en), hash: '', languages: [language], prefersDark: () => false, reducedMotion: () => true });
  await until(session, ({ phase, still }) => phase === 'ready' && still !== undefined);
  return session;
}
async function show(session: Session, what: 'import' | 'export' | 'compare'): Promise<void> {
  await act(async () => {
    render(<SessionContext value={session}>{what === 'import' ? <ImportDialog /> : what === 'export' ? <ExportDialog /> : <CompareView />}</SessionContext>);
    await Promise.resolve();
  });
}
const violations = async (): Promise<readonly string[]> =>
  (await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } })).violations.map((violation) => `${violation.id}: ${violation.nodes.map((each) => each.html).join(' ')}`);
const DEPLOYMENT = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: app, image: nginx}]}\n';

describe('words', () => {
  const places = (value: unknown, path = ''): readonly string[] => (typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, item]) => places(item, `${path}.${key}`)) : [path]);
  it.each([['crossing', crossingEn, crossingZh], ['compare', compareEn, compareZh]] as const)('%s has the same places in both languages', (_, there, here) => {
    expect(places(here)).toEqual(places(there));
  });
});

describe('import', () => {
  it('names what is taken, what is left and what is wrong; opens it; and the history can be rewound', async () => {
    const session = await open();
    await show(session, 'import');
    const field = await screen.findByRole('textbox');
    fireEvent.change(field, { target: { value: `${DEPLOYMENT}---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: Bad_Name}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: kube-system}\n---\napiVersion: extensions/v9\nkind: Gizmo\nmetadata: {name: g}\n---\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: old}\n` } });
    await screen.findByText('Taken: 1 object');
    expect(screen.getByText('Left behind: 2 objects')).toBeTruthy();
    expect(screen.getByText(/No such kind is known here/)).toBeTruthy();
    expect(screen.getByText('2 problems: these objects will be missing')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'line 13' }).parentElement?.textContent).toMatch(/ConfigMap default\/Bad_Name.*a lowercase RFC 1123 subdomain/);
    expect(screen.getByRole('button', { name: 'line 23' }).parentElement?.textContent).toMatch(/Deployment old.*no matches for kind "Deployment" in version "apps\/v1beta1".*apps\/v1$/);
    expect(await violations()).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Open in an empty cluster of 3 nodes' }));
    await until(session, ({ still }) => still?.scenario === 'sandbox');
    const { still } = session.get();
    expect(still?.inputs).toBe(1);
    expect(still?.model.chain?.deployment?.name).toBe('web');
    // The link that was promised: the same start, and nothing of what was refused.
    const link = await session.share('now');
    expect(link.length).toBeLessThan(2_000);
    session.seek({ at: 0 });
    await until(session, (state) => state.still?.at === 0 && !state.busy);
    expect(session.get().still?.model.chain).toBeUndefined();
    session.seek({ end: true });
    await until(session, (state) => state.still?.steps === still?.steps);
    expect(session.get().still?.digest).toBe(still?.digest);
  });

  it('kinds that the dump defines itself are created after their definition', async () => {
    const session = await open();
    const summary = await session.readDump(`apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one, namespace: default}\nspec: {size: 3}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}}]\n`);
    expect(summary?.problems).toEqual([]);
    expect(summary?.taken.map(({ kind }) => kind)).toEqual(['CustomResourceDefinition', 'Widget']);
  });

  it('says plainly when a start is too large for a link', async () => {
    const session = await open();
    // Noise does not deflate.
    let seed = 7;
    const noise = (): string => Array.from({ length: 700 }, () => ((seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) >>> 12) % 36).map((digit) => digit.toString(36)).join('');
    const big = Array.from({ length: 400 }, (_, i) => `- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c${i}}\n  data: {noise: "${noise()}"}\n`).join('');
    const summary = await session.readDump(`items:\n${big}kind: List\n`);
    expect(summary?.taken).toHaveLength(400);
    expect(summary?.link.fits).toBe('no');
    expect(crossingEn.into.link(summary!)).toMatch(/too large for a link .*cannot be shared/);
  });
});

describe('export', () => {
  it('manifests of the present, and the story as a script', async () => {
    const session = await open();
    session.seek({ chapter: 'step10' });
    await until(session, ({ still, busy }) => !busy && still?.tenSteps[9]?.step !== undefined);
    await show(session, 'export');
    const text = await screen.findByRole('region', { name: 'The text' });
    await waitFor(() => expect(text.textContent).toMatch(/kind: Deployment/));
    expect(text.textContent).not.toMatch(/uid:|status:|clusterIP:/);
    fireEvent.click(screen.getByRole('radio', { name: /KWOK/ }));
    await waitFor(() => expect(text.textContent).toMatch(/kwokctl create cluster/));
    expect(text.textContent).toMatch(/kubectl apply -f - <<'EOF'/);
    expect(await violations()).toEqual([]);
  });
});

describe('compare', () => {
  it.each(['en', 'zh'] as const)('%s: three replicas against one: the differences with their times, one clock, and the branch untouched', async (language) => {
    const session = await open(language);
    session.seek({ chapter: 'step10' });
    await until(session, ({ still, busy }) => !busy && still?.tenSteps[9]?.step !== undefined);
    session.seek({ at: 20_000_000 });
    await until(session, ({ still, busy }) => !busy && still?.at === 20_000_000);
    session.branch('kubectl scale deployment/nginx-deployment --replicas=1');
    await until(session, ({ still }) => still?.branch !== undefined && still.inputs === 1);
    await until(session, ({ still }) => still?.shellBusy === false);
    session.pause();
    // What was still on its way is there once a later ask is answered.
    await session.exportAs('manifests');
    await until(session, ({ playing, busy }) => !playing && !busy);
    const before = session.get().still?.digest;
    await show(session, 'compare');
    const words = language === 'en' ? compareEn : compareZh;
    const rows = async (): Promise<readonly HTMLElement[]> => (await screen.findAllByRole('table')).at(-1)!.querySelectorAll('tbody tr') as unknown as readonly HTMLElement[];
    const told = [...(await rows())].map((row) => row.textContent ?? '');
    expect(told.some((row) => row.includes(words.says({ code: 'replicas', kind: 'Deployment', key: 'default/nginx-deployment', n: 1 })) && row.includes(words.only(1)))).toBe(true);
    expect(told.filter((row) => row.includes(words.only(1))).length).toBeGreaterThanOrEqual(5);
    fireEvent.keyDown(document.body, { key: 'd' });
    await waitFor(() => expect(document.querySelector('tr[aria-current]')).not.toBeNull());
    const scale = screen.getByRole('slider', { name: words.scrub });
    fireEvent.change(scale, { target: { value: '60000000' } });
    // After a minute the branch has one Pod, and the story three.
    await waitFor(() => expect([...document.querySelectorAll('.cmpowners')].map((table) => table.textContent)).toEqual([expect.stringContaining('3/3'), expect.stringContaining('1/1')]));
    expect(document.querySelectorAll('.cmpnodes .differs, .cmpnodes li.differs').length).toBeGreaterThanOrEqual(4);
    fireEvent.keyDown(document.body, { key: 't' });
    expect(document.querySelector('.cmptwin')).not.toBeNull();
    expect(await violations()).toEqual([]);
    expect(session.get().still?.digest).toBe(before);
  });
});
