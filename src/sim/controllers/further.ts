import type { AnyController } from './index.ts';
import { cronJobController } from './cronjob.ts';
import { customResourceDefinitions } from './customresourcedefinition.ts';
import { daemonSetController } from './daemonset.ts';
import { endpointSliceMirroring } from './endpointslicemirroring.ts';
import { horizontalPodAutoscaler } from './horizontalpodautoscaler.ts';
import { jobController } from './job.ts';
import { persistentVolumeBinder } from './persistentvolume.ts';
import { replicationController } from './replicaset/replication.ts';
import { resourceQuota } from './resourcequota.ts';
import { statefulSetController } from './statefulset.ts';
import { ttlAfterFinished } from './ttlafterfinished.ts';
import { claimProtection, volumeProtection } from './volumeprotection.ts';

/** Controllers that sleep until an object of their kind exists: one line a controller, loaded after the first picture. */
export const furtherControllers: readonly AnyController[] = [
  statefulSetController,
  daemonSetController,
  jobController,
  ttlAfterFinished,
  cronJobController,
  replicationController,
  persistentVolumeBinder,
  claimProtection,
  volumeProtection,
  customResourceDefinitions,
  endpointSliceMirroring,
  horizontalPodAutoscaler,
  resourceQuota,
];
