// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { stageEn } from '../../src/ui/i18n/stage.en.ts';
import { stageZh } from '../../src/ui/i18n/stage.zh.ts';
import { GLYPH_NAMES, glyphOfKind, Sprite } from '../../src/ui/stage/glyphs.tsx';
import type { StageModel } from '../../src/ui/stage/model.ts';
import { PodCard } from '../../src/ui/stage/PodCard.tsx';
import { ServiceCard } from '../../src/ui/stage/ServiceCard.tsx';
import { Stage } from '../../src/ui/stage/Stage.tsx';
import { podCardSample, serviceCardSample } from './samples.cards.ts';
import { deploySample, emptySample, failureSample, manyNodes, node, pod, rolloutSample } from './samples.ts';

afterEach(cleanup);
// jsdom has no canvas and says so at length.
HTMLCanvasElement.prototype.getContext = () => null;
const twin = (): HTMLElement => screen.getByRole('region', { name: 'The stage as text' });
const violations = async (container: Element): Promise<readonly string[]> =>
  // jsdom paints nothing, so contrast is measured elsewhere (stage.tokens) and in the browser; "region" is the page's.
  (await axe.run(container, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } })).violations.map((violation) => `${violation.id}: ${violation.nodes.map((each) => each.html).join(' ')}`);

describe('the twin', () => {
  it('says what the drawing shows', () => {
    render(<Stage model={failureSample} words={stageEn} />);
    const row = within(twin()).getByRole('row', { name: /node-2/ });
    expect(row.textContent).toContain('NotReady, power off');
    expect(row.textContent).toContain('42 s ago');
    expect(row.textContent).toContain('web-7d9-q2m5t, unknown, 4:59 left');
    expect(within(twin()).getByRole('button', { name: 'r149: Node node-2 changed' })).toBeTruthy();
    expect(twin().textContent).toContain('kubelet/node-2: 13 behind');
    expect(within(twin()).getByRole('button', { name: 'taint-eviction, working, 1 in its queue' })).toBeTruthy();
  });
  it('selects what the drawing selects', () => {
    const onSelect = vi.fn();
    render(<Stage model={deploySample} words={stageEn} onSelect={onSelect} />);
    fireEvent.click(within(twin()).getByRole('button', { name: 'node-2' }));
    fireEvent.click(within(twin()).getByRole('button', { name: 'r105: Pod default/web-7d9-4kx9p created' }));
    fireEvent.click(within(twin()).getByRole('button', { name: /^POST pods/ }));
    expect(onSelect.mock.calls.map(([target]) => target)).toEqual([{ on: 'object', kind: 'Node', key: 'node-2' }, { on: 'change', revision: 105 }, { on: 'message', id: 'm1' }]);
  });
  it('marks the selected thing as pressed', () => {
    render(<Stage model={deploySample} words={stageEn} />);
    expect(within(twin()).getAllByRole('button', { pressed: true }).map((button) => button.textContent)).toEqual(['Pod web-7d9-4kx9p, Pending, no node', 'web-7d9-4kx9p, chosen, not bound']);
  });
  it('hides the drawing from the accessibility tree, and is one tab stop while it is unseen', () => {
    const { container } = render(<Stage model={deploySample} words={stageEn} />);
    expect(container.querySelector('.sheet')?.getAttribute('aria-hidden')).toBe('true');
    expect([...container.querySelectorAll<HTMLElement>('[tabindex="0"], button:not([tabindex="-1"])')].map((element) => element.className)).toEqual(['stage']);
  });
  it('speaks Chinese', () => {
    render(<Stage model={failureSample} words={stageZh} />);
    expect(screen.getByRole('region', { name: '舞台的文字版' }).textContent).toContain('未就绪');
  });
});

describe('pointing', () => {
  const at = (container: Element, id: string): Element => container.querySelector(`[data-target="${id}"]`)!;
  it('a click on a thing selects it, a click on the paper selects nothing', () => {
    const onSelect = vi.fn();
    const { container } = render(<Stage model={deploySample} words={stageEn} onSelect={onSelect} />);
    fireEvent.click(at(container, 'object:Pod:default/web-7d9-4kx9p'));
    fireEvent.click(at(container, 'process:controller/replicaset'));
    fireEvent.click(container.querySelector('svg.world')!);
    expect(onSelect.mock.calls.map(([target]) => target)).toEqual([{ on: 'object', kind: 'Pod', key: 'default/web-7d9-4kx9p' }, { on: 'process', process: 'controller/replicaset' }, undefined]);
  });
  it('while a verb looks for its target only valid ones answer', () => {
    const onSelect = vi.fn();
    const onVerbTarget = vi.fn();
    const { container } = render(<Stage model={rolloutSample} words={stageEn} onSelect={onSelect} onVerbTarget={onVerbTarget} />);
    fireEvent.click(at(container, 'object:Service:default/nginx'));
    fireEvent.click(at(container, 'object:Node:node-1'));
    expect(onVerbTarget.mock.calls.map(([target]) => target)).toEqual([{ on: 'object', kind: 'Node', key: 'node-1' }]);
    expect(onSelect).not.toHaveBeenCalled();
    expect(container.querySelectorAll('.box.valid')).toHaveLength(2);
  });
  it('a right click asks for the menu of the thing', () => {
    const onMenu = vi.fn();
    const { container } = render(<Stage model={deploySample} words={stageEn} onMenu={onMenu} />);
    fireEvent.contextMenu(at(container, 'object:Node:node-3'), { clientX: 7, clientY: 9 });
    expect(onMenu).toHaveBeenCalledWith({ on: 'object', kind: 'Node', key: 'node-3' }, { x: 7, y: 9 });
  });
});

describe('the keyboard', () => {
  it('walks from the selection with arrows and selects with Enter; the twin names where it is', () => {
    const onSelect = vi.fn();
    render(<Stage model={{ ...deploySample, selected: { on: 'change', revision: 105 } }} words={stageEn} onSelect={onSelect} />);
    const stage = screen.getByRole('group', { name: 'Stage' });
    stage.focus();
    fireEvent.keyDown(stage, { key: 'ArrowRight' });
    const active = (): string | null | undefined => document.getElementById(stage.getAttribute('aria-activedescendant') ?? '')?.textContent;
    expect(active()).toBe('r105: Pod default/web-7d9-4kx9p created');
    fireEvent.keyDown(stage, { key: 'ArrowRight' });
    expect(active()).toBe('r106: Pod default/web-7d9-q2m5t created');
    fireEvent.keyDown(stage, { key: 'ArrowUp' });
    expect(active()).toBe('API server');
    fireEvent.keyDown(stage, { key: 'Enter' });
    expect(onSelect).toHaveBeenCalledWith({ on: 'process', process: 'apiserver' });
  });
  it('leaves the page’s shortcuts alone', () => {
    const onKey = vi.fn();
    render(<div onKeyDown={onKey}><Stage model={deploySample} words={stageEn} /></div>);
    const stage = screen.getByRole('group', { name: 'Stage' });
    for (const key of [' ', '.', 'k', 'Escape']) fireEvent.keyDown(stage, { key });
    fireEvent.keyDown(stage, { key: 'ArrowRight' });
    expect(onKey).toHaveBeenCalledTimes(4);
  });
  it('every place that arrows reach has its button in the twin', () => {
    for (const model of [deploySample, failureSample, rolloutSample]) {
      const { container } = render(<Stage model={model} words={stageEn} />);
      const ids = new Set([...container.querySelectorAll('.twin button[id]')].map((button) => button.id.slice(button.id.indexOf('-') + 1)));
      const missing = [...container.querySelectorAll('[data-target]')].map((hit) => hit.getAttribute('data-target')!).filter((id) => !ids.has(id) && !(id.startsWith('change:') && Number(id.slice(7)) > model.revision));
      expect(missing).toEqual([]);
      cleanup();
    }
  });
});

describe('what others wrote is text', () => {
  const evil = '<img src=x onerror=alert(1)>';
  const model: StageModel = {
    ...deploySample,
    you: [{ text: evil, tone: 'command' }],
    nodes: [node(evil, { pods: [pod(evil, 'ready')] })],
    messages: deploySample.messages.map((message) => ({ ...message, label: evil })),
    strip: { ...deploySample.strip, marks: [{ id: 'm', afterRevision: 99, kind: 'command', text: evil }] },
  };
  it('on stage and in the twin', () => {
    const { container } = render(<Stage model={model} words={stageEn} />);
    expect(container.querySelector('img')).toBeNull();
    expect(twin().textContent).toContain(evil);
  });
});

describe('reduced motion', () => {
  it('shows a message as an arrow with its tag, and no canvas', () => {
    const { container } = render(<Stage model={deploySample} words={stageEn} reducedMotion />);
    expect(container.querySelector('canvas')).toBeNull();
    expect(container.querySelector('[data-share]')).not.toBeNull();
    expect(container.querySelector('.tag + text')?.textContent).toBe('POST pods/web-7d9-4kx9p/binding');
  });
  it('outlines what changed, for one step', () => {
    const { container, rerender } = render(<Stage model={deploySample} words={stageEn} reducedMotion />);
    expect(container.querySelectorAll('.hit.changed')).toHaveLength(0);
    const next: StageModel = { ...deploySample, nodes: deploySample.nodes.map((each) => (each.name === 'node-3' ? { ...each, ready: 'Unknown' } : each)) };
    rerender(<Stage model={next} words={stageEn} reducedMotion />);
    expect([...container.querySelectorAll('.hit.changed')].map((hit) => hit.getAttribute('data-target'))).toEqual(['object:Node:node-3']);
    rerender(<Stage model={{ ...next, now: next.now + 1 }} words={stageEn} reducedMotion />);
    expect(container.querySelectorAll('.hit.changed')).toHaveLength(0);
  });
});

describe('glyphs', () => {
  it('every kind has one that the sprite defines', () => {
    const { container } = render(<Sprite />);
    const defined = new Set([...container.querySelectorAll('symbol')].map((symbol) => symbol.id));
    expect(defined.size).toBe(GLYPH_NAMES.length);
    for (const kind of ['Pod', 'Deployment', 'Binding', 'PodDisruptionBudget', 'SomethingElse']) expect(defined.has(`g-${glyphOfKind(kind)}`), kind).toBe(true);
  });
  it('and every reference on stage is defined', () => {
    const { container } = render(<><Sprite /><Stage model={rolloutSample} words={stageEn} /></>);
    const defined = new Set([...container.querySelectorAll('symbol')].map((symbol) => `#${symbol.id}`));
    expect([...container.querySelectorAll('use')].map((use) => use.getAttribute('href')!).filter((href) => !defined.has(href))).toEqual([]);
  });
});

describe('cards', () => {
  it('a Pod opens: pause, init, sidecar, containers, layers, back-off', () => {
    render(<PodCard {...podCardSample} words={stageEn} />);
    const card = screen.getByRole('article', { name: 'Inside web-7d9-4kx9p' });
    expect(card.textContent).toContain('exit code 1 · 4 restarts · again in 48 s');
    expect(within(card).getByRole('list', { name: '1 of 3 layers' }).children).toHaveLength(3);
    expect(within(card).getByRole('list', { name: '2 of 2 layers' }).children[0]?.getAttribute('title')).toBe('sha256:bb, 30 MB, already there');
    expect(card.textContent).toContain('readiness passes');
  });
  it('a Service opens: rules of each node in both forms, requests newest first', () => {
    const onSelect = vi.fn();
    render(<ServiceCard {...serviceCardSample} words={stageEn} onSelect={onSelect} />);
    const card = screen.getByRole('article', { name: 'Inside web' });
    expect(card.textContent).toContain('<pending>');
    expect(card.querySelector('pre')?.textContent).toContain('--probability 0.33333333333');
    fireEvent.click(within(card).getByRole('button', { name: 'IPVS' }));
    fireEvent.change(within(card).getByRole('combobox'), { target: { value: 'node-3' } });
    expect(card.querySelector('pre')?.textContent).toContain('TCP  10.96.0.12:80 rr');
    expect(card.textContent).toContain('as of r151, 2 behind');
    fireEvent.click(within(card).getByRole('button', { name: 'web-7d9-q2m5t' }));
    expect(onSelect).toHaveBeenCalledWith({ on: 'object', kind: 'Pod', key: 'default/web-7d9-q2m5t' });
    expect(within(card).getAllByRole('listitem')[0]?.textContent).toContain('01:05.100');
  });
});

describe('axe finds nothing', () => {
  it.each([['deploy', deploySample], ['failure', failureSample], ['rollout', rolloutSample], ['empty', emptySample], ['ten nodes', manyNodes(10, 4)]] as const)('%s', async (_, model) => {
    const { container } = render(<Stage model={model} words={stageEn} />);
    expect(await violations(container)).toEqual([]);
  });
  it('in the twin on screen and in the cards', async () => {
    const { container } = render(<><Stage model={failureSample} words={stageZh} showTwin /><PodCard {...podCardSample} words={stageEn} /><ServiceCard {...serviceCardSample} words={stageEn} onSelect={() => undefined} /></>);
    expect(await violations(container)).toEqual([]);
  });
});
