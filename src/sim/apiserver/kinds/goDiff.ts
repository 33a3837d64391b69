import { goJson } from '../goText.ts';
import { GO_TYPES } from '../goTypes.generated.ts';
import type { ClaimSpecIn, PodSpecIn } from './podShapes.ts';
import { unifiedDiff } from './unifiedDiff.ts';

/**
 * Some refusals show what was changed, as the difference of the whole internal Go value before and after, printed as JSON with Go's own field names.
 * A line of the table is `GoName[=jsonName] TYPE`: `s` string, `b` bool, `i` number or IntOrString, `q` Quantity, `r` written as it is, `@T` struct, `[` list, `{` map, `*` pointer.
 */
type Plain = Readonly<Record<string, unknown>>;

function print(type: string, value: unknown, indent: string): string {
  const head = type.charAt(0);
  if (head === '*') return value === undefined || value === null ? 'null' : print(type.slice(1), value, indent);
  if (head === '@') return struct(type.slice(1), (value ?? {}) as Plain, indent);
  if (head === '[' || head === '{') {
    if (value === undefined || value === null) return 'null';
    const deeper = `${indent} `;
    const parts = head === '[' ? (value as readonly unknown[]).map((one) => deeper + print(type.slice(1), one, deeper)) : Object.entries(value as Plain).map(([key, one]) => `${deeper}${goJson(key)}: ${print(type.slice(1), one, deeper)}`);
    const [open, close] = head === '[' ? ['[', ']'] : ['{', '}'];
    return parts.length === 0 ? open + close : `${open}\n${parts.join(',\n')}\n${indent}${close}`;
  }
  if (value === undefined || value === null) return head === 's' ? '""' : head === 'b' ? 'false' : head === 'i' ? '0' : head === 'q' ? '"0"' : 'null';
  if (head === 'r' && typeof value === 'object') return JSON.stringify(value, null, 1).replaceAll('\n', `\n${indent}`);
  return goJson(value);
}

function struct(name: string, value: Plain, indent: string): string {
  const line = Object.hasOwn(GO_TYPES, name) ? (GO_TYPES[name] ?? '') : '';
  if (line === '') return '{}';
  const deeper = `${indent} `;
  const parts = line.split('|').map((field) => {
    const [names = '', type = 's'] = field.split(' ');
    const [go = '', json] = names.split('=');
    const key = json ?? go.charAt(0).toLowerCase() + go.slice(1);
    return `${deeper}"${go}": ${print(type, Object.hasOwn(value, key) ? value[key] : undefined, deeper)}`;
  });
  if (name === 'PersistentVolumeClaimTemplate') parts.unshift(...embeddedMeta(value['metadata'], deeper));
  return `{\n${parts.join(',\n')}\n${indent}}`;
}

/** A template's metadata is embedded without a name of its own: its fields stand among the others, and the empty ones are left out. */
const embeddedMeta = (meta: unknown, indent: string): readonly string[] =>
  Object.entries((meta ?? {}) as Plain).map(([key, value]) => `${indent}"${key}": ${JSON.stringify(value, null, 1).replaceAll('\n', `\n${indent}`)}`);

/** What v1 has beside the security context, the internal type has in it. */
function internalPodSpec(spec: PodSpecIn): Plain {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  return { ...spec, securityContext: { ...spec.securityContext, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } } as unknown as Plain;
}

export const podSpecDiff = (old: PodSpecIn, now: PodSpecIn): string => unifiedDiff(struct('PodSpec', internalPodSpec(old), ''), struct('PodSpec', internalPodSpec(now), ''));
export const claimSpecDiff = (old: ClaimSpecIn, now: ClaimSpecIn): string => unifiedDiff(struct('PersistentVolumeClaimSpec', old as unknown as Plain, ''), struct('PersistentVolumeClaimSpec', now as unknown as Plain, ''));
export const volumeSourceDiff = (old: object, now: object): string => unifiedDiff(struct('PersistentVolumeSource', old as Plain, ''), struct('PersistentVolumeSource', now as Plain, ''));
/** An internal PodSpec as Go's JSON of it reads: every field, under its Go name. */
export const goPodSpec = (spec: PodSpecIn): unknown => JSON.parse(struct('PodSpec', internalPodSpec(spec), '')) as unknown;
