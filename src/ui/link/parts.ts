import type { Command } from '../../sim/api/cluster.ts';
import { USERS } from '../../sim/api/request.ts';
import type { ScriptedInput } from '../../sim/index.ts';
import type { ChapterSource, EngineParts, EngineStory } from './engine.ts';

const post = (path: string, body: object, line: string): Command => ({ type: 'request', request: { user: USERS.admin, method: 'POST', path, body }, line });
const labels = { app: 'nginx' };
const script: readonly ScriptedInput[] = [
  { at: 30_000_000, command: post('/apis/apps/v1/namespaces/default/deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'nginx', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] } } } }, 'kubectl apply -f web.yml') },
  { at: 30_000_000, command: post('/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: labels, ports: [{ port: 80, targetPort: 80 }] } }, 'kubectl apply -f web.yml') },
];
const story = (id: string): EngineStory => ({ id, seed: 1, script, config: { proxyMode: 'iptables', nodes: [0, 1, 2].map((index) => ({ name: `node-${index + 1}`, cpu: '4', memory: '8Gi', index, hollow: false })) } });

const none: ChapterSource = { follow: () => undefined, cut: () => undefined, chapters: () => [], tenSteps: () => Array.from({ length: 10 }, (_, i) => ({ id: `step${i + 1}`, args: {} })) };

/** The engine's parts that the simulation gives. */
export function newParts(page: Pick<EngineParts, 'tell' | 'clock' | 'breathe'>): EngineParts {
  return {
    ...page,
    story: (id) => (id === 'deploy' ? story(id) : undefined),
    chaptersOf: () => none,
    whyOf: () => [],
    // The page has the words: a code and its target travel.
    describeFault: (fault, target) => `${fault.type} ${target}`,
    encode: (recording) => JSON.stringify(recording),
    decode: (text) => ({ ...(JSON.parse(text) as ReturnType<typeof JSON.parse>), sameEngine: true }),
  };
}
