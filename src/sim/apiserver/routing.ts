import { apiVersionOf, KINDS, resourceInfo, type KindInfo } from '../api/kinds.ts';

/**
 * What a path of the API names. Paths are those of the real API: `/api/v1/...` for the core group, `/apis/GROUP/VERSION/...` for the
 * others, `/namespaces/NS/` before a namespaced resource, then the resource, a name, a subresource.
 */
export type Route =
  | {
      readonly type: 'resource';
      readonly info: KindInfo;
      /** As the path says it: "v1", "apps/v1"; `events.k8s.io/v1` for an Event of that group. */
      readonly apiVersion: string;
      readonly namespace: string | undefined;
      readonly name: string | undefined;
      readonly subresource: string | undefined;
    }
  | { readonly type: 'document'; readonly body: { readonly kind: string; readonly apiVersion: string; readonly [key: string]: unknown } };

// An invisible cache: the same path always names the same thing, and components ask for few different ones, often.
const known = new Map<string, Route | undefined>();

export function route(path: string): Route | undefined {
  const cached = known.get(path);
  if (cached !== undefined) return cached;
  const found = parse(path);
  if (found !== undefined && path.length < 512) {
    if (known.size > 4096) known.clear();
    known.set(path, found);
  }
  return found;
}

function parse(path: string): Route | undefined {
  const question = path.indexOf('?');
  const parts = (question < 0 ? path : path.slice(0, question)).split('/');
  if (parts[0] !== '') return undefined;
  if (parts.at(-1) === '') parts.pop();
  const root = parts[1];
  if (root === 'api' && parts.length > 3) return resource('', parts[2]!, parts, 3);
  if (root === 'apis' && parts.length > 4) return resource(parts[2]!, parts[3]!, parts, 4);
  const body = discovery(`/${parts.slice(1).join('/')}`);
  return body === undefined ? undefined : { type: 'document', body };
}

function decoded(part: string): string | undefined {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function resource(group: string, version: string, parts: readonly string[], start: number): Route | undefined {
  let at = start;
  let namespace: string | undefined;
  // `/namespaces/NS/RESOURCE`, but `/namespaces/NS/finalize` and `/namespaces/NS/status` are subresources of the Namespace itself.
  if (parts[at] === 'namespaces' && parts.length > at + 2 && !(group === '' && parts.length === at + 3 && (parts[at + 2] === 'finalize' || parts[at + 2] === 'status'))) {
    namespace = decoded(parts[at + 1]!);
    if (namespace === undefined || namespace === '') return undefined;
    at += 2;
  }
  const info = resourceInfo(group, version, parts[at] ?? '');
  if (info === undefined || parts.length > at + 3) return undefined;
  if (namespace !== undefined && !info.namespaced) return undefined;
  const name = parts[at + 1] === undefined ? undefined : decoded(parts[at + 1]!);
  if (name === '' || (name === undefined && parts[at + 1] !== undefined)) return undefined;
  // An object of a namespaced kind has no path without its namespace.
  if (name !== undefined && info.namespaced && namespace === undefined) return undefined;
  const subresource = parts[at + 2];
  if (subresource !== undefined && !info.subresources.includes(subresource)) return undefined;
  return { type: 'resource', info, apiVersion: group === '' ? version : `${group}/${version}`, namespace, name, subresource };
}

// ---- discovery: what the API has, from the table of kinds

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const SUBRESOURCES: Readonly<Record<string, { readonly verbs: readonly string[]; readonly group?: string; readonly version?: string; readonly kind?: string }>> = {
  status: { verbs: ['get', 'patch', 'update'] },
  scale: { verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale' },
  binding: { verbs: ['create'], kind: 'Binding' },
  eviction: { verbs: ['create'], group: 'policy', version: 'v1', kind: 'Eviction' },
  finalize: { verbs: ['update'] },
  token: { verbs: ['create'], group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
  log: { verbs: ['get'] },
  exec: { verbs: ['create', 'get'], kind: 'PodExecOptions' },
  ephemeralcontainers: { verbs: ['get', 'patch', 'update'] },
  resize: { verbs: ['get', 'patch', 'update'] },
};

/** The kinds of a group version; events are served in two. */
const kindsOf = (groupVersion: string): readonly KindInfo[] => KINDS.filter((info) => (groupVersion === 'events.k8s.io/v1' ? info.kind === 'Event' : apiVersionOf(info) === groupVersion));
const groups = (): readonly string[] => [...new Set([...KINDS.map((info) => info.group).filter((group) => group !== ''), 'events.k8s.io'])];
const versionsOf = (group: string): readonly string[] => (group === 'events.k8s.io' ? ['v1'] : [...new Set(KINDS.filter((info) => info.group === group).map((info) => info.version))]);

function groupEntry(group: string): Record<string, unknown> {
  const versions = versionsOf(group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function resourceList(groupVersion: string): Record<string, unknown>[] {
  const out: Record<string, unknown>[] = [];
  for (const info of kindsOf(groupVersion)) {
    // A Namespace's deletion has its own rules: there is no way to delete all of them.
    const verbs = info.kind === 'Namespace' ? VERBS.filter((verb) => verb !== 'deletecollection') : VERBS;
    out.push({
      name: info.resource, singularName: info.singular, namespaced: info.namespaced, kind: info.kind, verbs,
      ...(info.shortNames.length === 0 ? {} : { shortNames: info.shortNames }),
      ...(info.inAll === true ? { categories: ['all'] } : {}),
    });
    for (const subresource of info.subresources) {
      const { verbs: subverbs, kind, ...version } = SUBRESOURCES[subresource] ?? { verbs: [] };
      out.push({ name: `${info.resource}/${subresource}`, singularName: '', namespaced: info.namespaced, ...version, kind: kind ?? info.kind, verbs: subverbs });
    }
  }
  return out.sort((a, b) => ((a['name'] as string) < (b['name'] as string) ? -1 : 1));
}

/** The documents that say what there is. What a real server adds about its build is left out where a simulation has none. */
function discovery(path: string): { readonly kind: string; readonly apiVersion: string; readonly [key: string]: unknown } | undefined {
  const untyped = (body: Record<string, unknown>): { readonly kind: string; readonly apiVersion: string } => body as unknown as { readonly kind: string; readonly apiVersion: string };
  switch (path) {
    case '/version':
      return untyped({
        major: '1', minor: '36', emulationMajor: '1', emulationMinor: '36', minCompatibilityMajor: '1', minCompatibilityMinor: '35', gitVersion: 'v1.36.3', gitCommit: '$Format:%H$', gitTreeState: '',
        buildDate: '1970-01-01T00:00:00Z', goVersion: 'go1.26.8', compiler: 'gc', platform: 'linux/amd64',
      });
    case '/api':
      return untyped({ kind: 'APIVersions', versions: ['v1'] });
    case '/apis':
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(groupEntry) };
    default: {
      const [, root, group = '', version] = path.split('/');
      if (root === 'api' && group === 'v1' && version === undefined) return untyped({ kind: 'APIResourceList', groupVersion: 'v1', resources: resourceList('v1') });
      if (root !== 'apis' || !groups().includes(group)) return undefined;
      if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) };
      if (!versionsOf(group).includes(version)) return undefined;
      return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`, resources: resourceList(`${group}/${version}`) };
    }
  }
}
