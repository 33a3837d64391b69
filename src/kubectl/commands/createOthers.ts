import { compactJson } from '../encode.ts';
import { Failure } from '../failure.ts';
import { fileAt } from '../files.ts';
import { raws, text, texts } from '../flags.ts';
import type { Context, Run } from '../steps.ts';
import type { Json } from '../../sim/api/object.ts';
import type { Tree } from '../tree.ts';
import { base64 } from '../base64.ts';
import { parseQuantity } from '../../sim/api/quantity.ts';
import { BAD_QUANTITY } from './change.ts';
import { labelsOf, make, oneName, only } from './make.ts';

/** create quota, create ingress, and the secrets of their own form. */
export function* createQuota(context: Context, words: readonly string[]): Run<void> {
  const name = oneName(context, words, 'quota');
  const hard = text(context.flags, 'hard');
  for (const part of (hard ?? '').split(',').filter((one) => one !== '')) if (part.split('=').length !== 2) throw new Failure(`error: Invalid argument syntax ${part}, expected <resource>=<value>`);
  for (const value of Object.values(labelsOf(hard ?? ''))) if (parseQuantity(String(value)) === undefined) throw new Failure(`error: ${BAD_QUANTITY}`);
  const scopes = texts(context.flags, 'scopes');
  yield* make(context, { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: only({ hard: hard === undefined ? undefined : labelsOf(hard), scopes: scopes.length === 0 ? undefined : scopes }), status: {} }, 'quota');
}

const RULE = /^(?<host>[\w*\-.]*)(?<path>\/[^=]*)=(?<service>[\w-]+):(?<port>[\w-]+)(?<tls>,tls(?:=[^,]*)?)?$/;

function ingressSpec(context: Context): Tree {
  const { flags } = context;
  const rules = raws(flags, 'rule');
  const standard = text(flags, 'default-backend');
  if (rules.length === 0 && standard === undefined) throw new Failure('error: not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)');
  const port = (value: string): Tree => (/^\d+$/.test(value) ? { number: Number(value) } : { name: value });
  const hosts = new Map<string, Json[]>();
  const tls = new Map<string, { hosts: string[] }>();
  for (const rule of rules) {
    const { host = '', path = '', service = '', port: number = '', tls: secure } = RULE.exec(rule)?.groups ?? {};
    if (service === '') throw new Failure(`error: rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
    const prefix = path.endsWith('*');
    hosts.set(host, [...(hosts.get(host) ?? []), { backend: { service: { name: service, port: port(number) } }, path: prefix ? path.slice(0, -1) : path, pathType: prefix ? 'Prefix' : 'Exact' }]);
    // A rule without a host has no name that a certificate could be for.
    if (secure !== undefined && host !== '') {
      const secret = secure.split('=')[1] ?? '';
      const had = tls.get(secret) ?? { hosts: [] };
      if (!had.hosts.includes(host)) had.hosts.push(host);
      tls.set(secret, had);
    }
  }
  const [service = '', number] = (standard ?? '').split(':');
  if (standard !== undefined && number === undefined) throw new Failure('error: default-backend should be in format servicename:serviceport');
  return only({
    defaultBackend: standard === undefined ? undefined : { service: { name: service, port: port(number!) } },
    ingressClassName: text(flags, 'class'),
    rules: hosts.size === 0 ? undefined : [...hosts].map(([host, paths]) => only({ host: host === '' ? undefined : host, http: { paths } })),
    tls: tls.size === 0 ? undefined : [...tls].map(([secret, { hosts: list }]) => only({ hosts: list, secretName: secret === '' ? undefined : secret })),
  });
}

export function* createIngress(context: Context, words: readonly string[]): Run<void> {
  const name = oneName(context, words, 'ingress');
  const annotations = raws(context.flags, 'annotation');
  yield* make(context, { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: only({ annotations: annotations.length === 0 ? undefined : labelsOf(annotations.join(',')), name }), spec: ingressSpec(context), status: { loadBalancer: {} } }, 'ingress');
}

function fileFor(context: Context, path: string): string {
  const content = fileAt(context.input, path);
  if (content === undefined) throw new Failure(`error: Cannot read file ${path}, open ${path}: no such file or directory`);
  return content;
}

/** create secret tls. The pair is taken as it is: whether key and certificate belong together is not worked out here. */
export function* createTls(context: Context, words: readonly string[]): Run<void> {
  const name = oneName(context, words, 'secret tls');
  const [cert, key] = [text(context.flags, 'cert'), text(context.flags, 'key')];
  if (key === undefined && cert === undefined) throw new Failure('error: key and cert must be specified');
  if (key === undefined) throw new Failure('error: key must be specified');
  if (cert === undefined) throw new Failure('error: certificate must be specified');
  const data = { 'tls.crt': base64(fileFor(context, cert)), 'tls.key': base64(fileFor(context, key)) };
  yield* make(context, { apiVersion: 'v1', data, kind: 'Secret', metadata: { name }, type: 'kubernetes.io/tls' }, 'secret');
}

export function* createRegistry(context: Context, words: readonly string[], files: readonly (readonly [string, string])[]): Run<void> {
  const { flags } = context;
  const name = oneName(context, words, 'secret docker-registry');
  const [username, password, email] = [text(flags, 'docker-username'), text(flags, 'docker-password'), text(flags, 'docker-email')];
  const server = text(flags, 'docker-server') ?? 'https://index.docker.io/v1/';
  let config: string;
  if (files.length > 0) config = files[0]![1];
  else {
    if (username === undefined || password === undefined || server === '') throw new Failure('error: either --from-file or the combination of --docker-username, --docker-password and --docker-server is required');
    // Go writes the fields of a struct in their order, not sorted.
    const entry = [['username', username], ['password', password], ...(email === undefined ? [] : [['email', email]]), ['auth', base64(`${username}:${password}`)]] as const;
    config = `{"auths":{${compactJson(server)}:{${entry.map(([key, value]) => `"${key!}":${compactJson(value)}`).join(',')}}}}`;
  }
  yield* make(context, { apiVersion: 'v1', data: { '.dockerconfigjson': base64(config) }, kind: 'Secret', metadata: { name }, type: 'kubernetes.io/dockerconfigjson' }, 'secret');
}

