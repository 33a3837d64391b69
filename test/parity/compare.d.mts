export interface Level {
  readonly level: string;
  readonly title: string;
  readonly agree: number;
  readonly total: number;
  readonly score: number;
  readonly differences: readonly string[];
}
export function compare(golden: unknown, candidate: unknown): { readonly name: string; readonly levels: readonly Level[] };
