import { allocateService, inUse } from './allocate.ts';
import { registerBeyond } from './beyond.ts';
import { validateEventFromNewApi, validateEventUpdateFromNewApi } from './kinds/events.ts';
import { fromClasses } from './admission/classes.ts';
import { limitDefaults } from './admission/limitRanger.ts';
import { validateAdmission } from './admission/validate.ts';
import { SEEDED_KINDS } from './bootstrap/objects.ts';
import { startChanges } from './bootstrap/seeds.ts';
import { mutated } from './policy/mutating.ts';
import { policyRefusal } from './policy/validating.ts';
import { patchShown } from './patch-shown.ts';
import { present } from './present.ts';
import { askKubelet } from './kubelets.ts';
import { apply, sentManaged } from './fields/apply.ts';
import { rememberDry } from './fields/ownership.ts';
import { authorize, authorizePath } from './rbac/authorize.ts';
import { escalates } from './rbac/escalation.ts';
import { review } from './rbac/reviews.ts';
import { registerSeeds } from './store.ts';

/** The parts of the API server that the first picture does not need. Importing this puts them in their places. */
registerBeyond({
  newEvent: validateEventFromNewApi,
  newEventUpdate: validateEventUpdateFromNewApi,
  allocate: (service, old, others, draw) => allocateService(service, old, inUse(others), draw),
  askKubelet, apply, sentManaged, rememberDry, patchShown, present, authorize, authorizePath, escalates, review, limit: limitDefaults, admit: fromClasses, validate: validateAdmission, mutate: mutated, refuseDelete: (call, old) => policyRefusal(call, { operation: 'DELETE', object: undefined, old }) });
registerSeeds(SEEDED_KINDS, startChanges);
