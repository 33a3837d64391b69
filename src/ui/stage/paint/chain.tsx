import { memo, type ReactElement } from 'react';
import { Glyph, PodGlyph } from '../glyphs.tsx';
import type { ChainScene } from '../layout/chain.ts';
import { targetId } from '../model.ts';
import { rect } from './clients.tsx';

export const Chain = memo(function Chain({ scene, podsSelected, selected }: { readonly scene: ChainScene; readonly podsSelected: boolean; readonly selected: string | undefined }): ReactElement {
  return (
    <g>
      {scene.arrows.map((arrow) => <path key={arrow.from} d={`M${arrow.from + 3} ${arrow.y}H${arrow.to - 4}m-4-3.5 4 3.5-4 3.5`} className="arrow" />)}
      {scene.chips.map((chip) => {
        const { x, y } = chip.box;
        const id = targetId(chip.target);
        return chip.half ? (
          <g key={id}>
            <rect {...rect(chip.box)} rx="5" className={`cell on${id === selected ? ' picked' : ''}`} />
            <Glyph name={chip.glyph} x={x + 6} y={y + 3} size={12} className="k-ink" />
            <text x={x + 23} y={y + 13} className="m s11 b5">{chip.name}</text>
            <text x={x + chip.box.w - 7} y={y + 13} className="s11 e i2">{chip.detail}</text>
          </g>
        ) : (
          <g key={id}>
            <rect {...rect(chip.box)} rx="6" className={`cell on${id === selected ? ' picked' : ''}`} />
            <Glyph name={chip.glyph} x={x + 9} y={y + 10.5} size={17} className="k-ink" />
            <text x={x + 33} y={y + 16} className="m s12 b5">{chip.name}</text>
            <text x={x + 33} y={y + 31} className="s11 i2">{chip.detail}</text>
          </g>
        );
      })}
      {scene.podsBox !== undefined && <rect {...rect(scene.podsBox)} rx="6" className={`cell on${podsSelected ? ' picked' : ''}`} />}
      {scene.pods.map((pod) => (
        <g key={pod.key}>
          <g key={pod.look} className="phase"><PodGlyph cx={pod.x} cy={pod.y} r={pod.r} look={pod.look} /></g>
          {pod.label !== '' && <text x={pod.x} y={pod.y + 20} className={`m s11 c ${pod.focus ? 'b5' : 'i2'}`}>{pod.label}</text>}
        </g>
      ))}
      {scene.more !== undefined && <text x={scene.more.x} y={scene.more.y} className="m s11 e i2">{scene.more.text}</text>}
      {scene.empty !== undefined && <text x="98" y={scene.y + 24} className="s12 i3 said">{scene.empty}</text>}
    </g>
  );
});
