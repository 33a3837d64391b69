/** The Service's client: a bar under the nodes with its last twenty requests as ticks. */
import type { StageMessages } from '../../i18n/stage.en.ts';
import type { Box, Geometry } from '../geometry.ts';
import { LEFT, RIGHT } from '../geometry.ts';
import { fitMono, monoWidth, sansWidth } from '../measure.ts';
import type { RequestOutcome, TrafficModel } from '../model.ts';

export interface TrafficScene {
  readonly box: Box;
  readonly title: string;
  readonly target: { readonly x: number; readonly text: string };
  readonly rate: { readonly x: number; readonly text: string };
  readonly ticks: readonly { readonly id: string; readonly x: number; readonly outcome: RequestOutcome; readonly title: string }[];
  readonly note: string;
  readonly bad: boolean;
}

const TICKS = 20;
const PITCH = 13;

export function layoutTraffic(traffic: TrafficModel, geometry: Geometry, words: StageMessages): TrafficScene {
  const h = geometry.trafficHeight - 8;
  const box: Box = { x: LEFT, y: geometry.nodesY + geometry.nodesHeight - h, w: RIGHT - LEFT, h };
  const title = traffic.from === 'inside' ? words.clientInside : words.clientOutside;
  const targetX = box.x + 36 + sansWidth(title, 12, 500) + 34;
  const target = fitMono(traffic.target, 12, 150);
  const rateX = targetX + monoWidth(target, 12) + 12;
  const recent = traffic.recent.slice(-TICKS);
  // Right-aligned before the note, the newest at the right: the ticks move left as on a paper strip.
  const end = RIGHT - 176;
  return {
    box,
    title,
    target: { x: targetX, text: target },
    rate: { x: rateX, text: words.perSecond(traffic.perSecond) },
    ticks: recent.map((request, i) => ({ id: request.id, x: end - (recent.length - 1 - i) * PITCH, outcome: request.outcome, title: `${words.outcomes[request.outcome]}${request.pod === undefined ? '' : `, ${request.pod}`}` })),
    note: words.failedOf(traffic.failed, traffic.total),
    bad: traffic.failed > 0,
  };
}
