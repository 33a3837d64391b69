import type { Node, Pod } from '../../api/object.ts';
import { hintFor, isSamePod } from '../events.ts';
import { reject, type Plugin } from '../plugin.ts';

const MISSING = reject('NodeDeclaredFeatures', 'UnschedulableAndUnresolvable', "node(s) didn't match Pod's required features");

/** What a Pod needs of a kubelet that not every version has; nodes list what they can (component-helpers/nodedeclaredfeatures). */
function featuresOf(pod: Pod): readonly string[] {
  const spec = pod.spec as Pod['spec'] & { readonly hostUsers?: boolean };
  const features: string[] = [];
  const restartsAll = [...spec.containers, ...(spec.initContainers ?? [])].some((container) =>
    ((container as { readonly restartPolicyRules?: readonly { readonly action?: string }[] }).restartPolicyRules ?? []).some((rule) => rule.action === 'RestartAllContainers'),
  );
  if (restartsAll) features.push('RestartAllContainersOnContainerExits');
  if (spec.hostNetwork === true && spec.hostUsers === false) features.push('UserNamespacesHostNetworkSupport');
  return features;
}

export const nodeDeclaredFeatures: Plugin = {
  name: 'NodeDeclaredFeatures',
  preFilter: (pod) => (featuresOf(pod.pod).length === 0 ? 'skip' : undefined),
  filter: (pod, node) => (featuresOf(pod.pod).every((feature) => node.node.status?.declaredFeatures?.includes(feature) === true) ? undefined : MISSING),
  events: [
    {
      kind: 'Node',
      actions: ['Add', 'UpdateNodeDeclaredFeature'],
      hint: hintFor<Node>((_pod, before, after) => before === undefined || JSON.stringify(before.status?.declaredFeatures ?? []) !== JSON.stringify(after?.status?.declaredFeatures ?? [])),
    },
    {
      kind: 'Pod',
      actions: ['Update'],
      hint: hintFor<Pod>((pod, before, after) => after !== undefined && before !== undefined && isSamePod(pod, after) && featuresOf(before).join() !== featuresOf(after).join()),
    },
  ],
};
