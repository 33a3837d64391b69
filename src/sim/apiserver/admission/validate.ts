import type { KubernetesObject } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import { policyRefusal } from '../policy/validating.ts';
import type { Call } from '../verbs-call.ts';
import { limitRefusal } from './limitRanger.ts';
import { podSecurity } from './podSecurity.ts';
import { chargeQuota } from './resourceQuota.ts';

/** The validating plugins, in upstream's order: they see the object as it would be stored, after its own rules. */
export function validateAdmission(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined {
  const { subresource } = call;
  // What is written through these is no object of the kind itself: their faces are not shown to policies.
  const byPolicy = subresource === 'scale' || subresource === 'finalize' || subresource === 'token' ? undefined : (): Status | undefined => policyRefusal(call, { operation: old === undefined ? 'CREATE' : 'UPDATE', object, old });
  if (subresource === 'status' || subresource === 'finalize' || call.info.table !== undefined) return byPolicy?.();
  return limitRefusal(call, object, old) ?? podSecurity(call, object, old) ?? byPolicy?.() ?? chargeQuota(call, object, old);
}
