import { pathOf } from '../../sim/api/kinds.ts';
import type { Deployment, KubernetesObject, PodTemplateSpec, ReplicaSet } from '../../sim/api/object.ts';
import { conditionOf, controllerOf } from '../../sim/api/object.ts';
import { JSON_PATCH, STRATEGIC_MERGE_PATCH } from '../../sim/api/request.ts';
import { selectorText } from '../../sim/api/columns/column.ts';
import { timestamp } from '../../sim/api/time.ts';
import { podTemplateText } from '../describe/describe.ts';
import { indentedJson, yamlText } from '../encode.ts';
import { Failure } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, micros, number, text, truth } from '../flags.ts';
import { changed, shown } from '../output.ts';
import { strategicDiff } from '../patch/strategic.ts';
import type { Found, Target } from '../resources.ts';
import { fetchEvery, fullName, pathFor } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { POLL_MICROS, list, readIfAny } from '../steps.ts';
import { DESCRIPTION, align } from '../tabwriter.ts';
import type { Tree } from '../tree.ts';
import { compareText, dig, equal, withValue } from '../tree.ts';
import { LAST_APPLIED, dryRun } from './apply.ts';
import { controllerRevisions, setStatus, templateOf, undoSet } from './rolloutSets.ts';
import { PICK, forEach, patchObject, pausedName, picked } from './change.ts';


export const ROLLOUT_FLAGS: FlagSpecs = { ...PICK, 'to-revision': kinds.int(), revision: kinds.int(), watch: kinds.bool('w'), timeout: kinds.duration };
const ROLLOUT_HELP = `Manage the rollout of one or many resources.

Available Commands:
  history       View rollout history
  pause         Mark the provided resource as paused
  restart       Restart a resource
  resume        Resume a paused resource
  status        Show the status of the rollout
  undo          Undo a previous rollout

Usage:
  kubectl rollout SUBCOMMAND [options]

Use "kubectl rollout <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
`;

const REVISION = 'deployment.kubernetes.io/revision';
const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
/** "Job.batch", "Pod". */
const groupKind = ({ info }: Found): string => (info.group === '' ? info.kind : `${info.kind}.${info.group}`);
const revisionOf = (object: KubernetesObject): number => Number(object.metadata.annotations?.[REVISION] ?? 0);

export function* rollout(context: Context): Run<number> {
  const [what, ...args] = context.flags.args;
  if (what === undefined) {
    yield { out: ROLLOUT_HELP };
    return 1;
  }
  if (!['history', 'pause', 'restart', 'resume', 'status', 'undo'].includes(what)) throw new Failure(`error: unknown command "${[what, ...args].join(' ')}"\nSee 'kubectl rollout -h' for help and examples`);
  if (args.length === 0 && !given(context.flags, 'filename')) throw new Failure('error: required resource not specified');
  // A type without a name means all of them.
  const wanted: readonly Target[] = yield* picked(context, args, false);
  const found = yield* fetchEvery(context, wanted);
  if (found.length === 0 && what !== 'history' && what !== 'undo') yield { err: `No resources found in ${context.namespace} namespace.\n` };
  switch (what) {
    case 'status':
      return yield* forEach(found, (one) => status(context, one));
    case 'history':
      return yield* forEach(found, (one) => history(context, one));
    case 'undo':
      return yield* forEach(found, (one) => undo(context, one));
    case 'pause':
    case 'resume':
      return yield* forEach(found, (one) => pause(context, one, what === 'pause'));
    default:
      return yield* forEach(found, (one) => restart(context, one));
  }
}

function* edit(context: Context, found: Found, after: Tree, done: string): Run<void> {
  const mode = dryRun(context);
  const patch = strategicDiff(found.info.kind, found.object as unknown as Tree, after);
  // The moment of a restart has whole seconds: the second one within a second changes nothing.
  if (done === 'restarted' && Object.keys(patch).length === 0) throw new Failure(`error: failed to create patch for ${found.object.metadata.name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`);
  const object = mode === 'client' ? (after as unknown as KubernetesObject) : yield* patchObject(context, found, STRATEGIC_MERGE_PATCH, patch, 'kubectl-rollout');
  yield { out: changed(text(context.flags, 'output'), { info: found.info, object }, done, mode) };
}

function* pause(context: Context, found: Found, paused: boolean): Run<void> {
  const verb = paused ? 'pausing' : 'resuming';
  if (found.info.kind !== 'Deployment') throw new Failure(`error: ${pausedName(found)} ${verb} is not supported`);
  if ((dig(found.object, 'spec', 'paused') === true) === paused) throw new Failure(`error: ${pausedName(found)} is ${paused ? 'already' : 'not'} paused`);
  yield* edit(context, found, withValue(found.object as unknown as Tree, ['spec', 'paused'], paused ? true : undefined), paused ? 'paused' : 'resumed');
}

function* restart(context: Context, found: Found): Run<void> {
  if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(found.info.kind)) throw new Failure(`error: ${pausedName(found)} restarting is not supported`);
  if (found.info.kind === 'Deployment' && dig(found.object, 'spec', 'paused') === true) throw new Failure(`error: ${pausedName(found)} can't restart paused deployment (run rollout resume first)`);
  yield* edit(context, found, withValue(found.object as unknown as Tree, ['spec', 'template', 'metadata', 'annotations', RESTARTED_AT], timestamp(context.input.now())), 'restarted');
}

/** The ReplicaSets that a Deployment controls, oldest revision first. */
function* revisions(context: Context, deployment: Deployment): Run<readonly ReplicaSet[]> {
  const selector = selectorText(deployment.spec.selector);
  const sets = yield* list(context, pathOf('ReplicaSet', deployment.metadata.namespace), { labelSelector: selector });
  return (sets as readonly ReplicaSet[]).filter((set) => controllerOf(set)?.uid === deployment.metadata.uid).sort((a, b) => revisionOf(a) - revisionOf(b) || compareText(a.metadata.name, b.metadata.name));
}

interface Past {
  readonly revision: number;
  readonly object: KubernetesObject;
  readonly template: PodTemplateSpec;
}

function* history(context: Context, found: Found): Run<void> {
  if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(found.info.kind)) throw new Failure(`error: no history viewer has been implemented for "${groupKind(found)}"`);
  const sets: readonly Past[] = found.info.kind === 'Deployment'
    ? (yield* revisions(context, found.object as Deployment)).filter((set) => revisionOf(set) > 0).map((set) => ({ revision: revisionOf(set), object: set, template: set.spec.template }))
    : (yield* controllerRevisions(context, found)).map((one) => ({ revision: Number(dig(one, 'revision')), object: one, template: templateOf(one) }));
  const revision = number(context.flags, 'revision') ?? 0;
  if (revision < 0) throw new Failure(`error: revision must be a positive integer: ${revision}`);
  const name = fullName(found.info, found.object.metadata.name);
  const output = text(context.flags, 'output');
  if (revision > 0) {
    const past = sets.find((one) => one.revision === revision);
    if (past === undefined) throw new Failure('error: unable to find the specified revision');
    if (output === 'yaml' || output === 'json') {
      yield { out: output === 'yaml' ? yamlText(shown(past.object)) : indentedJson(shown(past.object)) };
      return;
    }
    const cause = past.object.metadata.annotations?.[CHANGE_CAUSE];
    const { template } = past;
    const annotations = cause === undefined ? template.metadata?.annotations : { ...template.metadata?.annotations, [CHANGE_CAUSE]: cause };
    // Upstream prints this one description without aligning its tabs.
    yield { out: `${name} with revision #${revision}\n${podTemplateText({ ...template, metadata: { ...template.metadata, annotations } })}\n` };
    return;
  }
  if (output === 'yaml' || output === 'json') {
    // Every revision's object, one behind the other.
    for (const [i, past] of sets.entries()) yield { out: output === 'yaml' ? `${i === 0 ? '' : '---\n'}${yamlText(shown(past.object))}` : indentedJson(shown(past.object)) };
    return;
  }
  if (sets.length === 0) {
    yield { out: `${name} \nNo rollout history found.\n` };
    return;
  }
  const rows = sets.map((past) => `${past.revision}\t${past.object.metadata.annotations?.[CHANGE_CAUSE] ?? '<none>'}`);
  yield { out: `${name} \n${align(`REVISION\tCHANGE-CAUSE\n${rows.join('\n')}\n`, DESCRIPTION)}\n` };
}

/** Annotations that belong to the Deployment and do not come back with an old template. */
const KEPT = [LAST_APPLIED, REVISION, 'deployment.kubernetes.io/revision-history', 'deployment.kubernetes.io/desired-replicas', 'deployment.kubernetes.io/max-replicas', 'deprecated.deployment.rollback.to'];

function* undo(context: Context, found: Found): Run<void> {
  const { info, object } = found;
  const deployment = object as Deployment;
  const to = number(context.flags, 'to-revision') ?? 0;
  if (object.metadata.annotations?.[LAST_APPLIED] !== undefined) {
    yield { err: `Warning: resource ${info.resource}/${object.metadata.name} was previously managed with 'kubectl apply'. Rolling back will not update the ${LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.\n` };
  }
  if (info.kind === 'DaemonSet' || info.kind === 'StatefulSet') {
    yield* undoSet(context, found, to, dryRun(context));
    return;
  }
  if (info.kind !== 'Deployment') throw new Failure(`error: no rollbacker has been implemented for "${groupKind(found)}"`);
  if (to < 0) throw new Failure('error: unable to find specified revision -1 in history');
  const sets = (yield* revisions(context, deployment)).filter((set) => revisionOf(set) > 0);
  const target = to > 0 ? sets.find((set) => revisionOf(set) === to) : sets.at(-2);
  if (target === undefined) throw new Failure(`error: ${to > 0 ? `unable to find specified revision ${to} in history` : `no rollout history found for deployment "${object.metadata.name}"`}`);
  const mode = dryRun(context);
  if (mode === 'client') {
    const lines = podTemplateText(target.spec.template).split('\n').map((line) => (line === '' ? '' : line)).join('\n');
    yield { out: `${fullName(info, object.metadata.name)} ${lines} (dry run)\n` };
    return;
  }
  if (deployment.spec.paused === true) throw new Failure("error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
  const labels = Object.fromEntries(Object.entries(target.spec.template.metadata?.labels ?? {}).filter(([key]) => key !== 'pod-template-hash'));
  const template = withValue(target.spec.template as unknown as Tree, ['metadata', 'labels'], labels);
  if (equal(template, deployment.spec.template as unknown as Tree)) {
    yield { out: `${fullName(info, object.metadata.name)} skipped rollback (current template already matches revision ${revisionOf(target)})\n` };
    return;
  }
  const own = Object.entries(object.metadata.annotations ?? {}).filter(([key]) => KEPT.includes(key));
  const old = Object.entries(target.metadata.annotations ?? {}).filter(([key]) => !KEPT.includes(key));
  const patch = [
    { op: 'replace', path: '/spec/template', value: template },
    { op: 'replace', path: '/metadata/annotations', value: Object.fromEntries([...own, ...old]) },
  ];
  yield* patchObject(context, found, JSON_PATCH, patch, 'kubectl-rollout');
  yield { out: `${fullName(info, object.metadata.name)} rolled back${mode === 'server' ? ' (server dry run)' : ''}\n` };
}

/** What a rollout waits for, or that it is done (kubectl's DeploymentStatusViewer). */
export function rolloutStatus(deployment: Deployment): { readonly message: string; readonly done: boolean } {
  const { name } = deployment.metadata;
  const status = deployment.status ?? {};
  if ((deployment.metadata.generation ?? 0) > (status.observedGeneration ?? 0)) return { message: 'Waiting for deployment spec update to be observed...\n', done: false };
  if (conditionOf(deployment, 'Progressing')?.reason === 'ProgressDeadlineExceeded') throw new Failure(`error: deployment "${name}" exceeded its progress deadline`);
  const updated = status.updatedReplicas ?? 0;
  const waiting = (what: string): { message: string; done: boolean } => ({ message: `Waiting for deployment "${name}" rollout to finish: ${what}...\n`, done: false });
  if (updated < deployment.spec.replicas) return waiting(`${updated} out of ${deployment.spec.replicas} new replicas have been updated`);
  if ((status.replicas ?? 0) > updated) return waiting(`${(status.replicas ?? 0) - updated} old replicas are pending termination`);
  if ((status.availableReplicas ?? 0) < updated) return waiting(`${status.availableReplicas ?? 0} of ${updated} updated replicas are available`);
  return { message: `deployment "${name}" successfully rolled out\n`, done: true };
}

function* status(context: Context, found: Found): Run<void> {
  if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(found.info.kind)) throw new Failure(`error: no status viewer has been implemented for ${groupKind(found)}`);
  const { flags } = context;
  const revision = number(flags, 'revision') ?? 0;
  const limit = micros(flags, 'timeout') ?? 0;
  const until = limit === 0 ? undefined : context.input.now() + limit;
  let object: KubernetesObject | undefined = found.object;
  let seen = '';
  for (;;) {
    if (object === undefined) throw new Failure('error: object has been deleted');
    if (object.metadata.resourceVersion !== seen) {
      seen = object.metadata.resourceVersion;
      if (found.info.kind === 'Deployment' && revision > 0 && revisionOf(object) !== revision) throw new Failure(`error: desired revision (${revision}) is different from the running revision (${revisionOf(object)})`);
      const { message, done } = found.info.kind === 'Deployment' ? rolloutStatus(object as Deployment) : setStatus(object);
      yield { out: message };
      if (done || !truth(flags, 'watch', true)) return;
    }
    if (until !== undefined && context.input.now() >= until) throw new Failure('error: timed out waiting for the condition');
    yield { sleepMicros: POLL_MICROS };
    object = yield* readIfAny(context, pathFor(found));
  }
}

