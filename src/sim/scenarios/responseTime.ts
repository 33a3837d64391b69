import { SECOND } from '../api/time.ts';
import { apply, THREE_NODES, traffic, type Manifest, type Scenario } from './scenario.ts';
import { answeredLate, endOf, heldBy, metricFound, rescaled, settledAt, SHOP } from './scaling.ts';
import { created, settled } from './when.ts';

const shop: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'shop' } },
    template: {
      // One request at a time, an eighth of a second each: eight a second at the very most.
      metadata: { labels: { app: 'shop' }, annotations: { 'orrery.dev/behaviour': '{"app": {"workers": 1, "answerSeconds": 0.12, "cpu": "20m"}}' } },
      spec: { containers: [{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: 80 }], resources: { requests: { cpu: '200m' } } }] },
    },
  },
};
const service: Manifest = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop' }, spec: { selector: { app: 'shop' }, ports: [{ port: 80, targetPort: 80 }] } };
const autoscaler: Manifest = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'shop' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
    minReplicas: 2,
    maxReplicas: 8,
    metrics: [{ type: 'Pods', pods: { metric: { name: 'response_time_milliseconds' }, target: { type: 'AverageValue', averageValue: '200' } } }],
    behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
  },
};

/** Response time rises, the autoscaler answers; the rush is over, and it takes its time to go back. */
export const responseTime: Scenario = {
  id: 'responseTime',
  config: THREE_NODES,
  seed: 1,
  script: [
    apply(3 * SECOND, shop, 'shop.yaml'),
    apply(3 * SECOND + 12_000, service, 'shop-service.yaml'),
    traffic(12 * SECOND, { name: 'regulars', service: SHOP, port: 80, perSecond: 6, from: { node: 'node-1' } }),
    apply(15 * SECOND, autoscaler, 'autoscaler.yaml'),
    traffic(64 * SECOND, { name: 'rush', service: SHOP, port: 80, perSecond: 14, from: { node: 'node-2' } }),
    endOf(128 * SECOND, 'rush'),
    endOf(240 * SECOND, 'regulars'),
  ],
  chapters: [
    { id: 'responseTime.begin' },
    { id: 'responseTime.two', when: settled },
    { id: 'responseTime.autoscaler', when: created('HorizontalPodAutoscaler') },
    { id: 'responseTime.measured', when: metricFound },
    { id: 'responseTime.late', when: answeredLate },
    { id: 'responseTime.more', when: rescaled(true) },
    { id: 'responseTime.ready', when: settled, after: 'responseTime.more' },
    { id: 'responseTime.held', when: heldBy('ScaleDownStabilized') },
    { id: 'responseTime.fewer', when: rescaled(false) },
    { id: 'responseTime.home', when: settledAt(2), after: 'responseTime.fewer' },
  ],
};
