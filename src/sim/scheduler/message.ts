import type { Rejection } from './plugin.ts';

/** framework/types.go, FitError: "0/5 nodes are available: 2 Insufficient cpu, 3 node(s) were unschedulable." A node with two reasons counts in both. */
export function fitMessage(nodes: number, rejections: Iterable<Rejection | undefined>): string {
  const counts = new Map<string, number>();
  for (const rejection of rejections) if (rejection !== undefined) for (const reason of rejection.reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`);
  // As strings: "10 x" comes before "2 y".
  parts.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return parts.length === 0 ? `0/${nodes} nodes are available:` : `0/${nodes} nodes are available: ${parts.join(', ')}.`;
}

export const preFilterMessage = (nodes: number, reasons: readonly string[]): string => `0/${nodes} nodes are available: ${reasons.join(', ')}.`;
