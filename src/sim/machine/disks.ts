import type { Container, VolumeMount } from '../api/object.ts';
import { imageFile, imagePaths } from './imageFiles.ts';
import type { MachineState, Sandbox } from './machine.ts';
import type { Files } from './programs/program.ts';
import type { Disk, Inside } from './shell/state.ts';

/** The one tree of files that a container sees: its volumes where they are mounted, its own layer, and what its image brings along. */
interface Mount {
  readonly at: string;
  readonly disk: Disk;
  /** In front of paths on the disk. */
  readonly prefix: string;
  readonly isReadOnly: boolean;
}

/** Volumes whose files come from the API. */
export const isFromApi = (volume: Readonly<Record<string, unknown>>): boolean => volume['configMap'] !== undefined || volume['secret'] !== undefined || volume['projected'] !== undefined || volume['downwardAPI'] !== undefined;

function diskOf(state: MachineState, sandbox: Sandbox, name: string): { readonly disk: Disk; readonly fromApi: boolean } {
  const { pod } = sandbox;
  const volume = pod.spec.volumes?.find((each) => each.name === name) as (Readonly<Record<string, unknown>> & { readonly persistentVolumeClaim?: { readonly claimName: string }; readonly hostPath?: { readonly path?: string } }) | undefined;
  // A claim's disk is this machine's: a Pod on another node finds it empty.
  const shared = volume?.persistentVolumeClaim !== undefined ? `${pod.metadata.namespace ?? ''}/${volume.persistentVolumeClaim.claimName}` : volume?.hostPath !== undefined ? `host:${volume.hostPath.path ?? ''}` : undefined;
  const among = shared === undefined ? sandbox.volumes : state.disks;
  let disk = among.get(shared ?? name);
  if (disk === undefined) among.set(shared ?? name, (disk = new Map()));
  return { disk, fromApi: volume !== undefined && isFromApi(volume) };
}

const clean = (path: string): string => path.split('/').filter((part) => part !== '' && part !== '.').join('/');
export const absolute = (path: string): string => `/${clean(path)}`;

/** $(NAME) in subPathExpr. */
export const expanded = (text: string, environment: Readonly<Record<string, string>>): string => text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (all, name: string | undefined) => (name === undefined ? '$' : Object.hasOwn(environment, name) ? environment[name]! : all));

const subPathOf = (mount: VolumeMount, environment: Readonly<Record<string, string>>): string => clean(mount.subPath ?? expanded((mount as { readonly subPathExpr?: string }).subPathExpr ?? '', environment));

/** What volumes from the API hold at a subPath now: that is bound into the container, and never refreshed. */
export function pin(state: MachineState, sandbox: Sandbox, container: Container, inside: Inside): void {
  for (const mount of container.volumeMounts ?? []) {
    const sub = subPathOf(mount, inside.environment);
    const { disk, fromApi } = diskOf(state, sandbox, mount.name);
    if (sub === '' || !fromApi) continue;
    const own: Disk = new Map();
    for (const [path, text] of disk) if (path === sub) own.set('', text);
    else if (path.startsWith(`${sub}/`)) own.set(path.slice(sub.length + 1), text);
    inside.pinned.set(absolute(mount.mountPath), own);
  }
}

function mountsOf(state: MachineState, sandbox: Sandbox, container: Container, inside: Inside): readonly Mount[] {
  const mounts = (container.volumeMounts ?? []).map((mount): Mount => {
    const at = absolute(mount.mountPath);
    const pinned = inside.pinned.get(at);
    if (pinned !== undefined) return { at, disk: pinned, prefix: '', isReadOnly: true };
    const { disk, fromApi } = diskOf(state, sandbox, mount.name);
    return { at, disk, prefix: subPathOf(mount, inside.environment), isReadOnly: fromApi || mount.readOnly === true };
  });
  return mounts.sort((a, b) => b.at.length - a.at.length);
}

const FOLDERS: readonly string[] = ['/', '/bin', '/dev', '/etc', '/home', '/lib', '/mnt', '/opt', '/proc', '/root', '/run', '/sbin', '/srv', '/sys', '/tmp', '/usr', '/usr/bin', '/usr/local', '/usr/local/bin', '/usr/share', '/var', '/var/lib', '/var/log', '/var/run', '/var/tmp'];
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

export function filesOf(state: MachineState, sandbox: Sandbox, container: Container, inside: Inside, repository: string): Files {
  const mounts = mountsOf(state, sandbox, container, inside);
  const rootIsReadOnly = (container as { readonly securityContext?: { readonly readOnlyRootFilesystem?: boolean } }).securityContext?.readOnlyRootFilesystem === true;
  /** The disk that a path is on, and its name there. */
  const place = (path: string): { readonly disk: Disk; readonly name: string; readonly isReadOnly: boolean; readonly mount: Mount | undefined } => {
    for (const mount of mounts) {
      if (path !== mount.at && !path.startsWith(mount.at === '/' ? '/' : `${mount.at}/`)) continue;
      return { disk: mount.disk, name: [mount.prefix, path.slice(mount.at.length).replace(/^\//, '')].filter((part) => part !== '').join('/'), isReadOnly: mount.isReadOnly, mount };
    }
    return { disk: inside.disk, name: path.slice(1), isReadOnly: rootIsReadOnly, mount: undefined };
  };
  const base = (path: string): string | undefined => (inside.removed.has(path) ? undefined : imageFile(path, repository, sandbox));
  const read = (path: string): string | undefined => {
    if (path === '/dev/null') return '';
    const { disk, name, mount } = place(path);
    const text = disk.get(name);
    return text === null ? undefined : (text ?? (mount === undefined ? base(path) : undefined));
  };
  const isFolder = (path: string): boolean => {
    if (read(path) !== undefined) return false;
    const { disk, name, mount } = place(path);
    if (disk.get(name) === null || name === (mount?.prefix ?? '')) return true;
    const under = `${name}/`;
    for (const other of disk.keys()) if (other.startsWith(under)) return true;
    if (mounts.some(({ at }) => at.startsWith(`${path === '/' ? '' : path}/`))) return true;
    return mount === undefined && !inside.removed.has(path) && (FOLDERS.includes(path) || imagePaths(repository, sandbox).some((file) => file.startsWith(`${path}/`)));
  };
  const all = (): readonly string[] => {
    const out = new Set<string>();
    const add = (path: string): void => {
      for (let each = path; each !== '/' && !out.has(each); each = parentOf(each)) out.add(each);
    };
    for (const name of inside.disk.keys()) add(`/${name}`);
    for (const path of [...FOLDERS.slice(1), ...imagePaths(repository, sandbox)]) if (!inside.removed.has(path)) add(path);
    for (const { at, disk, prefix } of mounts) {
      for (const path of [...out]) if (path.startsWith(`${at}/`)) out.delete(path);
      add(at);
      for (const name of disk.keys()) if (prefix === '' || name.startsWith(`${prefix}/`)) add(absolute(`${at}/${name.slice(prefix === '' ? 0 : prefix.length + 1)}`));
    }
    return [...out].sort((a, b) => (a < b ? -1 : 1));
  };
  const refuse = (path: string): string | undefined => (place(path).isReadOnly ? 'Read-only file system' : undefined);
  return {
    read,
    isFolder,
    all,
    isReadOnly: (path) => place(path).isReadOnly,
    write(path, text) {
      if (path.startsWith('/dev/') && path !== '/dev/termination-log' && !path.startsWith('/dev/shm/')) return undefined;
      if (isFolder(path)) return 'Is a directory';
      if (!isFolder(parentOf(path))) return 'No such file or directory';
      const why = path === '/dev/termination-log' ? undefined : refuse(path);
      if (why !== undefined) return why;
      const { disk, name } = place(path);
      disk.set(name, text);
      return undefined;
    },
    remove(path) {
      const why = refuse(path);
      if (why !== undefined) return why;
      const { disk, name, mount } = place(path);
      if (mounts.some(({ at }) => at === path)) return 'Resource busy';
      disk.delete(name);
      if (mount === undefined) inside.removed.add(path);
      return undefined;
    },
    makeFolder(path) {
      const why = refuse(path);
      if (why !== undefined) return why;
      const { disk, name } = place(path);
      disk.set(name, null);
      return undefined;
    },
    list(path) {
      if (!isFolder(path)) return undefined;
      const head = path === '/' ? '/' : `${path}/`;
      const found = new Set<string>();
      for (const each of all()) if (each.startsWith(head) && each !== path) found.add(each.slice(head.length).split('/')[0]!);
      return [...found];
    },
  };
}
