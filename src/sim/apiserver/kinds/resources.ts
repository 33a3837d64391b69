import { parseQuantity } from '../../api/quantity.ts';
import { duplicate, forbidden, invalid, invalidEach, missing, notSupported, required, type Errors } from './field.ts';
import { dns1123Label, qualifiedName } from './names.ts';
import type { ResourcesIn } from './podShapes.ts';

/** Resource names and amounts (validateResourceRequirements and what it calls). */

const STANDARD = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage',
  'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'storage', 'requests.storage', 'services.nodeports', 'services.loadbalancers',
]);
const FOR_CONTAINERS = new Set(['cpu', 'memory', 'ephemeral-storage']);
const WHOLE = new Set(['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers']);
const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
/** No prefix, or the kubernetes.io domain. */
export const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
export const isExtended = (name: string): boolean => !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
export const overcommits = (name: string): boolean => isNative(name) && !isHugePages(name);

export function resourceName(errors: Errors, field: string, name: string): boolean {
  const faults = qualifiedName(name);
  if (faults.length > 0) {
    invalidEach(errors, field, name, faults);
    return false;
  }
  if (!name.includes('/') && !STANDARD.has(name) && !isHugePages(name) && !name.startsWith('requests.hugepages-')) {
    invalid(errors, field, name, 'must be a standard resource type or fully qualified');
    return false;
  }
  return true;
}
export function containerResourceName(errors: Errors, field: string, name: string): void {
  resourceName(errors, field, name);
  if (!name.includes('/')) {
    if (!FOR_CONTAINERS.has(name) && !isHugePages(name)) invalid(errors, field, name, 'must be a standard resource for containers');
  } else if (!isNative(name) && !isExtended(name)) invalid(errors, field, name, "doesn't follow extended resource name standard");
}
function podResourceName(errors: Errors, field: string, name: string): void {
  if (resourceName(errors, field, name) && name !== 'cpu' && name !== 'memory' && !isHugePages(name)) notSupported(errors, field, name, ['cpu', 'hugepages-', 'memory']);
}

/** Not below zero; whole where only whole things exist. */
export function validateAmount(errors: Errors, field: string, name: string, text: string): void {
  const nano = parseQuantity(text) ?? 0n;
  if (nano < 0n) invalid(errors, field, text, 'must be greater than or equal to 0');
  if ((WHOLE.has(name) || isExtended(name)) && nano % 1_000_000_000n !== 0n) invalid(errors, field, text, 'must be an integer');
}

const NONE: Readonly<Record<string, string>> = {};
// Invisible: resource requirements that were found right.
const right = new WeakSet<object>();

export function validateResources(errors: Errors, field: string, resources: ResourcesIn | undefined, claimNames: readonly string[], podLevel = false): void {
  if (resources === undefined || right.has(resources)) return;
  const before = errors.length;
  const limits = resources.limits ?? NONE;
  const requests = resources.requests ?? NONE;
  let computes = false;
  let hugePages = false;
  const one = (name: string, text: string, at: string): void => {
    if (podLevel) podResourceName(errors, at, name);
    else containerResourceName(errors, at, name);
    validateAmount(errors, at, name, text);
    if (name === 'cpu' || name === 'memory') computes = true;
  };
  const pages = (name: string, text: string, at: string): void => {
    if (!isHugePages(name)) return;
    hugePages = true;
    const size = parseQuantity(name.slice('hugepages-'.length)) ?? 0n;
    const amount = parseQuantity(text) ?? 0n;
    if (size <= 0n || amount % size !== 0n) invalid(errors, at, text, `${text} is not positive integer multiple of ${name}`);
  };
  for (const name of Object.keys(limits)) {
    const at = `${field}.limits[${name}]`;
    one(name, limits[name] ?? '0', at);
    pages(name, limits[name] ?? '0', at);
  }
  for (const name of Object.keys(requests)) {
    const text = requests[name] ?? '0';
    const at = `${field}.requests[${name}]`;
    one(name, text, at);
    if (Object.hasOwn(limits, name)) {
      const limit = limits[name] ?? '0';
      const [asked, allowed] = [parseQuantity(text) ?? 0n, parseQuantity(limit) ?? 0n];
      if (asked !== allowed && !overcommits(name)) invalid(errors, `${field}.requests`, text, `must be equal to ${name} limit of ${limit}`);
      else if (asked > allowed) invalid(errors, `${field}.requests`, text, `must be less than or equal to ${name} limit of ${limit}`);
    } else if (!overcommits(name)) required(errors, `${field}.limits`, 'Limit must be set for non overcommitable resources');
    pages(name, text, at);
  }
  if (!computes && hugePages) forbidden(errors, field, 'HugePages require cpu or memory');
  const seen = new Set<string>();
  resources.claims?.forEach((claim, index) => {
    const at = `${field}.claims[${index}]`;
    if (claim.name === '') required(errors, at);
    else {
      const key = claim.request === undefined ? claim.name : `${claim.name}/${claim.request}`;
      if (claim.request !== undefined) invalidEach(errors, `${at}.request`, claim.request, dns1123Label(claim.request));
      if (seen.has(claim.name)) duplicate(errors, at, claim.name);
      else if (seen.has(key)) duplicate(errors, at, key);
      seen.add(key);
    }
    if (!claimNames.includes(claim.name)) missing(errors, at, claim.name, `must be one of the names in pod.spec.resourceClaims${claimNames.length === 0 ? ' which is empty' : `: ${claimNames.join(', ')}`}`);
  });
  if (errors.length === before && resources.claims === undefined && !podLevel) right.add(resources);
}
