import { pathOf } from '../api/kinds.ts';
import type { Event } from '../api/object.ts';
import { STRATEGIC_MERGE_PATCH, USERS } from '../api/request.ts';
import { SECOND, type Micros } from '../api/time.ts';
import { machine } from './pods.ts';
import { apply, NAMESPACE, type Manifest, type Scenario, type ScriptedCommand } from './scenario.ts';
import { newTemplate, podPhase, reasoned, settled, written } from './when.ts';

const settings: Manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { color: 'blue' } } as Manifest;

/** Says every five seconds what it reads in its file, and what its variable says. */
const reader: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'reader' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'reader' } },
    template: {
      metadata: { labels: { app: 'reader' } },
      spec: {
        terminationGracePeriodSeconds: 5,
        containers: [
          {
            name: 'app',
            image: 'busybox:1.36',
            command: ['sh', '-c', 'while true; do echo "file: $(cat /etc/settings/color), variable: $COLOR"; sleep 5; done'],
            env: [{ name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } }],
            volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }],
            resources: { requests: { cpu: '100m' } },
          },
        ],
        volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
      },
    },
  },
};

const patched = (at: Micros, kind: 'ConfigMap' | 'Deployment', name: string, fieldManager: string, line: string, body: object): ScriptedCommand => ({
  at,
  command: { type: 'request', request: { user: USERS.admin, userAgent: 'kubectl', method: 'PATCH', path: pathOf(kind, NAMESPACE, name), query: { fieldManager }, contentType: STRATEGIC_MERGE_PATCH, body }, line },
});

/** One ConfigMap, seen in two ways: as a file that follows it, and as a variable that does not. */
export const configuration: Scenario = {
  id: 'configuration',
  config: { proxyMode: 'iptables', nodes: [machine(0, '2', '4Gi'), machine(1, '2', '4Gi')] },
  seed: 1,
  script: [
    apply(5 * SECOND, reader, 'reader.yaml'),
    apply(15 * SECOND, settings, 'settings.yaml'),
    patched(35 * SECOND, 'ConfigMap', 'settings', 'kubectl-patch', `kubectl patch configmap settings -p '{"data":{"color":"green"}}'`, { data: { color: 'green' } }),
    patched(135 * SECOND, 'Deployment', 'reader', 'kubectl-rollout', 'kubectl rollout restart deployment/reader', { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-05T08:02:15Z' } } } } }),
  ],
  chapters: [
    { id: 'configuration.begin' },
    { id: 'configuration.missing', when: written('Event', ({ after }) => (after as Event | undefined)?.reason === 'FailedMount') },
    { id: 'configuration.there', when: written('ConfigMap', ({ before, after }) => before === undefined && after?.metadata.name === 'settings') },
    { id: 'configuration.running', when: podPhase('Running') },
    { id: 'configuration.changed', when: written('ConfigMap', ({ before, after }) => before !== undefined && after?.metadata.name === 'settings') },
    { id: 'configuration.file', when: reasoned('kubelet.volumes') },
    { id: 'configuration.restart', when: newTemplate },
    { id: 'configuration.done', when: settled, after: 'configuration.restart' },
  ],
};
