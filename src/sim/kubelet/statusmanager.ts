import { pathOfKey } from '../api/kinds.ts';
import type { Pod } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { STRATEGIC_MERGE_PATCH, type Request, type Response } from '../api/request.ts';
import { SECOND } from '../api/time.ts';
import { release } from './admission.ts';
import type { Context, PodWorker } from './state.ts';
import { generateStatus, same, statusPatch } from './status.ts';

/**
 * Writes statuses, one at a time (status_manager.go): what changes while a write is under way is written by the next one, so several changes
 * of one Pod coalesce when the kubelet is busy. A write that got no answer is tried again with the next batch.
 *
 * Simplified: upstream reads the Pod before every write; here the last known state is compared, and the uid in the patch makes it fail on
 * another Pod of that name.
 */
const BATCH_MICROS = 10 * SECOND;
/** Upstream reads the Pod before it writes; a new Pod's kubelet also asked for its service account token. */
const TOKENS = 2;
const TOKENS_FIRST = 3;

export function hostIp(context: Context): string | undefined {
  const addresses = context.view.get('Node', context.node.name)?.status.addresses;
  if (addresses !== undefined) for (const { type, address } of addresses) if (type === 'InternalIP') return address;
  return undefined;
}

/** Works the status out anew and has it written if it changed. */
export function updateStatus(context: Context, worker: PodWorker, because: Reason, force = false): void {
  const { node, now } = context;
  const ended = worker.stage === 'terminated' || worker.stage === 'finished';
  setStatus(context, worker, generateStatus(worker, { now, hostIp: worker.status?.hostIP ?? hostIp(context), hollow: node.hollow, ended }), because, force);
}

export function setStatus(context: Context, worker: PodWorker, status: NonNullable<PodWorker['status']>, because: Reason, force = false): void {
  if (!force && worker.status !== undefined && same(worker.status, status)) return;
  worker.status = status;
  worker.because = because;
  worker.cause = context.view.step;
  enqueue(context, worker);
}

export function enqueue(context: Context, worker: PodWorker): void {
  const { state } = context;
  if (worker.orphaned) return;
  if (!worker.dirty) {
    worker.dirty = true;
    state.statusQueue.push(worker.uid);
  }
  pump(context);
}

function pump(context: Context): void {
  const { state, out } = context;
  while (state.statusInFlight === undefined) {
    const uid = state.statusQueue.shift();
    if (uid === undefined) return;
    const worker = state.pods.get(uid);
    if (worker === undefined || worker.orphaned || worker.status === undefined) continue;
    worker.dirty = false;
    const patch = statusPatch(uid, worker.apiStatus, worker.status);
    if (patch !== undefined) {
      state.statusInFlight = uid;
      out.causedBy(worker.cause);
      out.request({ method: 'PATCH', path: pathOfKey('Pod', worker.key, 'status'), contentType: STRATEGIC_MERGE_PATCH, body: patch }, `status/${uid}`, worker.because, worker.apiStatus?.startTime === undefined ? TOKENS_FIRST : TOKENS);
      out.causedBy(0);
      return;
    }
    if (canBeDeleted(worker)) {
      deletePod(context, worker);
      return;
    }
  }
}

/** Nothing of it is left on the machine, and somebody asked for its deletion. */
const canBeDeleted = (worker: PodWorker): boolean => (worker.stage === 'finished' || worker.stage === 'rejected') && worker.pod.metadata.deletionTimestamp !== undefined;

function deletePod(context: Context, worker: PodWorker): void {
  const { state, out, node } = context;
  state.statusInFlight = worker.uid;
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, preconditions: { uid: worker.uid } };
  out.causedBy(worker.cause);
  out.request({ method: 'DELETE', path: pathOfKey('Pod', worker.key), body }, `delete/${worker.uid}`, { code: 'kubelet.gone', args: { node: node.name, pod: worker.key } });
  out.causedBy(0);
}

export function statusAnswered(context: Context, uid: string, response: Response, _request: Request): void {
  const { state, out, now } = context;
  state.statusInFlight = undefined;
  const worker = state.pods.get(uid);
  if (worker !== undefined) {
    if (response.code === 0 || response.code >= 500 || response.code === 409) {
      if (!worker.dirty) {
        worker.dirty = true;
        state.statusQueue.unshift(uid);
      }
      out.timer('status', now + BATCH_MICROS);
      return;
    }
    if (response.code < 300) {
      learn(worker, response.body as Pod);
      if (!worker.dirty && canBeDeleted(worker)) {
        deletePod(context, worker);
        return;
      }
    }
  }
  pump(context);
}

export function deleteAnswered(context: Context, uid: string, response: Response): void {
  const { state, out, now } = context;
  state.statusInFlight = undefined;
  const worker = state.pods.get(uid);
  if (worker !== undefined && (response.code === 0 || response.code >= 500)) {
    worker.dirty = true;
    state.statusQueue.unshift(uid);
    out.timer('status', now + BATCH_MICROS);
    return;
  }
  if (worker !== undefined) {
    release(state, worker);
    state.pods.delete(uid);
  }
  pump(context);
}

/** The timer of the batch. */
export function retryStatuses(context: Context): void {
  pump(context);
}

/** Takes over what the API server is known to have, unless something newer is known. */
export function learn(worker: PodWorker, pod: Pod): void {
  const revision = Number(pod.metadata.resourceVersion);
  if (revision < worker.apiRevision || pod.metadata.uid !== worker.uid) return;
  worker.apiRevision = revision;
  worker.apiStatus = pod.status;
}
