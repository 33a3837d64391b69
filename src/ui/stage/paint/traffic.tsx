import { memo, type ReactElement } from 'react';
import { Glyph } from '../glyphs.tsx';
import type { TrafficScene } from '../layout/traffic.ts';
import { rect } from './clients.tsx';

/** Answered is a low tick; whatever failed stands up, in vermilion, with the shape of its failure: refused a bar, timed out an open ring, no endpoints a cross. */
export const Traffic = memo(function Traffic({ scene, picked }: { readonly scene: TrafficScene; readonly picked: boolean }): ReactElement {
  const { box } = scene;
  const middle = box.y + box.h / 2;
  const base = middle + 4;
  return (
    <g>
      <rect {...rect(box)} rx="8" className={`box${picked ? ' chosen' : ''}`} />
      <Glyph name="traffic" x={box.x + 12} y={middle - 7.5} size={15} className="k-ink" />
      <text x={box.x + 36} y={base} className="s12 b5">{scene.title}</text>
      <path d={`M${scene.target.x - 22} ${middle}h14m-4-3.5 4 3.5-4 3.5`} className="arrow" />
      <text x={scene.target.x} y={base} className="m s12">{scene.target.text}</text>
      <text x={scene.rate.x} y={base} className="m s11 i3">{scene.rate.text}</text>
      {scene.ticks.map((tick) => (
        <g key={tick.id}>
          {tick.outcome === 'answered' ? <rect x={tick.x - 2} y={middle - 1} width="4" height="6" rx="1" fill="var(--run)" />
            : tick.outcome === 'refused' ? <rect x={tick.x - 2} y={middle - 7} width="4" height="12" rx="1" fill="var(--fail)" />
            : tick.outcome === 'timedOut' ? <circle cx={tick.x} cy={middle} r="3.6" fill="none" stroke="var(--fail)" strokeWidth="1.75" />
            : <path d={`M${tick.x - 3.4} ${middle - 3.4}l6.8 6.8m0-6.8l-6.8 6.8`} stroke="var(--fail)" strokeWidth="1.75" strokeLinecap="round" />}
          <title>{tick.title}</title>
        </g>
      ))}
      <text x={box.x + box.w - 14} y={base} className={`s12 e ${scene.bad ? 't-fail b5' : 'i2'}`}>{scene.note}</text>
    </g>
  );
});
