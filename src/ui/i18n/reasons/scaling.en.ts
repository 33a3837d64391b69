/** Why the autoscaler and the quota controller did what they did. The codes are explained at the top of each controller's file. */

type Args = Readonly<Record<string, string | number>>;

const n = (count: string | number | undefined, one: string, many = `${one}s`): string => `${count} ${Number(count) === 1 ? one : many}`;

export const scalingEn = {
  'hpa.gone': (a: Args) => `The autoscaler ${a['autoscaler']} does not exist any more: there is nothing to do.`,
  'hpa.asksScale': (a: Args) => `Every 15 s ${a['autoscaler']} looks: how many replicas does ${a['target']} have?`,
  'hpa.asksMetrics': (a: Args) => `${a['target']} has ${n(a['replicas'], 'replica')}. ${a['autoscaler']} asks for ${n(a['metrics'], 'metric')} of its Pods.`,
  'hpa.noTarget': (a: Args) => `${a['autoscaler']} finds nothing that it could scale: ${a['error']}.`,
  'hpa.noMetrics': (a: Args) => `Without metrics ${a['autoscaler']} changes nothing: ${a['error']}.`,
  'hpa.rescales': (a: Args) => `The metrics of ${a['target']} ask for ${n(a['wanted'], 'replica')}; windows, policies and bounds make it ${a['to']} instead of ${a['from']} (${a['why'] === '' ? 'an older recommendation still holds' : a['why']}).`,
  'hpa.beyondBounds': (a: Args) => `${a['target']} has ${n(a['from'], 'replica')}, which is outside of what ${a['autoscaler']} allows: it becomes ${a['to']}, whatever the metrics say.`,
  'hpa.disabled': (a: Args) => `${a['target']} has no replicas: ${a['autoscaler']} leaves it alone.`,
  'hpa.stays': (a: Args) => `The metrics of ${a['target']} ask for ${n(a['wanted'], 'replica')}; it stays at ${a['replicas']} (${a['able']}, ${a['limited']}).`,
  'hpa.rescaled': (a: Args) => `${a['target']} was told to have ${a['to']} replicas instead of ${a['from']}: the status of ${a['autoscaler']} says so.`,
  'hpa.refused': (a: Args) => `${a['target']} could not be scaled to ${a['to']}: ${a['error']}.`,

  'metrics.scrapes': (a: Args) => `Every 15 s the metrics server asks ${a['node']} what its containers have used.`,

  'resourcequota.gone': (a: Args) => `The quota ${a['quota']} does not exist any more: there is nothing to do.`,
  'resourcequota.begins': (a: Args) => `The quota ${a['quota']} is new or has new limits: what there is was counted, ${a['used']}.`,
  'resourcequota.counts': (a: Args) => `Something that the quota ${a['quota']} counts is gone or has come: now it is ${a['used']}.`,
  'resourcequota.right': (a: Args) => `The quota ${a['quota']} says what there is: ${a['used']}.`,
};
export type ScalingReasons = { readonly [code in keyof typeof scalingEn]: (a: Args) => string };
