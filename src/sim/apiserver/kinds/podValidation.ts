import type { Affinity, NodeSelector, NodeSelectorTerm, LabelSelectorRequirement, PodAffinityTerm, StringMap, Taint, Toleration, TopologySpreadConstraint } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { duplicate, forbidden, invalid, invalidEach, missing, nonNegative, notSupported, oneOf, required, tooLong, tooMany, type Errors } from './field.ts';
import { validateLabelName, validateLabels, validateLabelSelector, type Meta } from './meta.ts';
import {
  configMapKey, dns1123Label, dns1123Subdomain, dns1123SubdomainWithUnderscore, envVarName, httpHeaderName, ipFaults, labelValue, portName, portNumber, qualifiedName, subdomainName,
} from './names.ts';
import type { ContainerIn, EnvIn, HandlerIn, HttpGetIn, PodSecurityContextIn, PodSpecIn, ProbeIn, SeccompIn, SecurityContextIn, WindowsOptionsIn } from './podShapes.ts';
import { validateResources } from './resources.ts';
import { validateFieldRef, validateResourceFieldRef } from './fieldRefs.ts';
import { isMatchedDevice, validatePathNoBacksteps, validateRelativePath, validateVolumes, type Volumes } from './volumes.ts';

/**
 * Is this a right PodSpec? (ValidatePodSpec of pkg/apis/core/validation.) The order of the checks is upstream's, because it is the order
 * of the causes in the answer. Left out: what needs a feature that is off by default, and the rules of Windows user names.
 */
export interface PodRules {
  /** A Pod, not a template: host ports must be there under host networking, images of volumes must be named. */
  readonly isPod: boolean;
}

// Invisible: containers that were found right, with the volumes that they were checked against.
const rightContainers = new WeakMap<object, object>();
const NO_VOLUMES: readonly [] = [];

export function validatePodSpec(errors: Errors, spec: PodSpecIn, meta: Meta | undefined, field: string, rules: PodRules): void {
  if (spec.terminationGracePeriodSeconds === undefined) required(errors, `${field}.terminationGracePeriodSeconds`);
  const grace = spec.terminationGracePeriodSeconds;
  const volumes = validateVolumes(errors, spec.volumes, meta, `${field}.volumes`, rules.isPod);
  const claimNames = (spec.resourceClaims ?? []).map((claim) => claim.name).filter((name) => name !== '');
  validateResourceClaims(errors, spec, `${field}.resourceClaims`);
  const context: ContainerContext = { volumes, volumeKey: spec.volumes ?? NO_VOLUMES, claimNames, grace, restartPolicy: spec.restartPolicy ?? '', hostUsers: spec.hostUsers !== false, os: spec.os?.name };
  validateContainers(errors, spec, context, `${field}.containers`);
  validateInitContainers(errors, spec, context, `${field}.initContainers`);
  validateEphemeralContainers(errors, spec, context, `${field}.ephemeralContainers`);
  if (spec.resources !== undefined) {
    if (spec.resources.claims !== undefined) forbidden(errors, `${field}.resources.claims`, 'claims may not be set for Resources at pod-level');
    validateResources(errors, `${field}.resources`, spec.resources, claimNames, true);
    validatePodResourceConsistency(errors, spec, `${field}.resources`);
  }
  if (spec.hostNetwork === true) {
    (spec.containers ?? []).forEach((container, i) =>
      container.ports?.forEach((port, j) => {
        const host = port.hostPort ?? 0;
        if ((rules.isPod || host !== 0) && host !== port.containerPort) invalid(errors, `${field}.containers[${i}].ports[${j}].hostPort`, host, 'must match `containerPort` when `hostNetwork` is true');
      }),
    );
  }
  oneOf(errors, `${field}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']);
  oneOf(errors, `${field}.dnsPolicy`, spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']);
  validateLabels(errors, spec.nodeSelector, `${field}.nodeSelector`);
  if (spec.securityContext !== undefined) validatePodSecurityContext(errors, spec.securityContext, spec, `${field}.securityContext`);
  if (spec.affinity !== undefined) validateAffinity(errors, spec.affinity, `${field}.affinity`);
  validateDnsConfig(errors, spec, `${field}.dnsConfig`);
  spec.readinessGates?.forEach((gate, i) => invalidEach(errors, `${field}.readinessGates[${i}].conditionType`, gate.conditionType, qualifiedName(gate.conditionType)));
  const gates = new Set<string>();
  spec.schedulingGates?.forEach((gate, i) => {
    invalidEach(errors, `${field}.schedulingGates[${i}]`, gate.name, qualifiedName(gate.name));
    if (gates.has(gate.name)) duplicate(errors, `${field}.schedulingGates[${i}]`, gate.name);
    gates.add(gate.name);
  });
  validateSpread(errors, spec.topologySpreadConstraints, `${field}.topologySpreadConstraints`);
  if (spec.hostUsers === false) {
    if (spec.hostNetwork === true) forbidden(errors, `${field}.hostNetwork`, 'when `hostUsers` is false');
    if (spec.hostPID === true) forbidden(errors, `${field}.HostPID`, 'when `hostUsers` is false');
    if (spec.hostIPC === true) forbidden(errors, `${field}.HostIPC`, 'when `hostUsers` is false');
  }
  validateHostnameOverride(errors, spec, field);
  if (spec.serviceAccountName !== undefined) invalidEach(errors, `${field}.serviceAccountName`, spec.serviceAccountName, dns1123Subdomain(spec.serviceAccountName));
  if (spec.nodeName !== undefined) invalidEach(errors, `${field}.nodeName`, spec.nodeName, dns1123Subdomain(spec.nodeName));
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > 2_147_483_647)) invalid(errors, `${field}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive');
  if (spec.hostname !== undefined) invalidEach(errors, `${field}.hostname`, spec.hostname, dns1123Label(spec.hostname));
  if (spec.subdomain !== undefined) invalidEach(errors, `${field}.subdomain`, spec.subdomain, dns1123Label(spec.subdomain));
  validateTolerations(errors, spec.tolerations, `${field}.tolerations`);
  spec.hostAliases?.forEach((alias, i) => {
    invalidEach(errors, `${field}.hostAliases[${i}].ip`, alias.ip, ipFaults(alias.ip));
    alias.hostnames?.forEach((name, j) => invalidEach(errors, `${field}.hostAliases[${i}].hostnames[${j}]`, name, dns1123Subdomain(name)));
  });
  if (spec.priorityClassName !== undefined) invalidEach(errors, `${field}.priorityClassName`, spec.priorityClassName, dns1123Subdomain(spec.priorityClassName));
  if (spec.runtimeClassName !== undefined) invalidEach(errors, `${field}.runtimeClassName`, spec.runtimeClassName, dns1123Subdomain(spec.runtimeClassName));
  if (spec.preemptionPolicy !== undefined) oneOf(errors, `${field}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']);
  if (spec.overhead !== undefined) validateResources(errors, `${field}.overhead`, { limits: spec.overhead }, []);
  validateOs(errors, spec, field);
  if (spec.schedulingGroup !== undefined) {
    const name = spec.schedulingGroup.podGroupName;
    if (name === undefined) invalid(errors, `${field}.schedulingGroup.podGroupName`, null, 'must specify one of: `podGroupName`');
    else invalidEach(errors, `${field}.schedulingGroup.podGroupName`, name, dns1123Subdomain(name));
  }
  forEachContainer(spec, field, (container, at) => {
    container.env?.forEach((env, j) => {
      const ref = env.valueFrom?.fileKeyRef;
      if (ref === undefined) return;
      const source = spec.volumes?.find((volume) => volume.name === ref.volumeName);
      const path = `${at}.env[${j}].valueFrom.fileKeyRef.volumeName`;
      if (source === undefined) missing(errors, path, ref.volumeName);
      else if (source.emptyDir === undefined) invalid(errors, path, ref.volumeName, 'referenced volume must be of type emptyDir');
    });
  });
}

/** podshelper.VisitContainersWithPath: init containers first, then the others, then ephemeral ones. */
function forEachContainer(spec: PodSpecIn, field: string, visit: (container: ContainerIn, field: string) => void): void {
  spec.initContainers?.forEach((container, i) => visit(container, `${field}.initContainers[${i}]`));
  spec.containers?.forEach((container, i) => visit(container, `${field}.containers[${i}]`));
  spec.ephemeralContainers?.forEach((container, i) => visit(container, `${field}.ephemeralContainers[${i}]`));
}

// ---- containers

interface ContainerContext {
  readonly volumes: Volumes;
  /** The list of volumes that `volumes` was made of: by its identity an earlier verdict is found again. */
  readonly volumeKey: object;
  readonly claimNames: readonly string[];
  readonly grace: number | undefined;
  readonly restartPolicy: string;
  readonly hostUsers: boolean;
  readonly os: string | undefined;
}

function validateContainers(errors: Errors, spec: PodSpecIn, context: ContainerContext, field: string): void {
  const { containers } = spec;
  if (containers === null || containers.length === 0) {
    required(errors, field);
    return;
  }
  const names = new Set<string>();
  containers.forEach((container, i) => {
    const at = `${field}[${i}]`;
    const before = errors.length;
    const known = rightContainers.get(container) === context.volumeKey && context.grace === 30;
    if (!known) validateContainerCommon(errors, container, context, at);
    if (names.has(container.name)) duplicate(errors, `${at}.name`, container.name);
    else names.add(container.name);
    if (known) return;
    if (container.lifecycle !== undefined) validateLifecycle(errors, container.lifecycle, context, `${at}.lifecycle`);
    validateProbes(errors, container, context, at);
    validateContainerRestartPolicy(errors, container, at);
    if (errors.length === before && context.grace === 30 && context.restartPolicy === 'Always' && context.hostUsers && context.claimNames.length === 0) rightContainers.set(container, context.volumeKey);
  });
  validateHostPortConflicts(errors, containers, field);
}

function validateHostPortConflicts(errors: Errors, containers: readonly ContainerIn[], field: string): void {
  let seen: Set<string> | undefined;
  containers.forEach((container, i) =>
    container.ports?.forEach((port, j) => {
      if (port.hostPort === undefined || port.hostPort === 0) return;
      const key = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`;
      seen ??= new Set();
      if (seen.has(key)) duplicate(errors, `${field}[${i}].ports[${j}].hostPort`, key);
      seen.add(key);
    }),
  );
}

function validateInitContainers(errors: Errors, spec: PodSpecIn, context: ContainerContext, field: string): void {
  if (spec.initContainers === undefined) return;
  const names = new Set((spec.containers ?? []).map((container) => container.name));
  spec.initContainers.forEach((container, i) => {
    const at = `${field}[${i}]`;
    validateContainerCommon(errors, container, context, at);
    validateContainerRestartPolicy(errors, container, at);
    const restarts = container.restartPolicy === 'Always';
    if (names.has(container.name)) duplicate(errors, `${at}.name`, container.name);
    else if (container.name !== '') names.add(container.name);
    validateHostPortConflicts(errors, [container], field);
    if (restarts) {
      if (container.lifecycle !== undefined) validateLifecycle(errors, container.lifecycle, context, `${at}.lifecycle`);
      validateProbes(errors, container, context, at);
    } else {
      const why = 'may not be set for init containers without restartPolicy=Always';
      if (container.lifecycle !== undefined) forbidden(errors, `${at}.lifecycle`, why);
      if (container.livenessProbe !== undefined) forbidden(errors, `${at}.livenessProbe`, why);
      if (container.readinessProbe !== undefined) forbidden(errors, `${at}.readinessProbe`, why);
      if (container.startupProbe !== undefined) forbidden(errors, `${at}.startupProbe`, why);
      container.resizePolicy?.forEach((policy, j) => {
        if (policy.restartPolicy === 'RestartContainer') invalid(errors, `${at}.resizePolicy[${j}].restartPolicy`, policy.restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers");
      });
    }
  });
}

const NOT_EPHEMERAL = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules'] as const;

function validateEphemeralContainers(errors: Errors, spec: PodSpecIn, context: ContainerContext, field: string): void {
  if (spec.ephemeralContainers === undefined) return;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((container) => container.name));
  const names = new Set(others);
  spec.ephemeralContainers.forEach((container, i) => {
    const at = `${field}[${i}]`;
    validateContainerCommon(errors, container, context, at);
    validateImageText(errors, container, at);
    if (names.has(container.name)) duplicate(errors, `${at}.name`, container.name);
    names.add(container.name);
    const target = container.targetContainerName;
    if (target !== undefined && !others.has(target)) missing(errors, `${at}.targetContainerName`, target);
    for (const key of NOT_EPHEMERAL) {
      const value = container[key];
      if (value === undefined || (key === 'resources' && Object.keys(value).length === 0)) continue;
      forbidden(errors, `${at}.${key}`, 'cannot be set for an Ephemeral Container');
    }
    container.volumeMounts?.forEach((mount, j) => {
      if (mount.subPath !== undefined) forbidden(errors, `${at}.volumeMounts[${j}].subPath`, 'cannot be set for an Ephemeral Container');
      if (mount.subPathExpr !== undefined) forbidden(errors, `${at}.volumeMounts[${j}].subPathExpr`, 'cannot be set for an Ephemeral Container');
    });
  });
}

export function validateImageText(errors: Errors, container: ContainerIn, field: string): void {
  const image = container.image ?? '';
  if (image.trim().length !== image.length) invalid(errors, `${field}.image`, image, 'must not have leading or trailing whitespace');
}

function validateContainerCommon(errors: Errors, container: ContainerIn, context: ContainerContext, field: string): void {
  if (container.name === '') required(errors, `${field}.name`);
  else invalidEach(errors, `${field}.name`, container.name, dns1123Label(container.name));
  if (container.image === undefined) required(errors, `${field}.image`);
  oneOf(errors, `${field}.terminationMessagePolicy`, container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError']);
  validatePorts(errors, container, `${field}.ports`);
  container.env?.forEach((env, i) => validateEnv(errors, env, `${field}.env[${i}]`));
  container.envFrom?.forEach((source, i) => {
    const at = `${field}.envFrom[${i}]`;
    if (source.prefix !== undefined) invalidEach(errors, `${at}.prefix`, source.prefix, envVarName(source.prefix));
    let count = 0;
    for (const key of ['configMapRef', 'secretRef'] as const) {
      const ref = source[key];
      if (ref === undefined) continue;
      count += 1;
      if (ref.name === undefined) required(errors, `${at}.${key}.name`);
      else invalidEach(errors, `${at}.${key}.name`, ref.name, subdomainName(ref.name, true));
    }
    if (count === 0) invalid(errors, `${field}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`');
    else if (count > 1) invalid(errors, `${field}.envFrom`, '', 'may not have more than one field specified at a time');
  });
  validateMounts(errors, container, context.volumes, `${field}.volumeMounts`);
  validateDevices(errors, container, context.volumes, `${field}.volumeDevices`);
  oneOf(errors, `${field}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']);
  validateResources(errors, `${field}.resources`, container.resources, context.claimNames);
  validateResizePolicy(errors, container, context.restartPolicy, `${field}.resizePolicy`);
  if (container.securityContext !== undefined) validateSecurityContext(errors, container.securityContext, context.hostUsers, `${field}.securityContext`);
}

function validatePorts(errors: Errors, container: ContainerIn, field: string): void {
  const names = new Set<string>();
  container.ports?.forEach((port, i) => {
    const at = `${field}[${i}]`;
    if (port.name !== undefined) {
      const faults = portName(port.name);
      if (faults.length > 0) invalidEach(errors, `${at}.name`, port.name, faults);
      else if (names.has(port.name)) duplicate(errors, `${at}.name`, port.name);
      else names.add(port.name);
    }
    if (port.containerPort === 0) required(errors, `${at}.containerPort`);
    else invalidEach(errors, `${at}.containerPort`, port.containerPort, portNumber(port.containerPort));
    if (port.hostPort !== undefined && port.hostPort !== 0) invalidEach(errors, `${at}.hostPort`, port.hostPort, portNumber(port.hostPort));
    oneOf(errors, `${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']);
  });
}

const ENV_FIELDS = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'];

function validateEnv(errors: Errors, env: EnvIn, field: string): void {
  if (env.name === '') required(errors, `${field}.name`);
  else invalidEach(errors, `${field}.name`, env.name, envVarName(env.name));
  const from = env.valueFrom;
  if (from === undefined) return;
  const at = `${field}.valueFrom`;
  let count = 0;
  if (from.fieldRef !== undefined) {
    count += 1;
    validateFieldRef(errors, from.fieldRef, ENV_FIELDS, `${at}.fieldRef`);
  }
  if (from.resourceFieldRef !== undefined) {
    count += 1;
    validateResourceFieldRef(errors, from.resourceFieldRef, `${at}.resourceFieldRef`, false);
  }
  for (const key of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const ref = from[key];
    if (ref === undefined) continue;
    count += 1;
    invalidEach(errors, `${at}.${key}.name`, ref.name ?? '', dns1123Subdomain(ref.name ?? ''));
    if (ref.key === '') required(errors, `${at}.${key}.key`);
    else invalidEach(errors, `${at}.${key}.key`, ref.key, configMapKey(ref.key));
  }
  if (from.fileKeyRef !== undefined) {
    count += 1;
    const ref = from.fileKeyRef;
    if (ref.key === '') required(errors, `${at}.fileKeyRef.key`);
    else invalidEach(errors, `${at}.fileKeyRef.key`, ref.key, envVarName(ref.key));
    if (ref.volumeName === '') required(errors, `${at}.fileKeyRef.volumeName`);
    else invalidEach(errors, `${at}.fileKeyRef.volumeName`, ref.volumeName, dns1123Label(ref.volumeName));
    if (ref.path === '') required(errors, `${at}.fileKeyRef.path`);
    else validatePathNoBacksteps(errors, ref.path, `${at}.fileKeyRef.path`);
  }
  if (count === 0) invalid(errors, at, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`');
  else if (env.value !== undefined && env.value !== '') invalid(errors, at, '', 'may not be specified when `value` is not empty');
  else if (count > 1) invalid(errors, at, '', 'may not have more than one field specified at a time');
}

function validateMounts(errors: Errors, container: ContainerIn, volumes: Volumes, field: string): void {
  if (container.volumeMounts === undefined) return;
  const paths = new Set<string>();
  container.volumeMounts.forEach((mount, i) => {
    const at = `${field}[${i}]`;
    if (mount.name === '') required(errors, `${at}.name`);
    if (!volumes.has(mount.name)) missing(errors, `${at}.name`, mount.name);
    if (mount.mountPath === '') required(errors, `${at}.mountPath`);
    if (paths.has(mount.mountPath)) invalid(errors, `${at}.mountPath`, mount.mountPath, 'must be unique');
    paths.add(mount.mountPath);
    if (container.volumeDevices?.some((device) => device.name === mount.name) === true) invalid(errors, `${at}.name`, mount.name, 'must not already exist in volumeDevices');
    if (container.volumeDevices?.some((device) => device.devicePath === mount.mountPath) === true) invalid(errors, `${at}.mountPath`, mount.mountPath, 'must not already exist as a path in volumeDevices');
    // Upstream leaves the position out of these paths.
    if (mount.subPath !== undefined) validateRelativePath(errors, mount.subPath, `${field}.subPath`);
    if (mount.subPathExpr !== undefined) {
      if (mount.subPath !== undefined) invalid(errors, `${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive');
      validateRelativePath(errors, mount.subPathExpr, `${field}.subPathExpr`);
    }
    if (mount.mountPropagation !== undefined) {
      if (!['Bidirectional', 'HostToContainer', 'None'].includes(mount.mountPropagation)) notSupported(errors, `${field}.mountPropagation`, mount.mountPropagation, ['Bidirectional', 'HostToContainer', 'None']);
      if (mount.mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) forbidden(errors, `${field}.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers');
    }
    const recursive = mount.recursiveReadOnly;
    if (recursive === 'Enabled' || recursive === 'IfPossible') {
      if (mount.readOnly !== true) forbidden(errors, `${field}.recursiveReadOnly`, 'may only be specified when readOnly is true');
      if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') forbidden(errors, `${field}.recursiveReadOnly`, 'may only be specified when mountPropagation is None or not specified');
    } else if (recursive !== undefined && recursive !== 'Disabled') notSupported(errors, `${field}.recursiveReadOnly`, recursive, ['Disabled', 'Enabled', 'IfPossible']);
  });
}

function validateDevices(errors: Errors, container: ContainerIn, volumes: Volumes, field: string): void {
  if (container.volumeDevices === undefined) return;
  const names = new Set<string>();
  const paths = new Set<string>();
  container.volumeDevices.forEach((device, i) => {
    const at = `${field}[${i}]`;
    const match = isMatchedDevice(volumes, device.name);
    if (device.name === '') required(errors, `${at}.name`);
    if (names.has(device.name)) invalid(errors, `${at}.name`, device.name, 'must be unique');
    if (match === 'other') invalid(errors, `${at}.name`, device.name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    if (match === undefined) missing(errors, `${at}.name`, device.name);
    if (device.devicePath === '') required(errors, `${at}.devicePath`);
    if (paths.has(device.devicePath)) invalid(errors, `${at}.devicePath`, device.devicePath, 'must be unique');
    if (device.devicePath.split('/').includes('..')) invalid(errors, `${at}.devicePath`, device.devicePath, "can not contain backsteps ('..')");
    else paths.add(device.devicePath);
    if (container.volumeMounts?.some((mount) => mount.name === device.name) === true) invalid(errors, `${at}.name`, device.name, 'must not already exist in volumeMounts');
    if (container.volumeMounts?.some((mount) => mount.mountPath === device.devicePath) === true) invalid(errors, `${at}.devicePath`, device.devicePath, 'must not already exist as a path in volumeMounts');
    if (device.name !== '') names.add(device.name);
  });
}

function validateResizePolicy(errors: Errors, container: ContainerIn, podRestartPolicy: string, field: string): void {
  const seen = new Set<string>();
  container.resizePolicy?.forEach((policy, i) => {
    if (seen.has(policy.resourceName)) duplicate(errors, `${field}[${i}]`, policy.resourceName);
    seen.add(policy.resourceName);
    oneOf(errors, field, policy.resourceName, ['cpu', 'memory']);
    oneOf(errors, field, policy.restartPolicy, ['NotRequired', 'RestartContainer']);
    if (podRestartPolicy === 'Never' && policy.restartPolicy !== 'NotRequired') invalid(errors, field, policy.restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
  });
}

function validateContainerRestartPolicy(errors: Errors, container: ContainerIn, field: string): void {
  const { restartPolicy: policy, restartPolicyRules: rules } = container;
  if (policy === undefined && rules === undefined) return;
  if (policy === undefined) required(errors, `${field}.restartPolicy`, 'must specify restartPolicy when restart rules are used');
  else if (!['Always', 'Never', 'OnFailure'].includes(policy)) notSupported(errors, `${field}.restartPolicy`, policy, ['Always', 'Never', 'OnFailure']);
  if (rules === undefined) return;
  if (rules.length > 20) tooMany(errors, `${field}.restartPolicyRules`, rules.length, 20);
  rules.forEach((rule, i) => {
    const at = `${field}.restartPolicyRules[${i}]`;
    if (rule.action !== 'Restart' && rule.action !== 'RestartAllContainers') notSupported(errors, `${at}.action`, rule.action ?? '', ['Restart', 'RestartAllContainers']);
    if (rule.exitCodes === undefined) return required(errors, `${at}.exitCodes`, 'must be specified');
    if (!['In', 'NotIn'].includes(rule.exitCodes.operator)) notSupported(errors, `${at}.exitCodes.operator`, rule.exitCodes.operator, ['In', 'NotIn']);
    if ((rule.exitCodes.values?.length ?? 0) > 255) tooMany(errors, `${at}.exitCodes.values`, rule.exitCodes.values?.length ?? 0, 255);
  });
}

// ---- probes and hooks

function validateProbes(errors: Errors, container: ContainerIn, context: ContainerContext, field: string): void {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  if (livenessProbe !== undefined) {
    validateProbe(errors, livenessProbe, context, `${field}.livenessProbe`);
    if (livenessProbe.successThreshold !== 1) invalid(errors, `${field}.livenessProbe.successThreshold`, livenessProbe.successThreshold ?? 0, 'must be 1');
  }
  if (readinessProbe !== undefined) {
    validateProbe(errors, readinessProbe, context, `${field}.readinessProbe`);
    if (readinessProbe.terminationGracePeriodSeconds !== undefined) invalid(errors, `${field}.readinessProbe.terminationGracePeriodSeconds`, readinessProbe.terminationGracePeriodSeconds, 'must not be set for readinessProbes');
  }
  if (startupProbe !== undefined) {
    validateProbe(errors, startupProbe, context, `${field}.startupProbe`);
    if (startupProbe.successThreshold !== 1) invalid(errors, `${field}.startupProbe.successThreshold`, startupProbe.successThreshold ?? 0, 'must be 1');
  }
}

function validateProbe(errors: Errors, probe: ProbeIn, context: ContainerContext, field: string): void {
  validateHandler(errors, probe, context, field);
  nonNegative(errors, `${field}.initialDelaySeconds`, probe.initialDelaySeconds);
  nonNegative(errors, `${field}.timeoutSeconds`, probe.timeoutSeconds);
  nonNegative(errors, `${field}.periodSeconds`, probe.periodSeconds);
  nonNegative(errors, `${field}.successThreshold`, probe.successThreshold);
  nonNegative(errors, `${field}.failureThreshold`, probe.failureThreshold);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) invalid(errors, `${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0');
}

export function validatePortOrName(errors: Errors, port: number | string | undefined, field: string): void {
  if (typeof port === 'string') invalidEach(errors, field, port, portName(port));
  else invalidEach(errors, field, port ?? 0, portNumber(port ?? 0));
}

function validateHttpGet(errors: Errors, action: HttpGetIn, field: string): void {
  if (action.path === undefined || action.path === '') required(errors, `${field}.path`);
  validatePortOrName(errors, action.port, `${field}.port`);
  if (action.scheme !== 'HTTP' && action.scheme !== 'HTTPS') notSupported(errors, `${field}.scheme`, action.scheme ?? '', ['HTTP', 'HTTPS']);
  for (const header of action.httpHeaders ?? []) invalidEach(errors, `${field}.httpHeaders`, header.name, httpHeaderName(header.name));
}

function validateHandler(errors: Errors, handler: HandlerIn & { readonly grpc?: { readonly port: number } }, context: ContainerContext, field: string): void {
  let count = 0;
  const first = (key: string): boolean => {
    count += 1;
    if (count > 1) forbidden(errors, `${field}.${key}`, 'may not specify more than 1 handler type');
    return count === 1;
  };
  if (handler.exec !== undefined && first('exec') && (handler.exec.command === undefined || handler.exec.command.length === 0)) required(errors, `${field}.exec.command`);
  if (handler.httpGet !== undefined && first('httpGet')) validateHttpGet(errors, handler.httpGet, `${field}.httpGet`);
  if (handler.tcpSocket !== undefined && first('tcpSocket')) validatePortOrName(errors, handler.tcpSocket.port, `${field}.tcpSocket.port`);
  if (handler.grpc !== undefined && first('grpc')) validatePortOrName(errors, handler.grpc.port, `${field}.grpc.port`);
  if (handler.sleep !== undefined && first('sleep')) {
    const { grace } = context;
    const { seconds } = handler.sleep;
    if (grace !== undefined && (seconds < 0 || seconds > grace)) invalid(errors, `${field}.sleep`, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`);
  }
  if (count === 0) required(errors, field, 'must specify a handler type');
}

const SIGNALS = ('SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGRTMAX SIGRTMAX-1 SIGRTMAX-10 SIGRTMAX-11 SIGRTMAX-12 SIGRTMAX-13 SIGRTMAX-14 SIGRTMAX-2 SIGRTMAX-3 SIGRTMAX-4 SIGRTMAX-5 SIGRTMAX-6 SIGRTMAX-7 SIGRTMAX-8 SIGRTMAX-9 ' +
  'SIGRTMIN SIGRTMIN+1 SIGRTMIN+10 SIGRTMIN+11 SIGRTMIN+12 SIGRTMIN+13 SIGRTMIN+14 SIGRTMIN+15 SIGRTMIN+2 SIGRTMIN+3 SIGRTMIN+4 SIGRTMIN+5 SIGRTMIN+6 SIGRTMIN+7 SIGRTMIN+8 SIGRTMIN+9 SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ').split(' ');

function validateLifecycle(errors: Errors, lifecycle: NonNullable<ContainerIn['lifecycle']>, context: ContainerContext, field: string): void {
  if (lifecycle.postStart !== undefined) validateHandler(errors, lifecycle.postStart, context, `${field}.postStart`);
  if (lifecycle.preStop !== undefined) validateHandler(errors, lifecycle.preStop, context, `${field}.preStop`);
  if (lifecycle.stopSignal === undefined) return;
  const at = `${field}.stopSignal`;
  if (context.os === undefined) forbidden(errors, at, 'may not be set for containers with empty `spec.os.name`');
  else if (context.os === 'windows') {
    if (!['SIGKILL', 'SIGTERM'].includes(lifecycle.stopSignal)) notSupported(errors, at, lifecycle.stopSignal, ['SIGKILL', 'SIGTERM']);
  } else if (context.os === 'linux' && !SIGNALS.includes(lifecycle.stopSignal)) notSupported(errors, at, lifecycle.stopSignal, SIGNALS);
}

// ---- security

const idFaults = (id: number): readonly string[] => (id >= 0 && id <= 2_147_483_647 ? [] : ['must be between 0 and 2147483647, inclusive']);

function validateSeccomp(errors: Errors, profile: SeccompIn | undefined, field: string): void {
  if (profile === undefined) return;
  const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];
  if (profile.type === '') required(errors, `${field}.type`, 'type is required when seccompProfile is set');
  else if (!types.includes(profile.type)) notSupported(errors, `${field}.type`, profile.type, types);
  if (profile.type === 'Localhost') {
    if (profile.localhostProfile === undefined) required(errors, `${field}.localhostProfile`, 'must be set when seccomp type is Localhost');
    else validateRelativePath(errors, profile.localhostProfile, `${field}.localhostProfile`);
  } else if (profile.localhostProfile !== undefined) {
    invalid(errors, `${field}.localhostProfile`, { Type: profile.type, LocalhostProfile: profile.localhostProfile }, 'can only be set when seccomp type is Localhost');
  }
}

function validateAppArmor(errors: Errors, profile: SeccompIn | undefined, field: string): void {
  if (profile === undefined) return;
  const text = profile.localhostProfile;
  switch (profile.type) {
    case 'Localhost':
      if (text === undefined) required(errors, `${field}.localhostProfile`, 'must be set when AppArmor type is Localhost');
      else {
        if (text.trim() !== text) invalid(errors, `${field}.localhostProfile`, text, 'must not be padded with whitespace');
        else if (text === '') required(errors, `${field}.localhostProfile`, 'must be set when AppArmor type is Localhost');
        if (text.length > 4095) tooLong(errors, `${field}.localhostProfile`, 4095);
      }
      break;
    case 'RuntimeDefault':
    case 'Unconfined':
      if (text !== undefined) invalid(errors, `${field}.localhostProfile`, text, 'can only be set when AppArmor type is Localhost');
      break;
    case '':
      required(errors, `${field}.type`, 'type is required when appArmorProfile is set');
      break;
    default:
      notSupported(errors, `${field}.type`, profile.type, ['Localhost', 'RuntimeDefault', 'Unconfined']);
  }
}

function validateWindowsOptions(errors: Errors, options: WindowsOptionsIn | undefined, field: string): void {
  if (options === undefined) return;
  if (options.gmsaCredentialSpecName !== undefined) invalidEach(errors, `${field}.gmsaCredentialSpecName`, options.gmsaCredentialSpecName, dns1123Subdomain(options.gmsaCredentialSpecName));
  if (options.gmsaCredentialSpec === '') invalid(errors, `${field}.gmsaCredentialSpec`, '', 'gmsaCredentialSpec cannot be an empty string');
  if (options.runAsUserName === '') invalid(errors, `${field}.runAsUserName`, '', 'runAsUserName cannot be an empty string');
}

/** A SecurityContext as Go's encoder prints the internal type: every field, by its Go name. */
function goSecurityContext(context: SecurityContextIn): unknown {
  return {
    Capabilities: context.capabilities === undefined ? null : { Add: context.capabilities.add ?? null, Drop: context.capabilities.drop ?? null },
    Privileged: context.privileged ?? null,
    SELinuxOptions: context.seLinuxOptions ?? null,
    WindowsOptions: context.windowsOptions ?? null,
    RunAsUser: context.runAsUser ?? null,
    RunAsGroup: context.runAsGroup ?? null,
    RunAsNonRoot: context.runAsNonRoot ?? null,
    ReadOnlyRootFilesystem: context.readOnlyRootFilesystem ?? null,
    AllowPrivilegeEscalation: context.allowPrivilegeEscalation ?? null,
    ProcMount: context.procMount ?? null,
    SeccompProfile: context.seccompProfile === undefined ? null : { Type: context.seccompProfile.type, LocalhostProfile: context.seccompProfile.localhostProfile ?? null },
    AppArmorProfile: context.appArmorProfile === undefined ? null : { Type: context.appArmorProfile.type, LocalhostProfile: context.appArmorProfile.localhostProfile ?? null },
  };
}

function validateSecurityContext(errors: Errors, context: SecurityContextIn, hostUsers: boolean, field: string): void {
  if (context.runAsUser !== undefined) invalidEach(errors, `${field}.runAsUser`, context.runAsUser, idFaults(context.runAsUser));
  if (context.runAsGroup !== undefined) invalidEach(errors, `${field}.runAsGroup`, context.runAsGroup, idFaults(context.runAsGroup));
  if (context.procMount !== undefined) {
    if (!['Default', 'Unmasked'].includes(context.procMount)) notSupported(errors, `${field}.procMount`, context.procMount, ['Default', 'Unmasked']);
    if (hostUsers && context.procMount === 'Unmasked') invalid(errors, `${field}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`');
  }
  validateSeccomp(errors, context.seccompProfile, `${field}.seccompProfile`);
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged === true) invalid(errors, field, goSecurityContext(context), 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
    for (const capability of context.capabilities?.add ?? []) {
      if (capability === 'CAP_SYS_ADMIN') invalid(errors, field, goSecurityContext(context), 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN');
    }
  }
  validateWindowsOptions(errors, context.windowsOptions, `${field}.windowsOptions`);
  validateAppArmor(errors, context.appArmorProfile, `${field}.appArmorProfile`);
}

const SYSCTL = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const isSysctl = (name: string): boolean => name.length <= 253 && name.split(/[./]/).every((part) => /^[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/.test(part));

function validatePodSecurityContext(errors: Errors, context: PodSecurityContextIn, spec: PodSpecIn, field: string): void {
  if (context.fsGroup !== undefined) invalidEach(errors, `${field}.fsGroup`, context.fsGroup, idFaults(context.fsGroup));
  if (context.runAsUser !== undefined) invalidEach(errors, `${field}.runAsUser`, context.runAsUser, idFaults(context.runAsUser));
  if (context.runAsGroup !== undefined) invalidEach(errors, `${field}.runAsGroup`, context.runAsGroup, idFaults(context.runAsGroup));
  context.supplementalGroups?.forEach((group, i) => invalidEach(errors, `${field}.supplementalGroups[${i}]`, group, idFaults(group)));
  if (spec.shareProcessNamespace === true && spec.hostPID === true) invalid(errors, `${field}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled');
  const names = new Set<string>();
  context.sysctls?.forEach((sysctl, i) => {
    const at = `${field}.sysctls[${i}].name`;
    const { name } = sysctl;
    if (name === '') required(errors, at);
    else if (!isSysctl(name)) invalid(errors, at, name, `must have at most 253 characters and match regex ${SYSCTL}`);
    else if (names.has(name)) duplicate(errors, at, name);
    const dotted = name.replaceAll('/', '.');
    if (spec.hostNetwork === true && dotted.startsWith('net.')) invalid(errors, at, name, "may not be specified when 'hostNetwork' is true");
    else if (spec.hostIPC === true && (/^(kernel\.shm|kernel\.msg|fs\.mqueue\.)/.test(dotted) || dotted === 'kernel.sem')) invalid(errors, at, name, "may not be specified when 'hostIPC' is true");
    names.add(name);
  });
  if (context.fsGroupChangePolicy !== undefined && !['Always', 'OnRootMismatch'].includes(context.fsGroupChangePolicy)) notSupported(errors, `${field}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']);
  validateSeccomp(errors, context.seccompProfile, `${field}.seccompProfile`);
  validateWindowsOptions(errors, context.windowsOptions, `${field}.windowsOptions`);
  validateAppArmor(errors, context.appArmorProfile, `${field}.appArmorProfile`);
  if (context.supplementalGroupsPolicy !== undefined && !['Merge', 'Strict'].includes(context.supplementalGroupsPolicy)) notSupported(errors, `${field}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']);
  // MountOption needs the feature SELinuxMount, which is off by default.
  if (context.seLinuxChangePolicy !== undefined && context.seLinuxChangePolicy !== 'Recursive') notSupported(errors, `${field}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['Recursive']);
}

const NOT_ON_WINDOWS_POD = ['appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'fsGroup', 'fsGroupChangePolicy', 'sysctls', 'runAsUser', 'runAsGroup', 'supplementalGroups', 'supplementalGroupsPolicy', 'seLinuxChangePolicy'] as const;
const NOT_ON_WINDOWS_CONTAINER = ['appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged', 'allowPrivilegeEscalation', 'procMount', 'runAsUser', 'runAsGroup'] as const;

function validateOs(errors: Errors, spec: PodSpecIn, field: string): void {
  if (spec.os === undefined) return;
  const { name } = spec.os;
  const why = 'cannot be set for a windows pod';
  if (name === '') required(errors, `${field}.os.name`);
  else if (name === 'linux') {
    if (spec.securityContext?.windowsOptions !== undefined) forbidden(errors, `${field}.securityContext.windowsOptions`, 'windows options cannot be set for a linux pod');
    forEachContainer(spec, field, (container, at) => {
      if (container.securityContext?.windowsOptions !== undefined) forbidden(errors, `${at}.securityContext.windowsOptions`, 'windows options cannot be set for a linux pod');
    });
  } else if (name === 'windows') {
    for (const key of NOT_ON_WINDOWS_POD) if (spec.securityContext?.[key] !== undefined) forbidden(errors, `${field}.securityContext.${key}`, why);
    for (const key of ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'] as const) if (spec[key] !== undefined) forbidden(errors, `${field}.${key}`, why);
    forEachContainer(spec, field, (container, at) => {
      for (const key of NOT_ON_WINDOWS_CONTAINER) if (container.securityContext?.[key] !== undefined) forbidden(errors, `${at}.securityContext.${key}`, why);
    });
  } else notSupported(errors, `${field}.os`, name, ['linux', 'windows']);
}

function validateHostnameOverride(errors: Errors, spec: PodSpecIn, field: string): void {
  const name = spec.hostnameOverride;
  if (name === undefined) return;
  const at = `${field}.hostnameOverride`;
  if (spec.setHostnameAsFQDN === true) forbidden(errors, at, 'may not be specified when setHostnameAsFQDN is true');
  if (spec.hostNetwork === true) forbidden(errors, at, 'may not be specified when hostNetwork is true');
  if (name.length > 64) tooLong(errors, at, 64);
  invalidEach(errors, at, name, dns1123Subdomain(name));
}

function validateResourceClaims(errors: Errors, spec: PodSpecIn, field: string): void {
  const names = new Set<string>();
  spec.resourceClaims?.forEach((claim, i) => {
    const at = `${field}[${i}]`;
    const shown = { Name: claim.name, ResourceClaimName: claim.resourceClaimName ?? null, ResourceClaimTemplateName: claim.resourceClaimTemplateName ?? null };
    if (claim.name === '') required(errors, `${at}.name`);
    else if (names.has(claim.name)) duplicate(errors, `${at}.name`, claim.name);
    else {
      invalidEach(errors, `${at}.name`, claim.name, dns1123Label(claim.name));
      names.add(claim.name);
    }
    if (claim.resourceClaimName !== undefined && claim.resourceClaimTemplateName !== undefined) invalid(errors, at, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    if (claim.resourceClaimName === undefined && claim.resourceClaimTemplateName === undefined) invalid(errors, at, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    if (claim.resourceClaimName !== undefined) invalidEach(errors, `${at}.resourceClaimName`, claim.resourceClaimName, dns1123Subdomain(claim.resourceClaimName));
    if (claim.resourceClaimTemplateName !== undefined) invalidEach(errors, `${at}.resourceClaimTemplateName`, claim.resourceClaimTemplateName, dns1123Subdomain(claim.resourceClaimTemplateName));
  });
}

function validatePodResourceConsistency(errors: Errors, spec: PodSpecIn, field: string): void {
  const sums = new Map<string, bigint>();
  for (const container of spec.containers ?? []) for (const [name, text] of Object.entries(container.resources?.requests ?? {})) sums.set(name, (sums.get(name) ?? 0n) + (parseQuantity(text) ?? 0n));
  for (const [name, sum] of sums) {
    const whole = spec.resources?.requests?.[name];
    if (whole === undefined || sum <= (parseQuantity(whole) ?? 0n)) continue;
    const shown = name === 'cpu' && sum % 1_000_000_000n !== 0n ? `${sum / 1_000_000n}m` : String(sum / 1_000_000_000n);
    invalid(errors, `${field}.requests[${name}]`, whole, `must be greater than or equal to aggregate container requests of ${shown}`);
  }
  spec.containers?.forEach((container, i) => {
    for (const [name, text] of Object.entries(container.resources?.limits ?? {})) {
      const whole = spec.resources?.limits?.[name];
      if (whole !== undefined && (parseQuantity(text) ?? 0n) > (parseQuantity(whole) ?? 0n)) invalid(errors, `${field}.containers[${i}][${name}].limits`, text, `must be less than or equal to pod limits of ${whole}`);
    }
  });
}

function validateDnsConfig(errors: Errors, spec: PodSpecIn, field: string): void {
  const config = spec.dnsConfig;
  if (spec.dnsPolicy === 'None') {
    if (config === undefined) return required(errors, field, 'must provide `dnsConfig` when `dnsPolicy` is None');
    if (config.nameservers === undefined || config.nameservers.length === 0) return required(errors, `${field}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None');
  }
  if (config === undefined) return undefined;
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > 3) invalid(errors, `${field}.nameservers`, nameservers, 'must not have more than 3 nameservers');
  nameservers.forEach((server, i) => invalidEach(errors, `${field}.nameservers[${i}]`, server, ipFaults(server)));
  if (searches.length > 32) invalid(errors, `${field}.searches`, searches, 'must not have more than 32 search paths');
  if (searches.join(' ').length > 2048) invalid(errors, `${field}.searches`, searches, 'must not have more than 2048 characters (including spaces) in the search list');
  searches.forEach((search, i) => {
    if (search === '.') return;
    const text = search.endsWith('.') ? search.slice(0, -1) : search;
    invalidEach(errors, `${field}.searches[${i}]`, text, dns1123SubdomainWithUnderscore(text));
  });
  options.forEach((option, i) => {
    if (option.name === undefined || option.name === '') required(errors, `${field}.options[${i}]`, 'must not be empty');
  });
  return undefined;
}

// ---- where the Pod may run

export function validateNodeSelectorTerm(errors: Errors, term: NodeSelectorTerm, field: string, valuesToo: boolean): void {
  term.matchExpressions?.forEach((requirement, i) => validateNodeRequirement(errors, requirement, `${field}.matchExpressions[${i}]`, valuesToo));
  term.matchFields?.forEach((requirement, i) => {
    const at = `${field}.matchFields[${i}]`;
    const values = requirement.values ?? [];
    if (requirement.operator === 'In' || requirement.operator === 'NotIn') {
      if (values.length !== 1) required(errors, `${at}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    } else invalid(errors, `${at}.operator`, requirement.operator, 'not a valid selector operator');
    if (requirement.key !== 'metadata.name') invalid(errors, `${at}.key`, requirement.key, 'not a valid field selector key');
    else values.forEach((value, j) => invalidEach(errors, `${at}.values[${j}]`, value, dns1123Subdomain(value)));
  });
}

function validateNodeRequirement(errors: Errors, requirement: LabelSelectorRequirement, field: string, valuesToo: boolean): void {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) required(errors, `${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) forbidden(errors, `${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) required(errors, `${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
      break;
    default:
      invalid(errors, `${field}.operator`, requirement.operator, 'not a valid selector operator');
  }
  validateLabelName(errors, requirement.key, `${field}.key`);
  if (valuesToo) values.forEach((value, i) => invalidEach(errors, `${field}.values[${i}]`, value, labelValue(value)));
}

export function validateNodeSelector(errors: Errors, selector: NodeSelector, field: string): void {
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) required(errors, `${field}.nodeSelectorTerms`, 'must have at least one node selector term');
  terms.forEach((term, i) => validateNodeSelectorTerm(errors, term, `${field}.nodeSelectorTerms[${i}]`, true));
}

function validatePodAffinityTerm(errors: Errors, term: PodAffinityTerm, field: string): void {
  validateLabelSelector(errors, term.labelSelector, `${field}.labelSelector`);
  validateLabelSelector(errors, term.namespaceSelector, `${field}.namespaceSelector`);
  for (const name of term.namespaces ?? []) invalidEach(errors, `${field}.namespace`, name, dns1123Label(name));
  validateMatchLabelKeys(errors, term, field);
  if (term.topologyKey === '') required(errors, `${field}.topologyKey`, 'can not be empty');
  validateLabelName(errors, term.topologyKey, `${field}.topologyKey`);
}

function validateMatchLabelKeys(errors: Errors, term: Pick<PodAffinityTerm, 'matchLabelKeys' | 'mismatchLabelKeys' | 'labelSelector'>, field: string): void {
  for (const list of ['matchLabelKeys', 'mismatchLabelKeys'] as const) {
    const keys = term[list];
    if (keys === undefined || keys.length === 0) continue;
    if (term.labelSelector === undefined || term.labelSelector === null) forbidden(errors, `${field}.${list}`, 'must not be specified when labelSelector is not set');
    else keys.forEach((key, i) => validateLabelName(errors, key, `${field}.${list}[${i}]`));
  }
  const selector = term.labelSelector;
  if (selector !== undefined && selector !== null) {
    const seen = new Set(Object.keys(selector.matchLabels ?? {}));
    for (const { key } of selector.matchExpressions ?? []) {
      const i = term.matchLabelKeys?.indexOf(key) ?? -1;
      if (i >= 0 && seen.has(key)) invalid(errors, `${field}[${i}]`, key, 'exists in both matchLabelKeys and labelSelector');
      seen.add(key);
    }
  }
  term.matchLabelKeys?.forEach((key, i) => {
    if (term.mismatchLabelKeys?.includes(key) === true) invalid(errors, `${field}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys');
  });
}

function validateAffinity(errors: Errors, affinity: Affinity, field: string): void {
  const node = affinity.nodeAffinity;
  const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
  const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
  if (node !== undefined) {
    if (node[REQUIRED] !== undefined) validateNodeSelector(errors, node[REQUIRED], `${field}.nodeAffinity.${REQUIRED}`);
    node[PREFERRED]?.forEach((term, i) => {
      const at = `${field}.nodeAffinity.${PREFERRED}[${i}]`;
      if (term.weight <= 0 || term.weight > 100) invalid(errors, `${at}.weight`, term.weight, 'must be in the range 1-100');
      validateNodeSelectorTerm(errors, term.preference, `${at}.preference`, false);
    });
  }
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const pods = affinity[kind];
    if (pods === undefined) continue;
    pods[REQUIRED]?.forEach((term, i) => validatePodAffinityTerm(errors, term, `${field}.${kind}.${REQUIRED}[${i}]`));
    pods[PREFERRED]?.forEach((term, i) => {
      const at = `${field}.${kind}.${PREFERRED}[${i}]`;
      if (term.weight <= 0 || term.weight > 100) invalid(errors, `${at}.weight`, term.weight, 'must be in the range 1-100');
      validatePodAffinityTerm(errors, term.podAffinityTerm, `${at}.podAffinityTerm`);
    });
  }
}

function validateSpread(errors: Errors, constraints: readonly TopologySpreadConstraint[] | undefined, field: string): void {
  constraints?.forEach((constraint, i) => {
    const at = `${field}[${i}]`;
    if (constraint.maxSkew <= 0) invalid(errors, `${at}.maxSkew`, constraint.maxSkew, 'must be greater than zero');
    if (constraint.topologyKey === '') required(errors, `${at}.topologyKey`, 'can not be empty');
    const when = constraint.whenUnsatisfiable;
    if (when !== 'DoNotSchedule' && when !== 'ScheduleAnyway') notSupported(errors, `${at}.whenUnsatisfiable`, when, ['DoNotSchedule', 'ScheduleAnyway']);
    if (constraints.slice(i + 1).some((other) => other.topologyKey === constraint.topologyKey && other.whenUnsatisfiable === when)) duplicate(errors, `${at}.{topologyKey, whenUnsatisfiable}`, `{${constraint.topologyKey}, ${when}}`);
    const { minDomains } = constraint;
    if (minDomains !== undefined) {
      if (minDomains <= 0) invalid(errors, `${at}.minDomains`, minDomains, 'must be greater than zero');
      if (when !== 'DoNotSchedule') invalid(errors, `${at}.minDomains`, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${when}`);
    }
    for (const key of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[key];
      if (policy !== undefined && policy !== 'Honor' && policy !== 'Ignore') notSupported(errors, `${at}.${key}`, policy, ['Honor', 'Ignore']);
    }
    validateMatchLabelKeys(errors, constraint, at);
    validateLabelSelector(errors, constraint.labelSelector, `${at}.labelSelector`);
  });
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(errors: Errors, tolerations: readonly Toleration[] | undefined, field: string): void {
  tolerations?.forEach((toleration, i) => {
    const at = `${field}[${i}]`;
    const key = toleration.key ?? '';
    const operator = toleration.operator ?? '';
    const value = toleration.value ?? '';
    const effect = toleration.effect ?? '';
    if (key !== '') validateLabelName(errors, key, `${at}.key`);
    if (key === '' && operator !== 'Exists') invalid(errors, `${at}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"');
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') invalid(errors, `${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    if (operator === 'Equal' || operator === '') {
      const faults = labelValue(value);
      if (faults.length > 0) invalid(errors, `${at}.operator`, value, faults.join(';'));
    } else if (operator === 'Exists') {
      if (value !== '') invalid(errors, `${at}.operator`, value, "value must be empty when `operator` is 'Exists'");
    } else notSupported(errors, `${at}.operator`, operator, operator === 'Lt' || operator === 'Gt' ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists']);
    if (effect !== '' && !EFFECTS.includes(effect)) notSupported(errors, `${at}.effect`, effect, EFFECTS);
  });
}

export function validateTaints(errors: Errors, taints: readonly Taint[] | undefined, field: string): void {
  const seen = new Set<string>();
  taints?.forEach((taint, i) => {
    const at = `${field}[${i}]`;
    validateLabelName(errors, taint.key, `${at}.key`);
    const faults = labelValue(taint.value ?? '');
    if (faults.length > 0) invalid(errors, `${at}.value`, taint.value, faults.join(';'));
    oneOf(errors, `${at}.effect`, taint.effect, EFFECTS);
    const pair = `${taint.effect}\n${taint.key}`;
    if (seen.has(pair)) duplicate(errors, at, { Key: taint.key, Value: taint.value ?? '', Effect: taint.effect, TimeAdded: taint.timeAdded ?? null }, 'taints must be unique by key and effect pair');
    else seen.add(pair);
  });
}

// ---- annotations that upstream reads

export function validatePodAnnotations(errors: Errors, annotations: StringMap | undefined, spec: PodSpecIn, field: string): void {
  if (annotations === undefined) return;
  const own = (key: string): string | undefined => (Object.hasOwn(annotations, key) ? annotations[key] : undefined);
  const mirror = own('kubernetes.io/config.mirror');
  if (mirror !== undefined && (spec.nodeName === undefined || spec.nodeName === '')) invalid(errors, `${field}[kubernetes.io/config.mirror]`, mirror, 'must set spec.nodeName if mirror pod annotation is set');
  const cost = own('controller.kubernetes.io/pod-deletion-cost');
  if (cost !== undefined && !(/^(0|-?[1-9]\d{0,9})$/.test(cost) && Math.abs(Number(cost)) <= 2_147_483_647)) invalid(errors, `${field}[controller.kubernetes.io/pod-deletion-cost]`, cost, 'must be a 32bit integer');
  for (const key of Object.keys(annotations)) {
    const value = annotations[key] ?? '';
    if (key === 'seccomp.security.alpha.kubernetes.io/pod' || key.startsWith('container.seccomp.security.alpha.kubernetes.io/')) {
      if (value.startsWith('localhost/')) validateRelativePath(errors, value.slice('localhost/'.length), `${field}.${key}`);
      else if (!['runtime/default', 'docker/default', 'unconfined'].includes(value)) invalid(errors, `${field}.${key}`, value, 'must be a valid seccomp profile');
    }
    const appArmor = 'container.apparmor.security.beta.kubernetes.io/';
    if (!key.startsWith(appArmor)) continue;
    const name = key.slice(appArmor.length);
    let found = false;
    forEachContainer(spec, '', (container) => {
      if (container.name === name) found = true;
    });
    if (!found) invalid(errors, `${field}[${key}]`, name, 'container not found');
    if (value !== '' && value !== 'runtime/default' && value !== 'unconfined' && !value.startsWith('localhost/')) invalid(errors, `${field}[${key}]`, value, `invalid AppArmor profile name: ${JSON.stringify(value)}`);
  }
}

