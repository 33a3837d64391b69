import { add, amountsOf, lessNotNegative, listOf, only, printAmount, sameAmounts, type Amounts } from '../../api/amounts.ts';
import type { Container, KubernetesObject, Pod } from '../../api/object.ts';
import { concerns, inScopes, isCounted, podResources, usageOf, type ResourceQuota } from '../../api/quota.ts';
import { USERS, type Status } from '../../api/request.ts';
import { forbidden } from '../status.ts';
import { headList } from '../store.ts';
import { keyIn, write, type Call } from '../verbs-call.ts';

/**
 * ResourceQuota, the last plugin: charges a namespace's quotas with what is about to be written, or refuses it. After
 * apiserver/pkg/admission/plugin/resourcequota/controller.go. The API server itself writes the new usage, before the object. Left out: requests that
 * meet at one quota and are charged together (here they come one after the other), and quotas for what is limited by default.
 */
export function chargeQuota(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined {
  const { context, info } = call;
  if ((context.store.tables.get('ResourceQuota')?.live.size ?? 0) === 0 || !isCounted(info.kind) || !handles(call, object, old)) return undefined;
  const quotas = [...(headList(context.store, 'ResourceQuota', { index: 'namespace', value: object.metadata.namespace ?? '' }) as readonly ResourceQuota[])].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const charged: ResourceQuota[] = [];
  const about = quotas.filter((quota) => hardOf(quota).some((name) => concerns(info.kind, name)) && inScopes(quota, object));
  for (const quota of about) {
    const { name } = quota.metadata;
    const restricted = hardOf(quota).filter((one) => concerns(info.kind, one));
    const lacking = info.kind === 'Pod' ? unspecified(object as Pod, restricted) : undefined;
    if (lacking !== undefined) return forbidden(info, object.metadata.name, `failed quota: ${name}: ${lacking}`);
    const used = quota.status?.used ?? {};
    if (restricted.some((one) => !Object.hasOwn(used, one))) return forbidden(info, object.metadata.name, `status unknown for quota: ${name}, resources: ${restricted.join(',')}`);
  }
  const usage = usageOf(object, context.now);
  for (const quota of about) {
    const hard = amountsOf(quota.status?.hard);
    const used = amountsOf(quota.status?.used);
    const delta = old !== undefined && inScopes(quota, old) ? lessNotNegative(usage, usageOf(old, context.now)) : usage;
    const requested = only(new Map([...delta].filter(([, { nano }]) => nano !== 0n)), (name) => hard.has(name));
    if (requested.size === 0) continue;
    const next = add(used, requested);
    const exceeded = [...requested.keys()].filter((name) => next.get(name)!.nano > hard.get(name)!.nano);
    if (exceeded.length > 0 && call.subresource !== 'status') {
      const shown = (amounts: Amounts): string => [...exceeded].sort((a, b) => (a < b ? -1 : 1)).map((name) => `${name}=${printAmount(amounts.get(name)!)}`).join(',');
      return forbidden(info, object.metadata.name, `exceeded quota: ${quota.metadata.name}, requested: ${shown(requested)}, used: ${shown(used)}, limited: ${shown(hard)}`);
    }
    if (!sameAmounts(next, used)) charged.push({ ...quota, status: { ...quota.status, used: listOf(next) } });
  }
  if (call.dryRun) return undefined;
  for (const quota of charged) write(call, keyIn(quota.metadata.namespace, quota.metadata.name), quota, { verb: 'update', by: USERS.apiserver, kind: 'ResourceQuota', subresource: 'status' });
  return undefined;
}

const hardOf = ({ status }: ResourceQuota): readonly string[] => Object.keys(status?.hard ?? {});

/** Which operations count: creates; of a Pod the update that gives it a deadline, of a Service and a claim each. */
function handles(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): boolean {
  if (old === undefined) return true;
  if (call.subresource !== undefined) return call.subresource === 'resize' && call.info.kind === 'Pod';
  switch (call.info.kind) {
    case 'Pod':
      return isTerminating(object as Pod) !== isTerminating(old as Pod);
    case 'Service':
    case 'PersistentVolumeClaim':
      return true;
    default:
      return false;
  }
}
const isTerminating = (pod: Pod): boolean => (pod.spec.activeDeadlineSeconds ?? -1) >= 0;

/** Where a quota counts a resource, every container has to say how much of it. */
const MUST_SAY = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'];
function unspecified({ spec }: Pod, restricted: readonly string[]): string | undefined {
  if (Object.keys(spec.resources ?? {}).length > 0) return undefined;
  const said: string[] = [];
  const containers: readonly Container[] = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  for (const name of MUST_SAY) {
    if (!restricted.includes(name)) continue;
    const without = containers.filter((container) => !podResources(amountsOf(container.resources?.requests), amountsOf(container.resources?.limits)).has(name)).map((container) => container.name);
    if (without.length > 0) said.push(`${name} for: ${[...new Set(without)].sort((a, b) => (a < b ? -1 : 1)).join(',')}`);
  }
  return said.length === 0 ? undefined : `must specify ${said.join('; ')}`;
}
