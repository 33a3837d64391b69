import type { EndpointSlice, Json, KubernetesObject, LabelSelector } from '../../sim/api/object.ts';
import { selectorText } from '../../sim/api/columns/column.ts';
import { balancerText } from '../../sim/api/columns/networking.ts';
import { parseTimestamp, timestamp } from '../../sim/api/time.ts';
import { dig, isList } from '../tree.ts';
import type { Describer, Related } from './head.ts';
import { head, labelled } from './head.ts';
import { Writer, annotationLines, eventLines, labelLines } from './text.ts';

/** Ingress, IngressClass and NetworkPolicy (kubectl, pkg/describe). */
const items = (value: unknown, ...path: readonly string[]): readonly Json[] => {
  const list = dig(value, ...path);
  return isList(list) ? list : [];
};
const text = (value: unknown, ...path: readonly string[]): string => String(dig(value, ...path) ?? '');

/** The ready addresses of a Service's port, three at most. */
export function endpointsOf(slices: readonly EndpointSlice[], port: string): string {
  if (slices.length === 0) return '<none>';
  const all = slices.flatMap((slice) => {
    const ready = (slice.endpoints ?? []).filter((one) => one.conditions?.ready !== false).map((one) => one.addresses[0] ?? '');
    const ports = slice.ports ?? [];
    return ports.length === 0 ? ready : ports.filter((one) => (one.name ?? '') === port).flatMap((one) => ready.map((address) => `${address}:${one.port ?? 0}`));
  });
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
}

function backendText(backend: Json, { backends }: Related): string {
  const resource = dig(backend, 'resource');
  if (resource !== undefined && resource !== null) return `APIGroup: ${text(resource, 'apiGroup')}, Kind: ${text(resource, 'kind')}, Name: ${text(resource, 'name')}`;
  const name = text(backend, 'service', 'name');
  const [number, word] = [dig(backend, 'service', 'port', 'number'), dig(backend, 'service', 'port', 'name')];
  const own = `${name}:${String(word ?? number ?? '')}`;
  const known = backends?.get(name);
  if (known === undefined) return `${own} (<error: services "${name}" not found>)`;
  const port = items(known.service, 'spec', 'ports').find((one) => (number !== undefined && dig(one, 'port') === number) || (word !== undefined && dig(one, 'name') === word));
  return `${own} (${endpointsOf(known.slices, text(port, 'name'))})`;
}

const ingress: Describer = (w, object, related) => {
  w.line(0, `Name:\t${object.metadata.name}`);
  labelLines(w, 'Labels', object.metadata.labels);
  const standard = dig(object, 'spec', 'defaultBackend');
  w.line(0, `Namespace:\t${object.metadata.namespace ?? ''}`).line(0, `Address:\t${balancerText(object)}`).line(0, `Ingress Class:\t${String(dig(object, 'spec', 'ingressClassName') ?? '<none>')}`);
  w.line(0, `Default backend:\t${standard === undefined || standard === null ? '<default>' : backendText(standard, related)}`);
  const tls = items(object, 'spec', 'tls');
  if (tls.length > 0) w.line(0, 'TLS:');
  for (const one of tls) {
    const hosts = items(one, 'hosts').map(String).join(',');
    w.line(1, text(one, 'secretName') === '' ? `SNI routes ${hosts}` : `${text(one, 'secretName')} terminates ${hosts}`);
  }
  w.line(0, 'Rules:').line(1, 'Host\tPath\tBackends').line(1, '----\t----\t--------');
  const rules = items(object, 'spec', 'rules').filter((rule) => dig(rule, 'http') !== undefined);
  for (const rule of rules) {
    w.line(1, `${text(rule, 'host') === '' ? '*' : text(rule, 'host')}\t`);
    for (const path of items(rule, 'http', 'paths')) w.line(2, `\t${text(path, 'path')} \t${backendText(dig(path, 'backend') ?? {}, related)}`);
  }
  if (rules.length === 0) w.line(1, `*\t*\t${standard === undefined || standard === null ? '<default>' : backendText(standard, related)}`);
  annotationLines(w, 'Annotations', object.metadata.annotations);
  eventLines(w, related.events, related.now);
};

const ingressClass: Describer = (w, object, { events, now }) => {
  w.line(0, `Name:\t${object.metadata.name}`);
  labelled(w, object);
  w.line(0, `Controller:\t${text(object, 'spec', 'controller')}`);
  const parameters = dig(object, 'spec', 'parameters');
  if (parameters !== undefined && parameters !== null) {
    w.line(0, 'Parameters:');
    if (dig(parameters, 'apiGroup') !== undefined) w.line(1, `APIGroup:\t${text(parameters, 'apiGroup')}`);
    w.line(1, `Kind:\t${text(parameters, 'kind')}`).line(1, `Name:\t${text(parameters, 'name')}`);
  }
  eventLines(w, events, now);
};

function portLines(w: Writer, rule: Json): void {
  const ports = items(rule, 'ports');
  if (ports.length === 0) w.line(0, '    To Port: <any> (traffic allowed to all ports)');
  for (const port of ports) {
    const protocol = String(dig(port, 'protocol') ?? 'TCP');
    const last = dig(port, 'endPort');
    w.line(0, last === undefined || last === null ? `    To Port: ${String(dig(port, 'port') ?? '<any>')}/${protocol}` : `    To Port Range: ${text(port, 'port')}-${String(last)}/${protocol}`);
  }
}

function peerLines(w: Writer, rule: Json, side: 'from' | 'to'): void {
  const [title, whence] = side === 'from' ? ['From', 'source'] : ['To', 'destination'];
  const peers = items(rule, side);
  if (peers.length === 0) w.line(0, `    ${title}: <any> (traffic not restricted by ${whence})`);
  for (const peer of peers) {
    w.line(0, `    ${title}:`);
    for (const [name, key] of [['NamespaceSelector', 'namespaceSelector'], ['PodSelector', 'podSelector']] as const) {
      const selector = dig(peer, key);
      if (selector !== undefined && selector !== null) w.line(0, `      ${name}: ${selectorText(selector as LabelSelector)}`);
    }
    const block = dig(peer, 'ipBlock');
    if (block !== undefined && block !== null) w.line(0, '      IPBlock:').line(0, `        CIDR: ${text(block, 'cidr')}`).line(0, `        Except: ${items(block, 'except').map(String).join(', ')}`);
  }
}

const networkPolicy: Describer = (w, object) => {
  head(w, object);
  const at = parseTimestamp(object.metadata.creationTimestamp);
  w.line(0, `Created on:\t${at === undefined ? '' : timestamp(at).replace('T', ' ').replace('Z', ' +0000 UTC')}`);
  labelled(w, object);
  const selector = selectorText(dig(object, 'spec', 'podSelector') as LabelSelector | undefined);
  w.line(0, 'Spec:').line(1, `PodSelector:     ${selector === '<none>' ? '<none> (Allowing the specific traffic to all pods in this namespace)' : selector}`);
  const types = items(object, 'spec', 'policyTypes').map(String);
  for (const [word, side] of [['ingress', 'from'], ['egress', 'to']] as const) {
    const enabled = types.length === 0 ? word === 'ingress' || dig(object, 'spec', 'egress') !== undefined : types.includes(word === 'ingress' ? 'Ingress' : 'Egress');
    if (!enabled) {
      w.line(1, `Not affecting ${word} traffic`);
      continue;
    }
    w.line(1, `Allowing ${word} traffic:`);
    const rules = items(object, 'spec', word);
    if (rules.length === 0) w.line(0, `    <none> (Selected pods are isolated for ${word} connectivity)`);
    rules.forEach((rule, i) => {
      portLines(w, rule);
      peerLines(w, rule, side);
      if (i < rules.length - 1) w.line(0, '    ----------');
    });
  }
  w.line(1, `Policy Types: ${types.join(', ')}`);
};

export const NETWORK: Readonly<Record<string, Describer>> = { Ingress: ingress, IngressClass: ingressClass, NetworkPolicy: networkPolicy };

/** The Services that an Ingress names. */
export const servicesOf = (object: KubernetesObject): readonly string[] =>
  [...new Set([dig(object, 'spec', 'defaultBackend', 'service', 'name'), ...items(object, 'spec', 'rules').flatMap((rule) => items(rule, 'http', 'paths').map((path) => dig(path, 'backend', 'service', 'name')))])].filter((name) => name !== undefined).map(String);
