import { pathOf } from '../../sim/api/kinds.ts';
import type { Container, Pod, Volume, VolumeMount } from '../../sim/api/object.ts';
import { fromBase64 } from '../base64.ts';
import { resolvePath } from '../files.ts';
import type { Context, Disks, Run } from '../steps.ts';
import { list, readIfAny } from '../steps.ts';
import type { Tree } from '../tree.ts';
import { dig, isList, isTree } from '../tree.ts';

/**
 * The inside of a container, as far as API objects tell: its environment, and the files of its volumes. Programs do not run in Orrery; what they
 * would see is worked out of the same objects that a kubelet makes it of, and a small shell plays what people type.
 */
export interface Inside {
  readonly pod: Pod;
  readonly container: Container;
  readonly environment: ReadonlyMap<string, string>;
  readonly files: Map<string, string>;
  /** Where a path is kept: the disk and the path on it. */
  readonly diskOf: (path: string) => { readonly disk: string; readonly path: string };
}

type Data = Readonly<Record<string, string>>;

function* dataOf(context: Context, kind: 'ConfigMap' | 'Secret', namespace: string, name: string): Run<Data> {
  const object = yield* readIfAny(context, pathOf(kind, namespace, name));
  const data = dig(object, 'data');
  if (!isTree(data)) return {};
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, kind === 'Secret' ? (fromBase64(String(value)) ?? '') : String(value)]));
}

function fieldText(pod: Pod, path: string): string {
  const key = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (key !== null) return String(dig(pod, 'metadata', key[1]!, key[2]!) ?? '');
  const value = dig(pod, ...path.split('.'));
  return isTree(value) ? Object.entries(value).map(([name, text]) => `${name}=${JSON.stringify(text)}\n`).join('') : String(value ?? '');
}

function* environmentOf(context: Context, pod: Pod, container: Container): Run<Map<string, string>> {
  const namespace = pod.metadata.namespace ?? 'default';
  const out = new Map<string, string>([['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], ['HOSTNAME', pod.metadata.name]]);
  // Services that were there before the Pod: their addresses as variables.
  for (const service of [...(yield* list(context, pathOf('Service', namespace))), ...(namespace === 'default' ? [] : (yield* list(context, pathOf('Service', 'default'))).filter((one) => one.metadata.name === 'kubernetes'))]) {
    const ip = dig(service, 'spec', 'clusterIP');
    const ports = dig(service, 'spec', 'ports');
    if (typeof ip !== 'string' || ip === 'None' || ip === '' || !isList(ports) || service.metadata.creationTimestamp > pod.metadata.creationTimestamp) continue;
    const name = service.metadata.name.toUpperCase().replaceAll('-', '_');
    out.set(`${name}_SERVICE_HOST`, ip).set(`${name}_SERVICE_PORT`, String(dig(ports[0], 'port') ?? ''));
  }
  for (const from of (container.envFrom ?? []) as readonly Tree[]) {
    const kind = isTree(from.configMapRef) ? 'ConfigMap' : 'Secret';
    const data = yield* dataOf(context, kind, namespace, String(dig(from, kind === 'ConfigMap' ? 'configMapRef' : 'secretRef', 'name') ?? ''));
    for (const [key, value] of Object.entries(data)) out.set(`${String(from.prefix ?? '')}${key}`, value);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (!isTree(valueFrom)) {
      out.set(name, (value ?? '').replace(/\$\((\w+)\)/g, (all, other: string) => out.get(other) ?? all));
      continue;
    }
    const [config, secret] = [valueFrom.configMapKeyRef, valueFrom.secretKeyRef];
    if (isTree(config)) out.set(name, (yield* dataOf(context, 'ConfigMap', namespace, String(config.name)))[String(config.key)] ?? '');
    else if (isTree(secret)) out.set(name, (yield* dataOf(context, 'Secret', namespace, String(secret.name)))[String(secret.key)] ?? '');
    else if (isTree(valueFrom.fieldRef)) out.set(name, fieldText(pod, String(valueFrom.fieldRef.fieldPath)));
    else if (isTree(valueFrom.resourceFieldRef)) {
      const [kind = '', resource = ''] = String(valueFrom.resourceFieldRef.resource).split('.');
      out.set(name, String(dig(container, 'resources', kind, resource) ?? '0'));
    }
  }
  return out.set('HOME', '/root');
}

const placed = (data: Data, items: unknown): readonly (readonly [string, string])[] =>
  isList(items) ? items.map((item) => [String(dig(item, 'path')), data[String(dig(item, 'key'))] ?? ''] as const) : Object.entries(data);

/** The files that a volume brings, and the disk on which what is written to it stays. */
function* volumeFiles(context: Context, pod: Pod, volume: Volume): Run<{ readonly files: readonly (readonly [string, string])[]; readonly disk: string }> {
  const namespace = pod.metadata.namespace ?? 'default';
  const own = `${pod.metadata.uid}/${volume.name}`;
  const { hostPath, downwardAPI } = volume as { hostPath?: Tree; downwardAPI?: Tree };
  const downward = (source: unknown): readonly (readonly [string, string])[] => {
    const items = dig(source, 'items');
    return (isList(items) ? items : []).map((item) => [String(dig(item, 'path')), fieldText(pod, String(dig(item, 'fieldRef', 'fieldPath') ?? ''))] as const);
  };
  if (volume.configMap !== undefined) return { files: placed(yield* dataOf(context, 'ConfigMap', namespace, volume.configMap.name ?? ''), dig(volume.configMap, 'items')), disk: own };
  if (volume.secret !== undefined) return { files: placed(yield* dataOf(context, 'Secret', namespace, volume.secret.secretName ?? ''), dig(volume.secret, 'items')), disk: own };
  if (downwardAPI !== undefined) return { files: downward(downwardAPI), disk: own };
  if (volume.persistentVolumeClaim !== undefined) return { files: [], disk: `claim/${namespace}/${volume.persistentVolumeClaim.claimName}` };
  if (hostPath !== undefined) return { files: [], disk: `host/${pod.spec.nodeName ?? ''}${String(hostPath.path)}` };
  if (volume.projected !== undefined) {
    const out: (readonly [string, string])[] = [];
    const sources = dig(volume.projected, 'sources');
    for (const source of isList(sources) ? sources : []) {
      if (dig(source, 'configMap') !== undefined) out.push(...placed(yield* dataOf(context, 'ConfigMap', namespace, String(dig(source, 'configMap', 'name'))), dig(source, 'configMap', 'items')));
      else if (dig(source, 'secret') !== undefined) out.push(...placed(yield* dataOf(context, 'Secret', namespace, String(dig(source, 'secret', 'name'))), dig(source, 'secret', 'items')));
      else if (dig(source, 'downwardAPI') !== undefined) out.push(...downward(dig(source, 'downwardAPI')));
      else if (dig(source, 'serviceAccountToken') !== undefined) out.push([String(dig(source, 'serviceAccountToken', 'path') ?? 'token'), `token-of.${namespace}.${pod.spec.serviceAccountName ?? 'default'}.${pod.metadata.uid}`]);
    }
    return { files: out, disk: own };
  }
  return { files: [], disk: own };
}

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nbin:x:2:2:bin:/bin:/bin/false\nsys:x:3:3:sys:/dev:/bin/false\nwww-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n';
const WELCOME = '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n</body>\n</html>\n';

/** The repository's last part: "nginx" of "docker.io/library/nginx:1.27". */
export const imageName = (image: string): string => image.split('/').at(-1)!.split('@')[0]!.split(':')[0]!;

export function* insideOf(context: Context, pod: Pod, container: Container, disks: Disks): Run<Inside> {
  const files = new Map<string, string>([
    ['/etc/passwd', PASSWD], ['/etc/hostname', `${pod.metadata.name}\n`], ['/etc/hosts', `127.0.0.1\tlocalhost\n${pod.status?.podIP ?? ''}\t${pod.metadata.name}\n`],
    ['/etc/resolv.conf', `search ${pod.metadata.namespace ?? 'default'}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n`], ['/bin/sh', ''], ['/tmp/.keep', ''], ['/root/.keep', ''], ['/home/.keep', ''], ['/usr/bin/env', ''], ['/var/log/.keep', ''], ['/dev/null', ''], ['/proc/1/comm', ''],
  ]);
  if (imageName(container.image) === 'nginx') files.set('/usr/share/nginx/html/index.html', WELCOME).set('/usr/share/nginx/html/50x.html', WELCOME).set('/etc/nginx/nginx.conf', 'worker_processes  auto;\n');
  const layer = `${pod.metadata.uid}/layer/${container.name}`;
  const mounts: { readonly at: string; readonly disk: string; readonly sub: string }[] = [];
  for (const mount of (container.volumeMounts ?? []) as readonly VolumeMount[]) {
    const volume = (pod.spec.volumes ?? []).find((one) => one.name === mount.name);
    if (volume === undefined) continue;
    const { files: brought, disk } = yield* volumeFiles(context, pod, volume);
    const at = resolvePath('/', mount.mountPath);
    const sub = mount.subPath ?? '';
    // What the image has below a mount is hidden by it.
    for (const name of [...files.keys()]) if (name.startsWith(`${at}/`)) files.delete(name);
    for (const [name, text] of brought) {
      if (sub === '') files.set(`${at}/${name}`, text);
      else if (name === sub) files.set(at, text);
    }
    mounts.push({ at, disk, sub });
  }
  const diskOf = (path: string): { disk: string; path: string } => {
    const mount = mounts.filter(({ at }) => path === at || path.startsWith(`${at}/`)).sort((a, b) => b.at.length - a.at.length)[0];
    return mount === undefined ? { disk: layer, path } : { disk: mount.disk, path: `${mount.sub === '' ? '' : `/${mount.sub}`}${path.slice(mount.at.length)}` };
  };
  for (const { at, disk, sub } of mounts) {
    const root = sub === '' ? '' : `/${sub}`;
    for (const [path, text] of disks.get(disk) ?? []) if (path.startsWith(`${root}/`) || path === root) files.set(at + path.slice(root.length), text);
  }
  for (const [path, text] of disks.get(layer) ?? []) files.set(path, text);
  return { pod, container, environment: yield* environmentOf(context, pod, container), files, diskOf };
}

/** What a program changed is put on the disks that its paths belong to. */
export function keep(inside: Inside, before: ReadonlyMap<string, string>, disks: Disks): void {
  for (const [path, text] of inside.files) {
    if (before.get(path) === text) continue;
    const place = inside.diskOf(path);
    const disk = disks.get(place.disk) ?? new Map<string, string>();
    disks.set(place.disk, disk.set(place.path, text));
  }
  for (const path of before.keys()) if (!inside.files.has(path)) disks.get(inside.diskOf(path).disk)?.delete(inside.diskOf(path).path);
}

