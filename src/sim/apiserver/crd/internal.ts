import { isFields, type Rule, type Schema } from './structural.ts';

/** Parts of a definition as Go prints its internal types: refusals of versions and of rules show them whole. */

const items = (value: Schema['items']): unknown => (value === undefined ? null : Array.isArray(value) ? { Schema: null, JSONSchemas: value.map(internalSchema) } : { Schema: internalSchema(value as Schema), JSONSchemas: null });
const orBool = (value: unknown): unknown => (value === undefined ? null : isFields(value) ? { Allows: true, Schema: internalSchema(value as Schema) } : { Allows: value === true, Schema: null });
const map = (value: Readonly<Record<string, Schema>> | undefined): unknown => {
  if (value === undefined) return null;
  return Object.fromEntries(Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map((key) => [key, internalSchema(value[key]!)]));
};
const list = (value: readonly Schema[] | undefined): unknown => value?.map(internalSchema) ?? null;

export const internalRule = ({ rule, message, messageExpression, reason, fieldPath, optionalOldSelf }: Rule): unknown => ({
  Rule: rule, Message: message ?? '', MessageExpression: messageExpression ?? '', Reason: reason ?? null, FieldPath: fieldPath ?? '', OptionalOldSelf: optionalOldSelf ?? null,
});

export function internalSchema(s: Schema): Record<string, unknown> {
  return {
    ID: s.id ?? '', Schema: s.$schema ?? '', Ref: s.$ref ?? null, Description: s.description ?? '', Type: s.type ?? '', Nullable: s.nullable ?? false, Format: s.format ?? '', Title: s.title ?? '', Default: s.default ?? null,
    Maximum: s.maximum ?? null, ExclusiveMaximum: s.exclusiveMaximum ?? false, Minimum: s.minimum ?? null, ExclusiveMinimum: s.exclusiveMinimum ?? false, MaxLength: s.maxLength ?? null, MinLength: s.minLength ?? null, Pattern: s.pattern ?? '',
    MaxItems: s.maxItems ?? null, MinItems: s.minItems ?? null, UniqueItems: s.uniqueItems ?? false, MultipleOf: s.multipleOf ?? null, Enum: s.enum ?? null, MaxProperties: s.maxProperties ?? null, MinProperties: s.minProperties ?? null,
    Required: s.required ?? null, Items: items(s.items), AllOf: list(s.allOf), OneOf: list(s.oneOf), AnyOf: list(s.anyOf), Not: s.not === undefined ? null : internalSchema(s.not), Properties: map(s.properties),
    AdditionalProperties: orBool(s.additionalProperties), PatternProperties: map(s.patternProperties), Dependencies: s.dependencies ?? null, AdditionalItems: orBool(s.additionalItems), Definitions: map(s.definitions), ExternalDocs: null, Example: null,
    XPreserveUnknownFields: s['x-kubernetes-preserve-unknown-fields'] ?? null, XEmbeddedResource: s['x-kubernetes-embedded-resource'] ?? false, XIntOrString: s['x-kubernetes-int-or-string'] ?? false,
    XListMapKeys: s['x-kubernetes-list-map-keys'] ?? null, XListType: s['x-kubernetes-list-type'] ?? null, XMapType: s['x-kubernetes-map-type'] ?? null, XValidations: s['x-kubernetes-validations']?.map(internalRule) ?? null,
  };
}

interface VersionIn {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly subresources?: { readonly status?: object; readonly scale?: { readonly specReplicasPath?: string; readonly statusReplicasPath?: string; readonly labelSelectorPath?: string } };
  readonly additionalPrinterColumns?: readonly { readonly name?: string; readonly type?: string; readonly format?: string; readonly description?: string; readonly priority?: number; readonly jsonPath?: string }[];
  readonly selectableFields?: readonly { readonly jsonPath?: string }[];
}
/** `common` says which parts all versions share: those stand elsewhere. */
export function internalVersions(versions: readonly VersionIn[], common: { readonly schemas: unknown; readonly subresources: unknown; readonly columns: unknown; readonly selectable: unknown }): unknown {
  return versions.map((version) => {
    const { scale, status } = version.subresources ?? {};
    return {
      Name: version.name, Served: version.served, Storage: version.storage, Deprecated: version.deprecated ?? false, DeprecationWarning: version.deprecationWarning ?? null,
      Schema: common.schemas !== undefined || version.schema === undefined ? null : { OpenAPIV3Schema: version.schema.openAPIV3Schema === undefined ? null : internalSchema(version.schema.openAPIV3Schema) },
      Subresources: common.subresources !== undefined || version.subresources === undefined ? null : { Status: status === undefined ? null : {}, Scale: scale === undefined ? null : { SpecReplicasPath: scale.specReplicasPath ?? '', StatusReplicasPath: scale.statusReplicasPath ?? '', LabelSelectorPath: scale.labelSelectorPath ?? null } },
      AdditionalPrinterColumns: common.columns !== undefined || version.additionalPrinterColumns === undefined ? null : version.additionalPrinterColumns.map((one) => ({ Name: one.name ?? '', Type: one.type ?? '', Format: one.format ?? '', Description: one.description ?? '', Priority: one.priority ?? 0, JSONPath: one.jsonPath ?? '' })),
      SelectableFields: common.selectable !== undefined || version.selectableFields === undefined ? null : version.selectableFields.map((one) => ({ JSONPath: one.jsonPath ?? '' })),
    };
  });
}
