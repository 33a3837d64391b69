import { persistentVolume, persistentVolumeClaim } from './storage.ts';
import { definitions } from '../crd/definition.ts';
import type { Strategy } from '../strategy.ts';
import { apiServices } from './apiServices.ts';
import { attachments } from './attachments.ts';
import { certificates } from './certificates.ts';
import { devices } from './devices.ts';
import { flowcontrol } from './flowcontrol.ts';
import { networking } from './networking.ts';
import { policies } from './policies.ts';
import { rbac } from './rbac.ts';
import { runtimeClasses } from './runtimeClasses.ts';
import { workloads } from './workloads.ts';

/** The defaults and rules of the kinds that the first scenario does not need: one entry a kind, loaded after the first picture. */
export const furtherStrategies: Readonly<Record<string, Strategy>> = {
  PersistentVolume: persistentVolume,
  PersistentVolumeClaim: persistentVolumeClaim,
  ...networking,
  ...rbac,
  ...attachments,
  ...runtimeClasses,
  ...certificates,
  ...policies,
  ...apiServices,
  ...devices,
  ...flowcontrol,
  ...definitions,
  ...workloads,
};
