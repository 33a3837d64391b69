import type { Json, StringMap } from '../../sim/api/object.ts';
import { labelsText } from '../../sim/api/columns/column.ts';
import { longDate } from '../dates.ts';
import { dig, isList } from '../tree.ts';
import type { Describer } from './head.ts';
import { labelled } from './head.ts';
import { annotationLines, eventLines } from './text.ts';

/** ServiceCIDR, IPAddress and VolumeAttributesClass (kubectl, pkg/describe). */
const items = (value: unknown, ...path: readonly string[]): readonly Json[] => {
  const list = dig(value, ...path);
  return isList(list) ? list : [];
};
const text = (value: unknown, ...path: readonly string[]): string => String(dig(value, ...path) ?? '');

const serviceCidr: Describer = (w, object, { events, now }) => {
  w.line(0, `Name:\t${object.metadata.name}`);
  labelled(w, object);
  w.line(0, `CIDRs:\t${items(object, 'spec', 'cidrs').map(String).join(', ')}`);
  const conditions = items(object, 'status', 'conditions');
  if (conditions.length > 0) w.line(0, 'Status:').line(0, 'Conditions:').line(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage').line(1, '----\t------\t------------------\t------\t-------');
  for (const one of conditions) w.line(1, `${text(one, 'type')}\t${text(one, 'status')}\t${longDate(text(one, 'lastTransitionTime'))}\t${text(one, 'reason')}\t${text(one, 'message')}`);
  eventLines(w, events, now);
};

const ipAddress: Describer = (w, object, { events, now }) => {
  w.line(0, `Name:\t${object.metadata.name}`);
  labelled(w, object);
  const parent = dig(object, 'spec', 'parentRef');
  if (parent !== undefined && parent !== null) {
    w.line(0, 'Parent Reference:');
    for (const [title, key] of [['Group', 'group'], ['Resource', 'resource'], ['Namespace', 'namespace'], ['Name', 'name']] as const) w.line(1, `${title}:\t${text(parent, key)}`);
  }
  eventLines(w, events, now);
};

const volumeAttributesClass: Describer = (w, object, { events, now }) => {
  w.line(0, `Name:\t${object.metadata.name}`);
  annotationLines(w, 'Annotations', object.metadata.annotations);
  w.line(0, `DriverName:\t${text(object, 'driverName')}`).line(0, `Parameters:\t${labelsText(dig(object, 'parameters') as StringMap | undefined)}`);
  eventLines(w, events, now);
};

export const INFRASTRUCTURE: Readonly<Record<string, Describer>> = { ServiceCIDR: serviceCidr, IPAddress: ipAddress, VolumeAttributesClass: volumeAttributesClass };
