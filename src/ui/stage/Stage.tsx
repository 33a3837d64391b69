/**
 * The stage: a drawing that changes by steps, a canvas on which messages move, and the same as text for whoever cannot see it.
 * It paints a `StageModel` and reports what was pointed at; it knows nothing of the simulation.
 */
import { memo, useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore, type KeyboardEvent, type MouseEvent, type PointerEvent, type ReactElement } from 'react';
import type { StageMessages } from '../i18n/stage.en.ts';
import { drawMessages, FADE_MILLIS, readPalette, type Fading, type Palette } from './canvas.ts';
import { onFrame } from './frame.ts';
import { COMPACT_QUERY, MOST_SCALE, TRAY, geometryOf, type StageSize, type StripZoom } from './geometry.ts';
import { along, layout, neighbour, tagOf, type Hit, type LaidOut, type Scene } from './layout.ts';
import { parseTarget, progressOf, sameTarget, targetId, type StageModel, type StageTarget } from './model.ts';
import { Chain } from './paint/chain.tsx';
import { Controllers, Scheduler, You } from './paint/clients.tsx';
import { Nodes } from './paint/nodes.tsx';
import { Plate } from './paint/plate.tsx';
import { Strip } from './paint/strip.tsx';
import { Traffic } from './paint/traffic.tsx';
import { Sockets, StillMessages, Tags, Wires } from './paint/wires.tsx';
import { share } from './share.ts';
import { Twin, twinId } from './twin.tsx';
import './stage.css';

export interface StageProps {
  readonly model: StageModel;
  readonly words: StageMessages;
  /** Virtual time now, in microseconds with fractions, for what moves between two models. Without it everything stands at `model.now`. */
  readonly clock?: () => number;
  /** The clock runs: frames are wanted. */
  readonly playing?: boolean;
  readonly onSelect?: (target: StageTarget | undefined) => void;
  /** While `model.verbTargets` is set: a valid target was chosen. */
  readonly onVerbTarget?: (target: StageTarget) => void;
  /** Right click, long press or Shift+F10 on a thing; the point is in page coordinates. */
  readonly onMenu?: (target: StageTarget, at: { readonly x: number; readonly y: number }) => void;
  /** The hand was dragged to a revision (`final` when released). */
  readonly onHand?: (revision: number, final: boolean) => void;
  readonly onOpen?: (target: StageTarget) => void;
  readonly reducedMotion?: boolean;
  /** Without it, the size follows the screen. */
  readonly size?: StageSize;
  /** Show the text twin in place of the drawing. */
  readonly showTwin?: boolean;
}

function subscribeTo(query: string, changed: () => void): () => void {
  if (typeof matchMedia !== 'function') return () => undefined;
  const list = matchMedia(query);
  list.addEventListener('change', changed);
  return () => list.removeEventListener('change', changed);
}
export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    useCallback((changed) => subscribeTo(query, changed), [query]),
    () => typeof matchMedia === 'function' && matchMedia(query).matches,
    () => false,
  );
}

const ARROWS = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']);

export function Stage(props: StageProps): ReactElement {
  const { words, clock, playing = false, onSelect, onVerbTarget, onMenu, onHand, onOpen, reducedMotion = false, showTwin = false } = props;
  const narrow = useMediaQuery(COMPACT_QUERY);
  const size: StageSize = props.size ?? (narrow ? 'compact' : 'full');
  const geometry = geometryOf(size);

  const previous = useRef<LaidOut | undefined>(undefined);
  // Stills come from a worker as fresh copies; what did not change becomes the very same again.
  const model = useMemo(() => share(previous.current?.model, props.model), [props.model]);
  const [zoom, setZoom] = useState<StripZoom>(0);
  const laid = useMemo(() => layout(model, size, words, previous.current, zoom), [model, size, words, zoom]);
  const changed = useMemo(() => (reducedMotion ? changedSince(previous.current?.model, model) : new Set<string>()), [model, reducedMotion]);
  useEffect(() => {
    previous.current = laid;
  }, [laid]);
  const { scene } = laid;

  const root = useRef<HTMLDivElement>(null);
  const scale = useScale(root, geometry.width, geometry.height);
  const uid = useId();
  const [focused, setFocused] = useState<string | undefined>(undefined);
  const [hasFocus, setHasFocus] = useState(false);
  const [dragging, setDragging] = useState(false);
  const [hovered, setHovered] = useState<string | undefined>(undefined);
  const focus = scene.hits.find((hit) => targetId(hit.target) === focused);
  const valid = useMemo(() => (model.verbTargets === undefined ? undefined : new Set(model.verbTargets.map(targetId))), [model.verbTargets]);

  const choose = useCallback(
    (target: StageTarget): void => {
      if (valid !== undefined) {
        if (valid.has(targetId(target))) onVerbTarget?.(target);
        return;
      }
      onSelect?.(target);
    },
    [valid, onSelect, onVerbTarget],
  );

  const targetOf = (event: { readonly target: EventTarget }): StageTarget | undefined => {
    const element = event.target instanceof Element ? event.target.closest('[data-target]') : null;
    const id = element?.getAttribute('data-target');
    return id === null || id === undefined ? undefined : parseTarget(id);
  };
  const onClick = (event: MouseEvent): void => {
    const target = targetOf(event) ?? (hovered === undefined ? undefined : { on: 'message' as const, id: hovered });
    if (target === undefined) {
      if (valid === undefined) onSelect?.(undefined);
      return;
    }
    setFocused(targetId(target));
    choose(target);
  };
  const onContextMenu = (event: MouseEvent): void => {
    const target = targetOf(event);
    if (target === undefined || onMenu === undefined) return;
    event.preventDefault();
    setFocused(targetId(target));
    onMenu(target, { x: event.clientX, y: event.clientY });
  };
  const onDoubleClick = (event: MouseEvent): void => {
    const target = targetOf(event);
    if (target !== undefined) onOpen?.(target);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // The twin's buttons and the page's shortcuts keep their keys.
    if (event.target !== root.current || event.ctrlKey || event.metaKey || event.altKey) return;
    if (ARROWS.has(event.key) && !(event.shiftKey && event.key === 'ArrowRight')) {
      event.preventDefault();
      event.stopPropagation();
      const start = focus ?? scene.hits.find((hit) => sameTarget(hit.target, model.selected));
      const next = start === undefined ? scene.hits[0] : focus === undefined ? start : neighbour(scene.hits, start, event.key as 'ArrowLeft');
      if (next !== undefined) setFocused(targetId(next.target));
    } else if (event.key === '+' || event.key === '=' || event.key === '-') {
      event.preventDefault();
      setZoom((old) => zoomed(old, event.key === '-' ? 1 : -1));
    } else if (event.key === 'Enter' && focus !== undefined) {
      event.preventDefault();
      choose(focus.target);
    } else if ((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu') {
      if (focus === undefined || onMenu === undefined) return;
      event.preventDefault();
      const at = root.current?.querySelector('.sheet')?.getBoundingClientRect();
      onMenu(focus.target, { x: (at?.left ?? 0) + (focus.box.x + focus.box.w / 2) * scale, y: (at?.top ?? 0) + (focus.box.y + focus.box.h) * scale });
    }
  };

  // A wheel over the log changes its scale. React listens to wheels passively, so the listener is our own.
  const wheel = useRef(0);
  useEffect(() => {
    const element = root.current;
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent): void => {
      const at = element.querySelector('.sheet')?.getBoundingClientRect();
      if (at === undefined) return;
      const x = (event.clientX - at.left) / scale;
      const y = (event.clientY - at.top) / scale - geometry.plateY - TRAY.top;
      if (x < TRAY.x || x > TRAY.x + TRAY.w || y < 0 || y > TRAY.h) return;
      event.preventDefault();
      wheel.current += event.deltaY;
      if (Math.abs(wheel.current) < 60) return;
      const step = wheel.current > 0 ? 1 : -1;
      wheel.current = 0;
      setZoom((old) => zoomed(old, step));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [scale, geometry]);
  // The places as they were when the drag began: the strip may slide meanwhile.
  const dragStops = useRef<Scene['strip']['stops'] | undefined>(undefined);
  const stopAt = (event: PointerEvent): number | undefined => {
    const at = root.current?.querySelector('.sheet')?.getBoundingClientRect();
    if (at === undefined) return undefined;
    const x = (event.clientX - at.left) / scale;
    let best: { x: number; revision: number } | undefined;
    for (const stop of dragStops.current ?? scene.strip.stops) if (best === undefined || Math.abs(stop.x - x) < Math.abs(best.x - x)) best = stop;
    return best?.revision;
  };
  const onGrip = (event: PointerEvent<SVGRectElement>): void => {
    if (onHand === undefined) return;
    if (event.type === 'pointerdown') {
      event.currentTarget.setPointerCapture(event.pointerId);
      dragStops.current = scene.strip.stops;
      setDragging(true);
    } else if (!dragging) return;
    const revision = stopAt(event);
    const final = event.type === 'pointerup' || event.type === 'pointercancel';
    if (final) {
      setDragging(false);
      dragStops.current = undefined;
    }
    if (revision !== undefined && (event.type !== 'pointerdown')) onHand(revision, final);
  };

  const onWire = (event: PointerEvent<SVGPathElement>): void => {
    if (event.type === 'pointerleave') return setHovered(undefined);
    const at = root.current?.querySelector('.sheet')?.getBoundingClientRect();
    if (at === undefined) return undefined;
    const point = { x: (event.clientX - at.left) / scale, y: (event.clientY - at.top) / scale };
    const now = clock === undefined ? model.now : clock();
    let best: { readonly id: string; readonly distance: number } | undefined;
    for (const flight of scene.flights) {
      if (flight.wire !== event.currentTarget.dataset['wire']) continue;
      const place = along(flight.points, progressOf(flight.message, now) * flight.length);
      const distance = Math.hypot(place.x - point.x, place.y - point.y);
      if (distance < 24 && (best === undefined || distance < best.distance)) best = { id: flight.message.id, distance };
    }
    setHovered(best?.id);
  };
  const hoveredFlight = hovered === undefined || scene.tags.some((tag) => tag.id === hovered) ? undefined : scene.flights.find((flight) => flight.message.id === hovered);
  const hoverTag = hoveredFlight === undefined ? undefined : tagOf(hoveredFlight, scene.tags);
  const selectedId = model.selected === undefined ? undefined : targetId(model.selected);
  const selectedNode = model.selected?.on === 'object' && model.selected.kind === 'Node' ? model.selected.key : undefined;
  const selectedPod = model.selected?.on === 'object' && model.selected.kind === 'Pod' ? model.selected.key : undefined;
  const podsSelected = selectedPod !== undefined && scene.chain.pods.some((pod) => pod.key === selectedPod);
  const still = reducedMotion || dragging;
  return (
    <div
      ref={root}
      className={`stage${still ? ' still' : ''}${model.stopped === true ? ' stopped' : ''}`}
      role="group"
      tabIndex={0}
      aria-label={words.stage}
      aria-describedby={`${uid}-help`}
      aria-activedescendant={hasFocus && focus !== undefined ? twinId(uid, focus.target) : undefined}
      onKeyDown={onKeyDown}
      onFocus={(event) => setHasFocus(event.target === event.currentTarget)}
      onBlur={() => setHasFocus(false)}
    >
      <span id={`${uid}-help`} className="unseen">{words.stageHelp}</span>
      <div className="sheet" style={{ width: geometry.width * scale, height: geometry.height * scale }} aria-hidden="true" hidden={showTwin} onClick={onClick} onContextMenu={onContextMenu} onDoubleClick={onDoubleClick}>
        <svg className="world" viewBox={`0 0 ${geometry.width} ${geometry.height}`} focusable="false">
          {/* The only ornament: two orbits, so faint that they read as paper. */}
          <g className="orbits">
            <circle cx="424" cy={geometry.orbitY} r="300" />
            <circle cx="424" cy={geometry.orbitY} r="402" />
          </g>
          <Wires wires={scene.wires} />
          <You scene={scene.you} words={words} />
          <Controllers scene={scene.controllers} />
          <Scheduler scene={scene.scheduler} />
          <Plate scene={scene.plate} words={words} />
          <Sockets wires={scene.wires} />
          <Strip scene={scene.strip} words={words} rev={`r${model.revision}`} />
          <Chain scene={scene.chain} podsSelected={podsSelected} selected={selectedId} />
          <Nodes scene={scene.nodes} selectedNode={selectedNode} selectedPod={selectedPod} valid={valid} />
          {scene.traffic !== undefined && <Traffic scene={scene.traffic} picked={selectedId === 'traffic'} />}
          {reducedMotion && <StillMessages flights={scene.flights} echoes={scene.echoes} now={model.now} />}
          {/* Above a wire one can point at its messages; the nearest shows its tag. */}
          {scene.flights.length > 0 && scene.wires.map((wire) => <path key={wire.id} className="strand" data-wire={wire.id} d={`M${wire.points.map((point) => `${point.x} ${point.y}`).join('L')}`} onPointerMove={onWire} onPointerLeave={onWire} />)}
          <Tags tags={hoverTag === undefined ? scene.tags : [...scene.tags, hoverTag]} />
          <Hits hits={scene.hits} selected={selectedId} valid={valid} changed={changed} />
          <rect className="grip" x={scene.strip.handX - 12} y={scene.strip.trayY - 14} width="24" height="132" onPointerDown={onGrip} onPointerMove={onGrip} onPointerUp={onGrip} onPointerCancel={onGrip} />
          {hasFocus && focus !== undefined && <rect className="ring" x={focus.box.x - 3} y={focus.box.y - 3} width={focus.box.w + 6} height={focus.box.h + 6} rx="9" />}
        </svg>
        {!reducedMotion && <Messages scene={scene} now={model.now} clock={clock} playing={playing} scale={scale} />}
      </div>
      {model.stopped === true && <p className="notice" role="alert">{words.stopped(model.revision)}</p>}
      <Twin model={model} words={words} uid={uid} visible={showTwin} onSelect={choose} />
    </div>
  );
}

const zoomed = (zoom: StripZoom, step: 1 | -1): StripZoom => Math.max(0, Math.min(2, zoom + step)) as StripZoom;

/** The whole stage fits its place, but letters never grow past 1.4 of their size. */
function useScale(root: React.RefObject<HTMLDivElement | null>, width: number, height: number): number {
  const [scale, setScale] = useState(1);
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const { clientWidth, clientHeight } = element;
      if (clientWidth > 0 && clientHeight > 0) setScale(Math.min(MOST_SCALE, clientWidth / width, clientHeight / height));
    };
    measure();
    if (typeof ResizeObserver !== 'function') return undefined;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [root, width, height]);
  return scale;
}

const HitRect = memo(function HitRect({ hit, id, look }: { readonly hit: Hit; readonly id: string; readonly look: string }): ReactElement {
  const { x, y, w, h } = hit.box;
  return (
    <rect data-target={id} className={look} x={x} y={y} width={w} height={h} rx={w === h && w < 60 ? w / 2 : 7}>
      <title>{hit.title}</title>
    </rect>
  );
});

const Hits = memo(function Hits({ hits, selected, valid, changed }: { readonly hits: readonly Hit[]; readonly selected: string | undefined; readonly valid: ReadonlySet<string> | undefined; readonly changed: ReadonlySet<string> }): ReactElement {
  return (
    <g>
      {hits.map((hit, i) => {
        const id = targetId(hit.target);
        const isNode = hit.target.on === 'object' && hit.target.kind === 'Node';
        return <HitRect key={`${id}:${i}`} hit={hit} id={id} look={`hit${id === selected && !hit.quiet ? ' picked' : ''}${!isNode && valid?.has(id) === true ? ' valid' : ''}${changed.has(id) ? ' changed' : ''}`} />;
      })}
    </g>
  );
});

/** The canvas. It asks for frames only while something moves: the clock runs, or echoes still fade. */
function Messages({ scene, now, clock, playing, scale }: { readonly scene: Scene; readonly now: number; readonly clock: (() => number) | undefined; readonly playing: boolean; readonly scale: number }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = useRef<Palette | undefined>(undefined);
  const ages = useRef(new Map<string, number>());
  const latest = useRef({ scene, now, clock });
  const [themeCount, setThemeCount] = useState(0);
  useEffect(() => {
    const changed = (): void => setThemeCount((count) => count + 1);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class'] });
    const stop = subscribeTo('(prefers-color-scheme: dark)', changed);
    const stopForced = subscribeTo('(forced-colors: active)', changed);
    return () => {
      observer.disconnect();
      stop();
      stopForced();
    };
  }, []);

  useLayoutEffect(() => {
    latest.current = { scene, now, clock };
  });
  const draw = useCallback((): void => {
    const element = canvas.current;
    const context = element === null ? null : contextOf(element);
    if (element === null || context === null || palette.current === undefined) return;
    const { scene: current, now: at, clock: time } = latest.current;
    const ratio = element.width / current.geometry.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, current.geometry.width, current.geometry.height);
    const fading: Fading[] = [];
    for (const echo of current.echoes) {
      const age = ages.current.get(echo.id) ?? 0;
      if (age < FADE_MILLIS) fading.push({ echo, ageMillis: age });
    }
    drawMessages(context, current.flights, fading, time === undefined ? at : time(), palette.current);
  }, []);

  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const ratio = Math.min(2, typeof devicePixelRatio === 'number' ? devicePixelRatio : 1) * scale;
    const width = Math.round(scene.geometry.width * ratio);
    const height = Math.round(scene.geometry.height * ratio);
    if (element.width !== width || element.height !== height) {
      element.width = width;
      element.height = height;
    }
    palette.current = readPalette(element);
    draw();
  }, [scale, scene.geometry, themeCount, draw]);

  // A new still: forget the echoes that left, and draw once even when the clock stands.
  useLayoutEffect(() => {
    const kept = new Set(scene.echoes.map((echo) => echo.id));
    for (const id of [...ages.current.keys()]) if (!kept.has(id)) ages.current.delete(id);
    draw();
  }, [scene, now, draw]);

  useEffect(() => {
    if (!playing) return undefined;
    return onFrame((_, delta) => {
      for (const echo of latest.current.scene.echoes) ages.current.set(echo.id, (ages.current.get(echo.id) ?? 0) + delta);
      draw();
    });
  }, [playing, draw]);
  return <canvas ref={canvas} />;
}

/** jsdom has no canvas; there the messages are simply not drawn. */
function contextOf(element: HTMLCanvasElement): CanvasRenderingContext2D | null {
  try {
    return element.getContext('2d');
  } catch {
    return null;
  }
}

/** With reduced motion, what changed since the last still gets an outline for one step. */
function changedSince(before: StageModel | undefined, after: StageModel): ReadonlySet<string> {
  const changed = new Set<string>();
  if (before === undefined || before === after) return changed;
  const nodes = new Map(before.nodes.map((node) => [node.name, node]));
  const pods = new Map(before.nodes.flatMap((node) => node.pods.map((pod) => [pod.key, pod.look] as const)));
  for (const node of after.nodes) {
    const was = nodes.get(node.name);
    if (was !== undefined && (was.ready !== node.ready || was.cordoned !== node.cordoned || was.dead !== node.dead)) changed.add(targetId({ on: 'object', kind: 'Node', key: node.name }));
    for (const pod of node.pods) if (pods.get(pod.key) !== pod.look) changed.add(targetId({ on: 'object', kind: 'Pod', key: pod.key }));
  }
  const written = new Set(before.strip.tiles.flatMap((tile) => (tile.type === 'write' ? [tile.revision] : [])));
  for (const tile of after.strip.tiles) if (tile.type === 'write' && !written.has(tile.revision)) changed.add(targetId({ on: 'change', revision: tile.revision }));
  return changed;
}
