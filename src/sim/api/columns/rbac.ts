import type { KubernetesObject } from '../object.ts';
import { dig, isList } from '../tree.ts';
import type { Printer } from './column.ts';
import { columns } from './column.ts';
import { since } from './duration.ts';

/** The names of a binding's subjects of one kind. */
export function subjects(object: KubernetesObject, kind: 'User' | 'Group' | 'ServiceAccount'): readonly string[] {
  const list = dig(object, 'subjects');
  return (isList(list) ? list : []).filter((one) => dig(one, 'kind') === kind).map((one) => (kind === 'ServiceAccount' ? `${String(dig(one, 'namespace') ?? '')}/${String(dig(one, 'name'))}` : String(dig(one, 'name'))));
}

export const bindings: Printer = {
  columns: columns('Name|Role|Age|Users*|Groups*|ServiceAccounts*'),
  cells: (object, now) => [
    object.metadata.name, `${String(dig(object, 'roleRef', 'kind') ?? '')}/${String(dig(object, 'roleRef', 'name') ?? '')}`, since(object.metadata.creationTimestamp, now),
    subjects(object, 'User').join(', '), subjects(object, 'Group').join(', '), subjects(object, 'ServiceAccount').join(', '),
  ],
};
