/**
 * What can be done to the cluster. Commands go through the API server, as the kubectl line that is shown; faults hit machines. Nothing asks
 * for confirmation: everything can be undone by going back in time.
 */
import type { Fault } from '../../sim/api/cluster.ts';
import type { Micros } from '../../sim/api/time.ts';
import type { GlyphName } from '../stage/glyphs.tsx';
import type { Endpoint, StageModel, StageTarget, Trouble } from '../stage/model.ts';

export type VerbId = 'apply' | 'scale' | 'image' | 'undo' | 'delete' | 'cordon' | 'drain' | 'kill' | 'cut' | 'crash' | 'slow' | 'traffic' | 'kubectl';
export type VerbGroup = 'commands' | 'faults' | 'load' | 'line';
export interface Verb {
  readonly id: VerbId;
  readonly group: VerbGroup;
  readonly glyph: GlyphName;
  readonly key: string;
  /** It has no button of its own in the dock: it is found where the thing is, and by its key. */
  readonly aside?: true;
}
export const VERBS: readonly Verb[] = [
  { id: 'apply', group: 'commands', glyph: 'apply', key: 'e' },
  { id: 'scale', group: 'commands', glyph: 'scale', key: 's' },
  { id: 'image', group: 'commands', glyph: 'image', key: 'i' },
  { id: 'undo', group: 'commands', glyph: 'undo', key: 'u' },
  { id: 'delete', group: 'commands', glyph: 'del', key: '' },
  { id: 'cordon', group: 'commands', glyph: 'cordon', key: '' },
  { id: 'drain', group: 'commands', glyph: 'drain', key: '' },
  { id: 'kill', group: 'faults', glyph: 'kill', key: 'k' },
  { id: 'cut', group: 'faults', glyph: 'cut', key: 'x' },
  { id: 'crash', group: 'faults', glyph: 'warn', key: 'r' },
  { id: 'slow', group: 'faults', glyph: 'timer', key: 'l', aside: true },
  { id: 'traffic', group: 'load', glyph: 'traffic', key: '' },
  { id: 'kubectl', group: 'line', glyph: 'term', key: '`' },
];

const object = (kind: string, key: string): StageTarget => ({ on: 'object', kind, key });
const process = (name: Endpoint): StageTarget => ({ on: 'process', process: name });
const deployments = ({ chain }: StageModel): readonly StageTarget[] => (chain?.deployment === undefined ? [] : [object('Deployment', chain.deployment.key)]);
const ownersOf = ({ chain }: StageModel, fit: (kind: string) => boolean): readonly StageTarget[] => (chain?.owner === undefined || !fit(chain.owner.kind) ? [] : [object(chain.owner.kind, chain.owner.key)]);
/** Those with a number of replicas, and those with a template that may change. */
const SCALED = new Set(['StatefulSet', 'ReplicaSet', 'ReplicationController']);
const TEMPLATED = new Set(['StatefulSet', 'DaemonSet']);
const services = ({ chain }: StageModel): readonly StageTarget[] => (chain?.service === undefined ? [] : [object('Service', chain.service.key)]);
const podsOf = (model: StageModel, fit: (look: string) => boolean): readonly StageTarget[] => {
  const all = [...model.nodes.flatMap((node) => node.pods), ...(model.chain?.replicaSets.flatMap((set) => set.pods) ?? []), ...(model.chain?.loosePods ?? [])];
  return [...new Map(all.filter((pod) => fit(pod.look)).map((pod) => [pod.key, object('Pod', pod.key)])).values()];
};

/** Everything that has a wire of its own to the API server; what is on a machine without power has none. */
const components = (model: StageModel): readonly StageTarget[] => [
  process('scheduler'),
  ...model.controllers.map((controller) => process(`controller/${controller.name}`)),
  ...model.nodes.filter((node) => node.dead !== true).flatMap((node) => [process(`kubelet/${node.name}`), process(`proxy/${node.name}`)]),
];

/** What a verb may be done to at this moment; empty: it would do nothing. Verbs without a target have one, themselves. */
export function targetsOf(verb: VerbId, model: StageModel): readonly StageTarget[] {
  switch (verb) {
    case 'scale':
      return [...deployments(model), ...ownersOf(model, (kind) => SCALED.has(kind))];
    case 'image':
      return [...deployments(model), ...ownersOf(model, (kind) => TEMPLATED.has(kind))];
    case 'undo':
      return (model.chain?.replicaSets.length ?? 0) > 1 ? deployments(model) : [];
    case 'delete':
      return [...deployments(model), ...ownersOf(model, () => true), ...services(model), ...podsOf(model, (look) => look !== 'terminating')];
    case 'cordon':
      return model.nodes.map((node) => object('Node', node.name));
    case 'drain':
      return model.nodes.map((node) => object('Node', node.name));
    case 'kill':
      return model.nodes.map((node) => object('Node', node.name));
    case 'cut':
      return [...model.nodes.filter((node) => node.dead !== true).map((node) => object('Node', node.name)), ...components(model)];
    case 'slow':
      return components(model);
    case 'crash':
      return [...podsOf(model, (look) => look === 'ready' || look === 'running' || look === 'other'), ...components(model), process('apiserver')];
    case 'traffic':
      return model.traffic === undefined ? services(model) : [{ on: 'traffic' }];
    case 'apply':
    case 'kubectl':
      return [{ on: 'process', process: 'user' }];
  }
}

/** What a fault leaves behind, and its opposite ends. */
const TROUBLE: Readonly<Partial<Record<VerbId, Trouble>>> = { crash: 'down', cut: 'cut', slow: 'slow' };

/** The opposite is done to what is in that state already: a dead node is switched on. */
export function isReverse(verb: VerbId, model: StageModel, target: StageTarget | undefined): boolean {
  if (verb === 'traffic') return model.traffic !== undefined;
  if (target?.on === 'process') {
    const ended = TROUBLE[verb];
    return ended !== undefined && model.troubles?.some((trouble) => trouble.process === target.process && trouble.is === ended) === true;
  }
  const node = target?.on === 'object' && target.kind === 'Node' ? model.nodes.find(({ name }) => name === target.key) : undefined;
  // Without a node in hand the verb speaks of what it can do to most of them.
  const all = (fit: (node: StageModel['nodes'][number]) => boolean): boolean => (node === undefined ? model.nodes.length > 0 && model.nodes.every(fit) : fit(node));
  switch (verb) {
    case 'cordon':
      return all(({ cordoned }) => cordoned === true);
    case 'kill':
      return all(({ dead }) => dead === true);
    case 'cut':
      return all(({ partitioned }) => partitioned === true);
    default:
      return false;
  }
}

const split = (key: string): readonly [namespace: string, name: string] => {
  const slash = key.indexOf('/');
  return slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
};
/** `-n` only where it is not the default one. */
const inNamespace = (key: string): string => {
  const [namespace] = split(key);
  return namespace === '' || namespace === 'default' ? '' : ` -n ${namespace}`;
};
export const nameOf = (key: string): string => split(key)[1];

/** The kubectl line of a command; `value` is the number or the image of a form. */
export function lineOf(verb: VerbId, model: StageModel, target: StageTarget, value = '', container = ''): string | undefined {
  if (target.on !== 'object') return undefined;
  const { kind, key } = target;
  const of = `${kind.toLowerCase()}/${nameOf(key)}${inNamespace(key)}`;
  switch (verb) {
    case 'scale':
      return `kubectl scale ${of} --replicas=${value}`;
    case 'image':
      return `kubectl set image ${of} ${container}=${value}`;
    case 'undo':
      return `kubectl rollout undo ${of}`;
    case 'delete':
      return `kubectl delete ${kind.toLowerCase()} ${nameOf(key)}${inNamespace(key)} --wait=false`;
    case 'cordon':
      return `kubectl ${isReverse('cordon', model, target) ? 'uncordon' : 'cordon'} ${key}`;
    case 'drain':
      return `kubectl drain ${key} --ignore-daemonsets --delete-emptydir-data`;
    default:
      return undefined;
  }
}

/** How much later every message comes on a slow wire: long enough to be seen, short of what makes a node silent. */
const SLOWER: Micros = 1_000_000;
/** A process as the simulation calls it: "controller/deployment-controller" is a place on stage. */
const componentOf = (endpoint: Endpoint): string => endpoint.replace(/^controller\//, '');

function componentFault(verb: VerbId, model: StageModel, target: StageTarget, component: string): Fault | undefined {
  const ends = isReverse(verb, model, target);
  switch (verb) {
    case 'crash':
      return { type: ends ? 'restart' : 'crash', component };
    case 'cut':
      return { type: ends ? 'mendLink' : 'cutLink', component };
    case 'slow':
      return { type: 'slowLink', component, extraMicros: ends ? 0 : SLOWER };
    default:
      return undefined;
  }
}

export function faultOf(verb: VerbId, model: StageModel, target: StageTarget, container = ''): Fault | undefined {
  if (target.on === 'process') return componentFault(verb, model, target, componentOf(target.process));
  if (target.on !== 'object') return undefined;
  switch (verb) {
    case 'kill':
      return { type: isReverse('kill', model, target) ? 'returnNode' : 'killNode', node: target.key };
    case 'cut':
      return { type: isReverse('cut', model, target) ? 'healNode' : 'partitionNode', node: target.key };
    case 'crash':
      return { type: 'crashContainer', pod: target.key, container };
    default:
      return undefined;
  }
}
