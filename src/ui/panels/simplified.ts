import type { StageModel } from '../stage/model.ts';

/** Which of the simplifications show in what is on stage now. */
export function simplifiedInView(model: StageModel): readonly string[] {
  const pods = model.nodes.some((node) => node.pods.length > 0);
  return ['etcd', 'certificates', 'network', 'controllers', ...(pods ? ['containers', 'images'] : []), ...(model.chain?.service !== undefined || model.traffic !== undefined ? ['proxy'] : [])];
}
