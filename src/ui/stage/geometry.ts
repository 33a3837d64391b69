/** The numbers of the drawing, in the stage's own units: px at 1440 x 900, where the stage is 848 x 764; on a projector 848 x 534. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}

export type StageSize = 'full' | 'compact';

export interface Geometry {
  readonly size: StageSize;
  readonly width: number;
  readonly height: number;
  readonly orbitY: number;
  readonly clientsY: number;
  readonly clientsHeight: number;
  readonly plateY: number;
  readonly plateHeight: number;
  readonly nodesY: number;
  readonly nodesHeight: number;
  /** Where the node area ends when a client of the Service stands below it. */
  readonly trafficHeight: number;
}

const FULL: Geometry = { size: 'full', width: 848, height: 764, orbitY: 324, clientsY: 18, clientsHeight: 132, plateY: 226, plateHeight: 206, nodesY: 506, nodesHeight: 244, trafficHeight: 34 };
const COMPACT: Geometry = { size: 'compact', width: 848, height: 534, orbitY: 240, clientsY: 10, clientsHeight: 92, plateY: 138, plateHeight: 206, nodesY: 392, nodesHeight: 134, trafficHeight: 30 };
export const geometryOf = (size: StageSize): Geometry => (size === 'full' ? FULL : COMPACT);

/** The condition under which the frame is the projector's; tokens.css and base.css hold the same. */
export const COMPACT_QUERY = '(max-width: 1359.98px), (max-height: 799.98px)';
/** The stage grows with its place, text never above 1.4 of its size. */
export const MOST_SCALE = 1.4;

export const LEFT = 24;
export const RIGHT = 824;
export const YOU = { x: 24, w: 200, wire: 124 } as const;
export const CONTROLLERS = { x: 240, w: 384, wire: 432 } as const;
export const SCHEDULER = { x: 640, w: 184, wire: 732 } as const;
/** The tray of the log begins 36 under the plate's top, its tiles 34 under that; the state row is 158 under the plate's top. */
export const TRAY = { x: 34, w: 780, h: 112, top: 36, tiles: 70 } as const;
export const STATE_ROW = { top: 158, h: 38 } as const;
/** Where the row of tiles and the row of objects begin. */
export const ROW_X = 98;
export const ROW_END = 806;
export const TILE = { size: 38, pitch: 44, gap: 64 } as const;
/** The strip from near to far: tiles with a glyph of 19, tiles with a glyph of 12 and every fifth number, bars. */
export type StripZoom = 0 | 1 | 2;
export const ZOOMS = [
  { size: 38, pitch: 44, gap: 64, numbers: 1 },
  { size: 18, pitch: 20, gap: 56, numbers: 5 },
  { size: 3.6, pitch: 5, gap: 24, numbers: 20 },
] as const satisfies readonly { readonly size: number; readonly pitch: number; readonly gap: number; readonly numbers: number }[];
/** Boundaries between tiles (hand, flags, marks) lie in the middle of the space between two tiles. */
export const BOUNDARY = -3;
