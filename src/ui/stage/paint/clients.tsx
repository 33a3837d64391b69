import { memo, type ReactElement } from 'react';
import type { StageMessages } from '../../i18n/stage.en.ts';
import { Glyph, PodGlyph } from '../glyphs.tsx';
import type { CellScene, ControllersScene, SchedulerScene, YouScene } from '../layout/clients.ts';
import { sansWidth } from '../measure.ts';
import type { ControllerState } from '../model.ts';

const TONES = { command: 'b5', answer: 'i2', refusal: 't-fail', prompt: 'i3' } as const;

export const You = memo(function You({ scene, words }: { readonly scene: YouScene; readonly words: StageMessages }): ReactElement {
  const { box } = scene;
  return (
    <g>
      <rect {...rect(box)} rx="8" className="box" />
      <text x={box.x + 14} y={box.y + 24} className="s13 b">{words.you}</text>
      <text x={box.x + 14 + sansWidth(words.you, 13, 600) + 6} y={box.y + 24} className="s12 i3">kubectl</text>
      {scene.lines.map((line, i) => (
        <text key={i} x={line.x} y={line.y} className={`m s11 pre ${TONES[line.tone]}`}>{line.text}</text>
      ))}
    </g>
  );
});

const CELLS: Readonly<Record<ControllerState, { readonly box: string; readonly text: string }>> = {
  idle: { box: 'cell quiet', text: 'i3' },
  watching: { box: 'cell on', text: '' },
  working: { box: 'cell hot', text: 't-brass b5' },
  alarm: { box: 'cell bad', text: 't-fail b5' },
  down: { box: 'cell gone', text: 't-fail gone' },
};

function Cell({ cell }: { readonly cell: CellScene }): ReactElement {
  const { x, y, w, h } = cell.box;
  const look = CELLS[cell.state];
  return (
    <g>
      <rect x={x} y={y} width={w} height={h} rx="5" className={look.box} />
      <text x={x + 7} y={y + 17} className={`s115 ${look.text}`}>{cell.label}</text>
      {cell.wire !== undefined
        ? <Glyph name={cell.wire === 'cut' ? 'cut' : 'timer'} x={x + w - 16} y={y + 6.5} size={13} className={cell.wire === 'cut' ? 'k-fail' : 'k-brass'} />
        : cell.queue > 4
        ? <text x={x + w - 3} y={y + 9} className="s9 e b t-brass">{cell.queue}</text>
        : Array.from({ length: cell.queue }, (_, i) => <circle key={i} cx={x + 81 - i * 7} cy={y + 5.5} r="2.2" className={cell.state === 'alarm' ? 'f-fail' : 'f-brass'} />)}
    </g>
  );
}

export const Controllers = memo(function Controllers({ scene }: { readonly scene: ControllersScene }): ReactElement {
  const { box } = scene;
  return (
    <g>
      <rect {...rect(box)} rx="8" className="box" />
      <text x={box.x + 14} y={box.y + 24} className="s13 b">controller-manager</text>
      <text x={box.x + box.w - 14} y={box.y + 24} className={`s12 e ${scene.bad ? 't-fail' : 'i3'}`}>{scene.note}</text>
      {scene.cells.map((cell, i) => <Cell key={cell.name ?? `rest${i}`} cell={cell} />)}
    </g>
  );
});

const BAR = { x: 698, w: 80 } as const;

export const Scheduler = memo(function Scheduler({ scene }: { readonly scene: SchedulerScene }): ReactElement {
  const { box } = scene;
  return (
    <g>
      <rect {...rect(box)} rx="8" className={`box${scene.active ? ' chosen' : ''}${scene.down ? ' lost' : ''}`} />
      <text x={box.x + 14} y={box.y + 24} className={`s13 b${scene.down ? ' t-fail' : ''}`}>scheduler</text>
      <text x={scene.waiting.length > 0 ? scene.waitingX : box.x + box.w - 14} y={box.y + 24} className={`s12 e ${scene.bad ? 't-fail' : 'i3'}`}>{scene.note}</text>
      {scene.waiting.map((pod) => <PodGlyph key={pod.key} cx={pod.x} cy={pod.y} r={5.5} look="pending" />)}
      {scene.waitingMore !== undefined && <text x={box.x + box.w - 12} y={box.y + 24} className="m s11 e t-brass">{scene.waitingMore}</text>}
      {scene.pod !== undefined && (
        <>
          <PodGlyph cx={scene.pod.x} cy={scene.pod.y} r={6.5} look="pending" />
          <text x={scene.pod.x + 14} y={scene.pod.y + 4} className="m s12">{scene.pod.name}</text>
        </>
      )}
      {scene.bars.map((bar) => (
        <g key={bar.y}>
          <text x={box.x + 14} y={bar.y + 11} className={`s12 ${bar.chosen ? 'b' : 'i2'}`}>{bar.node}</text>
          <rect x={BAR.x} y={bar.y + 1} width={BAR.w} height="12" rx="2" className="bar" />
          <rect x={BAR.x} y={bar.y + 1} width={BAR.w * bar.share} height="12" rx="2" fill={bar.chosen ? 'var(--brass-fill)' : 'var(--edge)'} />
          <text x={box.x + box.w - 12} y={bar.y + 11} className={`m s12 e ${bar.chosen ? 't-brass b5' : 'i2'}`}>{bar.total}</text>
        </g>
      ))}
      {scene.lines.map((line) => <text key={line.y} x={line.x} y={line.y} className="s12 i2">{line.text}</text>)}
    </g>
  );
});

export const rect = (box: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }): { x: number; y: number; width: number; height: number } => ({ x: box.x, y: box.y, width: box.w, height: box.h });
