import type { Json } from '../../sim/api/object.ts';
import { longDate } from '../dates.ts';
import { compareText, dig, isList } from '../tree.ts';
import type { Describer } from './head.ts';
import { labelled } from './head.ts';
import { eventLines } from './text.ts';

/** Roles, bindings, certificate requests and CSINodes (kubectl, pkg/describe). */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

const strings = (value: unknown, key: string): readonly string[] => {
  const list = dig(value, key);
  return isList(list) ? list.map(String) : [];
};
export const ruleOf = (value: Json): Rule => ({ verbs: strings(value, 'verbs'), apiGroups: strings(value, 'apiGroups'), resources: strings(value, 'resources'), resourceNames: strings(value, 'resourceNames'), nonResourceURLs: strings(value, 'nonResourceURLs') });

/** Go's text of a rule, by which kubectl orders them. */
const goText = (rule: Rule): string =>
  `&PolicyRule{Verbs:[${rule.verbs.join(' ')}],APIGroups:[${rule.apiGroups.join(' ')}],Resources:[${rule.resources.join(' ')}],ResourceNames:[${rule.resourceNames.join(' ')}],NonResourceURLs:[${rule.nonResourceURLs.join(' ')}],}`;

/** Rules taken apart to one resource and one verb each, and put together again by resource (component-helpers, rbac CompactRules). */
export function compactRules(rules: readonly Rule[]): readonly Rule[] {
  const simple = new Map<string, Rule>();
  const other: Rule[] = [];
  for (const rule of rules) {
    for (const group of rule.apiGroups) {
      for (const resource of rule.resources) {
        for (const verb of rule.verbs) {
          for (const name of rule.resourceNames.length === 0 ? [undefined] : rule.resourceNames) {
            const key = `${group}\n${resource}\n${name ?? ''}\n${String(name !== undefined)}`;
            const had = simple.get(key);
            simple.set(key, had === undefined ? { verbs: [verb], apiGroups: [group], resources: [resource], resourceNames: name === undefined ? [] : [name], nonResourceURLs: [] } : { ...had, verbs: [...had.verbs, verb] });
          }
        }
      }
    }
    for (const url of rule.nonResourceURLs) for (const verb of rule.verbs) other.push({ verbs: [verb], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [url] });
  }
  return [...other, ...simple.values()].sort((a, b) => compareText(goText(a), goText(b)));
}

/** "deployments.apps/scale". */
export function resourceText(rule: Rule): string {
  const [resource] = rule.resources;
  if (resource === undefined) return '';
  const [name, ...sub] = resource.split('/');
  const group = rule.apiGroups[0] ?? '';
  return `${name!}${group === '' ? '' : `.${group}`}${sub.length === 0 ? '' : `/${sub.join('/')}`}`;
}

const role: Describer = (w, object) => {
  w.line(0, `Name:\t${object.metadata.name}`);
  labelled(w, object);
  w.line(0, 'PolicyRule:').line(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs').line(1, '---------\t-----------------\t--------------\t-----');
  const rules = dig(object, 'rules');
  for (const rule of compactRules((isList(rules) ? rules : []).map(ruleOf))) w.line(1, `${resourceText(rule)}\t[${rule.nonResourceURLs.join(' ')}]\t[${rule.resourceNames.join(' ')}]\t[${rule.verbs.join(' ')}]`);
};

const binding: Describer = (w, object) => {
  w.line(0, `Name:\t${object.metadata.name}`);
  labelled(w, object);
  w.line(0, 'Role:').line(1, `Kind:\t${String(dig(object, 'roleRef', 'kind') ?? '')}`).line(1, `Name:\t${String(dig(object, 'roleRef', 'name') ?? '')}`);
  w.line(0, 'Subjects:').line(1, 'Kind\tName\tNamespace').line(1, '----\t----\t---------');
  const subjects = dig(object, 'subjects');
  for (const one of isList(subjects) ? subjects : []) w.line(1, `${String(dig(one, 'kind') ?? '')}\t${String(dig(one, 'name') ?? '')}\t${String(dig(one, 'namespace') ?? '')}`);
};

const certificateSigningRequest: Describer = (w, object, { events, now }) => {
  const conditions = dig(object, 'status', 'conditions');
  const has = (type: string): boolean => isList(conditions) && conditions.some((one) => dig(one, 'type') === type);
  const state = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  w.line(0, `Name:\t${object.metadata.name}`);
  labelled(w, object);
  w.line(0, `CreationTimestamp:\t${longDate(object.metadata.creationTimestamp)}`).line(0, `Requesting User:\t${String(dig(object, 'spec', 'username') ?? '')}`).line(0, `Signer:\t${String(dig(object, 'spec', 'signerName') ?? '')}`);
  const seconds = dig(object, 'spec', 'expirationSeconds');
  if (seconds !== undefined) w.line(0, `Requested Duration:\t${String(seconds)}s`);
  w.line(0, `Status:\t${state}${has('Failed') ? ',Failed' : ''}${String(dig(object, 'status', 'certificate') ?? '') === '' ? '' : ',Issued'}`);
  eventLines(w, events, now);
};

const csiNode: Describer = (w, object, { events, now }) => {
  w.line(0, `Name:\t${object.metadata.name}`);
  labelled(w, object);
  w.line(0, `CreationTimestamp:\t${longDate(object.metadata.creationTimestamp)}`).line(0, 'Spec:');
  const drivers = dig(object, 'spec', 'drivers');
  if (isList(drivers) && drivers.length > 0) w.line(1, 'Drivers:');
  for (const one of isList(drivers) ? drivers : []) {
    w.line(2, `${String(dig(one, 'name'))}:`).line(3, `Node ID:\t${String(dig(one, 'nodeID') ?? '')}`);
    const count = dig(one, 'allocatable', 'count');
    if (count !== undefined) w.line(3, 'Allocatables:').line(4, `Count:\t${String(count)}`);
    const keys = dig(one, 'topologyKeys');
    if (isList(keys)) w.line(3, `Topology Keys:\t[${keys.map(String).join(' ')}]`);
  }
  eventLines(w, events, now);
};

export const RBAC: Readonly<Record<string, Describer>> = { Role: role, ClusterRole: role, RoleBinding: binding, ClusterRoleBinding: binding, CertificateSigningRequest: certificateSigningRequest, CSINode: csiNode };
