import type { Change } from '../api/change.ts';
import { pathOf } from '../api/kinds.ts';
import { referenceTo } from '../api/references.ts';
import { idle } from '../reconcile/controller.ts';
import type { Controller } from '../reconcile/controller.ts';

/** Publishes the API server's certificate authority in every Namespace (pkg/controller/certificates/rootcacertpublisher). */

const NAME = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';
/** There is no cryptography in this cluster, so there is no certificate either: a text that says so stands in its place. A new cluster starts with it. */
export const ROOT_CA = '-----BEGIN CERTIFICATE-----\nThis cluster is simulated: there is nothing to trust.\n-----END CERTIFICATE-----\n';
const ANNOTATION = 'kubernetes.io/description';

export const rootCA: Controller = {
  name: 'root-ca-cert-publisher',
  workers: 1,
  watches: {
    Namespace: (namespace, _view, change) => (change.after === undefined || (change.before !== undefined && namespace.status?.phase !== 'Active') ? [] : [namespace.metadata.name]),
    ConfigMap: (map, _view, change) => (map.metadata.name === NAME && change.before !== undefined && map.metadata.namespace !== undefined ? [map.metadata.namespace] : []),
  },
  ignores: (change: Change) => (change.kind === 'Namespace' ? change.after === undefined : change.before === undefined || !change.key.endsWith(`/${NAME}`)),
  reconcile(namespace, view) {
    const map = view.get('ConfigMap', `${namespace}/${NAME}`);
    if (map === undefined) {
      const owner = view.get('Namespace', namespace);
      const because = { code: 'rootca.missing', args: { namespace }, ...(owner === undefined ? {} : { refs: [referenceTo(owner)] }) };
      return {
        because,
        batches: [[{
          request: {
            method: 'POST', path: pathOf('ConfigMap', namespace),
            body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace, annotations: { [ANNOTATION]: DESCRIPTION } }, data: { 'ca.crt': ROOT_CA } },
          },
          because,
          accept: [403, 404],
        }]],
      };
    }
    const { data, metadata } = map;
    if (data !== undefined && data['ca.crt'] === ROOT_CA && Object.keys(data).length === 1 && (metadata.annotations?.[ANNOTATION] ?? '') !== '') return idle({ code: 'rootca.there', args: { namespace } });
    const because = { code: 'rootca.changed', args: { namespace }, refs: [referenceTo(map)] };
    const body = { ...map, metadata: { ...metadata, annotations: { ...metadata.annotations, [ANNOTATION]: DESCRIPTION } }, data: { 'ca.crt': ROOT_CA } };
    return { because, batches: [[{ request: { method: 'PUT', path: pathOf('ConfigMap', namespace, NAME), body }, because }]] };
  },
};
