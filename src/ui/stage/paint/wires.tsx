import { memo, type ReactElement } from 'react';
import { Glyph } from '../glyphs.tsx';
import { along, type EchoScene, type Flight, type TagScene, type WireScene } from '../layout.ts';
import { progressOf, type MessageModel } from '../model.ts';
import { rect } from './clients.tsx';

export const Wires = memo(function Wires({ wires }: { readonly wires: readonly WireScene[] }): ReactElement {
  return (
    <g>
      {wires.map((wire) => (
        // A wire that goes elsewhere is another wire: it fades in while its node moves.
        <g key={`${wire.id} ${wire.points[0]?.x ?? 0}`} className="phase">
          <path d={`M${wire.points.map((point) => `${point.x} ${point.y}`).join('L')}`} className={`wire${wire.cut ? ' cut' : wire.slow ? ' slow' : ''}`} />
          {wire.cutAt !== undefined && (
            <>
              <circle cx={wire.cutAt.x} cy={wire.cutAt.y} r="8.5" fill="var(--paper)" />
              <Glyph name="x" x={wire.cutAt.x - 6.5} y={wire.cutAt.y - 6.5} size={13} className="k-fail" />
            </>
          )}
        </g>
      ))}
    </g>
  );
});

/** The round sockets where a client's wire enters; drawn after the plate, so that they sit on its rim. */
export const Sockets = memo(function Sockets({ wires }: { readonly wires: readonly WireScene[] }): ReactElement {
  return (
    <g>
      {wires.filter((wire) => wire.sockets).flatMap((wire) => wire.points.map((point, i) => <circle key={`${wire.id}${i}`} cx={point.x} cy={point.y} r="4" className="socket" />))}
    </g>
  );
});

export const Tags = memo(function Tags({ tags }: { readonly tags: readonly TagScene[] }): ReactElement {
  return (
    <g>
      {tags.map((tag) => (
        <g key={tag.id} className="tagged">
          <rect {...rect(tag.box)} rx="12" className={`tag ${tag.refused ? 'bad' : tag.kind}`} />
          <text x={tag.box.x + 12} y={tag.box.y + 16} className="m s12">{tag.text}</text>
          <path d={`M${tag.lineFrom} ${tag.box.y + 12}H${tag.lineTo}`} className={`tagline ${tag.refused ? 'bad' : tag.kind}`} />
        </g>
      ))}
    </g>
  );
});

const colourOf = (kind: MessageModel['kind'], refused: boolean | undefined): string => (refused === true ? 'var(--fail)' : kind === 'watch' ? 'var(--watch)' : 'var(--req)');

/**
 * The moving things, standing still. Without a canvas (reduced motion, print) a message is an arrow along its whole way; the echoes are
 * what the canvas would have left.
 */
export const StillMessages = memo(function StillMessages({ flights, echoes, now }: { readonly flights: readonly Flight[]; readonly echoes: readonly EchoScene[]; readonly now: number }): ReactElement {
  return (
    <g>
      {echoes.map((echo) => {
        const colour = colourOf(echo.kind, echo.refused);
        const { x, y } = echo.at;
        return echo.kind === 'watch'
          ? <rect key={echo.id} x={x - 2.6} y={y - 2.6} width="5.2" height="5.2" transform={`rotate(45 ${x} ${y})`} fill={colour} opacity={Math.max(0.12, 0.62 - 0.13 * echo.age)} />
          : <circle key={echo.id} cx={x} cy={y} r="3" fill="var(--paper)" stroke={colour} strokeWidth="1.25" opacity={Math.max(0.12, 0.7 - 0.14 * echo.age)} />;
      })}
      {flights.map((flight) => {
        const { message } = flight;
        const colour = colourOf(message.kind, message.refused);
        const end = flight.length * (message.droppedAfter ?? 1) - 3;
        const tip = along(flight.points, end);
        const before = along(flight.points, end - 7);
        const dx = (tip.x - before.x) / 7;
        const dy = (tip.y - before.y) / 7;
        const start = along(flight.points, 5);
        return (
          <g key={message.id} stroke={colour} fill="none" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" data-share={progressOf(message, now)}>
            <path d={`M${start.x} ${start.y}L${tip.x} ${tip.y}`} strokeDasharray={message.kind === 'reply' ? '1 4' : undefined} />
            <path d={`M${before.x - dy * 4.5} ${before.y + dx * 4.5}L${tip.x} ${tip.y}L${before.x + dy * 4.5} ${before.y - dx * 4.5}`} />
            {message.kind === 'watch' ? <rect x={start.x - 3} y={start.y - 3} width="6" height="6" transform={`rotate(45 ${start.x} ${start.y})`} fill={colour} stroke="none" /> : <circle cx={start.x} cy={start.y} r="3.5" fill={message.kind === 'request' ? colour : 'var(--paper)'} />}
            {message.droppedAfter !== undefined && <path d={`M${tip.x - 5} ${tip.y - 5}l10 10m0-10l-10 10`} stroke="var(--fail)" />}
          </g>
        );
      })}
    </g>
  );
});
