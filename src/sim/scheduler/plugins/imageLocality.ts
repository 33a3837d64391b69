import { MAX_NODE_SCORE, type Cycle, type NodeInfo, type Plugin } from '../plugin.ts';

const MB = 1024 * 1024;
const MIN_THRESHOLD = 23 * MB;
const MAX_CONTAINER_THRESHOLD = 1000 * MB;

/** "nginx" is "nginx:latest". Whether it is also "docker.io/library/nginx:latest" upstream does not know either. */
const normalized = (image: string): string => (image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image);

function has(node: NodeInfo, image: string): boolean {
  for (const each of node.node.status?.images ?? []) if (each.names?.includes(image) === true) return true;
  return false;
}

/** The size of an image the node already has, scaled by the share of nodes that have it, so that Pods do not all go to the first that pulled it. */
function worth(node: NodeInfo, image: string, cycle: Cycle): number {
  const name = normalized(image);
  const known = cycle.snapshot.images.get(name);
  if (known === undefined || !has(node, name)) return 0;
  return Math.trunc(known.sizeBytes * (known.nodes / cycle.snapshot.list.length));
}

export const imageLocality: Plugin = {
  name: 'ImageLocality',
  score(pod, node, cycle) {
    const { containers, initContainers, volumes } = pod.pod.spec;
    let sum = 0;
    if (cycle.snapshot.images.size > 0) {
      if (initContainers !== undefined) for (const each of initContainers) sum += worth(node, each.image, cycle);
      for (const each of containers) sum += worth(node, each.image, cycle);
      for (const volume of volumes ?? []) {
        const image = volume['image'] as { readonly reference?: string } | undefined;
        if (image?.reference !== undefined) sum += worth(node, image.reference, cycle);
      }
    }
    const max = MAX_CONTAINER_THRESHOLD * (containers.length + (initContainers?.length ?? 0));
    const bounded = Math.min(Math.max(sum, MIN_THRESHOLD), max);
    return Math.floor((MAX_NODE_SCORE * (bounded - MIN_THRESHOLD)) / (max - MIN_THRESHOLD));
  },
};
