import type { Pod } from '../../api/object.ts';
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
function worth(node: NodeInfo, name: string, cycle: Cycle): number {
  const known = cycle.snapshot.images.get(name);
  if (known === undefined || !has(node, name)) return 0;
  return Math.trunc(known.sizeBytes * (known.nodes / cycle.snapshot.list.length));
}

/** The names of the images a Pod brings, with repetitions. */
function imagesOf(pod: Pod): readonly string[] {
  const { containers, initContainers, volumes } = pod.spec;
  const names: string[] = [];
  if (initContainers !== undefined) for (const each of initContainers) names.push(normalized(each.image));
  for (const each of containers) names.push(normalized(each.image));
  if (volumes !== undefined) {
    for (const volume of volumes) {
      const image = volume['image'] as { readonly reference?: string } | undefined;
      if (image?.reference !== undefined) names.push(normalized(image.reference));
    }
  }
  return names;
}

function scaled(sum: number, pod: Pod): number {
  const max = MAX_CONTAINER_THRESHOLD * (pod.spec.containers.length + (pod.spec.initContainers?.length ?? 0));
  const bounded = Math.min(Math.max(sum, MIN_THRESHOLD), max);
  return Math.floor((MAX_NODE_SCORE * (bounded - MIN_THRESHOLD)) / (max - MIN_THRESHOLD));
}

export const imageLocality: Plugin = {
  name: 'ImageLocality',
  score(pod, node, cycle) {
    let sum = 0;
    if (cycle.snapshot.images.size > 0) for (const name of imagesOf(pod.pod)) sum += worth(node, name, cycle);
    return scaled(sum, pod.pod);
  },
  hotScore(pod, cycle, hot, feasible, count) {
    const { images, list } = cycle.snapshot;
    if (images.size === 0) return 0;
    const names: string[] = [];
    const worths: number[] = [];
    for (const name of imagesOf(pod.pod)) {
      const known = images.get(name);
      if (known === undefined) continue;
      names.push(name);
      worths.push(Math.trunc(known.sizeBytes * (known.nodes / list.length)));
    }
    if (names.length === 0) return 0;
    return (out) => {
      for (let i = 0; i < count; i++) {
        const there = hot.images[feasible[i]!];
        let sum = 0;
        if (there !== undefined) for (let n = 0; n < names.length; n++) if (there.has(names[n]!)) sum += worths[n]!;
        out[i] = sum === 0 ? 0 : scaled(sum, pod.pod);
      }
    };
  },
};
