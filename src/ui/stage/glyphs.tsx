/**
 * The glyphs: kinds, icons and the phases of a Pod. On a grid of 16, stroke 1.5, in `currentColor`; legible at 12 px.
 * Kinds are told by shape, never by colour. They are ours; nothing here comes from an icon set.
 */
import type { ReactElement, ReactNode } from 'react';
import type { PodLook } from './model.ts';

const SHAPES = {
  // ---- kinds
  deployment: (<><path d="M13.2 8.4a5.3 5.3 0 1 1-1.7-4.3" /><path d="M12.2 1.4v3.1H9.1" /><circle cx="8" cy="8" r="1.9" fill="currentColor" stroke="none" /></>),
  replicaset: (<><circle cx="8" cy="4.3" r="2.7" fill="currentColor" stroke="none" /><circle cx="4.2" cy="11" r="2.7" fill="currentColor" stroke="none" /><circle cx="11.8" cy="11" r="2.7" fill="currentColor" stroke="none" /></>),
  pod: <circle cx="8" cy="8" r="5.4" fill="currentColor" stroke="none" />,
  node: (<><rect x="2" y="2.2" width="12" height="11.6" rx="2" /><path d="M2 10.3h12" /><path d="M4.6 12.1h1.6" /></>),
  service: (<><path d="M4.4 8h2.4M6.8 8l4-4.2M6.8 8h4M6.8 8l4 4.2" /><circle cx="2.9" cy="8" r="1.7" fill="currentColor" stroke="none" /><circle cx="12.4" cy="3" r="1.6" /><circle cx="12.8" cy="8" r="1.6" /><circle cx="12.4" cy="13" r="1.6" /></>),
  endpointslice: (<><path d="M6.2 3.8H14M6.2 8H14M6.2 12.2H14" /><circle cx="3" cy="3.8" r="1.3" fill="currentColor" stroke="none" /><circle cx="3" cy="8" r="1.3" fill="currentColor" stroke="none" /><circle cx="3" cy="12.2" r="1.3" fill="currentColor" stroke="none" /></>),
  job: <path d="M2 8h8.5M7.2 4.6 10.6 8l-3.4 3.4M13.4 2.8v10.4" />,
  cronjob: (<><circle cx="8" cy="8.4" r="5.4" /><path d="M8 5.4v3.2l2.3 1.5M5.6 1.6h4.8" /></>),
  daemonset: (<><rect x="2" y="2" width="12" height="12" rx="2" /><circle cx="8" cy="8" r="3" fill="currentColor" stroke="none" /></>),
  statefulset: (<><rect x="2.4" y="2" width="11.2" height="3.2" rx="1" fill="currentColor" /><rect x="2.4" y="6.6" width="11.2" height="3.2" rx="1" /><rect x="2.4" y="11.2" width="11.2" height="3.2" rx="1" /></>),
  configmap: (<><path d="M3.2 2h6.4l3.2 3.2V14H3.2z" /><path d="M9.4 2v3.4h3.4M5.6 8.4h4.8M5.6 11h4.8" /></>),
  secret: (<><circle cx="5" cy="8" r="3" /><path d="M8 8h6.4M12 8v3" /></>),
  namespace: <rect x="2" y="2" width="12" height="12" rx="2" strokeDasharray="2.6 2.2" />,
  lease: <path d="M1.4 8.4h3L6.4 4l3.2 8 1.9-3.6h3.1" />,
  event: <path d="M2.4 3h11.2v7.6H8.2L5 13.6v-3H2.4z" />,
  binding: (<><circle cx="4.4" cy="8" r="2.6" fill="currentColor" stroke="none" /><path d="M7 8h2.4" /><rect x="9.4" y="4.6" width="5" height="6.8" rx="1" /></>),
  pvc: (<><ellipse cx="8" cy="4" rx="5" ry="2" /><path d="M3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4" /></>),
  hpa: <path d="M5 13.4V3M2.4 5.6 5 3l2.6 2.6M11 2.6V13M8.4 10.4 11 13l2.6-2.6" />,
  shield: <path d="M8 1.8 13 3.6v4c0 3.2-2 5.4-5 6.6-3-1.2-5-3.4-5-6.6v-4z" />,
  badge: (<><rect x="2" y="3" width="12" height="10" rx="1.6" /><circle cx="5.8" cy="7" r="1.5" /><path d="M3.8 10.8c.4-1.2 3.6-1.2 4 0M10 6.6h2M10 9.4h2" /></>),
  // ---- what one can do, and marks
  share: (<><circle cx="4" cy="8" r="1.9" /><circle cx="12" cy="3.6" r="1.9" /><circle cx="12" cy="12.4" r="1.9" /><path d="m5.7 7.1 4.6-2.6M5.7 8.9l4.6 2.6" /></>),
  moon: <path d="M13 9.6A5.4 5.4 0 0 1 6.4 3 5.4 5.4 0 1 0 13 9.6z" />,
  sun: (<><circle cx="8" cy="8" r="2.8" /><path d="M8 1.6v1.8M8 12.6v1.8M1.6 8h1.8M12.6 8h1.8M3.5 3.5l1.2 1.2M11.3 11.3l1.2 1.2M3.5 12.5l1.2-1.2M11.3 4.7l1.2-1.2" /></>),
  screen: (<><rect x="1.8" y="2.6" width="12.4" height="8.4" rx="1.2" /><path d="M8 11v2.6M5 13.8h6" /></>),
  help: (<><path d="M5.6 6a2.4 2.4 0 1 1 3.5 2.1c-.8.4-1.1.8-1.1 1.7" /><circle cx="8" cy="12.6" r=".9" fill="currentColor" stroke="none" /></>),
  search: (<><circle cx="7" cy="7" r="4.2" /><path d="m10.2 10.2 3.6 3.6" /></>),
  chev: <path d="m4.4 6.4 3.6 3.6 3.6-3.6" />,
  gap: <path d="m2 10 3-4 3 4 3-4 3 4" />,
  apply: <path d="M8 13.6V4.4M4.4 8 8 4.4 11.6 8M3 2.2h10" />,
  scale: (<><circle cx="4" cy="8" r="2.2" fill="currentColor" stroke="none" /><path d="M9 8h5M11.5 5.5v5" /></>),
  image: (<><path d="M8 1.8 13.6 5v6L8 14.2 2.4 11V5z" /><path d="M2.4 5 8 8.2 13.6 5M8 8.2v6" /></>),
  undo: (<><path d="M4.6 2.8 2 5.6l2.6 2.8" /><path d="M2.2 5.6h7a4 4 0 0 1 0 8H6" /></>),
  del: (<><circle cx="8" cy="8" r="5.6" /><path d="m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4" /></>),
  cordon: (<><rect x="2" y="2" width="12" height="12" rx="2" /><path d="m3.4 12.6 9.2-9.2" /></>),
  drain: (<><rect x="2" y="2" width="7" height="12" rx="2" /><path d="M6 8h8.4M11.6 5.2 14.4 8l-2.8 2.8" /></>),
  kill: <path d="M9 1.6 3.4 9H8l-1 5.4L12.6 7H8z" />,
  cut: <path d="M1.6 8h3.6M10.8 8h3.6M6.4 4.8l3.2 6.4" />,
  traffic: <path d="M1.6 4.6h8.8M7.8 2l2.6 2.6-2.6 2.6M5.6 11.4h8.8M11.8 8.8l2.6 2.6-2.6 2.6" />,
  term: <path d="m2.6 4 3.8 4-3.8 4M8 12.4h5.6" />,
  play: <path d="M4.4 2.4v11.2L13.2 8z" fill="currentColor" stroke="none" />,
  pause: <path d="M4 2.6h3v10.8H4zM9 2.6h3v10.8H9z" fill="currentColor" stroke="none" />,
  back: <path d="m9.8 3.4-4.6 4.6 4.6 4.6" />,
  next: <path d="m6.2 3.4 4.6 4.6-4.6 4.6" />,
  check: <path d="m3 8.6 3.2 3.2L13 4.8" />,
  x: <path d="m4 4 8 8M12 4l-8 8" />,
  copy: (<><rect x="5.4" y="5.4" width="8.4" height="8.4" rx="1.6" /><path d="M3.8 10.4h-.2a1.6 1.6 0 0 1-1.4-1.6V3.8a1.6 1.6 0 0 1 1.6-1.6h5a1.6 1.6 0 0 1 1.6 1.4v.2" /></>),
  hand: <path d="M5.4 8.6V3.2a1.2 1.2 0 0 1 2.4 0v4M7.8 7V2.4a1.2 1.2 0 0 1 2.4 0V7.4M10.2 4a1.2 1.2 0 0 1 2.4 0v6a4.2 4.2 0 0 1-4.2 4.2c-2 0-2.9-.9-3.9-2.7L2.8 8.8a1.1 1.1 0 0 1 1.8-1.2l.8 1" />,
  branch: (<><circle cx="4" cy="3.6" r="1.7" /><circle cx="4" cy="12.4" r="1.7" /><circle cx="12" cy="6" r="1.7" /><path d="M4 5.3v5.4M12 7.7c0 2.4-8 .6-8 3" /></>),
  clock: (<><circle cx="8" cy="8" r="5.8" /><path d="M8 4.6V8l2.4 1.6" /></>),
  timer: <path d="M8 2.2a5.8 5.8 0 1 1-5 2.9M8 2.2v3M8 8l2-1.6" />,
  eye: (<><path d="M1.4 8S3.8 3.6 8 3.6 14.6 8 14.6 8 12.2 12.4 8 12.4 1.4 8 1.4 8z" /><circle cx="8" cy="8" r="2" /></>),
  warn: (<><path d="M8 2.2 14.4 13.4H1.6z" /><path d="M8 6.6v3M8 11.4v.3" /></>),
} as const satisfies Readonly<Record<string, ReactNode>>;

export type GlyphName = keyof typeof SHAPES;
export const GLYPH_NAMES = Object.keys(SHAPES) as readonly GlyphName[];

const KIND_GLYPHS: Readonly<Record<string, GlyphName>> = {
  Deployment: 'deployment',
  ReplicaSet: 'replicaset',
  Pod: 'pod',
  Node: 'node',
  Service: 'service',
  Endpoints: 'endpointslice',
  EndpointSlice: 'endpointslice',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
  Job: 'job',
  CronJob: 'cronjob',
  ConfigMap: 'configmap',
  Secret: 'secret',
  PersistentVolume: 'pvc',
  PersistentVolumeClaim: 'pvc',
  HorizontalPodAutoscaler: 'hpa',
  Namespace: 'namespace',
  Lease: 'lease',
  Event: 'event',
  Binding: 'binding',
  PodDisruptionBudget: 'shield',
  ServiceAccount: 'badge',
};
/** A kind without a glyph of its own is a sheet of paper: something written down. */
export const glyphOfKind = (kind: string): GlyphName => KIND_GLYPHS[kind] ?? 'configmap';

/** The definitions that every `Glyph` and `Icon` refers to; once per page, before anything that uses them. */
export function Sprite(): ReactElement {
  return (
    <svg className="sprite" aria-hidden="true" focusable="false">
      <defs>
        <pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0v4" stroke="var(--unk)" strokeWidth="1.6" />
        </pattern>
        {GLYPH_NAMES.map((name) => (
          <symbol key={name} id={`g-${name}`} viewBox="0 0 16 16">
            <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
              {SHAPES[name]}
            </g>
          </symbol>
        ))}
      </defs>
    </svg>
  );
}

/** A glyph within HTML. */
export function Icon({ name, size = 16, className = '' }: { readonly name: GlyphName; readonly size?: number; readonly className?: string }): ReactElement {
  return (
    <svg className={`i ${className}`} style={{ width: size, height: size }} aria-hidden="true" focusable="false">
      <use href={`#g-${name}`} />
    </svg>
  );
}

/** A glyph within a drawing. */
export function Glyph({ name, x, y, size = 16, className = 'k-2' }: { readonly name: GlyphName; readonly x: number; readonly y: number; readonly size?: number; readonly className?: string }): ReactElement {
  return <use href={`#g-${name}`} x={x} y={y} width={size} height={size} className={className} />;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** An arc read clockwise from 12: every countdown, heartbeat and step. */
export function arcPath(cx: number, cy: number, radius: number, share: number): string {
  const angle = 2 * Math.PI * Math.min(Math.max(share, 0), 0.9999);
  return `M${cx} ${round(cy - radius)}A${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} 1 ${round(cx + radius * Math.sin(angle))} ${round(cy - radius * Math.cos(angle))}`;
}
export function Arc({ cx, cy, r, share, stroke, width }: { readonly cx: number; readonly cy: number; readonly r: number; readonly share: number; readonly stroke: string; readonly width: number }): ReactElement | null {
  return share <= 0 ? null : <path d={arcPath(cx, cy, r, share)} fill="none" stroke={stroke} strokeWidth={width} strokeLinecap="round" />;
}

/** A Pod is a planet: the phase is the fill, the rim and the mark, so that colour never says it alone. */
export function PodGlyph({ cx, cy, r, look }: { readonly cx: number; readonly cy: number; readonly r: number; readonly look: PodLook }): ReactElement {
  const rim = (colour: string, dash?: string): ReactElement => (
    <circle cx={cx} cy={cy} r={r} fill="var(--sheet)" stroke={`var(--${colour})`} strokeWidth="1.75" strokeDasharray={dash} />
  );
  const mark = (d: string, colour: string): ReactElement => (
    <path d={d} fill="none" stroke={`var(--${colour})`} strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" />
  );
  const k = round(r * 0.42);
  const cross = `M${cx - k} ${cy - k}l${2 * k} ${2 * k}M${cx + k} ${cy - k}l${-2 * k} ${2 * k}`;
  switch (look) {
    case 'pending':
      return rim('brass', '3.2 2.8');
    case 'chosen':
      return <circle cx={cx} cy={cy} r={r} fill="var(--brass-wash)" stroke="var(--brass)" strokeWidth="1.75" strokeDasharray="1 3.2" strokeLinecap="round" />;
    case 'starting':
      return (<>{rim('brass')}<path d={`M${cx - r + 1} ${cy}A${r - 1} ${r - 1} 0 0 0 ${cx + r - 1} ${cy}Z`} fill="var(--brass-fill)" /></>);
    case 'running':
      return (<>{rim('run')}<circle cx={cx} cy={cy} r={round(r * 0.45)} fill="var(--run)" /></>);
    case 'ready':
      return <circle cx={cx} cy={cy} r={r + 0.8} fill="var(--run)" />;
    case 'other':
      return <circle cx={cx} cy={cy} r={r} fill="var(--edge)" />;
    case 'terminating':
      return (<>{rim('ink-2')}{mark(`M${cx - k} ${cy}h${2 * k}`, 'ink-2')}</>);
    case 'succeeded':
      return (<>{rim('ink-3')}{mark(`M${cx - k} ${cy}l${round(k * 0.75)} ${round(k * 0.8)}l${round(k * 1.2)} ${round(-k * 1.5)}`, 'ink-2')}</>);
    case 'failed':
      return (<><circle cx={cx} cy={cy} r={r + 0.8} fill="var(--fail)" />{mark(cross, 'on-fill')}</>);
    case 'restarting':
      return (<>{rim('fail')}{mark(cross, 'fail')}</>);
    case 'unknown':
      return (
        <>
          <circle cx={cx} cy={cy} r={r} fill="url(#hatch)" stroke="var(--unk)" strokeWidth="1.5" strokeDasharray="3 2.5" />
          {r >= 5.5 && <circle cx={cx} cy={cy} r={round(r * 0.56)} fill="var(--sheet)" />}
          {r >= 5.5 && <text x={cx} y={round(cy + r * 0.36)} className="c b" style={{ fontSize: r, fill: 'var(--unk)' }}>?</text>}
        </>
      );
  }
}

/** The orrery itself. */
export function Logo({ size = 26 }: { readonly size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 26 26" aria-hidden="true" focusable="false">
      <g fill="none" stroke="var(--brass-fill)" strokeWidth="1.6">
        <circle cx="13" cy="13" r="6.2" />
        <circle cx="13" cy="13" r="11.2" strokeOpacity=".6" />
      </g>
      <circle cx="13" cy="13" r="2.6" fill="var(--ink)" />
      <circle cx="18.9" cy="11" r="2.2" fill="var(--brass-fill)" />
      <circle cx="4.2" cy="20" r="1.7" fill="var(--ink-2)" />
    </svg>
  );
}

/** The clock, with three hands like a watch: the brass hand is seconds, the small dial milliseconds. The caller gives the label. */
export function Dial({ micros, label }: { readonly micros: number; readonly label?: string }): ReactElement {
  const point = (radius: number, share: number): string => `${round(33 + radius * Math.sin(2 * Math.PI * share))} ${round(33 - radius * Math.cos(2 * Math.PI * share))}`;
  const second = (micros / 60_000_000) % 1;
  const milli = (micros / 1_000_000) % 1;
  return (
    <svg viewBox="0 0 66 66" {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}>
      <circle cx="33" cy="33" r="31" fill="var(--paper)" stroke="var(--ink-2)" strokeWidth="1.5" />
      <path d={TICKS.small} stroke="var(--edge)" strokeWidth=".75" />
      <path d={TICKS.middle} stroke="var(--ink-2)" strokeWidth="1.25" />
      <path d={TICKS.big} stroke="var(--ink-2)" strokeWidth="1.75" />
      <circle cx="33" cy="43.5" r="7.5" fill="none" stroke="var(--edge)" />
      <path d={`M33 43.5L${round(33 + 6 * Math.sin(2 * Math.PI * milli))} ${round(43.5 - 6 * Math.cos(2 * Math.PI * milli))}`} stroke="var(--ink-2)" strokeWidth="1.25" strokeLinecap="round" />
      <path d={`M${point(-7, second)}L${point(24, second)}`} stroke="var(--brass-fill)" strokeWidth="2" strokeLinecap="round" />
      <circle cx="33" cy="33" r="3" fill="var(--ink)" />
      <circle cx={round(33 + 24 * Math.sin(2 * Math.PI * second))} cy={round(33 - 24 * Math.cos(2 * Math.PI * second))} r="2.6" fill="var(--brass-fill)" />
    </svg>
  );
}
const TICKS = (() => {
  const at = (radius: number, i: number): string => `${round(33 + radius * Math.sin((Math.PI * i) / 30))} ${round(33 - radius * Math.cos((Math.PI * i) / 30))}`;
  const path = (inner: number, use: (i: number) => boolean): string =>
    Array.from({ length: 60 }, (_, i) => i).filter(use).map((i) => `M${at(28.5, i)}L${at(inner, i)}`).join('');
  return { big: path(23.5, (i) => i % 15 === 0), middle: path(25.5, (i) => i % 5 === 0 && i % 15 !== 0), small: path(27.2, (i) => i % 5 !== 0) };
})();
