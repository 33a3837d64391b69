import { memo, useEffect, useLayoutEffect, useRef, useState, type ReactElement, type RefObject } from 'react';
import { Arc, Glyph, PodGlyph } from '../glyphs.tsx';
import type { MeterScene, NodePodScene, NodeScene, NodesScene, PortScene } from '../layout/nodes.ts';
import { rect } from './clients.tsx';

/** Whether a Pod's present look is the one that came with its binding: then its dotted rim closes, once. */
function useBound(look: NodePodScene['look']): boolean {
  const [seen, setSeen] = useState({ look, bound: false });
  if (seen.look !== look) setSeen({ look, bound: seen.look === 'chosen' && look !== 'pending' });
  return seen.bound;
}

const Pod = memo(function Pod({ pod, picked }: { readonly pod: NodePodScene; readonly picked: boolean }): ReactElement {
  const { x, y, r } = pod;
  const bound = useBound(pod.look);
  return (
    <g>
      {pod.ring !== undefined && (
        <>
          <circle cx={x} cy={y} r={r + 6} fill="none" stroke="var(--line)" strokeWidth="3" />
          <Arc cx={x} cy={y} r={r + 6} share={pod.ring} stroke="var(--brass-fill)" width={3} />
        </>
      )}
      {/* The key is the look, so that a new phase fades in over the place of the old one. */}
      <g key={pod.look} className="phase"><PodGlyph cx={x} cy={y} r={r} look={pod.look} /></g>
      {bound && <circle key={`bound ${pod.look}`} className="closing" cx={x} cy={y} r={r} pathLength={1} transform={`rotate(-90 ${x} ${y})`} />}
      {pod.restarts > 0 && r >= 9 && <text x={x + r - 1} y={y - r + 4} className="m s10 b5 t-fail badge">{`×${pod.restarts}`}</text>}
      {pod.label !== '' && <text x={x} y={y + (r > 12 ? (pod.ring !== undefined ? 34 : 30) : r + 15)} className={`s11 c ${pod.focus ? 't-brass b5' : picked ? 'b5' : 'i2'}`}>{pod.label}</text>}
      {pod.left !== undefined && <text x={x} y={y + 48} className="m s11 c t-brass b5">{pod.left}</text>}
    </g>
  );
});

/** At a radius of three a phase is one of three shapes: full, hollow, and hollow for what nobody knows. */
const Dot = memo(function Dot({ pod }: { readonly pod: NodePodScene }): ReactElement {
  const full = { ready: 'run', other: 'edge', failed: 'fail', restarting: 'fail', succeeded: 'edge' } as const;
  const hollow = { pending: 'brass', chosen: 'brass', starting: 'brass-fill', running: 'run', terminating: 'ink-2', unknown: 'unk' } as const;
  return pod.look in full
    ? <circle cx={pod.x} cy={pod.y} r={pod.r} fill={`var(--${full[pod.look as keyof typeof full]})`} />
    : <circle cx={pod.x} cy={pod.y} r={pod.r - 0.5} fill="none" stroke={`var(--${hollow[pod.look as keyof typeof hollow]})`} strokeWidth="1.2" />;
});

function Port({ port }: { readonly port: PortScene }): ReactElement {
  const { x, y, w, h } = port.box;
  if (port.label === '') return <circle cx={x + w / 2} cy={y + h / 2} r="4" className={`socket${port.bad ? ' bad' : ''}`} />;
  return (
    <g>
      <rect x={x} y={y} width={w} height={h} rx="12" className={`cell on port${port.bad ? ' lost' : ''}`} />
      <text x={x + w / 2} y={y + 16} className={`s12 c ${port.bad ? 't-fail' : ''}`}>{port.label}</text>
    </g>
  );
}

function Meter({ meter, silent }: { readonly meter: MeterScene; readonly silent: boolean }): ReactElement {
  const { x, y, w } = meter;
  return (
    <g>
      <text x={x} y={y + 8} className="s11 i3">{meter.name}</text>
      <text x={x + w} y={y + 8} className="m s11 e i2">{meter.text}</text>
      <rect x={x} y={y + 13} width={w} height="5" rx="2.5" className="bar" />
      <rect x={x} y={y + 13} width={w * meter.share} height="5" rx="2.5" fill={silent ? 'var(--unk)' : 'var(--ink-3)'} opacity={silent ? 0.5 : 1} />
      {meter.reserved > 0 && <rect x={x + w * meter.share + 1.5} y={y + 13} width={w * meter.reserved} height="5" rx="2.5" fill="none" stroke="var(--brass)" strokeDasharray="2 1.6" />}
    </g>
  );
}

const MOVE_MILLIS = 320;
/**
 * When the layout changes, a card moves from where it stood to where it stands; one that comes when others are there fades in after them.
 * The drawing is right at once: only the motion is played.
 */
function useMoved(x: number, y: number): RefObject<SVGGElement | null> {
  const card = useRef<SVGGElement>(null);
  const before = useRef<{ readonly x: number; readonly y: number } | undefined>(undefined);
  useLayoutEffect(() => {
    const was = before.current;
    before.current = { x, y };
    const element = card.current;
    if (element === null || typeof element.animate !== 'function' || element.closest('.still') !== null) return;
    if (was === undefined) {
      if (element.closest('[data-settled]') !== null) element.animate([{ opacity: 0 }, { opacity: 1 }], { duration: MOVE_MILLIS, delay: MOVE_MILLIS / 2, fill: 'backwards' });
      return;
    }
    const dx = was.x - x;
    const dy = was.y - y;
    if (dx !== 0 || dy !== 0) element.animate([{ transform: `translate(${dx}px, ${dy}px)` }, { transform: 'none' }], { duration: MOVE_MILLIS, easing: 'ease-out' });
  }, [x, y]);
  return card;
}

const NodeCard = memo(function NodeCard({ node, picked, valid, pickedPod }: { readonly node: NodeScene; readonly picked: boolean; readonly valid: boolean; readonly pickedPod: string | undefined }): ReactElement {
  const { x, y, w, h } = node.box;
  const card = useMoved(x, y);
  const alarm = node.ready !== 'True';
  const lost = alarm || node.dead;
  const frame = `box${lost ? ' lost' : node.chosen || picked ? ' chosen' : ''}${lost && picked ? ' picked' : ''}${valid ? ' valid' : ''}`;
  if (node.level === 'mark') {
    return lost ? (
      <g>
        <rect x={x + 0.5} y={y + 0.5} width={Math.max(1, w - 1)} height={Math.max(1, h - 1)} rx="2" fill="var(--paper)" stroke="var(--fail)" />
        {w > 8 && <path d={`M${x + w * 0.3} ${y + h * 0.27}l${w * 0.4} ${h * 0.46}m0 ${-h * 0.46}l${-w * 0.4} ${h * 0.46}`} stroke="var(--fail)" strokeWidth="1.5" />}
      </g>
    ) : (
      <g>
        <rect x={x} y={y} width={w} height={h} rx="2" fill={node.cordoned ? 'var(--sheet)' : `var(--h${node.heat})`} stroke={picked || node.chosen ? 'var(--brass)' : node.cordoned ? 'var(--edge)' : 'none'} strokeWidth={picked || node.chosen ? 2 : 1} />
        {node.cordoned && <path d={`M${x + 2} ${y + h - 2}L${x + w - 2} ${y + 2}`} stroke="var(--ink-2)" strokeWidth="1.5" />}
      </g>
    );
  }
  if (node.level === 'dots') {
    return (
      <g ref={card}>
        <rect x={x} y={y} width={w} height={h} rx="5" className={frame} />
        <text x={x + 6} y={y + 12} className={`m s10 ${lost ? 't-fail' : 'i2'}`}>{node.title}</text>
        {node.cordoned && <path d={`M${x + w - 30} ${y + 12}l9-8`} stroke="var(--ink-2)" strokeWidth="1.5" />}
        {node.pods.map((pod) => <Dot key={pod.key} pod={pod} />)}
        {node.more !== undefined && <text x={node.more.x} y={node.more.y} className="m s10 e i2">{node.more.text}</text>}
      </g>
    );
  }
  const small = node.level === 'small';
  const low = small && h < 80;
  const glyph = small ? (low ? 12 : 15) : 18;
  const titleY = small ? y + (low ? 17 : 24) : y + 37;
  const { heartbeat } = node;
  return (
    <g ref={card}>
      <rect x={x} y={y} width={w} height={h} rx="8" className={frame} />
      {node.ports.map((port) => <Port key={port.id} port={port} />)}
      {!low && <Glyph name={node.cordoned ? 'cordon' : 'node'} x={x + (small ? 9 : 14)} y={titleY - (small ? 12 : 14)} size={glyph} className={lost ? 'k-fail' : 'k-ink'} />}
      <text x={x + (small ? (low ? 10 : 32) : 38)} y={titleY} className={`${small ? (low ? 's12' : 's13') : 's14'} b`}>{node.title}</text>
      {lost && alarm
        ? <Glyph name="warn" x={node.stateX} y={titleY - (small ? 11 : 13)} size={small ? 12 : 15} className="k-fail" />
        : <Glyph name={node.cordoned && small && low ? 'cordon' : 'check'} x={node.stateX + (small ? 0 : 2)} y={titleY - (small ? 10 : 11.5)} size={small ? 11 : 13} className="k-run" />}
      {node.state !== '' && <text x={node.stateX + 19} y={titleY} className={`s12 ${alarm ? 'b5 t-fail' : 't-run'}`}>{node.state}</text>}
      <circle cx={heartbeat.x} cy={heartbeat.y} r={heartbeat.r} fill="none" stroke="var(--line)" strokeWidth="2.5" />
      <Arc cx={heartbeat.x} cy={heartbeat.y} r={heartbeat.r} share={heartbeat.share} stroke="var(--run)" width={2.5} />
      <Glyph name="lease" x={heartbeat.x - heartbeat.r * 0.69} y={heartbeat.y - heartbeat.r * 0.69} size={heartbeat.r * 1.38} className={lost ? 'k-fail' : 'k-2'} />
      {heartbeat.text !== '' && <text x={heartbeat.x - 14} y={titleY} className={`m s11 e ${lost ? 't-fail' : 'i3'}`}>{heartbeat.text}</text>}
      {node.meters.map((meter) => <Meter key={meter.name} meter={meter} silent={node.silent && alarm} />)}
      {node.tray !== undefined && <rect {...rect(node.tray)} rx={small ? 5 : 7} className="tray" />}
      {node.tray !== undefined && node.trayTitle !== '' && <text x={node.tray.x + 10} y={node.tray.y + 17} className="s11 i3">{node.trayTitle}</text>}
      {node.tray !== undefined && node.trayNote !== '' && <text x={node.tray.x + node.tray.w - 10} y={node.tray.y + 17} className={`s11 e ${node.silent ? 't-fail' : 'i3'}`}>{node.trayNote}</text>}
      {node.specks.map((speck) => <circle key={`${speck.x},${speck.y}`} cx={speck.x} cy={speck.y} r="2" fill="var(--edge)" opacity=".6" />)}
      {node.pods.map((pod) => <Pod key={pod.key} pod={pod} picked={pod.key === pickedPod} />)}
      {node.more !== undefined && <text x={node.more.x} y={node.more.y} className="m s11 c i2">{node.more.text}</text>}
      {node.notes.map((note) => <text key={note.y} x={note.x} y={note.y} className={note.small ? 's11 i3' : 's12 i2'}>{note.text}</text>)}
    </g>
  );
});

export const Nodes = memo(function Nodes({ scene, selectedNode, selectedPod, valid }: { readonly scene: NodesScene; readonly selectedNode: string | undefined; readonly selectedPod: string | undefined; readonly valid: ReadonlySet<string> | undefined }): ReactElement {
  // Set after the first drawing: what was there from the start does not come in.
  const all = useRef<SVGGElement>(null);
  useEffect(() => all.current?.setAttribute('data-settled', ''), []);
  return (
    <g ref={all}>
      {scene.group !== undefined && (
        <>
          <rect {...rect(scene.group.box)} rx="8" className="box" />
          <text x={scene.group.box.x + 14} y={scene.group.box.y + 19} className="s13 b">{scene.group.title}</text>
          <text x={scene.group.box.x + scene.group.box.w - 14} y={scene.group.box.y + 19} className={`s12 e ${scene.group.bad ? 't-fail b5' : 'i3'}`}>{scene.group.note}</text>
        </>
      )}
      {scene.nodes.map((node) => <NodeCard key={node.name} node={node} picked={node.name === selectedNode} valid={valid?.has(`object:Node:${node.name}`) === true} pickedPod={selectedPod !== undefined && node.pods.some((pod) => pod.key === selectedPod) ? selectedPod : undefined} />)}
      {scene.empty !== undefined && <text x={scene.empty.x} y={scene.empty.y} className="s14 c i2 said">{scene.empty.text}</text>}
    </g>
  );
});
