import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, resolve } from 'node:path';
import { EPOCH_MILLIS } from '../sim/api/time.ts';
import { digestOf, encode } from '../sim/index.ts';
import { contentOf, scenarioOf } from '../sim/scenarios/index.ts';
import { LIMITS } from '../sim/record/codec.ts';
import { MOST_CHARACTERS, toFragment } from '../ui/link/share.ts';
import { tokenIdentity } from '../sim/apiserver/rbac/reviews.ts';
import { newLive, type Live } from './live.ts';
import { newServer, type Limits } from './server.ts';

/** Whose token this is, if it is one that the cluster gave and still knows. */
function userOfToken(live: Live, token: string): string | undefined {
  const found = tokenIdentity(live.world(), token);
  return typeof found === 'string' ? undefined : found.user;
}

export interface ServeOptions {
  readonly scenario: string;
  readonly port: number;
  readonly host: string;
  readonly speed: number;
  readonly kubeconfig: string;
  readonly record: string | undefined;
  readonly without: readonly ('scheduler' | 'controllers')[];
  readonly print: (line: string) => void;
  readonly limits?: Partial<Limits>;
}
export interface Serving {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** `orrery serve`: the cluster of a scenario over HTTP, with a kubeconfig written for it. Resolves once it listens. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const scenario = scenarioOf(options.scenario);
  if (scenario === undefined) throw new Error(`there is no scenario ${JSON.stringify(options.scenario)}: see "orrery run --list", or use sandbox-N for an empty cluster of N nodes`);
  if (options.record !== undefined && options.without.length > 0) throw new Error('--record and --without do not go together: a link replays a whole cluster, and here a part of it is missing');
  // Real clients work out ages with their own clock, so the cluster's shows today; a session that is recorded stays at the scenario's date, where a page will play it.
  const startsAt = options.record === undefined ? (Date.now() - EPOCH_MILLIS) * 1_000 : 0;
  const story = {
    seed: scenario.seed,
    config: { ...scenario.config, ...(options.without.length === 0 ? {} : { without: options.without }), ...(startsAt === 0 ? {} : { startsAt }) },
    script: scenario.script.map(({ at, command }) => ({ at: at + startsAt, command })),
  };
  const live = newLive(story, options.speed, () => performance.now());
  const hosts = ['127.0.0.1', 'localhost', '::1', ...(options.host === '127.0.0.1' ? [] : [options.host.toLowerCase()])];
  const server = newServer({ live, door: { hosts }, ofToken: (token) => userOfToken(live, token), version: VERSION, ...(options.limits === undefined ? {} : { limits: options.limits }) });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(options.port, options.host, () => {
      server.off('error', failed);
      listening();
    });
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${port}`;
  const kubeconfig = resolve(options.kubeconfig);
  mkdirSync(dirname(kubeconfig), { recursive: true });
  writeFileSync(kubeconfig, kubeconfigOf(url));
  options.print(`A cluster of ${story.config.nodes.length} nodes listens on ${url} (${options.speed} virtual seconds a second).`);
  options.print(`export KUBECONFIG=${kubeconfig}`);
  return {
    url,
    async stop() {
      live.stop();
      await new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      });
      if (options.record !== undefined) {
        const { timeline } = live;
        const { now, steps } = timeline.world;
        const text = encode({ engine: ENGINE, scenario: scenario.id, content: contentOf(scenario), seed: scenario.seed, inputs: timeline.inputs, cursor: { at: now, steps }, digest: digestOf(timeline) });
        const fragment = toFragment({ recording: text });
        writeFileSync(options.record, `${fragment}\n`);
        options.print(`The session is in ${options.record}: append its line to the page's address.`);
        if (timeline.inputs.length > LIMITS.inputs || fragment.length > MOST_CHARACTERS) options.print(`It is too long for a page to open: ${timeline.inputs.length} commands (at most ${LIMITS.inputs}), ${fragment.length} characters (at most ${MOST_CHARACTERS}).`);
      }
    },
  };
}

/** The bundler puts a hash of the simulation's code here; a link says which engine it was made by. */
declare const __ENGINE__: string | undefined;
const ENGINE = typeof __ENGINE__ === 'string' ? __ENGINE__ : 'development';

const VERSION = {
  major: '1', minor: '36', emulationMajor: '1', emulationMinor: '36', minCompatibilityMajor: '1', minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3', gitCommit: '0000000000000000000000000000000000000000', gitTreeState: 'clean', buildDate: '2026-01-05T08:00:00Z', goVersion: 'orrery', compiler: 'orrery', platform: 'linux/amd64',
};

const kubeconfigOf = (server: string): string => `apiVersion: v1
kind: Config
clusters:
- name: orrery
  cluster:
    server: ${server}
    # There is no TLS to verify; some clients refuse plain HTTP unless it is said.
    insecure-skip-tls-verify: true
contexts:
- name: orrery
  context:
    cluster: orrery
    user: kubernetes-admin
current-context: orrery
users:
- name: kubernetes-admin
  user: {}
`;
