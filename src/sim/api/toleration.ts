import type { Taint, Toleration } from './object.ts';

/**
 * Whether one toleration covers one taint: an empty effect, or an empty key, covers all of them; `Exists` covers every value.
 * Left out: the numeric operators `Lt` and `Gt`, whose feature gate is off by default in 1.36 (they tolerate nothing then).
 */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  const { effect, key, operator } = toleration;
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key !== undefined && key !== '' && key !== taint.key) return false;
  switch (operator) {
    case undefined:
    case '':
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    case 'Exists':
      return true;
    default:
      return false;
  }
}

export function anyTolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  if (tolerations !== undefined) for (const toleration of tolerations) if (toleratesTaint(toleration, taint)) return true;
  return false;
}

/** The first taint that keeps new Pods away (NoSchedule or NoExecute) and is not tolerated. */
export function untoleratedTaint(taints: readonly Taint[] | undefined, tolerations: readonly Toleration[] | undefined): Taint | undefined {
  if (taints !== undefined) for (const taint of taints) if (taint.effect !== 'PreferNoSchedule' && !anyTolerates(tolerations, taint)) return taint;
  return undefined;
}
