import type { Change } from '../api/change.ts';
import { pathOf } from '../api/kinds.ts';
import { referenceTo } from '../api/references.ts';
import { idle } from '../reconcile/controller.ts';
import type { Controller } from '../reconcile/controller.ts';

/** Sees that every active Namespace has the ServiceAccount "default" (pkg/controller/serviceaccount/serviceaccounts_controller.go). */
export const serviceAccount: Controller = {
  name: 'service-account-controller',
  workers: 1,
  watches: {
    Namespace: (namespace, _view, change) => (change.after === undefined ? [] : [namespace.metadata.name]),
    ServiceAccount: (account, _view, change) => (change.after === undefined && account.metadata.namespace !== undefined ? [account.metadata.namespace] : []),
  },
  ignores: (change: Change) => (change.kind === 'Namespace' ? change.after === undefined : change.after !== undefined || !change.key.endsWith('/default')),
  reconcile(name, view) {
    const namespace = view.get('Namespace', name);
    if (namespace === undefined || namespace.status?.phase !== 'Active') return idle({ code: 'serviceaccount.notActive', args: { namespace: name } });
    if (view.get('ServiceAccount', `${name}/default`) !== undefined) return idle({ code: 'serviceaccount.there', args: { namespace: name } });
    const because = { code: 'serviceaccount.missing', args: { namespace: name }, refs: [referenceTo(namespace)] };
    return {
      because,
      batches: [[{
        request: { method: 'POST', path: pathOf('ServiceAccount', name), body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } } },
        because,
        // There already, or the Namespace is on its way out: nothing more to do.
        accept: [409, 403],
      }]],
    };
  },
};
