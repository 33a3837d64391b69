import { pathOf } from '../../sim/api/kinds.ts';
import type { EndpointSlice, Event, KubernetesObject, Lease, Pod, ReplicaSet, StringMap } from '../../sim/api/object.ts';
import { controllerOf } from '../../sim/api/object.ts';
import { Failure, Refusal, problemsText } from '../failure.ts';
import type { Problem } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, truth } from '../flags.ts';
import { PICK, picked } from '../commands/change.ts';
import { labelsText, selectorText } from '../../sim/api/columns/column.ts';
import { dig } from '../tree.ts';
import type { Found } from '../resources.ts';
import { fetchAll, inNamespace, pathIn } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { list, readIfAny } from '../steps.ts';
import type { Related } from './head.ts';
import { servicesOf } from './network.ts';
import { describeText } from './describe.ts';

export const DESCRIBE_FLAGS: FlagSpecs = { ...PICK, 'show-events': kinds.bool(), 'chunk-size': kinds.int() };

function* eventsOf(context: Context, object: KubernetesObject, byUid: boolean): Run<readonly Event[]> {
  const { name, namespace, uid } = object.metadata;
  // A Node's Events are in the namespace "default"; some carry its name as the uid.
  const selector = [`involvedObject.name=${name}`, ...(namespace === undefined ? [] : [`involvedObject.namespace=${namespace}`]), ...(object.kind === 'Pod' ? [] : [`involvedObject.kind=${object.kind}`]), ...(byUid ? [`involvedObject.uid=${uid}`] : [])].join(',');
  return (yield* list(context, pathOf('Event', namespace), { fieldSelector: selector })) as readonly Event[];
}

/** Kinds whose descriptions ask for no events. */
const WITHOUT_EVENTS = ['Namespace', 'Secret', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'];

/** The Pods that an object controls, among those that its selector names. */
function* podsOf(context: Context, { metadata }: KubernetesObject, labelSelector: string): Run<readonly Pod[]> {
  return ((yield* list(context, pathOf('Pod', metadata.namespace), { labelSelector })) as readonly Pod[]).filter((pod) => controllerOf(pod)?.uid === metadata.uid);
}

function* related(context: Context, object: KubernetesObject, showEvents: boolean): Run<Related> {
  const { namespace, name, uid } = object.metadata;
  let events = showEvents && !WITHOUT_EVENTS.includes(object.kind) ? yield* eventsOf(context, object, true) : undefined;
  const more: { -readonly [K in Exclude<keyof Related, 'backends'>]?: Related[K] } & { backends?: Map<string, { service: KubernetesObject; slices: readonly EndpointSlice[] } | undefined> } = {};
  switch (object.kind) {
    case 'Deployment':
      more.replicaSets = ((yield* list(context, pathOf('ReplicaSet', namespace), { labelSelector: selectorText((object as unknown as ReplicaSet).spec.selector) })) as readonly ReplicaSet[]).filter((set) => controllerOf(set)?.uid === uid);
      break;
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
      more.pods = yield* podsOf(context, object, selectorText((object as ReplicaSet).spec.selector));
      break;
    case 'ReplicationController':
      more.pods = yield* podsOf(context, object, labelsText(dig(object, 'spec', 'selector') as StringMap | undefined));
      break;
    case 'Namespace':
      more.quotas = yield* list(context, pathOf('ResourceQuota', name));
      more.limits = yield* list(context, pathOf('LimitRange', name));
      break;
    case 'Ingress':
      more.backends = new Map();
      for (const service of servicesOf(object)) {
        const found = yield* readIfAny(context, pathOf('Service', namespace, service));
        more.backends.set(service, found === undefined ? undefined : { service: found, slices: (yield* list(context, pathOf('EndpointSlice', namespace), { labelSelector: `kubernetes.io/service-name=${service}` })) as readonly EndpointSlice[] });
      }
      break;
    case 'Service':
      more.slices = (yield* list(context, pathOf('EndpointSlice', namespace), { labelSelector: `kubernetes.io/service-name=${name}` })) as readonly EndpointSlice[];
      break;
    case 'PersistentVolumeClaim':
      more.pods = (yield* list(context, pathOf('Pod', namespace))) as readonly Pod[];
      break;
    case 'Node':
      more.pods = (yield* list(context, pathOf('Pod', undefined), { fieldSelector: `spec.nodeName=${name},status.phase!=Succeeded,status.phase!=Failed` })) as readonly Pod[];
      more.lease = (yield* readIfAny(context, pathOf('Lease', 'kube-node-lease', name))) as Lease | undefined;
      if (events !== undefined) events = [...events, ...((yield* eventsOf(context, object, false)).filter((event) => event.involvedObject.uid === name))];
      break;
    default:
  }
  return { now: context.input.now(), events, ...more };
}

export function* describe(context: Context): Run<number> {
  const { flags } = context;
  if (flags.args.length === 0 && !given(flags, 'filename')) throw new Failure('error: You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.\n'.trimEnd());
  const wanted = yield* picked(context, flags.args, false);
  const { found, problems } = yield* fetchAll(context, wanted);
  const all: Found[] = [...found];
  const left: Problem[] = [...problems];
  let prefixed = false;
  // A name that is not there may be the beginning of names that are.
  if (found.length === 0 && wanted.length === 1 && wanted[0]!.name !== undefined && problems.length === 1 && 'status' in problems[0]! && problems[0].status.reason === 'NotFound') {
    const { info, name } = wanted[0]!;
    const matching = (yield* list(context, pathIn(info, inNamespace(context, info)))).filter((object) => object.metadata.name.startsWith(name!));
    for (const object of matching) all.push({ info, object });
    if (matching.length > 0) {
      left.length = 0;
      prefixed = true;
    }
  }
  // One request for events an object is too many for a list, so that upstream shows them for one alone.
  const showEvents = given(flags, 'show-events') ? truth(flags, 'show-events') : all.length === 1 && !prefixed;
  let first = true;
  for (const { object } of all) {
    try {
      const text = describeText(object, yield* related(context, object, showEvents));
      yield { out: first ? text : `\n\n${text}` };
      first = false;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      left.push({ status: error.status });
    }
  }
  if (left.length > 0) throw new Failure(problemsText(left));
  if (all.length === 0) yield { err: truth(flags, 'all-namespaces') ? 'No resources found\n' : `No resources found in ${context.namespace} namespace.\n` };
  return 0;
}

