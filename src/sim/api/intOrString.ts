/** intstr.GetScaledValueFromIntOrPercent: a number as it is, "25%" of the total rounded up or down. Undefined: neither. */
export function scaledValue(value: number | string, total: number, roundUp: boolean): number | undefined {
  if (typeof value === 'number') return value;
  const percent = /^\d+%$/.test(value) ? Number(value.slice(0, -1)) : undefined;
  if (percent === undefined) return undefined;
  return roundUp ? Math.ceil((percent * total) / 100) : Math.floor((percent * total) / 100);
}
