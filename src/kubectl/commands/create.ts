import { pathOf } from '../../sim/api/kinds.ts';
import type { KubernetesObject, Pod } from '../../sim/api/object.ts';
import { parsePatch } from '../documents.ts';
import { LOGS_FLAGS, logs } from './containers.ts';
import { Failure } from '../failure.ts';
import { fileAt, filesIn } from '../files.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, parseFlags, number, raws, text, texts, truth } from '../flags.ts';
import { changed } from '../output.ts';
import { builtIn, fetchEvery } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { POLL_MICROS, call, readIfAny } from '../steps.ts';
import type { Tree } from '../tree.ts';
import { dig, isList, isTree } from '../tree.ts';
import { base64 } from '../base64.ts';
import { CREATE_FILE_FLAGS, createFiles, dryRun, writeQuery } from './apply.ts';
import { PICK, picked } from './change.ts';
import { createCronJob, createJob } from './createBatch.ts';
import { createIngress, createQuota, createRegistry, createTls } from './createOthers.ts';
import { createBinding, createRole, createToken } from './createRbac.ts';
import { afterDash, intOrString, labelsOf, make, oneName } from './make.ts';

export const CREATE_FLAGS: FlagSpecs = {
  ...CREATE_FILE_FLAGS, image: kinds.strings(), replicas: kinds.int('r'), port: kinds.int(), 'from-literal': kinds.strings(), 'from-file': kinds.strings(), 'from-env-file': kinds.strings(), 'append-hash': kinds.bool(),
  type: kinds.string(), tcp: kinds.strings(), clusterip: kinds.string(), 'node-port': kinds.int(), 'external-name': kinds.string(), 'min-available': kinds.string(), 'max-unavailable': kinds.string(), value: kinds.int(),
  'preemption-policy': kinds.string(), description: kinds.string(), 'global-default': kinds.bool(), hard: kinds.string(), scopes: kinds.strings(), verb: kinds.strings(), resource: kinds.strings(), 'resource-name': kinds.strings(), 'non-resource-url': kinds.strings(), 'aggregation-rule': kinds.strings(),
  role: kinds.string(), clusterrole: kinds.string(), user: kinds.strings(), group: kinds.strings(), serviceaccount: kinds.strings(), rule: kinds.strings(), class: kinds.string(), 'default-backend': kinds.string(), annotation: kinds.strings(), schedule: kinds.string(), restart: kinds.string(), from: kinds.string(),
  cert: kinds.string(), key: kinds.string(), 'docker-server': kinds.string(), 'docker-username': kinds.string(), 'docker-password': kinds.string(), 'docker-email': kinds.string(), duration: kinds.duration, audience: kinds.strings(), 'bound-object-kind': kinds.string(), 'bound-object-name': kinds.string(),
};
export const RUN_FLAGS: FlagSpecs = {
  ...PICK, image: kinds.string(), port: kinds.string(), env: kinds.strings(), labels: kinds.string('l'), selector: kinds.string(), restart: kinds.string(), command: kinds.bool(), expose: kinds.bool(), 'image-pull-policy': kinds.string(), annotations: kinds.strings(), overrides: kinds.string(),
  stdin: kinds.bool('i'), tty: kinds.bool('t'), rm: kinds.bool(), attach: kinds.bool(), quiet: kinds.bool('q'), privileged: kinds.bool(),
};
export const EXPOSE_FLAGS: FlagSpecs = {
  ...PICK, port: kinds.string(), 'target-port': kinds.string(), name: kinds.string(), type: kinds.string(), protocol: kinds.string(), labels: kinds.string('l'), selector: kinds.string(), 'cluster-ip': kinds.string(), 'external-ip': kinds.string(), 'session-affinity': kinds.string(), 'load-balancer-ip': kinds.string(), overrides: kinds.string(),
};

const CREATE_HELP = 'error: must specify one of -f and -k\n';
const helpOf = (what: string, lines: string): Failure => new Failure(lines.replaceAll('%', what));
const SERVICE_HELP = `Create a service using a specified subcommand.

Aliases:
service, svc

Available Commands:
  clusterip      Create a ClusterIP service
  externalname   Create an ExternalName service
  loadbalancer   Create a LoadBalancer service
  nodeport       Create a NodePort service

Usage:
  kubectl create service [flags] [options]

Use "kubectl create service <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
`;
const SECRET_HELP = `Create a secret with specified type.

 A docker-registry type secret is for accessing a container registry.

 A generic type secret indicate an Opaque secret type.

 A tls type secret holds TLS certificate and its associated key.

Available Commands:
  docker-registry   Create a secret for use with a Docker registry
  generic           Create a secret from a local file, directory, or literal value
  tls               Create a TLS secret

Usage:
  kubectl create secret (docker-registry | generic | tls) [options]

Use "kubectl create secret <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
`;

/** The name of an image without registry, tag and digest, as a container's name. */
const containerName = (image: string): string => image.split('/').at(-1)!.split('@')[0]!.split(':')[0]!.replace(/[^-a-z0-9]/gi, '-').toLowerCase();

const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
function keysAndValues(context: Context, kind: 'ConfigMap' | 'Secret', name: string): [string, string][] {
  const out = new Map<string, string>();
  const add = (key: string, value: string): void => {
    if (!CONFIG_KEY.test(key)) throw new Failure(`error: "${key}" is not a valid key name for a ${kind}: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`);
    if (out.has(key)) throw new Failure(`error: cannot add key "${key}", another key by that name already exists in Data for ${kind} "${name}"`);
    out.set(key, value);
  };
  const file = (path: string): string => {
    const content = fileAt(context.input, path);
    if (content === undefined) throw new Failure(`error: error reading ${path}: no such file or directory`);
    return content;
  };
  if (given(context.flags, 'from-env-file') && (given(context.flags, 'from-file') || given(context.flags, 'from-literal'))) throw new Failure('error: from-env-file cannot be combined with from-file or from-literal');
  for (const literal of raws(context.flags, 'from-literal')) {
    const equals = literal.indexOf('=');
    if (equals < 1) throw new Failure(`error: invalid literal source ${literal}, expected key=value`);
    add(literal.slice(0, equals), literal.slice(equals + 1).replace(/^(['"])(.*)\1$/, '$2'));
  }
  for (const source of raws(context.flags, 'from-file')) {
    const equals = source.indexOf('=');
    const path = source.slice(equals + 1);
    const inside = equals < 0 && fileAt(context.input, path) === undefined ? filesIn(context.input, path, false) : [];
    if (inside.length > 0) for (const name of inside) add(name.split('/').at(-1)!, context.input.files[name]!);
    else add(equals < 0 ? path.split('/').at(-1)! : source.slice(0, equals), file(path));
  }
  for (const path of raws(context.flags, 'from-env-file')) {
    for (const line of file(path).split('\n')) {
      const trimmed = line.trim();
      if (trimmed === '' || trimmed.startsWith('#')) continue;
      const equals = trimmed.indexOf('=');
      add(equals < 0 ? trimmed : trimmed.slice(0, equals), equals < 0 ? '' : trimmed.slice(equals + 1));
    }
  }
  return [...out];
}

function servicePorts(context: Context): Tree[] {
  return texts(context.flags, 'tcp').map((spec) => {
    const [port = '', target = port] = spec.split(':');
    for (const part of [port]) {
      if (!/^\d+$/.test(part)) throw new Failure(`error: strconv.ParseUint: parsing "${part}": invalid syntax`);
      if (Number(part) > 65535) throw new Failure(`error: strconv.ParseUint: parsing "${part}": value out of range`);
    }
    const nodePort = number(context.flags, 'node-port');
    return { name: spec.replace(':', '-'), ...(nodePort === undefined || nodePort === 0 ? {} : { nodePort }), port: Number(port), protocol: 'TCP', targetPort: /^\d+$/.test(target) ? Number(target) : target };
  });
}

const SERVICE_TYPES: Readonly<Record<string, string>> = { clusterip: 'ClusterIP', nodeport: 'NodePort', loadbalancer: 'LoadBalancer', externalname: 'ExternalName' };
export function* create(context: Context): Run<number> {
  const { flags } = context;
  const [what, ...words] = flags.args;
  if (given(flags, 'filename')) return yield* createFiles(context);
  const literals: Tree = {};
  switch (what) {
    case undefined:
      throw new Failure(CREATE_HELP.trimEnd());
    case 'deployment':
    case 'deploy':
    case 'dep': {
      const images = texts(flags, 'image');
      if (images.length === 0) throw new Failure('error: required flag(s) "image" not set');
      const name = oneName(context, words, 'deployment');
      const port = number(flags, 'port');
      const command = afterDash(context);
      if (images.length > 1 && command.length > 0) throw new Failure('error: cannot specify multiple --image options and command');
      const containers = images.map((image) => ({ ...(command.length === 0 ? {} : { command }), image, name: containerName(image), ...(port === undefined || port < 0 ? {} : { ports: [{ containerPort: port }] }), resources: {} }));
      const labels = { app: name };
      yield* make(context, {
        apiVersion: 'apps/v1', kind: 'Deployment', metadata: { labels, name },
        spec: { replicas: number(flags, 'replicas') ?? 1, selector: { matchLabels: labels }, strategy: {}, template: { metadata: { labels }, spec: { containers } } }, status: {},
      }, 'deployment');
      return 0;
    }
    case 'namespace':
    case 'ns':
      yield* make(context, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: oneName(context, words, 'namespace') }, spec: {}, status: {} });
      return 0;
    case 'configmap':
    case 'cm': {
      const name = oneName(context, words, 'configmap');
      const data = keysAndValues(context, 'ConfigMap', name);
      yield* make(context, { apiVersion: 'v1', ...(data.length === 0 ? literals : { data: Object.fromEntries(data) }), kind: 'ConfigMap', metadata: { name } }, 'configmap');
      return 0;
    }
    case 'serviceaccount':
    case 'sa':
      yield* make(context, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: oneName(context, words, 'serviceaccount') } }, 'serviceaccount');
      return 0;
    case 'secret': {
      const [type, ...rest] = words;
      if (type === undefined) throw helpOf('secret', SECRET_HELP);
      if (type === 'tls') {
        yield* createTls(context, rest);
        return 0;
      }
      if (type === 'docker-registry') {
        yield* createRegistry(context, rest, keysAndValues(context, 'Secret', rest[0] ?? ''));
        return 0;
      }
      if (type !== 'generic') throw new Failure(`error: unknown command "${type}"\nSee 'kubectl create secret -h' for help and examples`);
      const name = oneName(context, rest, 'secret generic');
      const data = keysAndValues(context, 'Secret', name);
      const secretType = text(flags, 'type');
      yield* make(context, { apiVersion: 'v1', ...(data.length === 0 ? literals : { data: Object.fromEntries(data.map(([key, value]) => [key, base64(value)])) }), kind: 'Secret', metadata: { name }, ...(secretType === undefined ? {} : { type: secretType }) }, 'secret');
      return 0;
    }
    case 'service':
    case 'svc': {
      const [kind, ...rest] = words;
      if (kind === undefined) throw helpOf('service', SERVICE_HELP);
      if (!Object.hasOwn(SERVICE_TYPES, kind)) throw new Failure(`error: unknown command "${kind}"\nSee 'kubectl create service -h' for help and examples`);
      const name = oneName(context, rest, `service ${kind}`);
      const type = SERVICE_TYPES[kind]!;
      const ports = servicePorts(context);
      const clusterIP = text(flags, 'clusterip');
      if (ports.length === 0 && type !== 'ExternalName' && clusterIP !== 'None') throw new Failure(`error: at least one tcp port specifier must be provided`);
      const externalName = text(flags, 'external-name');
      if (type === 'ExternalName' && externalName === undefined) throw new Failure('error: required flag(s) "external-name" not set');
      const spec: Tree = { ...(clusterIP === undefined ? {} : { clusterIP }), ...(externalName === undefined ? {} : { externalName }), ...(ports.length === 0 ? {} : { ports }), selector: { app: name }, type };
      yield* make(context, { apiVersion: 'v1', kind: 'Service', metadata: { labels: { app: name }, name }, spec, status: { loadBalancer: {} } }, `${type} service`);
      return 0;
    }
    case 'poddisruptionbudget':
    case 'pdb': {
      const name = oneName(context, words, 'poddisruptionbudget');
      const selector = text(flags, 'selector') ?? '';
      const [least, most] = [text(flags, 'min-available'), text(flags, 'max-unavailable')];
      if (selector === '') throw new Failure('error: a selector must be specified');
      if (least === undefined && most === undefined) throw new Failure('error: one of min-available or max-unavailable must be specified');
      if (least !== undefined && most !== undefined) throw new Failure('error: min-available and max-unavailable cannot be both specified');
      yield* make(context, {
        apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name },
        spec: { ...(least === undefined ? {} : { minAvailable: intOrString(least) }), ...(most === undefined ? {} : { maxUnavailable: intOrString(most) }), selector: { matchLabels: labelsOf(selector) } },
        status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
      }, 'poddisruptionbudget');
      return 0;
    }
    case 'priorityclass':
    case 'pc': {
      const name = oneName(context, words, 'priorityclass');
      const policy = text(flags, 'preemption-policy') ?? 'PreemptLowerPriority';
      const description = text(flags, 'description');
      yield* make(context, { apiVersion: 'scheduling.k8s.io/v1', ...(description === undefined ? {} : { description }), ...(truth(flags, 'global-default') ? { globalDefault: true } : {}), kind: 'PriorityClass', metadata: { name }, preemptionPolicy: policy, value: number(flags, 'value') ?? 0 }, 'priorityclass');
      return 0;
    }
    case 'job':
      yield* createJob(context, words);
      return 0;
    case 'cronjob':
    case 'cj':
      yield* createCronJob(context, words);
      return 0;
    case 'role':
      yield* createRole(context, words, 'Role');
      return 0;
    case 'clusterrole':
      yield* createRole(context, words, 'ClusterRole');
      return 0;
    case 'rolebinding':
      yield* createBinding(context, words, 'RoleBinding');
      return 0;
    case 'clusterrolebinding':
      yield* createBinding(context, words, 'ClusterRoleBinding');
      return 0;
    case 'quota':
    case 'resourcequota':
      yield* createQuota(context, words);
      return 0;
    case 'ingress':
    case 'ing':
      yield* createIngress(context, words);
      return 0;
    case 'token':
      yield* createToken(context, words);
      return 0;
    default:
      throw new Failure(`error: Unexpected args: [${[what, ...words].join(' ')}]\nSee 'kubectl create -h' for help and examples`);
  }
}

export function* run(context: Context): Run<number> {
  const { flags } = context;
  const before = flags.dash === undefined ? flags.args : flags.args.slice(0, flags.dash);
  const [name, ...more] = before;
  if (name === undefined) throw new Failure("error: NAME is required for run\nSee 'kubectl run -h' for help and examples");
  const image = text(flags, 'image');
  if (image === undefined || image === '') throw new Failure('error: required flag(s) "image" not set');
  const attached = truth(flags, 'attach') || truth(flags, 'stdin');
  if (truth(flags, 'rm') && !attached) throw new Failure("error: --rm should only be used for attached containers\nSee 'kubectl run -h' for help and examples");
  const port = text(flags, 'port');
  if (truth(flags, 'expose') && port === undefined) throw new Failure("error: --port must be set when exposing a service\nSee 'kubectl run -h' for help and examples");
  if (/[\s]/.test(image)) throw new Failure(`error: Invalid image name "${image}": invalid reference format`);
  const policyOf = text(flags, 'restart') ?? 'Always';
  if (!['Always', 'OnFailure', 'Never'].includes(policyOf)) throw new Failure(`error: invalid restart policy: ${policyOf}\nSee 'kubectl run -h' for help and examples`);
  for (const part of given(flags, 'labels') ? text(flags, 'labels')!.split(',') : []) if (part !== '' && !part.includes('=')) throw new Failure(`error: unexpected label spec: ${part}`);
  for (const pair of raws(flags, 'env')) if (!/^[^=]+=/.test(pair)) throw new Failure(`error: invalid env: ${pair}`);
  const labels = given(flags, 'labels') ? labelsOf(text(flags, 'labels')!) : { run: name };
  const words = [...more, ...afterDash(context)];
  const env = raws(flags, 'env').map((pair) => ({ name: pair.split('=')[0]!, value: pair.slice(pair.indexOf('=') + 1) }));
  const annotations = labelsOf(raws(flags, 'annotations').join(','));
  const policy = text(flags, 'image-pull-policy');
  const container: Tree = {
    ...(words.length === 0 ? {} : truth(flags, 'command') ? { command: words } : { args: words }), ...(env.length === 0 ? {} : { env }), image, ...(policy === undefined ? {} : { imagePullPolicy: policy }), name, ...(port === undefined ? {} : { ports: [{ containerPort: Number(port) }] }), resources: {}, ...(truth(flags, 'privileged') ? { securityContext: { privileged: true } } : {}),
    ...(truth(flags, 'stdin') ? { stdin: true, ...(truth(flags, 'attach') || truth(flags, 'tty') ? { stdinOnce: true } : {}) } : {}), ...(truth(flags, 'tty') ? { tty: true } : {}),
  };
  if (truth(flags, 'expose')) {
    yield* make(context, { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: Number(port), protocol: 'TCP', targetPort: Number(port) }], selector: labels }, status: { loadBalancer: {} } });
    // Two printers write one after the other, and each puts a mark between documents.
    if (text(flags, 'output') === 'yaml') yield { out: '---\n---\n' };
  }
  const base: Tree = {
    apiVersion: 'v1', kind: 'Pod', metadata: { ...(Object.keys(annotations).length === 0 ? {} : { annotations }), labels, name }, spec: { containers: [container], dnsPolicy: 'ClusterFirst', restartPolicy: policyOf }, status: {},
  };
  const overrides = text(flags, 'overrides');
  const patch = overrides === undefined ? undefined : parsePatch(overrides);
  if (patch !== undefined && !isTree(patch)) throw new Failure('error: Invalid JSON Patch');
  const object = patch === undefined ? base : overridden(base, patch);
  if (!attached || dryRun(context) !== 'none') {
    yield* make(context, object);
    return 0;
  }
  return yield* runAttached(context, object, name, truth(flags, 'rm'));
}

/** RFC 7396: what --overrides says over what the flags make. */
const overridden = (base: Tree, over: Tree): Tree => Object.fromEntries([...new Set([...Object.keys(base), ...Object.keys(over)])].flatMap((key): [string, Tree[string]][] => {
  const [old, now] = [base[key], over[key]];
  if (now === null) return [];
  if (now === undefined) return old === undefined ? [] : [[key, old]];
  return [[key, isTree(old) && isTree(now) ? overridden(old, now) : now]];
}));

/** run -i: the Pod is made, its container waited for, and what it writes is shown until it ends; --rm takes the Pod away again. */
function* runAttached(context: Context, object: Tree, name: string, remove: boolean): Run<number> {
  yield* call(context, { method: 'POST', path: pathOf('Pod', context.namespace), query: writeQuery(context, 'kubectl-run'), body: { ...object, metadata: { ...(object.metadata as Tree), namespace: context.namespace } } });
  const path = pathOf('Pod', context.namespace, name);
  let phase = '';
  let code = 0;
  for (;;) {
    const pod = (yield* readIfAny(context, path)) as Pod | undefined;
    if (pod === undefined) return 1;
    phase = pod.status?.phase ?? '';
    const status = pod.status?.containerStatuses?.[0];
    if (phase === 'Succeeded' || phase === 'Failed' || status?.state?.running !== undefined || status?.lastState?.terminated !== undefined) break;
    if (status?.state?.waiting?.reason === 'ImagePullBackOff' || status?.state?.waiting?.reason === 'ErrImagePull') throw new Failure(`error: timed out waiting for the condition: ${status.state.waiting.message ?? status.state.waiting.reason}`);
    yield { sleepMicros: POLL_MICROS };
  }
  const asked = truth(context.flags, 'tty') && (truth(context.flags, 'stdin')) && afterDash(context).length <= 1;
  if (phase === 'Running' && !truth(context.flags, 'quiet')) yield { err: "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n" };
  const shellOnly = asked && (afterDash(context).length === 0 || /^(?:\/bin\/)?(?:ba|a)?sh$/.test(afterDash(context)[0]!));
  if (phase === 'Running' && shellOnly && context.input.terminal === true && context.input.stdin === undefined) {
    yield { enter: { namespace: context.namespace, pod: name, container: name } };
    return 0;
  }
  const follow: Context = { ...context, flags: parseFlags('logs', [name, '-f'], LOGS_FLAGS) };
  code = yield* logs(follow);
  const last = (yield* readIfAny(context, path)) as Pod | undefined;
  const terminated = last?.status?.containerStatuses?.[0]?.state?.terminated;
  if (terminated !== undefined && terminated.exitCode !== 0) code = terminated.exitCode;
  if (remove) {
    yield* call(context, { method: 'DELETE', path, body: { kind: 'DeleteOptions', apiVersion: 'v1' } });
    yield { out: `pod "${name}" deleted from ${context.namespace} namespace\n` };
  } else if (code !== 0) yield { err: `pod ${context.namespace}/${name} terminated (${terminated?.reason ?? 'Error'})\n` };
  return code;
}

/** The Pods that an object stands for, as a Service's selector. */
function selectorFor(object: KubernetesObject): Tree {
  switch (object.kind) {
    case 'Pod':
      if (object.metadata.labels === undefined) throw new Failure("error: couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed");
      return object.metadata.labels;
    case 'Service': {
      const selector = dig(object, 'spec', 'selector');
      if (!isTree(selector)) throw new Failure("error: couldn't retrieve selectors via --selector flag or introspection: the service has no pod selector set");
      return selector;
    }
    case 'ReplicationController':
      return (dig(object, 'spec', 'selector') ?? {}) as Tree;
    case 'Deployment':
    case 'ReplicaSet': {
      const expressions = dig(object, 'spec', 'selector', 'matchExpressions');
      if (isList(expressions) && expressions.length > 0) throw new Failure(`error: couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - "${JSON.stringify(expressions)}" to map-based selector format`);
      return (dig(object, 'spec', 'selector', 'matchLabels') ?? {}) as Tree;
    }
    default:
      throw new Failure(`error: cannot expose a ${object.kind}`);
  }
}

export function* expose(context: Context): Run<number> {
  const { flags } = context;
  const found = yield* fetchEvery(context, yield* picked(context, flags.args));
  for (const { object } of found) {
    const own = text(flags, 'selector');
    const selector = own === undefined ? selectorFor(object) : labelsOf(own);
    const protocol = text(flags, 'protocol') ?? 'TCP';
    const containers = dig(object, ...(object.kind === 'Pod' ? ['spec', 'containers'] : ['spec', 'template', 'spec', 'containers']));
    const declared = (isList(containers) ? containers : []).flatMap((container) => {
      const ports = dig(container, 'ports');
      return (isList(ports) ? ports : []).map((port) => Number(dig(port, 'containerPort')));
    });
    const inherited = object.kind === 'Service' ? ((dig(object, 'spec', 'ports') ?? []) as readonly Tree[]).map((port) => Number(port.port)) : declared;
    const wanted = text(flags, 'port')?.split(',').map(Number) ?? inherited;
    if (wanted.length === 0) throw new Failure("error: couldn't find port via --port flag or introspection");
    const target = text(flags, 'target-port');
    const ports = wanted.map((port, i) => ({ ...(wanted.length > 1 ? { name: `port-${i + 1}` } : {}), port, protocol, targetPort: target === undefined ? port : intOrString(target) }));
    const name = text(flags, 'name') ?? object.metadata.name;
    const labels = given(flags, 'labels') ? labelsOf(text(flags, 'labels')!) : object.metadata.labels;
    const type = text(flags, 'type');
    const clusterIP = text(flags, 'cluster-ip');
    const [external, affinity, balancer] = [text(flags, 'external-ip'), text(flags, 'session-affinity'), text(flags, 'load-balancer-ip')];
    const spec: Tree = { ...(clusterIP === undefined ? {} : { clusterIP }), ...(external === undefined ? {} : { externalIPs: [external] }), ...(affinity === undefined ? {} : { sessionAffinity: affinity }), ...(type === 'LoadBalancer' && balancer !== undefined ? { loadBalancerIP: balancer } : {}), ports, selector, ...(type === undefined ? {} : { type }) };
    const body: Tree = { apiVersion: 'v1', kind: 'Service', metadata: { ...(labels === undefined ? {} : { labels }), name }, spec, status: { loadBalancer: {} } };
    const mode = dryRun(context);
    const info = builtIn('services')!;
    const namespace = object.metadata.namespace ?? context.namespace;
    const made = mode === 'client' ? body : (yield* call(context, { method: 'POST', path: pathOf('Service', namespace), query: writeQuery(context, 'kubectl-expose'), body: { ...body, metadata: { ...(body.metadata as Tree), namespace } } })).body;
    yield { out: changed(text(flags, 'output'), { info, object: made as unknown as KubernetesObject }, 'exposed', mode) };
  }
  return 0;
}
