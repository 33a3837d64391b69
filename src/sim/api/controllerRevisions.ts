import { compactJson } from './gojson.ts';
import { pathOf, pathOfKey } from './kinds.ts';
import { keyOf } from './object.ts';
import type { KubernetesObject, PodTemplateSpec, StringMap } from './object.ts';
import { controllerReference } from './references.ts';
import { compareText, dig } from './tree.ts';
import type { ControllerRevision } from './workloads.ts';

/** The history that StatefulSets and DaemonSets keep of their templates (pkg/controller/history/controller_history.go). */

export const REVISION_HASH_LABEL = 'controller-revision-hash';

const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** The bytes of a text. The simulation has no TextEncoder. */
function utf8(text: string): readonly number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0)!;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    else if (point < 0x1_0000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
  }
  return bytes;
}

/** FNV-1 in 32 bits over the bytes, in decimal, in letters that spell no words (util/rand: SafeEncodeString). */
export function safeHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of utf8(text)) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0;
  return Array.from(String(hash), (digit) => SAFE[digit.charCodeAt(0) % SAFE.length]).join('');
}

/** The strategic merge patch that puts a template back, in the order in which Go writes a map: clients compare the bytes. */
export const revisionData = (template: PodTemplateSpec): unknown => JSON.parse(compactJson({ spec: { template: { ...template, $patch: 'replace' } } }));

/** As Go writes it: two revisions are the same when these bytes are. Templates never change, so the text of one is worked out once. */
const texts = new WeakMap<object, string>();
export function dataText(data: unknown): string {
  if (typeof data !== 'object' || data === null) return compactJson(data);
  let text = texts.get(data);
  if (text === undefined) texts.set(data, (text = compactJson(data)));
  return text;
}
const templateTexts = new WeakMap<object, string>();
export function templateText(template: PodTemplateSpec): string {
  let text = templateTexts.get(template);
  if (text === undefined) templateTexts.set(template, (text = compactJson(revisionData(template))));
  return text;
}

/** The template that a revision keeps. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { $patch: _, ...template } = (dig(revision.data, 'spec', 'template') ?? {}) as Readonly<Record<string, unknown>>;
  return template as unknown as PodTemplateSpec;
}

/** A name that leaves room for the hash. */
export const revisionName = (owner: string, hash: string): string => `${owner.slice(0, 223)}-${hash}`;

export const byRevision = (a: ControllerRevision, b: ControllerRevision): number =>
  a.revision - b.revision || compareText(a.metadata.creationTimestamp, b.metadata.creationTimestamp) || compareText(a.metadata.name, b.metadata.name);

export interface NewRevision {
  readonly name: string;
  readonly labels: StringMap;
  readonly data: unknown;
  readonly revision: number;
}

/** The request that creates it. */
export const createRevision = (owner: KubernetesObject, made: NewRevision): { readonly method: 'POST'; readonly path: string; readonly body: unknown } => ({
  method: 'POST',
  path: pathOf('ControllerRevision', owner.metadata.namespace),
  body: {
    kind: 'ControllerRevision',
    apiVersion: 'apps/v1',
    metadata: {
      name: made.name,
      labels: made.labels,
      ...(owner.metadata.annotations === undefined ? {} : { annotations: owner.metadata.annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    data: made.data,
    revision: made.revision,
  },
});

/** The request that gives it another number. */
export const renumberRevision = (revision: ControllerRevision, to: number): { readonly method: 'PUT'; readonly path: string; readonly body: unknown } => ({
  method: 'PUT',
  path: pathOfKey('ControllerRevision', keyOf(revision)),
  body: { ...revision, revision: to },
});
