export function engineHash(root: string): string;
