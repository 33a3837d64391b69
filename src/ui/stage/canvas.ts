/**
 * What moves: messages with their trails, and the echoes of those that have arrived. Drawn on a canvas over the drawing, because only this
 * is redrawn sixty times a second; everything else changes by steps and is SVG.
 */
import { along, type EchoScene, type Flight } from './layout.ts';
import { progressOf } from './model.ts';

/** Canvas knows no custom properties, so the tokens are read once per theme. */
export interface Palette {
  readonly req: string;
  readonly watch: string;
  readonly fail: string;
  readonly paper: string;
}
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim() || '#888';
  return { req: token('--req'), watch: token('--watch'), fail: token('--fail'), paper: token('--paper') };
}

export interface Fading {
  readonly echo: EchoScene;
  /** Screen time since it arrived; echoes fade over three seconds of it, and not while the clock stands. */
  readonly ageMillis: number;
}

/** More dots than this and the fullest wires turn into streams. */
export const MOST_DOTS = 100;
const TRAIL = 5;
const TRAIL_PITCH = 9;
export const FADE_MILLIS = 3000;
/** A lost message falls 8 and fades within this share of its remaining way. */
const FALL = 8;

type Context = CanvasRenderingContext2D;

function diamond(context: Context, x: number, y: number, half: number): void {
  // A square of 1.6 q turned by 45 degrees has its corners at 1.13 q.
  const reach = half * 1.13;
  context.beginPath();
  context.moveTo(x, y - reach);
  context.lineTo(x + reach, y);
  context.lineTo(x, y + reach);
  context.lineTo(x - reach, y);
  context.closePath();
  context.fill();
}

export function drawEcho(context: Context, echo: EchoScene, palette: Palette, strength: number): void {
  const opacity = (echo.kind === 'watch' ? 0.62 - 0.1 * echo.age : 0.7 - 0.11 * echo.age) * strength;
  if (opacity <= 0.02) return;
  context.globalAlpha = opacity;
  const colour = echo.refused ? palette.fail : echo.kind === 'watch' ? palette.watch : palette.req;
  if (echo.kind === 'watch') {
    context.fillStyle = colour;
    diamond(context, echo.at.x, echo.at.y, 3.25);
  } else {
    context.beginPath();
    context.arc(echo.at.x, echo.at.y, 3, 0, 2 * Math.PI);
    context.fillStyle = echo.kind === 'request' ? colour : palette.paper;
    context.fill();
    context.strokeStyle = colour;
    context.lineWidth = 1.25;
    context.stroke();
  }
}

export function drawFlight(context: Context, flight: Flight, now: number, palette: Palette): void {
  const { message, points, length } = flight;
  const share = progressOf(message, now);
  const distance = share * length;
  const colour = message.refused === true ? palette.fail : message.kind === 'watch' ? palette.watch : palette.req;
  const stopped = message.droppedAfter !== undefined && share >= message.droppedAfter;
  let fall = 0;
  let fade = 1;
  if (stopped) {
    // The rest of the time that it would have travelled, it falls and fades.
    const way = message.arrivesAt - message.sentAt;
    const whole = way <= 0 ? 1 : (now - message.sentAt) / way;
    const rest = Math.max(0, Math.min(1, (whole - message.droppedAfter!) / Math.max(0.01, 1 - message.droppedAfter!)));
    fall = FALL * Math.min(1, rest * 3);
    fade = 1 - rest;
  }
  for (let i = TRAIL; i >= 0; i--) {
    const back = distance - i * TRAIL_PITCH;
    if (back < 0) continue;
    const at = along(points, back);
    const y = at.y + fall;
    const q = i === 0 ? 5.5 : 3.6 - 0.35 * i;
    context.globalAlpha = (i === 0 ? 1 : 0.5 - 0.085 * i) * fade;
    if (message.kind === 'watch') {
      context.fillStyle = colour;
      diamond(context, at.x, y, q);
    } else {
      context.beginPath();
      context.arc(at.x, y, message.kind === 'reply' && i === 0 ? 5 : q, 0, 2 * Math.PI);
      if (message.kind === 'reply') {
        context.fillStyle = palette.paper;
        context.fill();
        context.strokeStyle = colour;
        context.lineWidth = 1.75;
        context.stroke();
      } else {
        context.fillStyle = colour;
        context.fill();
      }
    }
  }
}

/** All of one wire as one line: 1.5 log2 n wide, with its number. */
function drawStream(context: Context, flights: readonly Flight[], palette: Palette): void {
  const first = flights[0];
  if (first === undefined) return;
  context.globalAlpha = 0.55;
  context.strokeStyle = first.message.kind === 'watch' ? palette.watch : palette.req;
  context.lineWidth = 1.5 * Math.log2(Math.max(2, flights.length));
  context.beginPath();
  first.points.forEach((point, i) => (i === 0 ? context.moveTo(point.x, point.y) : context.lineTo(point.x, point.y)));
  context.stroke();
}

export function drawMessages(context: Context, flights: readonly Flight[], echoes: readonly Fading[], now: number, palette: Palette): void {
  for (const fading of echoes) drawEcho(context, fading.echo, palette, 1 - fading.ageMillis / FADE_MILLIS);
  if (flights.length <= MOST_DOTS) for (const flight of flights) drawFlight(context, flight, now, palette);
  else {
    const byWire = new Map<string, Flight[]>();
    for (const flight of flights) {
      const list = byWire.get(flight.wire);
      if (list === undefined) byWire.set(flight.wire, [flight]);
      else list.push(flight);
    }
    // The fullest wires become streams until what is left is few enough to follow.
    let dots = flights.length;
    for (const list of [...byWire.values()].sort((a, b) => b.length - a.length)) {
      if (dots > MOST_DOTS && list.length > 3) {
        drawStream(context, list, palette);
        dots -= list.length;
      } else for (const flight of list) drawFlight(context, flight, now, palette);
    }
  }
  context.globalAlpha = 1;
}
