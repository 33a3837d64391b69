export function conformancePage(): string;
