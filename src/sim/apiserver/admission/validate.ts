import type { KubernetesObject } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import type { Call } from '../verbs-call.ts';
import { limitRefusal } from './limitRanger.ts';
import { podSecurity } from './podSecurity.ts';
import { chargeQuota } from './resourceQuota.ts';

/** The validating plugins, in upstream's order: they see the object as it would be stored, after its own rules. */
export function validateAdmission(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined {
  return limitRefusal(call, object, old) ?? podSecurity(call, object, old) ?? chargeQuota(call, object, old);
}
