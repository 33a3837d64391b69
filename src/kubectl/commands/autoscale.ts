import { pathOf } from '../../sim/api/kinds.ts';
import type { Json, KubernetesObject } from '../../sim/api/object.ts';
import { parseQuantity } from '../../sim/api/quantity.ts';
import { Failure } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { kinds, number, text } from '../flags.ts';
import { apiVersionOf } from '../../sim/api/kinds.ts';
import { changed } from '../output.ts';
import { builtIn, fetchEvery } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { call } from '../steps.ts';
import { dryRun, writeQuery } from './apply.ts';
import { PICK, picked } from './change.ts';
import { only } from './make.ts';

export const AUTOSCALE_FLAGS: FlagSpecs = { ...PICK, min: kinds.int(), max: kinds.int(), 'cpu-percent': kinds.int(), cpu: kinds.string(), memory: kinds.string(), name: kinds.string(), 'save-config': kinds.bool() };

function metric(name: 'cpu' | 'memory', value: string | undefined): Json | undefined {
  if (value === undefined || value === '') return undefined;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent !== undefined) return { resource: { name, target: { averageUtilization: Number(percent), type: 'Utilization' } }, type: 'Resource' };
  if (parseQuantity(value) === undefined) throw new Failure(`error: invalid ${name} resource value: ${value}`);
  // A bare number has no unit that the request would share: it is a percentage that lacks its sign.
  return { resource: { name, target: { averageValue: value, type: 'AverageValue' } }, type: 'Resource' };
}

export function* autoscale(context: Context): Run<number> {
  const { flags } = context;
  const [min, max, percent] = [number(flags, 'min'), number(flags, 'max'), number(flags, 'cpu-percent')];
  if (max === undefined) throw new Failure('error: required flag(s) "max" not set');
  if (percent !== undefined) yield { err: "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).\n" };
  if (max < 1) throw new Failure(`error: --max=MAXPODS is required and must be at least 1, max: ${max}`);
  if (min !== undefined && max < min) throw new Failure(`error: --max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
  const info = builtIn('horizontalpodautoscalers')!;
  for (const found of yield* fetchEvery(context, yield* picked(context, flags.args))) {
    if (!found.info.subresources.includes('scale')) throw new Failure(`error: cannot autoscale a ${found.info.kind}: could not find scale subresource for ${found.info.group}/${found.info.version}, Resource=${found.info.resource} in discovery information`);
    const metrics = [metric('cpu', percent !== undefined && percent >= 0 ? `${percent}%` : text(flags, 'cpu')), metric('memory', text(flags, 'memory'))].filter((one) => one !== undefined);
    const namespace = found.object.metadata.namespace ?? context.namespace;
    const mode = dryRun(context);
    const body = {
      apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: only({ name: text(flags, 'name') ?? found.object.metadata.name, namespace: mode === 'client' && !context.enforceNamespace ? undefined : namespace }),
      spec: only({ maxReplicas: max, metrics: metrics.length === 0 ? undefined : metrics, minReplicas: min === undefined || min < 1 ? undefined : min, scaleTargetRef: { apiVersion: apiVersionOf(found.info), kind: found.info.kind, name: found.object.metadata.name } }),
      status: { currentMetrics: null, desiredReplicas: 0 },
    };
    const made = mode === 'client' ? body : (yield* call(context, { method: 'POST', path: pathOf('HorizontalPodAutoscaler', namespace), query: writeQuery(context, 'kubectl-autoscale'), body })).body;
    yield { out: changed(text(flags, 'output'), { info, object: made as unknown as KubernetesObject }, 'autoscaled', mode) };
  }
  return 0;
}
