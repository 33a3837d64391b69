import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, type ServeOptions, type Serving } from '../../src/cli/serve.ts';

/** A served cluster of its own, on a free port; the folder goes with it. */
export async function served(options: Partial<ServeOptions> = {}): Promise<Serving & { readonly kubeconfig: string; readonly said: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const said: string[] = [];
  const serving = await serve({ scenario: 'sandbox', port: 0, host: '127.0.0.1', speed: 20, kubeconfig, record: undefined, without: [], print: (line) => said.push(line), ...options });
  return {
    ...serving,
    kubeconfig,
    said,
    async stop() {
      await serving.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const deployment = (name: string, replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'nginx', image: 'nginx:1.27' }] } } },
});

/** Asks until it is so, or the test's own time is over. */
export async function eventually<T>(ask: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask();
    if (fits(value)) return value;
    await new Promise((later) => setTimeout(later, 20));
  }
}
