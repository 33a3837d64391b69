import type { KubernetesObject, LabelSelector } from '../../api/object.ts';

/** What the dispatcher reads of policies and their bindings; their rules are in ../kinds/policies.ts. */
export interface NamedRule {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly scope?: string;
}
export interface MatchResources {
  readonly matchPolicy?: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly resourceRules?: readonly NamedRule[];
  readonly excludeResourceRules?: readonly NamedRule[];
}
export interface ParamKind {
  readonly apiVersion: string;
  readonly kind: string;
}
export interface Policy extends KubernetesObject {
  readonly spec: {
    readonly failurePolicy?: string;
    readonly paramKind?: ParamKind;
    readonly matchConstraints?: MatchResources;
    readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
    readonly variables?: readonly { readonly name: string; readonly expression: string }[];
    readonly validations?: readonly { readonly expression: string; readonly message?: string; readonly messageExpression?: string; readonly reason?: string }[];
    readonly auditAnnotations?: readonly { readonly key: string; readonly valueExpression: string }[];
    readonly mutations?: readonly { readonly patchType: string; readonly jsonPatch?: { readonly expression: string }; readonly applyConfiguration?: { readonly expression: string } }[];
    readonly reinvocationPolicy?: string;
  };
}
export interface Binding extends KubernetesObject {
  readonly spec: {
    readonly policyName: string;
    readonly paramRef?: { readonly name?: string; readonly namespace?: string; readonly selector?: LabelSelector; readonly parameterNotFoundAction?: string };
    readonly matchResources?: MatchResources;
    readonly validationActions?: readonly string[];
  };
}
export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** One write, as policies see it. */
export interface Attributes {
  readonly operation: Operation;
  readonly object: KubernetesObject | undefined;
  readonly old: KubernetesObject | undefined;
}
