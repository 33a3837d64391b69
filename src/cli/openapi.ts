import type { World } from '../sim/cluster/world.ts';

/** The documents under /openapi/. */
export function openApi(path: string, _world: World): object | undefined {
  if (path === '/openapi/v2') return { swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.36.3' }, paths: {}, definitions: {} };
  if (path === '/openapi/v3') return { paths: {} };
  return undefined;
}
