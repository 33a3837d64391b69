import type { KubernetesObject } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import { adminAccess } from '../kinds/devices.ts';
import { policyRefusal } from '../policy/validating.ts';
import { invalid } from '../status.ts';
import { head } from '../store.ts';
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
  return adminRefusal(call, object, old) ?? limitRefusal(call, object, old) ?? podSecurity(call, object, old) ?? byPolicy?.() ?? chargeQuota(call, object, old);
}

const ADMIN = 'resource.kubernetes.io/admin-access';
/** After pkg/apis/resource's AuthorizedForAdmin: a Namespace says by a label whether claims in it may be for administrators. */
function adminRefusal(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined {
  if (old !== undefined || (object.kind !== 'ResourceClaim' && object.kind !== 'ResourceClaimTemplate')) return undefined;
  const fields = adminAccess(object);
  if (fields.length === 0 || head(call.context.store, 'Namespace', object.metadata.namespace ?? '')?.metadata.labels?.[ADMIN] === 'true') return undefined;
  return invalid(call.info, object.metadata.name, fields.map((field) => ({ field, reason: 'FieldValueForbidden', message: `Forbidden: admin access to devices requires the \`${ADMIN}: true\` label on the containing namespace` })));
}
