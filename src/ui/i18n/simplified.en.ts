/**
 * What the Simplified badge lists: "Kubernetes ... / Orrery ... / so ...". Each sentence goes on after its label. Each id is an anchor in
 * docs/fidelity.md, which says more; which of them concern a scene is the badge's business.
 */
export interface Simplification {
  readonly id: string;
  readonly upstream: string;
  readonly orrery: string;
  readonly sothat: string;
}

export const simplifiedEn = [
  {
    id: 'etcd',
    upstream: 'runs etcd as a cluster of its own, whose members agree by Raft.',
    orrery: 'keeps one list of writes, and adds what etcd takes to each of them.',
    sothat: 'reads and writes are always consistent; the loss of an etcd member cannot be shown.',
  },
  {
    id: 'watch',
    upstream: 'streams changes over connections that stay open, with bookmarks for quiet times.',
    orrery: 'keeps a place in the log of writes for every watcher, and moves it on a moment after each write.',
    sothat: 'caches lag and list again as they do; bookmarks are not on the wire.',
  },
  {
    id: 'certificates',
    upstream: 'authenticates with certificates and tokens, and asks RBAC what is allowed.',
    orrery: "lets you and the cluster's components do everything under their names; RBAC judges tokens and impersonation.",
    sothat: 'who wrote what is right; a refusal for lack of rights is seen with --as or a token only.',
  },
  {
    id: 'network',
    upstream: 'sends messages over a network, whose delays vary with load.',
    orrery: 'draws each delay from the seed, some hundred microseconds to a few milliseconds.',
    sothat: 'the order of things can be repeated; times are typical, not measured on your cluster.',
  },
  {
    id: 'cluster-start',
    upstream: 'is set up by an installer, and runs its own parts as Pods in kube-system.',
    orrery: 'begins with nodes that have been ready for a while, and runs those parts beside the cluster.',
    sothat: 'a story begins at once; kube-system has no Pods, and there is no DNS.',
  },
  {
    id: 'controllers',
    upstream: 'has some forty controllers, all of which run from the start.',
    orrery: 'runs twelve from the start; those of StatefulSets, Jobs, volumes and so on wake with the first object of their kind.',
    sothat: 'what is used is there; the others, as those of clouds and certificates, are not.',
  },
  {
    id: 'kubelet',
    upstream: 'evicts Pods when a node runs short of memory, disk or processes.',
    orrery: 'never runs short of anything: for a node only requests count.',
    sothat: 'eviction under pressure cannot be shown; OOMKilled only where stress or dd fill the memory.',
  },
  {
    id: 'containers',
    upstream: 'runs the programs of containers.',
    orrery: 'runs shell commands and common programs; of servers it has a model. An unknown program runs until it is stopped.',
    sothat: 'logs, exit codes and probes follow from commands; what other programs compute does not exist.',
  },
  {
    id: 'images',
    upstream: 'pulls images from registries.',
    orrery: 'knows common images and makes up the others from their names; layers come at 50 MB/s.',
    sothat: 'pulls take plausible time, and layers that are shared are pulled once.',
  },
  {
    id: 'proxy',
    upstream: "writes a Service's rules into the kernel of each node; nftables is recommended, IPVS deprecated.",
    orrery: 'keeps the same rules as data and routes by them, as iptables or IPVS, as courses teach it.',
    sothat: 'lag and sharing out are as real; while a kube-proxy has crashed, its node routes nothing.',
  },
  {
    id: 'load-balancer',
    upstream: 'asks the cloud for an address when a Service has type LoadBalancer.',
    orrery: 'has no cloud to ask.',
    sothat: 'the address stays <pending>, as on a bare cluster; the node port works.',
  },
  {
    id: 'traffic',
    upstream: 'has clients of all kinds, which look Services up in DNS and keep connections open.',
    orrery: 'has a steady client that knows the Service, makes a connection for each request and waits 1 s.',
    sothat: 'every request has a path and an outcome; open connections and failing name lookups cannot be shown.',
  },
] as const satisfies readonly Simplification[];

type SameIds<T extends readonly Simplification[]> = { readonly [I in keyof T]: Simplification & { readonly id: T[I]['id'] } };
/** The same entries in the same order, in another language. */
export type Simplified = SameIds<typeof simplifiedEn>;
export type SimplifiedId = (typeof simplifiedEn)[number]['id'];
