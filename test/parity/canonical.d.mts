export function canonicalTrace(raw: { readonly t0: number; readonly writes: readonly unknown[]; readonly final: readonly unknown[]; readonly steps: readonly unknown[] }): Record<string, unknown>;
export function clean(value: unknown): unknown;
