import { METRICS_SERVER, type Scraped, type UsageReport } from '../api/metrics.ts';
import { USERS } from '../api/request.ts';
import { SECOND, type Micros } from '../api/time.ts';
import type { Process } from '../kernel/process.ts';

/**
 * The metrics server: asks every node's kubelet each 15 s what its containers have used, and keeps the last two answers; their difference is
 * the usage that metrics.k8s.io tells (kubernetes-sigs/metrics-server, pkg/scraper and pkg/storage). It sleeps until something is scaled by metrics.
 *
 * Simplified: it also plays the adapter that serves custom.metrics.k8s.io (a Prometheus with its adapter, in real clusters): requests and response
 * times come with the same scrape.
 */
export interface MetricsState {
  readonly nodes: Map<string, { readonly last: UsageReport; readonly previous?: UsageReport }>;
}
export const RESOLUTION: Micros = 15 * SECOND;

export const metricsServer: Process<MetricsState> = {
  name: METRICS_SERVER,
  user: USERS.controller(METRICS_SERVER),
  watches: [{ kind: 'Node', wakes: () => false }],
  init: () => ({ nodes: new Map() }),
  step(state, on, view, out) {
    switch (on.type) {
      case 'Started':
      case 'TimerFired': {
        const nodes = view.list('Node').map(({ metadata }) => metadata.name);
        for (const name of state.nodes.keys()) if (!nodes.includes(name)) state.nodes.delete(name);
        for (const name of nodes) out.send(`kubelet/${name}`, { type: 'Scrape' }, { because: { code: 'metrics.scrapes', args: { node: name } } });
        out.timer('scrape', view.now + RESOLUTION);
        break;
      }
      case 'Received':
        if (on.message.type === 'Scraped') {
          const { report } = on.message as unknown as Scraped;
          const before = state.nodes.get(report.node)?.last;
          state.nodes.set(report.node, Object.freeze(before === undefined ? { last: report } : { last: report, previous: before }));
        }
        break;
      default:
        break;
    }
  },
};
