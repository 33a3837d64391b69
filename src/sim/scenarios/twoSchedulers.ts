import { SECOND } from '../api/time.ts';
import { chose, left, made } from './decisions.ts';
import { machine, pod } from './pods.ts';
import { apply, deletePod, type Scenario } from './scenario.ts';

const wish = { cpu: '500m', memory: '1Gi' };

/** The same Pod under two profiles: one looks for the emptiest machine, the other for the fullest; a third name belongs to nobody. */
export const twoSchedulers: Scenario = {
  id: 'twoSchedulers',
  config: { proxyMode: 'iptables', nodes: [machine(0, '4', '8Gi'), machine(1, '6', '12Gi'), machine(2, '8', '16Gi')], schedulerProfiles: [{ schedulerName: 'packing', scoringStrategy: 'MostAllocated' }] },
  seed: 1,
  script: [
    apply(5 * SECOND, pod('first', { cpu: '3', memory: '6Gi' }), 'first.yaml'),
    apply(12 * SECOND, pod('spread', wish), 'spread.yaml'),
    apply(20 * SECOND, pod('packed', { ...wish, spec: { schedulerName: 'packing' } }), 'packed.yaml'),
    apply(30 * SECOND, pod('lost', { ...wish, spec: { schedulerName: 'nobody' } }), 'lost.yaml'),
    deletePod(60 * SECOND, 'lost'),
  ],
  chapters: [
    { id: 'twoSchedulers.begin' },
    { id: 'twoSchedulers.first', when: chose('first') },
    { id: 'twoSchedulers.spread', when: chose('spread') },
    { id: 'twoSchedulers.packed', when: chose('packed') },
    { id: 'twoSchedulers.lost', when: made('lost') },
    { id: 'twoSchedulers.gone', when: left('lost') },
  ],
};
