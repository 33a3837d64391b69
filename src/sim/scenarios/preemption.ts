import { SECOND } from '../api/time.ts';
import { chose, leaving, left, made, makesRoom, runs } from './decisions.ts';
import { machine, on, pod } from './pods.ts';
import { apply, type Manifest, type Scenario } from './scenario.ts';

const priority = (name: string, value: number): Manifest => ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, description: `Pods of priority ${value}` });
const budget: Manifest = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'orders' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'orders' } } } };

/** All machines are full, a Pod of high priority comes, and one of three has to go: the one that costs the least. */
export const preemption: Scenario = {
  id: 'preemption',
  config: { proxyMode: 'iptables', nodes: [machine(0, '2', '4Gi'), machine(1, '2', '4Gi'), machine(2, '2', '4Gi')] },
  seed: 1,
  script: [
    apply(2 * SECOND, priority('low', 100), 'low.yaml'),
    apply(2.3 * SECOND, priority('middle', 500), 'middle.yaml'),
    apply(2.6 * SECOND, priority('high', 1000), 'high.yaml'),
    apply(3 * SECOND, budget, 'budget.yaml'),
    apply(5 * SECOND, pod('orders', { cpu: '1500m', memory: '1Gi', spec: { priorityClassName: 'low', ...on('node-1') } }), 'orders.yaml'),
    apply(6 * SECOND, pod('report', { cpu: '1500m', memory: '1Gi', spec: { priorityClassName: 'middle', ...on('node-2') } }), 'report.yaml'),
    apply(7 * SECOND, pod('crawler', { cpu: '1500m', memory: '1Gi', spec: { priorityClassName: 'low', ...on('node-3') } }), 'crawler.yaml'),
    apply(20 * SECOND, pod('urgent', { cpu: '1', memory: '1Gi', spec: { priorityClassName: 'high' } }), 'urgent.yaml'),
  ],
  chapters: [
    { id: 'preemption.begin' },
    { id: 'preemption.full', when: runs('crawler') },
    { id: 'preemption.urgent', when: made('urgent') },
    { id: 'preemption.victim', when: makesRoom('urgent') },
    { id: 'preemption.leaving', when: leaving('crawler') },
    { id: 'preemption.gone', when: left('crawler') },
    { id: 'preemption.placed', when: chose('urgent'), after: 'preemption.leaving' },
  ],
};
