import type { KubernetesObject } from '../api/object.ts';
import type { Status } from '../api/request.ts';
import type { Call } from './verbs-call.ts';

export { strategyOf } from './kinds/index.ts';
export const admitted = (call: Call, object: KubernetesObject, old: KubernetesObject | undefined, key: string): KubernetesObject | Status => { void call; void old; void key; return object; };
export const allocated = (call: Call, object: KubernetesObject, old: KubernetesObject | undefined, key: string): KubernetesObject | Status => { void call; void old; void key; return object; };
