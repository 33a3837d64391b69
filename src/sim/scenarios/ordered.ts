import { SECOND } from '../api/time.ts';
import { apply, deletePod, THREE_NODES, type Manifest, type Scenario } from './scenario.ts';
import { created, gone, marked, reasoned } from './when.ts';
import { inPlace, scaleOf, setImageOf } from './workloads.ts';

const IMAGE = 'redis:7.2';
const NEXT_IMAGE = 'redis:7.4';

const service: Manifest = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'db' }, spec: { clusterIP: 'None', selector: { app: 'db' }, ports: [{ port: 6379 }] } };
const set: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: { serviceName: 'db', replicas: 3, selector: { matchLabels: { app: 'db' } }, template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'redis', image: IMAGE, ports: [{ containerPort: 6379 }] }] } } },
};

/** A StatefulSet: one after another, with names that stay, and backwards when it changes. */
export const ordered: Scenario = {
  id: 'ordered',
  config: THREE_NODES,
  seed: 1,
  script: [
    apply(5 * SECOND, service, 'service.yaml'),
    apply(5 * SECOND + 12_000, set, 'db.yaml'),
    deletePod(35 * SECOND, 'db-1'),
    setImageOf(60 * SECOND, 'db', 'redis', NEXT_IMAGE),
    scaleOf(120 * SECOND, 'db', 1),
  ],
  chapters: [
    { id: 'ordered.begin' },
    { id: 'ordered.revision', when: created('ControllerRevision') },
    { id: 'ordered.first', when: created('Pod') },
    { id: 'ordered.waits', when: reasoned('statefulset.awaitsPod'), after: 'ordered.first' },
    { id: 'ordered.second', when: created('Pod', ({ after }) => after!.metadata.name === 'db-1') },
    { id: 'ordered.three', when: inPlace },
    { id: 'ordered.marked', when: marked, after: 'ordered.three' },
    { id: 'ordered.sameName', when: created('Pod'), after: 'ordered.marked' },
    { id: 'ordered.again', when: inPlace, after: 'ordered.sameName' },
    { id: 'ordered.image', when: created('ControllerRevision'), after: 'ordered.again' },
    { id: 'ordered.highest', when: reasoned('statefulset.updates') },
    { id: 'ordered.done', when: inPlace, after: 'ordered.highest' },
    { id: 'ordered.down', when: reasoned('statefulset.scalesDown') },
    { id: 'ordered.one', when: gone('Pod'), after: 'ordered.down' },
  ],
};
