import type { KubernetesObject } from '../api/object.ts';
import type { Status } from '../api/request.ts';
import type { Call } from './verbs-call.ts';
import type { Strategy } from './strategy.ts';

const NONE: Strategy = {};
export const strategyOf = (kind: string): Strategy => { void kind; return NONE; };
export const admitted = (call: Call, object: KubernetesObject, old: KubernetesObject | undefined, key: string): KubernetesObject | Status => { void call; void old; void key; return object; };
export const allocated = (call: Call, object: KubernetesObject, old: KubernetesObject | undefined, key: string): KubernetesObject | Status => { void call; void old; void key; return object; };
