import type { ClusterConfig, Command, Fault, NodeConfig, TrafficConfig } from '../api/cluster.ts';
import { kindInfo, pathOf } from '../api/kinds.ts';
import { JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, USERS } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import type { Chapter } from '../observe/chapters.ts';

/**
 * A story as data: a cluster, a seed, what is done from outside and when, and how to tell that a chapter has begun.
 * The simulation knows none of their names. A published scenario is never edited, because links refer to its content.
 */
export interface Scenario {
  readonly id: string;
  readonly config: ClusterConfig;
  readonly seed: number;
  readonly script: readonly ScriptedCommand[];
  readonly chapters: readonly Chapter[];
}
/** The shape of record/timeline.ts's ScriptedInput. */
export interface ScriptedCommand {
  readonly at: Micros;
  readonly command: Command;
}

/** A manifest as it stands in a file. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

const node = (index: number): NodeConfig => ({ name: `node-${index + 1}`, cpu: '4', memory: '8Gi', index, hollow: false });
/** Three machines of a usual size. */
export const THREE_NODES: ClusterConfig = { proxyMode: 'iptables', nodes: [node(0), node(1), node(2)] };

export const NAMESPACE = 'default';

/** JSON with sorted keys and a new line at its end, as kubectl keeps what was applied. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

const inNamespace = ({ kind }: Manifest): { readonly namespace?: string } => (kindInfo(kind)?.namespaced === false ? {} : { namespace: NAMESPACE });

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** What kubectl remembers of a manifest that it applied. */
function lastApplied(manifest: Manifest): string {
  const metadata = { ...manifest.metadata, ...inNamespace(manifest), annotations: manifest.metadata.annotations ?? {} };
  return `${JSON.stringify(sorted({ ...manifest, metadata }))}\n`;
}

/** `kubectl apply -f`, as its first request after it found nothing there. */
export function apply(at: Micros, manifest: Manifest, file: string): ScriptedCommand {
  const body = { ...manifest, metadata: { ...manifest.metadata, ...inNamespace(manifest), annotations: { ...manifest.metadata.annotations, [LAST_APPLIED]: lastApplied(manifest) } } };
  return {
    at,
    command: {
      type: 'request',
      request: { user: USERS.admin, userAgent: 'kubectl', method: 'POST', path: pathOf(manifest.kind, inNamespace(manifest).namespace), query: { fieldManager: 'kubectl-client-side-apply', fieldValidation: 'Strict' }, body },
      line: `kubectl apply -f ${file}`,
    },
  };
}

/** `kubectl scale`. */
export const scale = (at: Micros, deployment: string, replicas: number): ScriptedCommand => ({
  at,
  command: {
    type: 'request',
    request: { user: USERS.admin, userAgent: 'kubectl', method: 'PATCH', path: pathOf('Deployment', NAMESPACE, deployment, 'scale'), query: { fieldManager: 'kubectl-scale' }, contentType: MERGE_PATCH, body: { spec: { replicas } } },
    line: `kubectl scale deployment/${deployment} --replicas=${replicas}`,
  },
});

/** `kubectl set image`. */
export const setImage = (at: Micros, deployment: string, container: string, image: string): ScriptedCommand => ({
  at,
  command: {
    type: 'request',
    request: {
      user: USERS.admin, userAgent: 'kubectl', method: 'PATCH', path: pathOf('Deployment', NAMESPACE, deployment), query: { fieldManager: 'kubectl-set' }, contentType: STRATEGIC_MERGE_PATCH,
      body: { spec: { template: { spec: { containers: [{ image, name: container }], '$setElementOrder/containers': [{ name: container }] } } } },
    },
    line: `kubectl set image deployment/${deployment} ${container}=${image}`,
  },
});

/** `kubectl rollout undo`: the template of the revision before, as its ReplicaSet has it with all that was defaulted, and the annotations. */
export const undo = (at: Micros, manifest: Manifest, template: object, revision: number): ScriptedCommand => ({
  at,
  command: {
    type: 'request',
    request: {
      user: USERS.admin, userAgent: 'kubectl', method: 'PATCH', path: pathOf('Deployment', NAMESPACE, manifest.metadata.name), query: { fieldManager: 'kubectl-rollout' }, contentType: JSON_PATCH,
      body: [
        { op: 'replace', path: '/spec/template', value: template },
        { op: 'replace', path: '/metadata/annotations', value: { 'deployment.kubernetes.io/revision': String(revision), [LAST_APPLIED]: lastApplied(manifest) } },
      ],
    },
    line: `kubectl rollout undo deployment/${manifest.metadata.name}`,
  },
});

/** `kubectl delete pod`. */
export const deletePod = (at: Micros, name: string): ScriptedCommand => ({
  at,
  command: {
    type: 'request',
    request: { user: USERS.admin, userAgent: 'kubectl', method: 'DELETE', path: pathOf('Pod', NAMESPACE, name), query: {}, body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' } },
    line: `kubectl delete pod ${name}`,
  },
});

export const fault = (at: Micros, what: Fault): ScriptedCommand => ({ at, command: { type: 'fault', fault: what } });
export const traffic = (at: Micros, on: TrafficConfig): ScriptedCommand => ({ at, command: { type: 'traffic', on } });
