import type { Affinity, EnvVar, LifecycleHandler, Probe, ResourceList, StringMap, Toleration, TopologySpreadConstraint } from '../../api/object.ts';
import type { Meta } from './meta.ts';

/**
 * A Pod's parts as they are after decoding: every field has its type, none is sure to be there.
 * Only what defaulting, admission or validation looks at is named.
 */
export interface KeyToPathIn {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}
export interface FieldRefIn {
  readonly apiVersion?: string;
  readonly fieldPath: string;
}
export interface ResourceFieldRefIn {
  readonly containerName?: string;
  readonly resource: string;
  readonly divisor?: string;
}
export interface DownwardItemIn {
  readonly path: string;
  readonly fieldRef?: FieldRefIn;
  readonly resourceFieldRef?: ResourceFieldRefIn;
  readonly mode?: number;
}
export interface ProjectionIn {
  readonly secret?: { readonly name?: string; readonly items?: readonly KeyToPathIn[]; readonly optional?: boolean };
  readonly configMap?: { readonly name?: string; readonly items?: readonly KeyToPathIn[]; readonly optional?: boolean };
  readonly downwardAPI?: { readonly items?: readonly DownwardItemIn[] };
  readonly serviceAccountToken?: { readonly audience?: string; readonly expirationSeconds?: number; readonly path: string };
  readonly clusterTrustBundle?: { readonly name?: string; readonly signerName?: string; readonly labelSelector?: unknown; readonly path: string };
  readonly podCertificate?: { readonly signerName?: string; readonly keyType?: string; readonly credentialBundlePath?: string; readonly keyPath?: string; readonly certificateChainPath?: string; readonly maxExpirationSeconds?: number };
}
export interface ClaimSpecIn {
  readonly accessModes?: readonly string[];
  readonly selector?: Parameters<typeof import('./meta.ts').validateLabelSelector>[1];
  readonly resources?: ResourcesIn;
  readonly volumeName?: string;
  readonly storageClassName?: string;
  readonly volumeMode?: string;
  readonly dataSource?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
  readonly dataSourceRef?: { readonly apiGroup?: string; readonly kind: string; readonly name: string; readonly namespace?: string };
  readonly volumeAttributesClassName?: string;
}
export interface VolumeIn {
  readonly name: string;
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
  readonly hostPath?: { readonly path: string; readonly type?: string };
  readonly gitRepo?: { readonly repository: string; readonly directory?: string };
  readonly gcePersistentDisk?: { readonly pdName: string; readonly partition?: number };
  readonly awsElasticBlockStore?: { readonly volumeID: string; readonly partition?: number };
  readonly secret?: { readonly secretName?: string; readonly items?: readonly KeyToPathIn[]; readonly defaultMode?: number; readonly optional?: boolean };
  readonly nfs?: { readonly server: string; readonly path: string };
  readonly iscsi?: { readonly targetPortal: string; readonly iqn: string; readonly lun: number; readonly iscsiInterface?: string; readonly initiatorName?: string };
  readonly glusterfs?: { readonly endpoints: string; readonly path: string };
  readonly flocker?: { readonly datasetName?: string; readonly datasetUUID?: string };
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
  readonly rbd?: { readonly monitors: readonly string[] | null; readonly image: string; readonly pool?: string; readonly user?: string; readonly keyring?: string };
  readonly cinder?: { readonly volumeID: string };
  readonly cephfs?: { readonly monitors: readonly string[] | null };
  readonly quobyte?: { readonly registry: string; readonly volume: string };
  readonly downwardAPI?: { readonly items?: readonly DownwardItemIn[]; readonly defaultMode?: number };
  readonly fc?: { readonly targetWWNs?: readonly string[]; readonly lun?: number; readonly wwids?: readonly string[] };
  readonly flexVolume?: { readonly driver: string };
  readonly configMap?: { readonly name?: string; readonly items?: readonly KeyToPathIn[]; readonly defaultMode?: number; readonly optional?: boolean };
  readonly azureFile?: { readonly secretName: string; readonly shareName: string };
  readonly vsphereVolume?: { readonly volumePath: string };
  readonly photonPersistentDisk?: { readonly pdID: string };
  readonly portworxVolume?: { readonly volumeID: string };
  readonly azureDisk?: { readonly diskName: string; readonly diskURI: string; readonly cachingMode?: string; readonly fsType?: string; readonly readOnly?: boolean; readonly kind?: string };
  readonly storageos?: { readonly volumeName?: string };
  readonly projected?: { readonly sources: readonly ProjectionIn[] | null; readonly defaultMode?: number };
  readonly scaleIO?: { readonly gateway: string; readonly system: string; readonly volumeName?: string; readonly storageMode?: string; readonly fsType?: string };
  readonly csi?: { readonly driver: string; readonly nodePublishSecretRef?: { readonly name?: string } };
  readonly ephemeral?: { readonly volumeClaimTemplate?: { readonly metadata?: Meta; readonly spec: ClaimSpecIn } };
  readonly image?: { readonly reference?: string; readonly pullPolicy?: string };
}
export interface ResourcesIn {
  readonly limits?: ResourceList;
  readonly requests?: ResourceList;
  readonly claims?: readonly { readonly name: string; readonly request?: string }[];
}
export interface PortIn {
  readonly name?: string;
  readonly hostPort?: number;
  readonly containerPort: number;
  readonly protocol?: string;
  readonly hostIP?: string;
}
export interface EnvIn extends Omit<EnvVar, 'valueFrom'> {
  readonly valueFrom?: {
    readonly fieldRef?: FieldRefIn;
    readonly resourceFieldRef?: ResourceFieldRefIn;
    readonly configMapKeyRef?: { readonly name?: string; readonly key: string };
    readonly secretKeyRef?: { readonly name?: string; readonly key: string };
    readonly fileKeyRef?: { readonly volumeName: string; readonly path: string; readonly key: string; readonly optional?: boolean };
  };
}
export interface MountIn {
  readonly name: string;
  readonly readOnly?: boolean;
  readonly recursiveReadOnly?: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly mountPropagation?: string;
  readonly subPathExpr?: string;
}
export interface SeccompIn {
  readonly type: string;
  readonly localhostProfile?: string;
}
export interface SecurityContextIn {
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly privileged?: boolean;
  readonly seLinuxOptions?: unknown;
  readonly windowsOptions?: WindowsOptionsIn;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly procMount?: string;
  readonly seccompProfile?: SeccompIn;
  readonly appArmorProfile?: SeccompIn;
}
export interface WindowsOptionsIn {
  readonly gmsaCredentialSpecName?: string;
  readonly gmsaCredentialSpec?: string;
  readonly runAsUserName?: string;
  readonly hostProcess?: boolean;
}
export interface ProbeIn extends Omit<Probe, 'httpGet'> {
  readonly httpGet?: HttpGetIn;
}
export interface HttpGetIn {
  readonly path?: string;
  readonly port: number | string;
  readonly host?: string;
  readonly scheme?: string;
  readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
}
export interface HandlerIn extends Omit<LifecycleHandler, 'httpGet' | 'tcpSocket'> {
  readonly httpGet?: HttpGetIn;
  readonly tcpSocket?: { readonly port: number | string; readonly host?: string };
}
export interface ContainerIn {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly PortIn[];
  readonly envFrom?: readonly { readonly prefix?: string; readonly configMapRef?: { readonly name?: string }; readonly secretRef?: { readonly name?: string } }[];
  readonly env?: readonly EnvIn[];
  readonly resources?: ResourcesIn;
  readonly resizePolicy?: readonly { readonly resourceName: string; readonly restartPolicy: string }[];
  readonly restartPolicy?: string;
  readonly restartPolicyRules?: readonly { readonly action?: string; readonly exitCodes?: { readonly operator: string; readonly values?: readonly number[] } }[];
  readonly volumeMounts?: readonly MountIn[];
  readonly volumeDevices?: readonly { readonly name: string; readonly devicePath: string }[];
  readonly livenessProbe?: ProbeIn;
  readonly readinessProbe?: ProbeIn;
  readonly startupProbe?: ProbeIn;
  readonly lifecycle?: { readonly postStart?: HandlerIn; readonly preStop?: HandlerIn; readonly stopSignal?: string };
  readonly terminationMessagePath?: string;
  readonly terminationMessagePolicy?: string;
  readonly imagePullPolicy?: string;
  readonly securityContext?: SecurityContextIn;
  readonly targetContainerName?: string;
}
export interface PodSecurityContextIn extends Omit<SecurityContextIn, 'capabilities' | 'privileged' | 'allowPrivilegeEscalation' | 'procMount' | 'readOnlyRootFilesystem'> {
  readonly supplementalGroups?: readonly number[];
  readonly supplementalGroupsPolicy?: string;
  readonly fsGroup?: number;
  readonly sysctls?: readonly { readonly name: string; readonly value: string }[];
  readonly fsGroupChangePolicy?: string;
  readonly seLinuxChangePolicy?: string;
}
export interface PodSpecIn {
  readonly volumes?: readonly VolumeIn[];
  readonly initContainers?: readonly ContainerIn[];
  readonly containers: readonly ContainerIn[] | null;
  readonly ephemeralContainers?: readonly ContainerIn[];
  readonly restartPolicy?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly activeDeadlineSeconds?: number;
  readonly dnsPolicy?: string;
  readonly nodeSelector?: StringMap;
  readonly serviceAccountName?: string;
  readonly serviceAccount?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly shareProcessNamespace?: boolean;
  readonly securityContext?: PodSecurityContextIn;
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly hostname?: string;
  readonly subdomain?: string;
  readonly affinity?: Affinity;
  readonly schedulerName?: string;
  readonly tolerations?: readonly Toleration[];
  readonly hostAliases?: readonly { readonly ip: string; readonly hostnames?: readonly string[] }[];
  readonly priorityClassName?: string;
  readonly priority?: number;
  readonly dnsConfig?: { readonly nameservers?: readonly string[]; readonly searches?: readonly string[]; readonly options?: readonly { readonly name?: string; readonly value?: string }[] };
  readonly readinessGates?: readonly { readonly conditionType: string }[];
  readonly runtimeClassName?: string;
  readonly enableServiceLinks?: boolean;
  readonly preemptionPolicy?: string;
  readonly overhead?: ResourceList;
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  readonly setHostnameAsFQDN?: boolean;
  readonly os?: { readonly name: string };
  readonly hostUsers?: boolean;
  readonly schedulingGates?: readonly { readonly name: string }[];
  readonly resourceClaims?: readonly { readonly name: string; readonly resourceClaimName?: string; readonly resourceClaimTemplateName?: string }[];
  readonly resources?: ResourcesIn;
  readonly hostnameOverride?: string;
  readonly schedulingGroup?: { readonly podGroupName?: string };
}
export interface PodTemplateIn {
  readonly metadata?: Meta;
  readonly spec: PodSpecIn;
}
