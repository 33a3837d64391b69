import type { Micros } from '../api/time.ts';
import { MILLISECOND, SECOND } from '../api/time.ts';
import { hashText, mix } from '../kernel/draw.ts';

/**
 * The registry of the world: every image that could exist does, made of layers that images of one family share. What a name says decides
 * everything, so no catalogue has to be fetched: sizes of well-known images are about the real ones, those of others come from a hash.
 *
 * What does not exist, so that a lesson can show ErrImagePull: an image whose name or tag contains "doesnotexist", "does-not-exist",
 * "nonexistent" or "no-such"; an image of a registry under `.invalid`; and versions that the official image never had (nginx:1.161, the
 * slip of the pen in the documentation's rollout).
 */
export interface Layer {
  readonly digest: string;
  readonly bytes: number;
}
export interface Image {
  /** With registry, repository and tag: "docker.io/library/nginx:1.27". */
  readonly name: string;
  readonly digest: string;
  readonly layers: readonly Layer[];
  readonly bytes: number;
}
export type Lookup = { readonly image: Image } | { readonly failure: string; readonly invalidName?: boolean };

/** What a layer takes at 50 MB/s, and what it takes to ask the registry what an image is made of. */
export const BYTES_PER_SECOND = 50_000_000;
export const RESOLVE_MICROS: Micros = 350 * MILLISECOND;
export const pullMicros = (bytes: number): Micros => Math.round((bytes / BYTES_PER_SECOND) * SECOND);

const HEX = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');
function digestOf(text: string): string {
  let out = '';
  let h = hashText(text);
  for (let i = 0; i < 8; i++) {
    h = mix(h, i + 1);
    out += HEX(h);
  }
  return `sha256:${out}`;
}

interface Family {
  /** Shared with every image built on the same base. */
  readonly base: 'debian' | 'alpine' | 'oracle' | 'scratch';
  /** Its own layers, by tag. */
  readonly megabytes: readonly number[];
}
const BASES: Readonly<Record<Family['base'], readonly number[]>> = { debian: [28.2], alpine: [3.6], oracle: [47.3, 0.9], scratch: [] };

const FAMILIES: Readonly<Record<string, Family>> = {
  nginx: { base: 'debian', megabytes: [43.9, 0.6, 0.9] },
  httpd: { base: 'debian', megabytes: [3.7, 26.1, 0.3] },
  redis: { base: 'debian', megabytes: [1.1, 14.8, 0.2] },
  memcached: { base: 'debian', megabytes: [4.2, 1.3] },
  mysql: { base: 'oracle', megabytes: [6.1, 50.2, 118.4] },
  mariadb: { base: 'debian', megabytes: [2.2, 87.5] },
  postgres: { base: 'debian', megabytes: [4.5, 8.1, 111.6] },
  mongo: { base: 'debian', megabytes: [1.5, 236.1] },
  rabbitmq: { base: 'debian', megabytes: [12.3, 57.8] },
  wordpress: { base: 'debian', megabytes: [104.1, 20.4, 78.2] },
  tomcat: { base: 'debian', megabytes: [22.1, 157.4, 13.5] },
  busybox: { base: 'scratch', megabytes: [2.2] },
  alpine: { base: 'alpine', megabytes: [] },
  debian: { base: 'debian', megabytes: [] },
  ubuntu: { base: 'scratch', megabytes: [29.7] },
  pause: { base: 'scratch', megabytes: [0.3] },
  agnhost: { base: 'alpine', megabytes: [10.2, 38.6] },
  perl: { base: 'debian', megabytes: [24.1, 64.4, 211.3, 14.6] },
  python: { base: 'debian', megabytes: [24.1, 64.4, 211.3, 22.9] },
  node: { base: 'debian', megabytes: [24.1, 64.4, 211.3, 48.1] },
  golang: { base: 'debian', megabytes: [24.1, 64.4, 102.1, 74.8] },
  'hello-world': { base: 'scratch', megabytes: [0.01] },
};

const NAME = /^(?:((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+(?::\d+)?|localhost(?::\d+)?|[a-z0-9-]+:\d+)\/)?([a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

interface Parsed {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}
function parse(reference: string): Parsed | undefined {
  const m = NAME.exec(reference);
  if (m === null) return undefined;
  const registry = m[1] ?? 'docker.io';
  const repository = registry === 'docker.io' && !m[2]!.includes('/') ? `library/${m[2]!}` : m[2]!;
  return { registry, repository, tag: m[4] === undefined ? `:${m[3] ?? 'latest'}` : `@${m[4]}` };
}

/** The last part of an image's repository: "nginx" of "docker.io/library/nginx:1.27". */
export function repositoryName(reference: string): string {
  const at = reference.indexOf('@');
  const name = at < 0 ? reference : reference.slice(0, at);
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  return name.slice(slash + 1, colon < 0 ? undefined : colon);
}

const ABSENT = /doesnotexist|does-not-exist|nonexistent|no-such/;
/** The official nginx has counted 1.N for twenty years. */
function neverReleased(repository: string, tag: string): boolean {
  if (repository !== 'library/nginx') return false;
  const m = /^:1\.(\d+)/.exec(tag);
  return m !== null && Number(m[1]) > 40;
}

function layersOf(repository: string, name: string, tag: string): readonly Layer[] {
  const alpine = tag.includes('alpine');
  const own = FAMILIES[name];
  const layer = (key: string, megabytes: number): Layer => ({ digest: digestOf(key), bytes: Math.round(megabytes * 1_000_000) });
  const base = alpine ? 'alpine' : (own?.base ?? (hashText(repository) & 1 ? 'debian' : 'alpine'));
  const shared = BASES[base].map((megabytes, i) => layer(`base/${base}/${i}`, megabytes));
  if (own !== undefined) return [...shared, ...own.megabytes.map((megabytes, i) => layer(`${name}${tag}/${i}`, alpine ? megabytes / 3 : megabytes))];
  const count = 2 + ((hashText(repository, 7) >>> 0) % 4);
  const rest: Layer[] = [];
  for (let i = 0; i < count; i++) {
    // The first layers of an application are its runtime, which its versions share; the last one is the application.
    const key = i === count - 1 ? `${repository}${tag}/${i}` : `${repository}/${i}`;
    rest.push(layer(key, 1 + ((hashText(key, 11) >>> 0) % 400) / 10));
  }
  return [...shared, ...rest];
}

/** Invisible: the same reference always gets the same answer. */
const known = new Map<string, Lookup>();

/** What the registry says about a reference. */
export function lookUp(reference: string): Lookup {
  const before = known.get(reference);
  if (before !== undefined) return before;
  if (known.size > 1000) known.clear();
  const found = resolve(reference);
  known.set(reference, found);
  return found;
}

function resolve(reference: string): Lookup {
  const parsed = parse(reference);
  if (parsed === undefined) {
    const lower = reference.toLowerCase();
    const why = lower !== reference && parse(lower) !== undefined ? `repository name must be lowercase` : 'invalid reference format';
    return { failure: `Failed to apply default image tag "${reference}": couldn't parse image name "${reference}": ${why === 'invalid reference format' ? why : `invalid reference format: ${why}`}`, invalidName: true };
  }
  const { registry, repository, tag } = parsed;
  const name = `${registry}/${repository}${tag}`;
  const host = registry.replace(/:\d+$/, '');
  if (host.endsWith('.invalid')) {
    return { failure: `failed to pull and unpack image "${name}": failed to resolve reference "${name}": failed to do request: Head "https://${registry}/v2/${repository}/manifests/${tag.slice(1)}": dial tcp: lookup ${host}: no such host` };
  }
  if (ABSENT.test(repository)) {
    return { failure: `failed to pull and unpack image "${name}": failed to resolve reference "${name}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed` };
  }
  if (ABSENT.test(tag) || neverReleased(repository, tag)) return { failure: `failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${name}: not found` };
  const layers = layersOf(repository, repositoryName(repository), tag);
  return { image: { name, digest: digestOf(name), layers, bytes: layers.reduce((sum, layer) => sum + layer.bytes, 0) } };
}

/** What containerStatuses[].imageID shows. */
export const imageId = (image: Image): string => `${image.name.slice(0, image.name.lastIndexOf(image.name.includes('@') ? '@' : ':'))}@${image.digest}`;
