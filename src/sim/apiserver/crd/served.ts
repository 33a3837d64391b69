import type { KindInfo } from '../../api/kinds.ts';
import type { KubernetesObject } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import { notFound } from '../status.ts';
import { head, headList, type Store } from '../store.ts';
import type { Strategy } from '../strategy.ts';
import { strategyOfCustom, type ScalePaths } from './strategy.ts';
import type { Schema } from './structural.ts';

/**
 * The kinds that the cluster's CustomResourceDefinitions add: read from the store when a path names none of the built-in ones, so each world has its
 * own, and a world without definitions pays nothing. After apiextensions-apiserver (customresource_handler.go, registry/customresource).
 * Simplified: conversion between versions changes nothing but the version (strategy None), also where a webhook is asked for.
 */
export interface Definition {
  readonly group: string;
  readonly scope: string;
  readonly names: { readonly plural: string; readonly singular?: string; readonly kind: string; readonly listKind?: string; readonly shortNames?: readonly string[]; readonly categories?: readonly string[] };
  readonly versions: readonly {
    readonly name: string;
    readonly served: boolean;
    readonly storage: boolean;
    readonly deprecated?: boolean;
    readonly deprecationWarning?: string;
    readonly schema?: { readonly openAPIV3Schema?: Schema };
    readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
    readonly selectableFields?: readonly { readonly jsonPath: string }[];
  }[];
}
export type DefinitionObject = KubernetesObject & {
  readonly spec: Definition;
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] | null; readonly acceptedNames?: Definition['names'] };
};

export interface Custom {
  readonly info: KindInfo;
  readonly definition: DefinitionObject;
  readonly schema: Schema | undefined;
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  readonly storageVersion: string;
  /** The schema of the stored version. */
  readonly stored: Schema | undefined;
  readonly deprecation: string | undefined;
  readonly strategy: Strategy;
}

export const holds = (definition: DefinitionObject, type: string): boolean => definition.status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

// Invisible: what follows from a definition, which never changes, and the kind's own entry back to it.
const kindsOfDefinition = new WeakMap<object, readonly Custom[]>();
const byInfo = new WeakMap<KindInfo, Custom>();

function kindsOf(definition: DefinitionObject): readonly Custom[] {
  const known = kindsOfDefinition.get(definition);
  if (known !== undefined) return known;
  const { spec } = definition;
  const names = definition.status?.acceptedNames ?? spec.names;
  const storageVersion = spec.versions.find((version) => version.storage)?.name ?? '';
  const stored = spec.versions.find((version) => version.storage)?.schema?.openAPIV3Schema;
  const made = spec.versions.filter((version) => version.served).map((version): Custom => {
    const { scale } = version.subresources ?? {};
    const hasStatus = version.subresources?.status !== undefined;
    const schema = version.schema?.openAPIV3Schema;
    const info: KindInfo = {
      kind: spec.names.kind,
      group: spec.group,
      version: version.name,
      resource: spec.names.plural,
      singular: names.singular ?? '',
      shortNames: names.shortNames ?? [],
      namespaced: spec.scope === 'Namespaced',
      subresources: [...(hasStatus ? ['status'] : []), ...(scale === undefined ? [] : ['scale'])],
      inAll: names.categories?.includes('all') === true,
      categories: names.categories ?? [],
      verbs: VERBS,
      table: `${spec.names.kind}.${spec.group}`,
      selectable: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    };
    const deprecation = version.deprecated === true ? (version.deprecationWarning ?? `${spec.group}/${version.name} ${spec.names.kind} is deprecated`) : undefined;
    const custom: Custom = { info, definition, schema, hasStatus, scale, storageVersion, stored, deprecation, strategy: strategyOfCustom(info, schema, hasStatus, scale) };
    byInfo.set(info, custom);
    return custom;
  });
  kindsOfDefinition.set(definition, made);
  return made;
}

const isServed = (definition: DefinitionObject): boolean => holds(definition, 'NamesAccepted') || holds(definition, 'Established');

/** The kind at a path, if a definition serves it. */
export function customKind(store: Store, group: string, version: string, resource: string): KindInfo | undefined {
  const definition = head(store, 'CustomResourceDefinition', `${resource}.${group}`) as DefinitionObject | undefined;
  if (definition === undefined || !isServed(definition)) return undefined;
  return kindsOf(definition).find(({ info }) => info.version === version)?.info;
}
/** All of them, for discovery: only those that are established. */
export function customKinds(store: Store): readonly KindInfo[] {
  return (headList(store, 'CustomResourceDefinition') as readonly DefinitionObject[]).filter((definition) => holds(definition, 'Established')).flatMap((definition) => kindsOf(definition).map(({ info }) => info));
}
export const customOf = (info: KindInfo): Custom => byInfo.get(info)!;

/** What is answered below a group that definitions serve where `customKind` found nothing: only a subresource is refused by name. */
export function missingKind(store: Store, path: string): Status | undefined {
  const [, root, group = '', version = '', ...rest] = path.split('?')[0]!.split('/');
  if (root !== 'apis') return undefined;
  const infos = customKinds(store).filter((info) => info.group === group);
  if (infos.length === 0) return undefined;
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [resource, name, subresource] = isNamespaced ? rest.slice(2) : rest;
  const info = infos.find((one) => one.version === version && one.resource === resource);
  return info !== undefined && info.namespaced === isNamespaced && name !== undefined && subresource !== undefined ? notFound(info, name) : NO_PAGE;
}
const NO_PAGE: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: '404 page not found\n', code: 404 };
