import type { Change } from '../../api/change.ts';
import type { KubernetesObject } from '../../api/object.ts';
import { USERS } from '../../api/request.ts';
import { timestamp } from '../../api/time.ts';
import { hashText, mix } from '../../kernel/draw.ts';
import type { Store } from '../store.ts';
import { startObjects } from './objects.ts';

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
/** A version 4 UUID that depends on the cluster (by a uid that it drew at its start) and on the object's key. */
function uidOf(salt: number, key: string): string {
  const a = hashText(key, salt);
  const b = mix(a, salt);
  const c = mix(b, a);
  const d = mix(c, b);
  return `${hex(a)}-${hex(b).slice(0, 4)}-4${hex(b).slice(5)}-${'89ab'.charAt((c >>> 30) & 3)}${hex(c).slice(1, 4)}-${hex(c).slice(4)}${hex(d)}`;
}

/**
 * The objects of the start as changes that stand before the log: made by the API server when it made kube-system, and not written anywhere
 * until somebody asks for their kind. Their revision is that of kube-system, since the log's own revisions are given out already.
 */
export function startChanges(store: Store, kind: string): readonly Change[] {
  const namespaces = store.tables.get('Namespace');
  let first = namespaces?.live.get('kube-system') ?? namespaces?.live.get('default');
  while (first?.previous !== undefined && first.before !== undefined) first = first.previous;
  const at = first?.at ?? 0;
  const revision = first?.revision ?? 1;
  const created = first?.after?.metadata.creationTimestamp ?? timestamp(at);
  const salt = hashText(first?.after?.metadata.uid ?? '');
  return startObjects(kind, created).map((object): Change => {
    const { namespace, name } = object.metadata;
    const key = namespace === undefined ? name : `${namespace}/${name}`;
    const after = { ...object, metadata: inOrder(object, uidOf(salt, `${kind}/${key}`), String(revision)) } as KubernetesObject;
    return { revision, at, kind, key, before: undefined, after, by: USERS.apiserver, verb: 'create', subresource: undefined, cause: 0, because: undefined, ownership: undefined, previous: undefined, nth: 0, ordinal: -1, id: hashText(key, hashText(kind)) };
  });
}

/** The fields of metadata in the order in which the API server writes them. */
function inOrder({ metadata }: KubernetesObject, uid: string, resourceVersion: string): KubernetesObject['metadata'] {
  const { name, namespace, generation, creationTimestamp, labels, annotations } = metadata;
  return {
    name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, ...(generation === undefined ? {} : { generation }), creationTimestamp,
    ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }),
  };
}
