/** The stories of the scheduler: their names, a line about each, and at each chapter its short title and what is said. */

type Args = Readonly<Record<string, string | number>>;
interface Story {
  readonly title: string;
  readonly about: string;
  readonly chapters: Readonly<Record<string, { readonly title: string; readonly say: (args: Args) => string }>>;
}

export const schedulingEn = {
  whyNode3: {
    title: 'Why did it choose node-3?',
    about: 'One Pod, five nodes: predict, then look',
    chapters: {
      'whyNode3.begin': { title: 'Five nodes', say: () => 'node-2 has a taint, node-3 is labelled disktype=ssd, node-4 is half the size of the others.' },
      'whyNode3.busy': { title: 'Four are in use', say: () => 'Four Pods run, one each on node-1, node-3, node-4 and node-5. How much is left on each? Soon a fifth Pod comes.' },
      'whyNode3.asked': { title: 'web asks for a place', say: (a) => `Pod ${a.name} asks for half a core and 1 Gi, and would like an SSD. Which node will it get? Write it down.` },
      'whyNode3.chosen': { title: 'The scheduler has chosen', say: (a) => `${a.node}. ${a.out} of ${a.nodes} nodes were out; of the ${a.feasible} that scored it is ${a.ahead} points ahead. Open the decision.` },
      'whyNode3.runs': { title: 'web runs', say: (a) => `${a.name} runs on ${a.node}. Without its wish for an SSD, node-5 would have won: it is the emptiest.` },
    },
  },
  fragmentation: {
    title: 'Resources and fragmentation',
    about: 'Three cores are free, and 1.5 fit nowhere',
    chapters: {
      'fragmentation.begin': { title: 'Three nodes, two cores each', say: () => 'Three nodes of 2 cores, with 4, 6 and 10 Gi. Three small Pods come, one after the other.' },
      'fragmentation.first': { title: 'The emptiest wins', say: (a) => `${a.name} goes to ${a.node}: its request is the smallest share of that node, ${a.ahead} points ahead of the next.` },
      'fragmentation.spread': { title: 'One on each', say: (a) => `${a.name} goes to ${a.node}. Each node now has one core taken and one free: three free cores in all.` },
      'fragmentation.big': { title: 'A big Pod comes', say: (a) => `Pod ${a.name} asks for 1.5 cores. Three are free in the cluster. Does it fit?` },
      'fragmentation.refused': { title: 'It fits nowhere', say: (a) => `No: no single one of ${a.nodes} nodes has 1.5 cores. Free capacity in pieces is no capacity. The Pod waits.` },
      'fragmentation.leaving': { title: 'A small Pod is deleted', say: (a) => `${a.name} is deleted. The scheduler waits for exactly such news: a node may soon have room.` },
      'fragmentation.fits': { title: 'Now it fits', say: (a) => `Attempt ${a.attempt}: ${a.node} has two whole cores. Nothing was moved to make room: the scheduler never moves a Pod.` },
    },
  },
  taints: {
    title: 'Taints and tolerations',
    about: 'A node that keeps Pods away, and one that sends them off',
    chapters: {
      'taints.begin': { title: 'Three nodes', say: () => 'A large, a middle and a small node. The large one is to be kept for special work.' },
      'taints.tainted': { title: 'node-1 is tainted', say: (a) => `${a.node} now has the taint dedicated=gpu:NoSchedule: no new Pod comes here unless it tolerates that.` },
      'taints.avoided': { title: 'The largest is passed over', say: (a) => `${a.node}, although node-1 is larger and empty: for this Pod ${a.out} of ${a.nodes} nodes is out.` },
      'taints.tolerated': { title: 'Tolerated', say: (a) => `${a.name} tolerates the taint, so all ${a.feasible} nodes are open. It takes ${a.node} because that is the emptiest, not because of the taint.` },
      'taints.noExecute': { title: 'NoExecute on node-2', say: (a) => `${a.node} gets maintenance=now:NoExecute. That one also concerns Pods that are already there.` },
      'taints.evicted': { title: 'The Pod has to go', say: () => 'The taint-eviction controller deletes the Pod that does not tolerate it, at once.' },
      'taints.replaced': { title: 'A new one is made', say: () => 'The ReplicaSet makes another Pod. It tolerates neither of the two taints.' },
      'taints.moved': { title: 'One node is left', say: (a) => `${a.out} of ${a.nodes} nodes are tainted: ${a.node} is the only one left, and nothing has to be scored.` },
    },
  },
  affinity: {
    title: 'Affinity and anti-affinity',
    about: 'Near the cache, far from each other',
    chapters: {
      'affinity.begin': { title: 'Two zones', say: () => 'zone-a has node-1 and node-3, zone-b has node-2, the largest of all.' },
      'affinity.cache': { title: 'The cache', say: (a) => `The cache asks for zone-a and gets ${a.node}. web Pods want to be in its zone, and never two on one node.` },
      'affinity.first': { title: 'The first web Pod', say: (a) => `node-2 is out: no cache in its zone. Of the ${a.feasible} others ${a.node} is emptier.` },
      'affinity.second': { title: 'The second', say: (a) => `The first web Pod now keeps its node to itself. Only ${a.node} is left in the zone.` },
      'affinity.third': { title: 'A third is wanted', say: (a) => `From ${a.from} to ${a.to}. Where can the third go? Two nodes have a web Pod, the third has no cache.` },
      'affinity.refused': { title: 'No place at all', say: (a) => `Nowhere: one rule closes two nodes, the other rule closes the third. There is room on each of the ${a.nodes}.` },
      'affinity.company': { title: 'A second cache', say: (a) => `A second cache starts on ${a.node}. Nobody touched the waiting Pod, but its zone-b now has company.` },
      'affinity.fits': { title: 'Woken by its neighbour', say: (a) => `A Pod that it asks to be near was bound: that woke it. Attempt ${a.attempt}: ${a.node}.` },
    },
  },
  zones: {
    title: 'Spread across zones',
    about: 'Evenly, even if that means to wait',
    chapters: {
      'zones.begin': { title: 'Three zones', say: () => 'zone-a has two nodes, zone-b one, zone-c a small one where a report runs. web may differ by 1 between zones.' },
      'zones.first': { title: 'The first goes anywhere', say: (a) => `All ${a.feasible} nodes pass; ${a.node} is the emptiest. Its zone now has one web Pod more than the others.` },
      'zones.three': { title: 'One in each zone', say: (a) => `${a.replicas} Pods, one in each zone: after the first, a zone that had one already was out.` },
      'zones.scaled': { title: 'Six are wanted', say: (a) => `From ${a.from} to ${a.to}: two in each zone. Is there room for two in zone-c?` },
      'zones.refused': { title: 'One has to wait', say: () => 'zone-c is full, and a third in zone-a or zone-b would be 2 more than in zone-c. So it waits, with much room elsewhere.' },
      'zones.leaving': { title: 'The report ends', say: (a) => `${a.name} is deleted: zone-c will have room.` },
      'zones.six': { title: 'Two in each zone', say: (a) => `All ${a.replicas} are available, two in each zone. The rule was kept at the price of waiting.` },
    },
  },
  imageLocality: {
    title: 'Image locality',
    about: 'An image that is there already is worth a few points',
    chapters: {
      'imageLocality.begin': { title: 'Three nodes, no images', say: () => 'node-2 and node-3 are alike, node-1 has one core less. No node has the image mongo:8.0, some 300 MB.' },
      'imageLocality.probe': { title: 'A Pod on node-2', say: (a) => `${a.name} may only go to ${a.node}. Its kubelet pulls the image.` },
      'imageLocality.reported': { title: 'The node reports it', say: (a) => `${a.node} now lists the image in its status. That list is all that the scheduler knows about images.` },
      'imageLocality.gone': { title: 'The Pod is gone', say: (a) => `${a.name} is gone, and the image has stayed. The two large nodes are alike again, but for that.` },
      'imageLocality.local': { title: 'The image decides', say: (a) => `${a.node}, ${a.ahead} points ahead: the image is there. Only a third of its size counts, because one node of three has it.` },
      'imageLocality.outweighed': { title: 'Emptiness outweighs it', say: (a) => `The next one goes to ${a.node}: db-1 takes a quarter of node-2, and that costs more than the image gives.` },
    },
  },
  preemption: {
    title: 'Priority and preemption',
    about: 'An urgent Pod comes, and one of three has to go',
    chapters: {
      'preemption.begin': { title: 'Three nodes, three priorities', say: () => 'Three nodes of 2 cores and classes low, middle and high. A budget says: one orders Pod must stay.' },
      'preemption.full': { title: 'All are full', say: () => 'orders (low, with the budget), report (middle) and crawler (low) take 1.5 cores each. Nobody has a core left.' },
      'preemption.urgent': { title: 'An urgent Pod', say: (a) => `${a.name} is of class high and asks for one core. Whom would you send away?` },
      'preemption.victim': { title: 'The victim', say: (a) => `${a.victim} on ${a.node}: orders is protected by its budget, report is more important. The fewest harms win.` },
      'preemption.leaving': { title: 'It may end in peace', say: (a) => `${a.name} is deleted with its grace period. urgent has no node yet, only status.nominatedNodeName.` },
      'preemption.placed': { title: 'urgent is placed', say: (a) => `Attempt ${a.attempt}: its own node has room now, and is tried first. It gets ${a.node}.` },
      'preemption.gone': { title: 'The victim is gone', say: (a) => `${a.name} is gone. It was a bare Pod: nobody makes it again.` },
    },
  },
  gang: {
    title: 'A gang that nearly fits',
    about: 'Four must run together, and three do',
    chapters: {
      'gang.begin': { title: 'Room for three', say: () => 'Three nodes of 2 cores. A training needs four workers of 1.5 cores: none can work without the others.' },
      'gang.first': { title: 'Pod by Pod', say: (a) => `The first worker gets ${a.node}. The scheduler looks at one Pod at a time: it does not know that four belong together.` },
      'gang.refused': { title: 'The fourth fits nowhere', say: () => 'Three hold 4.5 cores and wait for the fourth, which waits for a core. Nothing is broken, and nothing moves.' },
      'gang.blocked': { title: 'Others are kept out', say: () => 'A smaller gang of two would fit without them, and cannot: the three that do nothing are in its way.' },
      'gang.givenUp': { title: 'Somebody gives up', say: (a) => `The training is scaled from ${a.from} to ${a.to}. The scheduler would never have taken anything back.` },
      'gang.placed': { title: 'The small gang works', say: (a) => `The cores are free, and ${a.name} gets ${a.node}. All or nothing needs more than the default scheduler.` },
    },
  },
  backoff: {
    title: 'Queue and backoff',
    about: 'A Pod that fits nowhere, and what wakes it',
    chapters: {
      'backoff.begin': { title: 'One node', say: () => 'It has 4 cores. Two Pods take three of them; then comes one that asks for 3.5.' },
      'backoff.refused': { title: 'Attempt 1', say: (a) => `Attempt ${a.attempt} of ${a.name} fails: too little CPU. It is set aside, with the plugin that refused it, and no longer in line.` },
      'backoff.ignored': { title: 'News that cannot help', say: (a) => `${a.node} gets a label. A label gives no CPU, so NodeResourcesFit lets the Pod sleep: no attempt.` },
      'backoff.again': { title: 'Attempt 2', say: (a) => `A Pod was deleted: that could help, so it is tried again. Attempt ${a.attempt}: 2 cores are free, 3.5 are asked.` },
      'backoff.flushed': { title: 'Attempt 3: five minutes', say: (a) => `Nothing has happened for 5 minutes: in case some news was missed, it is tried anyway. Attempt ${a.attempt} fails too.` },
      'backoff.placed': { title: 'Attempt 4', say: (a) => `The second Pod is gone. Attempt ${a.attempt}: ${a.node} has room.` },
    },
  },
  twoSchedulers: {
    title: 'Two schedulers',
    about: 'The same Pod under two profiles, and under none',
    chapters: {
      'twoSchedulers.begin': { title: 'Two profiles', say: () => 'One kube-scheduler with two profiles: default-scheduler likes empty nodes, packing (MostAllocated) likes full ones.' },
      'twoSchedulers.first': { title: 'A first Pod', say: (a) => `${a.name} names no scheduler: the default one takes it to ${a.node}, the largest.` },
      'twoSchedulers.spread': { title: 'The emptiest', say: (a) => `${a.name} under the default profile: ${a.node}, away from the first one.` },
      'twoSchedulers.packed': { title: 'The fullest', say: (a) => `${a.name} asks for the same, with schedulerName: packing. It goes to ${a.node}, where most is taken.` },
      'twoSchedulers.lost': { title: 'A name nobody has', say: (a) => `${a.name} names the scheduler nobody. No scheduler looks at it: Pending, without one event that says why.` },
      'twoSchedulers.gone': { title: 'Nobody noticed', say: (a) => `${a.name} was deleted. A Pod that is Pending without events: look at its schedulerName first.` },
    },
  },
} satisfies Readonly<Record<string, Story>>;

export type SchedulingStories = {
  readonly [S in keyof typeof schedulingEn]: {
    readonly title: string;
    readonly about: string;
    readonly chapters: { readonly [C in keyof (typeof schedulingEn)[S]['chapters']]: { readonly title: string; readonly say: (args: Args) => string } };
  };
};
