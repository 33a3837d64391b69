import type { Event, KubernetesObject, OwnerReference, StringMap, Toleration } from '../../sim/api/object.ts';
import { controllerOf } from '../../sim/api/object.ts';
import { parseTimestamp } from '../../sim/api/time.ts';
import type { Micros } from '../../sim/api/time.ts';
import { since } from '../dates.ts';
import { compareText, sortedKeys } from '../tree.ts';

/** The text of a description: lines with tabs between the cells, indented by two spaces a level. */
export class Writer {
  text = '';
  line(level: number, line: string): this {
    this.text += `${'  '.repeat(level)}${line}\n`;
    return this;
  }
}

const HIDDEN = 'kubectl.kubernetes.io/last-applied-configuration';
const LONGEST = 140;

/** "Title:\ta=b", the next ones below it. */
export function labelLines(w: Writer, title: string, labels: StringMap | undefined, indent = ''): void {
  const keys = sortedKeys(labels ?? {});
  if (keys.length === 0) w.line(0, `${indent}${title}:\t<none>`);
  keys.forEach((key, i) => w.line(0, `${indent}${i === 0 ? `${title}:` : ''}\t${key}=${labels![key]!}`));
}

export function annotationLines(w: Writer, title: string, annotations: StringMap | undefined): void {
  const keys = sortedKeys(annotations ?? {}).filter((key) => key !== HIDDEN);
  if (keys.length === 0) w.line(0, `${title}:\t<none>`);
  keys.forEach((key, i) => {
    const value = annotations![key]!.replace(/\n$/, '');
    const head = i === 0 ? `${title}:\t` : '\t';
    if (value.length + key.length + 2 <= LONGEST && !value.includes('\n')) {
      w.line(0, `${head}${key}: ${value}`);
      return;
    }
    w.line(0, `${head}${key}:`);
    for (const part of value.split('\n')) w.line(0, `\t  ${part.length > LONGEST - 2 ? `${part.slice(0, LONGEST - 2)}...` : part}`);
  });
}

export function tolerationLines(w: Writer, title: string, tolerations: readonly Toleration[] | undefined): void {
  const sorted = [...(tolerations ?? [])].sort((a, b) => compareText(a.key ?? '', b.key ?? ''));
  if (sorted.length === 0) w.line(0, `${title}:\t<none>`);
  sorted.forEach(({ key = '', value = '', effect = '', operator, tolerationSeconds }, i) => {
    const exists = operator === 'Exists' && value === '' ? (key === '' && effect === '' ? 'op=Exists' : ' op=Exists') : '';
    const seconds = tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`;
    w.line(0, `${i === 0 ? `${title}:` : title.startsWith('  ') ? '  ' : ''}\t${key}${value === '' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`}${exists}${seconds}`);
  });
}

export const controllerText = (object: KubernetesObject): string | undefined => {
  const owner: OwnerReference | undefined = controllerOf(object);
  return owner === undefined ? undefined : `${owner.kind}/${owner.name}`;
};

/** The events of an object, oldest first: a table of their own. Undefined: not asked for, nothing is said. */
export function eventLines(w: Writer, events: readonly Event[] | undefined, now: Micros): void {
  if (events === undefined) return;
  if (events.length === 0) {
    w.line(0, 'Events:\t<none>');
    return;
  }
  // A form feed ends the columns of what stands above.
  w.text += '\f';
  w.line(0, 'Events:').line(1, 'Type\tReason\tAge\tFrom\tMessage').line(1, '----\t------\t----\t----\t-------');
  const at = (event: Event): Micros => parseTimestamp(event.lastTimestamp) ?? -1e18;
  for (const event of [...events].sort((a, b) => at(a) - at(b))) {
    const first = since(event.eventTime ?? event.firstTimestamp, now);
    const age = event.series !== undefined ? `${since(event.series.lastObservedTime, now)} (x${event.series.count} over ${first})` : (event.count ?? 0) > 1 ? `${since(event.lastTimestamp, now)} (x${event.count!} over ${first})` : first;
    const from = event.source?.component ?? '';
    const path = event.involvedObject.fieldPath ?? '';
    const message = (event.message ?? '').trim();
    w.line(1, `${event.type ?? ''}\t${event.reason ?? ''}\t${age}\t${from === '' ? (event.reportingComponent ?? '') : from}\t${path === '' ? message : `${path}: ${message}`}`);
  }
}
