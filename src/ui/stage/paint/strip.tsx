import { memo, type ReactElement } from 'react';
import type { StageMessages } from '../../i18n/stage.en.ts';
import { TILE, TRAY, ZOOMS, type StripZoom } from '../geometry.ts';
import { Glyph, type GlyphName } from '../glyphs.tsx';
import type { FlagScene, GapScene, MarkScene, StripScene, TileScene } from '../layout/strip.ts';

const move = (x: number, y: number): { transform: string } => ({ transform: `translate(${x}px, ${y}px)` });

const Tile = memo(function Tile({ tile, y, zoom }: { readonly tile: TileScene; readonly y: number; readonly zoom: StripZoom }): ReactElement {
  const frame = `tile${tile.ghost ? ' ghost' : ''}${tile.hot ? ' hot' : ''}`;
  const ink = tile.ghost ? 'k-3' : tile.alarm ? 'k-fail' : 'k-ink';
  const { size } = ZOOMS[zoom];
  return (
    <g className="slide" style={move(tile.x, y)}>
      <g className="born">
        {zoom === 0 && (
          <>
            <rect width={TILE.size} height={TILE.size} rx="5" className={frame} />
            <Glyph name={tile.glyph} x={9.5} y={9.5} size={19} className={ink} />
            {!tile.ghost && <text x="34" y="11" className="s11 e b" style={{ fill: tile.alarm ? 'var(--fail)' : 'var(--ink-3)' }}>{tile.sign}</text>}
          </>
        )}
        {zoom === 1 && (
          <>
            <rect y="10" width={size} height={size} rx="3" className={frame} />
            <Glyph name={tile.glyph} x={3} y={13} size={12} className={ink} />
          </>
        )}
        {zoom === 2 && <rect y={tile.alarm || tile.hot ? 6 : 14} width={size} height={tile.alarm || tile.hot ? 32 : 24} rx="1" fill={tile.ghost ? 'none' : `var(--${tile.alarm ? 'fail' : tile.hot ? 'brass-fill' : 'edge'})`} stroke={tile.ghost ? 'var(--edge)' : 'none'} />}
        <text x={size / 2} y="50" className={`m c ${tile.caption.length > 6 ? 's10' : 's11'} ${tile.ghost ? 'i3' : 'i2'}`}>{zoom === 0 || tile.revision !== undefined ? tile.caption : ''}</text>
      </g>
    </g>
  );
});

const Gap = memo(function Gap({ gap, y, zoom }: { readonly gap: GapScene; readonly y: number; readonly zoom: StripZoom }): ReactElement {
  if (zoom === 2) return <g className="slide" style={move(gap.x, y)}><path d="M2 26h5l3-6 4 12 3-6h4" fill="none" stroke="var(--ink-3)" strokeWidth="1.25" strokeLinejoin="round" /></g>;
  return (
    <g className="slide" style={move(gap.x - (zoom === 0 ? 0 : 4), y)}>
      <path d="M3 19h15l3-6 5 12 5-12 3 6h17" fill="none" stroke="var(--ink-3)" strokeWidth="1.25" strokeLinejoin="round" />
      <text x="28" y="8" className="s12 b5 c i2">{gap.above}</text>
      <text x="28" y="38" className="s11 c i3">{gap.below}</text>
    </g>
  );
});

/** The pole stands on the boundary "seen up to here"; the cloth hangs over what was seen. */
const Flag = memo(function Flag({ flag, y }: { readonly flag: FlagScene; readonly y: number }): ReactElement {
  const late = flag.lag !== undefined || (flag.silent && flag.behind > 0);
  const colour = late ? 'brass' : 'ink-2';
  const pole = flag.side === 'above' ? 'M0 0V29' : 'M0 15V-14';
  return (
    <g className="slide flag" style={move(flag.x, y)}>
      <path d={pole} stroke={`var(--${colour})`} strokeWidth="1.25" />
      <path d={`M0 0h${-flag.width}l4 7.5l-4 7.5h${flag.width}z`} fill={late ? 'var(--brass-wash)' : 'var(--sheet)'} stroke={`var(--${colour})`} />
      <text x={-5 - flag.inset} y="11.2" className="s11 e" style={{ fill: `var(--${colour})` }}>
        {flag.label}
        {flag.lag !== undefined && <tspan className="b5">{` ${flag.lag}`}</tspan>}
      </text>
    </g>
  );
});

const MARKS: Readonly<Record<MarkScene['kind'], { readonly colour: string; readonly glyph: GlyphName; readonly ink: string }>> = {
  command: { colour: 'req', glyph: 'term', ink: 'on-fill' },
  fault: { colour: 'fail', glyph: 'kill', ink: 'on-fill' },
  decision: { colour: 'brass', glyph: 'service', ink: 'on-fill' },
  branch: { colour: 'watch', glyph: 'branch', ink: 'on-fill' },
};
const Mark = memo(function Mark({ mark, y }: { readonly mark: MarkScene; readonly y: number }): ReactElement {
  const { colour, glyph, ink } = MARKS[mark.kind];
  return (
    <g className="slide" style={move(mark.x, y)}>
      <path d="M0-20V40" stroke={`var(--${colour})`} strokeWidth="1.25" strokeDasharray="2 2.5" />
      <circle cy="-24" r="8.5" fill={`var(--${colour})`} />
      <use href={`#g-${glyph}`} x="-5.5" y="-29.5" width="11" height="11" style={{ color: `var(--${ink})` }} />
      {mark.text !== '' && <text x="13" y="-20" className={`s11 b5 t-${colour}`}>{mark.text}</text>}
    </g>
  );
});

export const Strip = memo(function Strip({ scene, words, rev }: { readonly scene: StripScene; readonly words: StageMessages; readonly rev: string }): ReactElement {
  const { trayY, tilesY } = scene;
  const brass = scene.branch ? 'watch' : 'brass-fill';
  return (
    <g>
      <rect x={TRAY.x} y={trayY} width={TRAY.w} height={TRAY.h} rx="7" className="tray" />
      <text x="46" y={tilesY + 12} className="s13 b">etcd</text>
      {words.logOf.map((line, i) => <text key={line} x="46" y={tilesY + 29 + i * 13} className="s11 i3">{line}</text>)}
      {scene.gaps.map((gap) => <Gap key={gap.id} gap={gap} y={tilesY} zoom={scene.zoom} />)}
      {scene.tiles.map((tile) => <Tile key={tile.id} tile={tile} y={tilesY} zoom={scene.zoom} />)}
      {scene.flags.map((flag) => <Flag key={flag.id} flag={flag} y={flag.side === 'above' ? tilesY - 28 : tilesY + 56} />)}
      {scene.marks.map((mark) => <Mark key={mark.id} mark={mark} y={tilesY} />)}
      {scene.future !== undefined && <text x={scene.future.x} y={tilesY + 23} className="s12 i3 said">{scene.future.text}</text>}
      <g className="slide" style={move(scene.handX, trayY)}>
        <path d="M0-4V116" stroke={`var(--${brass})`} strokeWidth="2" />
        <circle cy="-5" r="6.5" fill={`var(--${brass})`} stroke="var(--sheet)" strokeWidth="2" />
        <circle cy="-5" r="1.8" fill="var(--sheet)" />
      </g>
      <text x="46" y={tilesY + 107} className="s13 b">{words.state}</text>
      <text x="46" y={tilesY + 122} className="m s11 i3">{rev}</text>
    </g>
  );
});

