import type { StageModel } from '../stage/model.ts';

/** Which of the simplifications show in what is on stage now. */
export function simplifiedInView(model: StageModel): readonly string[] {
  const pods = model.nodes.some((node) => node.pods.length > 0);
  const service = model.chain?.service !== undefined || model.traffic !== undefined;
  return ['etcd', 'watch', 'certificates', 'network', 'cluster-start', 'controllers', 'kubelet', ...(pods ? ['containers', 'images'] : []), ...(service ? ['proxy', 'load-balancer'] : []), ...(model.traffic === undefined ? [] : ['traffic'])];
}
