import type { ObjectReference, Pod } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { objectReference } from '../api/references.ts';
import { record } from '../kernel/recorder.ts';
import type { Context } from './state.ts';

/** The one place from which a kubelet says something as an Event. The recorder's hollow kubelet says nothing. */
function say(context: Context, regarding: ObjectReference, type: 'Normal' | 'Warning', reason: string, message: string): void {
  const { node, state, out, now } = context;
  if (node.hollow) return;
  const request = record(state.recorder, { regarding, type, reason, message }, { component: 'kubelet', host: node.name }, now);
  if (request === undefined) return;
  const because: Reason = { code: 'kubelet.event', args: { node: node.name, reason, object: regarding.name ?? '' } };
  out.request(request, 'event', because);
}

/** About a Pod, or one container of it. */
export function podEvent(context: Context, pod: Pod, container: string | undefined, type: 'Normal' | 'Warning', reason: string, message: string): void {
  const about = objectReference(pod);
  if (container === undefined) say(context, about, type, reason, message);
  else {
    const field = pod.spec.initContainers?.some((each) => each.name === container) === true ? 'initContainers' : 'containers';
    say(context, { ...about, fieldPath: `spec.${field}{${container}}` }, type, reason, message);
  }
}

/** About the node itself: its Events name it by its name where others have a uid. */
export function nodeEvent(context: Context, type: 'Normal' | 'Warning', reason: string, message: string): void {
  const { name } = context.node;
  say(context, { kind: 'Node', name, uid: name }, type, reason, message);
}
