import type { KubernetesObject, LabelSelector } from '../object.ts';
import { compareText, dig, isList } from '../tree.ts';
import type { Printer } from './column.ts';
import { columns, selectorText } from './column.ts';
import { since } from './duration.ts';

const age = (object: KubernetesObject, now: number): string => since(object.metadata.creationTimestamp, now);
const items = (object: KubernetesObject, ...path: readonly string[]): readonly unknown[] => {
  const list = dig(object, ...path);
  return isList(list) ? list : [];
};
const MOST = 3;

/** The addresses of a load balancer, each once. */
export const balancerText = (object: KubernetesObject): string =>
  [...new Set(items(object, 'status', 'loadBalancer', 'ingress').map((one) => String(dig(one, 'ip') ?? dig(one, 'hostname') ?? '')).filter((one) => one !== ''))].sort(compareText).join(',');

export const ingresses: Printer = {
  columns: columns('Name|Class|Hosts|Address|Ports|Age'),
  cells: (object, now) => {
    const all = items(object, 'spec', 'rules').map((rule) => String(dig(rule, 'host') ?? '')).filter((host) => host !== '');
    const hosts = all.length === 0 ? '*' : all.length > MOST ? `${all.slice(0, MOST).join(',')} + ${all.length - MOST} more...` : all.join(',');
    return [object.metadata.name, String(dig(object, 'spec', 'ingressClassName') ?? '<none>'), hosts, balancerText(object), items(object, 'spec', 'tls').length > 0 ? '80, 443' : '80', age(object, now)];
  },
};
export const ingressClasses: Printer = {
  columns: columns('Name|Controller|Parameters|Age'),
  cells: (object, now) => {
    const parameters = dig(object, 'spec', 'parameters');
    const group = dig(parameters, 'apiGroup');
    const text = parameters === undefined || parameters === null ? '<none>' : `${String(dig(parameters, 'kind') ?? '')}${group === undefined || group === null ? '' : `.${String(group)}`}/${String(dig(parameters, 'name') ?? '')}`;
    const standard = object.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true' ? ' (default)' : '';
    return [`${object.metadata.name}${standard}`, String(dig(object, 'spec', 'controller') ?? ''), text, age(object, now)];
  },
};
export const networkPolicies: Printer = {
  columns: columns('Name|Pod-Selector|Age'),
  cells: (object, now) => [object.metadata.name, selectorText(dig(object, 'spec', 'podSelector') as LabelSelector | undefined), age(object, now)],
};
/** Upstream's table has a cell more than it has columns. */
export const ipAddresses: Printer = {
  columns: columns('Name|ParentRef'),
  cells: (object, now) => {
    const part = (name: string): string => String(dig(object, 'spec', 'parentRef', name) ?? '');
    const resource = `${part('resource')}${part('group') === '' ? '' : `.${part('group')}`}`;
    return [object.metadata.name, [resource, ...(part('namespace') === '' ? [] : [part('namespace')]), part('name')].join('/'), age(object, now)];
  },
};
export const serviceCidrs: Printer = {
  columns: columns('Name|CIDRs|Age'),
  cells: (object, now) => [object.metadata.name, items(object, 'spec', 'cidrs').map(String).join(','), age(object, now)],
};
