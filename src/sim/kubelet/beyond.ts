import type { Change } from '../api/change.ts';
import type { Container } from '../api/object.ts';
import type { Context, PodWorker } from './state.ts';

/** What a kubelet does beyond the first scenario; configuration.ts puts itself in here when it is loaded. Where a part is absent nothing needs it yet. */
export interface Configuration {
  /** A container's environment, or why it cannot be made. */
  environment?(context: Context, worker: PodWorker, container: Container): { readonly environment?: Readonly<Record<string, string>>; readonly missing?: string };
  /** What the Pod's volumes from the API hold, by volume and path; undefined: it has none. */
  volumes?(context: Context, worker: PodWorker): PodWorker['volumes'];
  /** A volume that names a key which is not there. */
  missingItem?(context: Context, worker: PodWorker): { readonly volume: string; readonly message: string } | undefined;
  /** A ConfigMap or a Secret has a new content. */
  changed?(context: Context, change: Change): void;
  podChanged?(context: Context, worker: PodWorker): void;
  refresh?(context: Context, worker: PodWorker): void;
}
export const configuration: Configuration = {};
export function registerConfiguration(parts: Configuration): void {
  Object.assign(configuration, parts);
}
