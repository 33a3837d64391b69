import type { KubernetesObject } from '../../api/object.ts';
import { base64Decode, base64Length, utf8Length } from '../goText.ts';
import type { Strategy } from '../strategy.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooLong, type Errors } from './field.ts';
import { same, validateMeta, validateMetaUpdate } from './meta.ts';
import { dns1123Label, dns1123Subdomain } from './names.ts';
import { strategyFor, withField } from './strategies.ts';

/**
 * CertificateSigningRequest: after pkg/apis/certificates/validation and pkg/registry/certificates. What is inside of a request (subject, key,
 * signature) is not read: whatever is a PEM block of the right type counts as one. Nobody signs here, so a certificate comes only from who writes it.
 */
interface ConditionIn {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string | null;
  readonly lastTransitionTime?: string | null;
}
interface SigningRequestIn {
  readonly spec: {
    readonly request?: string | null;
    readonly signerName?: string;
    readonly expirationSeconds?: number;
    readonly usages?: readonly string[];
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: unknown;
  };
  readonly status?: { readonly conditions?: readonly ConditionIn[]; readonly certificate?: string };
}

const USAGES = [
  'any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment', 'decipher only', 'digital signature', 'email protection', 'encipher only', 'ipsec end system',
  'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc', 'ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping',
];
const DECIDED = ['Approved', 'Denied'] as const;
const TRUE_ONLY = ['Approved', 'Denied', 'Failed'];

const PEM = /^-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]*?)-----END \1-----\s*$/;
/** The first PEM block of a text that is base64 in JSON. */
function pemBlock(base64: string): { readonly type: string } | undefined {
  const text = base64Decode(base64);
  const begin = text.indexOf('-----BEGIN ');
  const match = begin < 0 ? null : PEM.exec(text.slice(begin));
  return match === null ? undefined : { type: match[1] ?? '' };
}

/** A signer's name: "example.com/path". */
function validateSignerName(errors: Errors, name: string): void {
  const field = 'spec.signerName';
  if (name === '') return required(errors, field);
  const segments = name.split('/');
  if (segments.length !== 2) return invalid(errors, field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
  const [domain = '', path = ''] = segments;
  if (domain.length > 253) tooLong(errors, field, 253);
  // Only the first wrong label is told: what follows would say the same again.
  const labels = (text: string, check: (label: string) => readonly string[]): void => {
    const wrong = text.split('.').find((label) => check(label).length > 0);
    if (wrong !== undefined) for (const fault of check(wrong)) invalid(errors, field, text, `validating label ${JSON.stringify(wrong)}: ${fault}`);
  };
  labels(domain, dns1123Label);
  if (!domain.includes('.')) invalid(errors, field, domain, 'should be a domain with at least two segments separated by dots');
  labels(path, dns1123Subdomain);
  if (utf8Length(name) > 571) tooLong(errors, field, 571);
  return undefined;
}

function validateRequestConditions(errors: Errors, object: SigningRequestIn, old: SigningRequestIn | undefined): void {
  const before = old?.status?.conditions ?? [];
  const both = DECIDED.every((type) => before.some((one) => one.type === type));
  const emptyType = before.some((one) => (one.type ?? '') === '');
  const seen = new Set<string>();
  object.status?.conditions?.forEach((condition, i) => {
    const field = `status.conditions[${i}]`;
    const { type = '', status = '' } = condition;
    if (type === '' && !emptyType) required(errors, `${field}.type`);
    const allowed = TRUE_ONLY.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (status === '') required(errors, `${field}.status`);
    else if (!allowed.includes(status)) notSupported(errors, `${field}.status`, status, allowed);
    const other = type === 'Approved' ? 'Denied' : 'Approved';
    if (!both && (type === 'Approved' || type === 'Denied') && seen.has(other)) invalid(errors, 'status.conditions', type, 'Approved and Denied conditions are mutually exclusive');
    if (seen.has(type)) duplicate(errors, `${field}.type`, type);
    seen.add(type);
  });
}

function validateSigningRequest(errors: Errors, object: KubernetesObject & SigningRequestIn, old: SigningRequestIn | undefined): void {
  validateMeta(errors, object.metadata, false, () => []);
  const { request, usages = [], signerName = '', expirationSeconds } = object.spec;
  if (pemBlock(request ?? '')?.type !== 'CERTIFICATE REQUEST') invalid(errors, 'spec.request', request ?? null, 'PEM block type must be CERTIFICATE REQUEST');
  if (usages.length === 0) required(errors, 'spec.usages');
  const known = old?.spec.usages ?? [];
  if (!known.some((usage) => !USAGES.includes(usage))) usages.forEach((usage, i) => (USAGES.includes(usage) ? undefined : notSupported(errors, `spec.usages[${i}]`, usage, USAGES)));
  if (new Set(known).size === known.length) {
    usages.forEach((usage, i) => (usages.indexOf(usage) < i ? duplicate(errors, `spec.usages[${i}]`, usage) : undefined));
  }
  if (signerName === 'kubernetes.io/legacy-unknown' && old?.spec.signerName !== signerName) invalid(errors, 'spec.signerName', signerName, 'the legacy signerName is not allowed via this API version');
  else validateSignerName(errors, signerName);
  if (expirationSeconds !== undefined && expirationSeconds < 600) invalid(errors, 'spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)');
  validateRequestConditions(errors, object, old);
  const certificate = object.status?.certificate ?? '';
  if (certificate !== '' && certificate !== old?.status?.certificate) {
    const block = pemBlock(certificate);
    if (block === undefined) invalid(errors, 'status.certificate', '<certificate data>', 'must contain at least one CERTIFICATE PEM block');
    else if (block.type !== 'CERTIFICATE') invalid(errors, 'status.certificate', '<certificate data>', `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(block.type)}`);
  }
}

type Face = 'object' | 'status' | 'approval';
function validateChange(object: KubernetesObject & SigningRequestIn, old: KubernetesObject & SigningRequestIn, face: Face): Errors {
  const errors: Errors = [];
  validateSigningRequest(errors, object, old);
  const meta: Errors = [];
  validateMetaUpdate(meta, object.metadata, old.metadata);
  const of = (one: SigningRequestIn, type: string): readonly ConditionIn[] => (one.status?.conditions ?? []).filter((condition) => condition.type === type);
  for (const type of TRUE_ONLY) if (of(object, type).length < of(old, type).length) forbidden(errors, 'status.conditions', `updates may not remove a condition of type ${JSON.stringify(type)}`);
  if (face !== 'approval') {
    for (const type of DECIDED) {
      const [now, before] = [of(object, type), of(old, type)];
      if (now.length > before.length) forbidden(errors, 'status.conditions', `updates may not add a condition of type ${JSON.stringify(type)}`);
      else if (now.length === before.length && !same(now, before)) forbidden(errors, 'status.conditions', `updates may not modify a condition of type ${JSON.stringify(type)}`);
    }
  }
  const [certificate, had] = [object.status?.certificate ?? '', old.status?.certificate ?? ''];
  if (certificate !== had) {
    if (face !== 'status') forbidden(errors, 'status.certificate', 'updates may not set certificate content');
    else if (base64Length(had) > 0) forbidden(errors, 'status.certificate', 'updates may not modify existing certificate content');
  }
  return [...errors, ...meta];
}

/** The moments that a condition was left without. */
function timed(conditions: readonly ConditionIn[] | undefined, old: readonly ConditionIn[] | undefined, now: string): readonly ConditionIn[] | undefined {
  return conditions?.map((condition) => ({
    ...condition,
    lastUpdateTime: condition.lastUpdateTime ?? now,
    lastTransitionTime: condition.lastTransitionTime ?? old?.find((one) => one.type === condition.type && one.status === condition.status)?.lastTransitionTime ?? now,
  }));
}

const EPOCH = '1970-01-01T00:00:00Z';

const signingRequest = strategyFor<SigningRequestIn>({
  /** Who asks is written into the request: the signer decides by that. */
  prepareForCreate: (object, _now, by) => {
    let { spec } = object;
    spec = withField(withField(spec, 'uid', by?.uid), 'extra', undefined);
    spec = { ...spec, username: by?.user ?? '' };
    spec = withField(spec, 'groups', by === undefined || by.groups.length === 0 ? undefined : by.groups);
    return { ...object, spec, status: {} };
  },
  prepareForUpdate: (object, old) => withField({ ...object, spec: old.spec }, 'status', old.status),
  prepareForStatusUpdate: (object, old, now) => {
    // A status update cannot decide: the conditions by which a request is approved or denied stay as they were.
    const conditions = object.status?.conditions?.map((condition) => (DECIDED.includes(condition.type as 'Approved') ? (old.status?.conditions?.find((one) => one.type === condition.type) ?? condition) : condition));
    return { ...object, spec: old.spec, status: withField(object.status ?? {}, 'conditions', timed(conditions, old.status?.conditions, now ?? EPOCH)) };
  },
  prepareForApproval: (object, old, now) => ({ ...object, spec: old.spec, status: withField(old.status ?? {}, 'conditions', timed(object.status?.conditions, old.status?.conditions, now ?? EPOCH)) }),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateSigningRequest(errors, object, undefined);
    return errors;
  },
  validateUpdate: (object, old) => validateChange(object, old, 'object'),
  validateStatusUpdate: (object, old) => validateChange(object, old, 'status'),
  validateApproval: (object, old) => validateChange(object, old, 'approval'),
});

export const certificates: Readonly<Record<string, Strategy>> = { CertificateSigningRequest: signingRequest };
