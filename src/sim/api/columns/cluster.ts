import type { Condition, Json, KubernetesObject } from '../object.ts';
import { SECOND } from '../time.ts';
import { compareText, dig, isList, isTree, sortedKeys } from '../tree.ts';
import type { Cell, Printer } from './column.ts';
import { columns } from './column.ts';
import { humanDuration, since } from './duration.ts';

/** Quotas, certificates, nodes' runtime, CSI, admission, priority and fairness, devices: what an administrator looks at. */
const age = (object: KubernetesObject, now: number): string => since(object.metadata.creationTimestamp, now);
const items = (object: KubernetesObject, ...path: readonly string[]): readonly Json[] => {
  const list = dig(object, ...path);
  return isList(list) ? list : [];
};
const word = (object: KubernetesObject, ...path: readonly string[]): string => String(dig(object, ...path) ?? '');
const cell = (value: Json | undefined, otherwise: string): Cell => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : otherwise);
const condition = (object: KubernetesObject, type: string): Condition | undefined => (items(object, 'status', 'conditions') as unknown as readonly Condition[]).find((one) => one.type === type);

export const resourceQuotas: Printer = {
  columns: columns('Name|Request|Limit|Age'),
  cells: (object, now) => {
    const hard = dig(object, 'status', 'hard');
    const names = isTree(hard) ? sortedKeys(hard) : [];
    const text = (limits: boolean): string => names.filter((name) => name.startsWith('limits.') === limits).map((name) => `${name}: ${word(object, 'status', 'used', name) === '' ? '0' : word(object, 'status', 'used', name)}/${word(object, 'status', 'hard', name)}`).join(', ');
    return [object.metadata.name, text(false), text(true), age(object, now)];
  },
};
export const certificateSigningRequests: Printer = {
  columns: columns('Name|Age|SignerName|Requestor|RequestedDuration|Condition'),
  cells: (object, now) => {
    const seconds = dig(object, 'spec', 'expirationSeconds');
    const state = condition(object, 'Denied') !== undefined ? 'Denied' : condition(object, 'Approved') !== undefined ? 'Approved' : 'Pending';
    const status = `${state}${condition(object, 'Failed') === undefined ? '' : ',Failed'}${word(object, 'status', 'certificate') === '' ? '' : ',Issued'}`;
    return [object.metadata.name, age(object, now), cell(dig(object, 'spec', 'signerName'), '<none>'), word(object, 'spec', 'username'), typeof seconds === 'number' ? humanDuration(seconds * SECOND) : '<none>', status];
  },
};
export const runtimeClasses: Printer = { columns: columns('Name|Handler|Age'), cells: (object, now) => [object.metadata.name, word(object, 'handler'), age(object, now)] };
export const csiNodes: Printer = { columns: columns('Name|Drivers:integer|Age'), cells: (object, now) => [object.metadata.name, items(object, 'spec', 'drivers').length, age(object, now)] };
export const csiDrivers: Printer = {
  columns: columns('Name|AttachRequired:boolean|PodInfoOnMount:boolean|StorageCapacity:boolean|TokenRequests|RequiresRepublish:boolean|Modes|Age'),
  cells: (object, now) => {
    const spec = (name: string): Json | undefined => dig(object, 'spec', name);
    const tokens = items(object, 'spec', 'tokenRequests').map((one) => String(dig(one, 'audience') ?? ''));
    const modes = items(object, 'spec', 'volumeLifecycleModes').map(String);
    return [
      object.metadata.name, spec('attachRequired') !== false, spec('podInfoOnMount') === true, spec('storageCapacity') === true, tokens.length === 0 ? '<unset>' : tokens.join(','), spec('requiresRepublish') === true,
      modes.length === 0 ? '<none>' : modes.join(','), age(object, now),
    ];
  },
};
export const volumeAttachments: Printer = {
  columns: columns('Name|Attacher|PV|Node|Attached:boolean|Age'),
  cells: (object, now) => [object.metadata.name, word(object, 'spec', 'attacher'), word(object, 'spec', 'source', 'persistentVolumeName'), word(object, 'spec', 'nodeName'), dig(object, 'status', 'attached') === true, age(object, now)],
};
export const volumeAttributesClasses: Printer = { columns: columns('Name|DriverName|Age'), cells: (object, now) => [object.metadata.name, word(object, 'driverName'), age(object, now)] };

export const webhookConfigurations: Printer = { columns: columns('Name|Webhooks:integer|Age'), cells: (object, now) => [object.metadata.name, items(object, 'webhooks').length, age(object, now)] };
const paramKind = (object: KubernetesObject): string => (dig(object, 'spec', 'paramKind') === undefined ? '<unset>' : `${word(object, 'spec', 'paramKind', 'apiVersion')}/${word(object, 'spec', 'paramKind', 'kind')}`);
export const validatingAdmissionPolicies: Printer = {
  columns: columns('Name|Validations:integer|ParamKind|Age'), cells: (object, now) => [object.metadata.name, items(object, 'spec', 'validations').length, paramKind(object), age(object, now)],
};
export const mutatingAdmissionPolicies: Printer = {
  columns: columns('Name|Mutations:integer|ParamKind|Age'), cells: (object, now) => [object.metadata.name, items(object, 'spec', 'mutations').length, paramKind(object), age(object, now)],
};
export const admissionPolicyBindings: Printer = {
  columns: columns('Name|PolicyName|ParamRef|Age'),
  cells: (object, now) => {
    const reference = dig(object, 'spec', 'paramRef');
    const namespace = dig(reference, 'namespace');
    const text = reference === undefined ? '<unset>' : dig(reference, 'name') === undefined ? '<selector>' : `${namespace === undefined ? '' : `${String(namespace)}/`}${String(dig(reference, 'name'))}`;
    return [object.metadata.name, word(object, 'spec', 'policyName'), text, age(object, now)];
  },
};

export const flowSchemas: Printer = {
  columns: columns('Name|PriorityLevel|MatchingPrecedence|DistinguisherMethod|Age|MissingPL'),
  order: (a, b) => Number(dig(a, 'spec', 'matchingPrecedence')) - Number(dig(b, 'spec', 'matchingPrecedence')) || compareText(a.metadata.name, b.metadata.name),
  cells: (object, now) => [
    object.metadata.name, word(object, 'spec', 'priorityLevelConfiguration', 'name'), cell(dig(object, 'spec', 'matchingPrecedence'), ''), cell(dig(object, 'spec', 'distinguisherMethod', 'type'), '<none>'), age(object, now), condition(object, 'Dangling')?.status ?? '?',
  ],
};
export const priorityLevels: Printer = {
  columns: columns('Name|Type|NominalConcurrencyShares|Queues|HandSize|QueueLengthLimit|Age'),
  cells: (object, now) => {
    const queuing = (name: string): Cell => cell(dig(object, 'spec', 'limited', 'limitResponse', 'queuing', name), '<none>');
    return [object.metadata.name, word(object, 'spec', 'type'), cell(dig(object, 'spec', 'limited', 'nominalConcurrencyShares'), '<none>'), queuing('queues'), queuing('handSize'), queuing('queueLengthLimit'), age(object, now)];
  },
};
export const apiServices: Printer = {
  columns: columns('Name|Service|Available|Age'),
  cells: (object, now) => {
    const service = dig(object, 'spec', 'service');
    const available = condition(object, 'Available');
    const status = available === undefined ? 'Unknown' : available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
    return [object.metadata.name, service === undefined || service === null ? 'Local' : `${String(dig(service, 'namespace'))}/${String(dig(service, 'name'))}`, status, age(object, now)];
  },
};

export const onlyAge: Printer = { columns: columns('Name|Age'), cells: (object, now) => [object.metadata.name, age(object, now)] };
export const resourceClaims: Printer = {
  columns: columns('Name|State|Age'),
  cells: (object, now) => {
    const states = [...(dig(object, 'status', 'allocation') === undefined ? [] : ['allocated']), ...(items(object, 'status', 'reservedFor').length === 0 ? [] : ['reserved']), ...(object.metadata.deletionTimestamp === undefined ? [] : ['deleted'])];
    return [object.metadata.name, states.length === 0 ? 'pending' : states.sort(compareText).join(','), age(object, now)];
  },
};
export const resourceSlices: Printer = {
  columns: columns('Name|Node|Driver|Pool|Age'),
  cells: (object, now) => [object.metadata.name, cell(dig(object, 'spec', 'nodeName'), '<unset>'), word(object, 'spec', 'driver'), word(object, 'spec', 'pool', 'name'), age(object, now)],
};
