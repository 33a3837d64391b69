import { stringify } from 'yaml';
import type { Command, Fault, NodeConfig, TrafficConfig } from '../../sim/api/cluster.ts';
import type { Micros } from '../../sim/api/time.ts';

/**
 * A story as a shell script for a real cluster: what was done, at the same pace. On kind, nodes are containers that can be stopped and cut off; on KWOK,
 * thousands of nodes cost nothing, but no container runs. What has no counterpart there is said in a comment, in its place.
 */
export type Target = 'kind' | 'kwok';
export interface ScriptInput {
  readonly at: Micros;
  readonly command: Command;
}
export interface ScriptStory {
  readonly name: string;
  readonly nodes: readonly NodeConfig[];
  readonly inputs: readonly ScriptInput[];
}

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
/** A comment never ends early. */
const comment = (text: string): string => text.split('\n').map((line) => `# ${line}`).join('\n');

/** kind names its workers orrery-worker, orrery-worker2, ...: in the order of the story's nodes. */
const kindNode = (nodes: readonly NodeConfig[], name: string): string => {
  const index = nodes.findIndex((node) => node.name === name);
  return `orrery-worker${index <= 0 ? '' : String(index + 1)}`;
};

function cluster(target: Target, nodes: readonly NodeConfig[]): string[] {
  if (target === 'kwok') {
    return [
      'kwokctl create cluster --name orrery',
      'kubectl config use-context kwok-orrery',
      ...nodes.map(({ name, cpu, memory, pods, labels }) => {
        const resources = { cpu, memory, pods: String(pods ?? 110) };
        return heredoc({ apiVersion: 'v1', kind: 'Node', metadata: { name, annotations: { 'kwok.x-k8s.io/node': 'fake' }, labels: { 'kubernetes.io/hostname': name, type: 'kwok', ...labels } }, status: { allocatable: resources, capacity: resources } }, 'apply');
      }),
    ];
  }
  const config = { kind: 'Cluster', apiVersion: 'kind.x-k8s.io/v1alpha4', name: 'orrery', nodes: [{ role: 'control-plane' }, ...nodes.map(({ labels }) => ({ role: 'worker', ...(labels === undefined ? {} : { labels }) }))] };
  return [
    `kind create cluster --image kindest/node:v1.36.3 --config - <<'EOF'\n${stringify(config)}EOF`,
    'kubectl wait --for=condition=Ready nodes --all --timeout=180s',
    // The names of the story stay in the commands.
    ...nodes.map(({ name }) => `# ${name} of the story is ${kindNode(nodes, name)} here (${quoted(`kubectl get node ${kindNode(nodes, name)}`)})`),
  ];
}

const heredoc = (body: unknown, verb: 'apply' | 'create' | 'replace'): string => {
  const text = stringify(body, { lineWidth: 0 });
  // A line of the manifest that reads like the end of it would end it.
  let end = 'EOF';
  while (text.split('\n').includes(end)) end += '_';
  return `kubectl ${verb} -f - <<'${end}'\n${text}${end}`;
};

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** What was sent, as it stood in the file. */
function manifestOf(body: unknown): unknown {
  const object = (typeof body === 'string' ? (JSON.parse(body) as unknown) : body) as { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  const { [LAST_APPLIED]: _applied, ...annotations } = object.metadata?.annotations ?? {};
  const { annotations: _annotations, ...metadata } = (object.metadata ?? {}) as Readonly<Record<string, unknown>>;
  return { ...object, metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) } };
}

function faultLine(target: Target, nodes: readonly NodeConfig[], fault: Fault): string {
  if (target === 'kwok') {
    switch (fault.type) {
      case 'killNode':
      case 'freezeNode':
      case 'partitionNode':
        return `# KWOK sends this node's heartbeats no more.\nkubectl annotate node ${quoted(fault.node)} kwok.x-k8s.io/node-`;
      case 'returnNode':
      case 'thawNode':
      case 'healNode':
        return `kubectl annotate node ${quoted(fault.node)} kwok.x-k8s.io/node=fake --overwrite`;
      default:
        return comment(`${fault.type}: there is no real component or container to do this to on KWOK`);
    }
  }
  switch (fault.type) {
    case 'killNode':
      return `docker stop -t 0 ${kindNode(nodes, fault.node)}`;
    case 'returnNode':
      return `docker start ${kindNode(nodes, fault.node)}`;
    case 'freezeNode':
      return `docker pause ${kindNode(nodes, fault.node)}`;
    case 'thawNode':
      return `docker unpause ${kindNode(nodes, fault.node)}`;
    case 'partitionNode':
      return `docker network disconnect kind ${kindNode(nodes, fault.node)}`;
    case 'healNode':
      return `docker network connect kind ${kindNode(nodes, fault.node)}`;
    case 'crashContainer': {
      const [namespace = 'default', name = ''] = fault.pod.includes('/') ? fault.pod.split('/') : ['default', fault.pod];
      return `# The story's Pod ${fault.pod} has another name here, unless it was made by hand.\nkubectl exec -n ${quoted(namespace)} ${quoted(name)} -c ${quoted(fault.container)} -- kill 1`;
    }
    case 'crash':
    case 'restart': {
      const component = fault.component === 'scheduler' ? 'kube-scheduler' : fault.component === 'apiserver' ? 'kube-apiserver' : 'kube-controller-manager';
      const manifest = `/etc/kubernetes/manifests/${component}.yaml`;
      return fault.type === 'crash' ? `docker exec orrery-control-plane mv ${manifest} /etc/kubernetes/` : `docker exec orrery-control-plane mv /etc/kubernetes/${component}.yaml ${manifest}`;
    }
    default:
      return comment(`${fault.type} ${fault.component}: a single connection cannot be slowed down or cut here`);
  }
}

const trafficLine = ({ name, service, port, perSecond }: TrafficConfig): string => {
  const [namespace = 'default', of = ''] = service.split('/');
  return `kubectl run ${quoted(`traffic-${name}`)} -n ${quoted(namespace)} --image=busybox:1.37 --restart=Never -- sh -c ${quoted(`while true; do wget -qO- -T 2 http://${of}:${port} >/dev/null && echo ok || echo failed; sleep ${(1 / Math.max(perSecond, 0.01)).toFixed(2)}; done`)}`;
};

function requestLines({ request, line }: Extract<Command, { type: 'request' }>): string | undefined {
  const { method, body } = request;
  if (method === 'GET') return undefined;
  const applies = line !== undefined && /^kubectl (?:apply|create|replace)\b.*\s(?:-f|--filename)[ =]/.test(line);
  if (line !== undefined && !applies) return line;
  if (method === 'POST' && typeof body === 'object' && body !== null) return heredoc(manifestOf(body), applies && line.startsWith('kubectl apply') ? 'apply' : 'create');
  if (applies && (method === 'PATCH' || method === 'PUT')) return `${comment(`${line}: the file as it was changed; the patch that was sent stands for it`)}\n${rawPatch(request)}`;
  return rawPatch(request);
}
function rawPatch({ method, path, body, contentType }: Extract<Command, { type: 'request' }>['request']): string {
  const url = quoted(path);
  if (method === 'DELETE') return `kubectl delete --raw ${url}`;
  const text = quoted(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  if (method === 'POST') return `echo ${text} | kubectl create --raw ${url} -f -`;
  if (method === 'PUT') return `echo ${text} | kubectl replace --raw ${url} -f -`;
  return comment(`PATCH ${path} (${contentType ?? 'application/json'}) ${typeof body === 'string' ? body : JSON.stringify(body ?? {})}`);
}

/** The whole script. Requests of one typed line are one line again. */
export function script(target: Target, { name, nodes, inputs }: ScriptStory): string {
  const out: string[] = [
    '#!/usr/bin/env bash',
    comment(`The story "${name}" for a real cluster (${target === 'kind' ? 'kind: needs docker, kind and kubectl' : 'KWOK: needs kwokctl and kubectl'}). Written by Orrery.`),
    'set -u',
    '',
    ...cluster(target, nodes),
    '',
  ];
  let before: Micros = 0;
  let lastLine: string | undefined;
  for (const { at, command } of inputs) {
    let text: string | undefined;
    switch (command.type) {
      case 'request':
        // One line may send many requests: it is typed once.
        text = command.line !== undefined && command.line === lastLine && at - before < 1_000_000 && command.request.method !== 'POST' ? undefined : requestLines(command);
        lastLine = command.line;
        break;
      case 'fault':
        text = faultLine(target, nodes, command.fault);
        break;
      case 'traffic':
        text = 'on' in command ? (target === 'kwok' ? comment('a client: nothing answers on KWOK, where no container runs') : trafficLine(command.on)) : `kubectl delete pod ${quoted(`traffic-${command.off}`)} --wait=false`;
        break;
    }
    if (text === undefined) continue;
    const seconds = Math.round((at - before) / 100_000) / 10;
    if (seconds >= 0.1) out.push(`sleep ${seconds}`);
    before = at;
    out.push(text);
  }
  out.push('', target === 'kind' ? '# To end: kind delete cluster --name orrery' : '# To end: kwokctl delete cluster --name orrery', '');
  return out.join('\n');
}
