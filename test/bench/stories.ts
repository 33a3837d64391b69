import type { ClusterConfig, Command } from '../../src/sim/api/cluster.ts';
import { USERS, STRATEGIC_MERGE_PATCH } from '../../src/sim/api/request.ts';
import { MINUTE, SECOND, type Micros } from '../../src/sim/api/time.ts';
import type { ScriptedInput, Story } from '../../src/sim/index.ts';

export const hollowNodes = (count: number, cpu: string, memory: string, pods: number): ClusterConfig => ({
  proxyMode: 'iptables',
  nodes: Array.from({ length: count }, (_, index) => ({ name: `node-${index + 1}`, cpu, memory, pods, index, hollow: true, kubeletLimit: { perSecond: 10, burst: 20 } })),
});

const labels = { app: 'web' };
export const deployment = (replicas: number, image = 'nginx:1.27'): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image, ports: [{ containerPort: 80 }] }] } } },
});
export const service: object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: labels, ports: [{ port: 80, targetPort: 80 }] } };

const post = (path: string, body: object): Command => ({ type: 'request', request: { user: USERS.admin, method: 'POST', path, body } });
export const createDeployment = (replicas: number): Command => post('/apis/apps/v1/namespaces/default/deployments', deployment(replicas));
const createService: Command = post('/api/v1/namespaces/default/services', service);
const setImage = (image: string): Command => ({
  type: 'request',
  request: { user: USERS.admin, method: 'PATCH', path: '/apis/apps/v1/namespaces/default/deployments/web', contentType: STRATEGIC_MERGE_PATCH, body: { spec: { template: { spec: { containers: [{ name: 'app', image }] } } } } },
});

/** The hour of which a random moment is sought: 5 nodes, 40 Pods, 10 requests a second, a rollout every 5 minutes, a node off from 20:00 to 40:00. */
export function hour(): Story {
  const script: ScriptedInput[] = [
    { at: SECOND, command: createDeployment(40) },
    { at: SECOND, command: createService },
    { at: 5 * SECOND, command: { type: 'traffic', on: { name: 'client', service: 'default/web', port: 80, perSecond: 10, from: { outside: true } } } },
    { at: 20 * MINUTE, command: { type: 'fault', fault: { type: 'killNode', node: 'node-2' } } },
    { at: 40 * MINUTE, command: { type: 'fault', fault: { type: 'returnNode', node: 'node-2' } } },
  ];
  for (let i = 1; i < 12; i++) script.push({ at: i * 5 * MINUTE, command: setImage(`nginx:1.${27 + (i % 2)}`) });
  script.sort((a, b) => a.at - b.at);
  return { config: { proxyMode: 'iptables', nodes: Array.from({ length: 5 }, (_, index) => ({ name: `node-${index + 1}`, cpu: '8', memory: '16Gi', index, hollow: false })) }, seed: 7, script };
}

/** Until all replicas are Ready, or the patience is over. */
export const PATIENCE: Micros = 10 * MINUTE;

/** A day: 20 nodes, 400 Pods in eight Deployments, ten CronJobs, an autoscaler, and one request a second. */
export function day(): Story {
  const workload = (name: string, replicas: number): object => ({
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu: '100m', memory: '64Mi' } } }] } } },
  });
  const script: ScriptedInput[] = [];
  for (let i = 0; i < 8; i++) script.push({ at: SECOND, command: post('/apis/apps/v1/namespaces/default/deployments', workload(`web-${i}`, 50)) });
  for (let i = 0; i < 10; i++) {
    script.push({
      at: SECOND,
      command: post('/apis/batch/v1/namespaces/default/cronjobs', {
        apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: `tick-${i}` },
        spec: { schedule: `${i * 5} * * * *`, jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'sleep 5; echo done'] }] } } } } },
      }),
    });
  }
  script.push({ at: SECOND, command: post('/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web-0' }, spec: { selector: { app: 'web-0' }, ports: [{ port: 80 }] } }) });
  script.push({
    at: SECOND,
    command: post('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
      apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web-0' },
      spec: { minReplicas: 50, maxReplicas: 60, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web-0' }, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }] },
    }),
  });
  script.push({ at: MINUTE, command: { type: 'traffic', on: { name: 'client', service: 'default/web-0', port: 80, perSecond: 1, from: { outside: true } } } });
  return { config: { proxyMode: 'iptables', nodes: Array.from({ length: 20 }, (_, index) => ({ name: `node-${index + 1}`, cpu: '8', memory: '32Gi', index, hollow: false })) }, seed: 7, script };
}
