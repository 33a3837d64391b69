import { memo, type ReactElement } from 'react';
import type { StageMessages } from '../../i18n/stage.en.ts';
import type { PlateScene } from '../layout.ts';
import { rect } from './clients.tsx';

/** The API server encloses etcd: the only door. */
export const Plate = memo(function Plate({ scene, words }: { readonly scene: PlateScene; readonly words: StageMessages }): ReactElement {
  const { box } = scene;
  return (
    <g>
      <rect {...rect(box)} rx="10" className={`plate${scene.branch ? ' branch' : ''}${scene.down ? ' lost' : ''}`} />
      <text x={box.x + 16} y={box.y + 23} className={`s14 b${scene.down ? ' t-fail' : ''}`}>{words.apiServer}</text>
      {scene.phases.map((phase) => (
        <g key={phase.phase}>
          {phase.on && <rect x={phase.x + 1.5} y={box.y + 9} width={phase.w - 4} height="20" rx="10" className="cell hot" />}
          <text x={phase.x + 8} y={box.y + 23} className={`s12 ${phase.on ? 't-brass b5' : 'i3'}`}>{phase.text}</text>
          {phase.arrowX !== undefined && <path d={`M${phase.arrowX} ${box.y + 19}h8m-3-3 3 3-3 3`} className="arrow" />}
        </g>
      ))}
      <text x={box.x + box.w - 16} y={box.y + 23} className={`s12 e ${scene.down ? 't-fail b5' : scene.branch ? 't-watch b5' : 'i3'}`}>{scene.note}</text>
    </g>
  );
});
