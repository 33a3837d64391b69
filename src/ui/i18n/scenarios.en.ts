/** The stories: their names, a line about each, and what is said at each chapter and at each of the ten steps. */

type Args = Readonly<Record<string, string | number>>;
type Text = (args: Args) => string;

const n = (count: string | number | undefined, one: string, many = `${one}s`): string => `${count} ${Number(count) === 1 ? one : many}`;

export const scenarioTitlesEn = {
  deploy: { title: 'Deploy', about: 'A Deployment and its Service come to life' },
  scale: { title: 'Scale', about: 'Three Pods become six, then two' },
  rollout: { title: 'Roll out and back', about: 'A new image comes in Pod by Pod, and goes again' },
  killPod: { title: 'Kill a Pod', about: 'Somebody deletes a Pod, and another takes its place' },
  killNode: { title: 'Kill a node', about: 'The power of a machine fails' },
  partitionNode: { title: 'Partition a node', about: 'A machine lives on, cut off from the others' },
} as const;

export const chaptersEn = {
  'deploy.begin': () => 'Three empty nodes. In five seconds somebody applies a Deployment and a Service.',
  'deploy.stored': (a) => `The API server has checked Deployment ${a.name} and stored it. Nothing runs yet: it is only a wish.`,
  'deploy.replicaSet': (a) => `The Deployment controller has seen the wish and made ReplicaSet ${a.name}: its template, with a number.`,
  'deploy.pods': () => 'The ReplicaSet controller counts none and wants three. It creates one Pod to try, then two more.',
  'deploy.bound': (a) => `The scheduler has chosen ${a.node} for the first Pod. The Pod gets a node name; nothing has started.`,
  'deploy.running': () => 'Kubelets have pulled the image and started containers. The first Pod is Running.',
  'deploy.served': (a) => `kube-proxy on ${a.node} has new rules: the Service leads to ${n(a.endpoints, 'Pod')}.`,
  'deploy.settled': (a) => `All ${a.replicas} Pods are available. The controllers go on watching: something is always compared with the wish.`,

  'scale.begin': () => 'The same Deployment is applied again, with three replicas.',
  'scale.three': () => 'Three Pods are available. Soon somebody wants six.',
  'scale.up': (a) => `One number changes, from ${a.from} to ${a.to}. Nobody says which Pods, or where.`,
  'scale.more': () => 'The ReplicaSet controller creates what is missing, a few at a time: first one, then twice as many.',
  'scale.six': (a) => `${n(a.replicas, 'Pod is', 'Pods are')} available. The image was there already, so it went fast.`,
  'scale.down': (a) => `Now only ${a.to} are wanted, and ${Number(a.from) - Number(a.to)} are too many.`,
  'scale.chosen': (a) => `The controller has ranked the Pods and marks the first ones for deletion. Each gets ${a.seconds} s to stop.`,
  'scale.gone': () => 'A kubelet has stopped its containers and removed the Pod. Only then is the object gone.',
  'scale.two': () => 'Two are counted. Pods that are on their way out no longer count.',

  'rollout.begin': () => 'A Deployment of three, a Service, and soon a client that asks ten times a second.',
  'rollout.three': () => 'Three Pods serve image 1.14.2. Soon somebody sets a new image.',
  'rollout.image': (a) => `The template now says ${a.image}. No Pod is changed: a Pod's template never changes in place.`,
  'rollout.newReplicaSet': (a) => `A new template means a new ReplicaSet: ${a.name}. The old one stays, and shrinks.`,
  'rollout.firstNew': () => 'One new Pod more than wanted may exist at a time. It comes before any old one goes.',
  'rollout.firstOld': () => 'The new Pod is available, so the first old one may go.',
  'rollout.failed': (a) => `A request was ${a.outcome === 'timedOut' ? 'not answered' : 'refused'}: some rules still led to a Pod that had stopped. A short pause before the stop would avoid it.`,
  'rollout.oldGone': () => 'Its containers have stopped, and its object goes too. One comes, one goes, until all are new.',
  'rollout.done': () => 'All three are new. The old ReplicaSet stays, with none: it is the way back.',
  'rollout.undo': (a) => `The template says ${a.image} again. The old ReplicaSet has just that, so it grows.`,
  'rollout.back': () => 'Three Pods of the old image, under the same ReplicaSet as before. Only its revision number is higher.',

  'killPod.begin': () => 'A Deployment of three and its Service are applied. Later, one Pod will be deleted.',
  'killPod.three': () => 'Three Pods are available.',
  'killPod.marked': (a) => `Pod ${a.name} is not gone: it is marked, and has ${a.seconds} s to stop.`,
  'killPod.replaced': (a) => `A marked Pod counts no more, so ${a.name} is created at once, with a new name.`,
  'killPod.rules': (a) => `${a.node} has struck the marked Pod from its rules: no new request goes there.`,
  'killPod.running': (a) => `${a.name} runs already. It was not the dead one that came back: it is another.`,
  'killPod.settled': () => 'Nobody decided to repair anything: somebody counted.',
  'killPod.gone': () => 'The kubelet has stopped the old container and removes the Pod from the API.',

  'killNode.begin': () => 'A Deployment of three, a Service, and soon a client that asks five times a second.',
  'killNode.three': () => 'One Pod on each node. Soon the power of node-2 fails.',
  'killNode.killed': (a) => `${a.node} is dead. Nobody is told: the control plane knows it only as a silence.`,
  'killNode.failed': () => 'A request timed out. The rules still send every third one to the dead Pod.',
  'killNode.notReady': (a) => `${a.node} has not renewed its Lease for 50 s. Now it is called not ready.`,
  'killNode.tainted': (a) => `${a.node} gets a NoExecute taint. Its Pods tolerate that for 300 s: it might come back.`,
  'killNode.rules': (a) => `The rules of ${a.node} lead to ${n(a.endpoints, 'Pod')} now. From here on no request is lost.`,
  'killNode.evicted': () => 'The 300 s are over: the Pod is marked for deletion. Nobody can confirm that it ended.',
  'killNode.replaced': () => 'Marked is enough: the ReplicaSet creates a new Pod, and the scheduler avoids the tainted node.',
  'killNode.settled': () => 'Two old ones and the new one serve. The dead one stays Terminating, and will until its node is heard.',
  'killNode.back': (a) => `${a.node} is back and renews its Lease: it is ready, and its taints come off.`,
  'killNode.gone': () => 'Its kubelet finds nothing running and confirms the deletion. Only now is the old Pod gone.',

  'partitionNode.begin': () => 'A Deployment of three, a Service, and soon a client that asks five times a second.',
  'partitionNode.three': () => 'One Pod on each node. Soon the wire to node-3 is cut.',
  'partitionNode.cut': (a) => `${a.node} lives on, and so does its Pod. Seen from outside it is as silent as a dead one.`,
  'partitionNode.failed': () => 'A request that went to the other side of the cut was not answered.',
  'partitionNode.notReady': (a) => `50 s without a Lease: ${a.node} is called not ready, although everything on it still runs.`,
  'partitionNode.tainted': (a) => `${a.node} is tainted. The 300 s that its Pods tolerate begin.`,
  'partitionNode.rules': (a) => `The rules of ${a.node} leave out the Pod that cannot be reached.`,
  'partitionNode.evicted': () => 'The Pod is marked for deletion. Its kubelet does not know, and keeps it running.',
  'partitionNode.replaced': () => 'A replacement is created. For a while four Pods run: a Deployment does not promise at most three.',
  'partitionNode.settled': () => 'Three are available. The one beyond the cut still runs, and nobody here knows.',
  'partitionNode.healed': (a) => `The wire to ${a.node} is whole. Its kubelet hears what happened meanwhile.`,
  'partitionNode.gone': () => 'It learns that its Pod was to go, stops it and says so. Only now is it gone.',
} satisfies Readonly<Record<string, Text>>;

export const tenStepsEn = {
  step1: { title: 'Command issued', text: (a) => `You: ${a.line}` },
  step2: { title: 'API answers, etcd stores', text: (a) => `The API server has checked the Deployment and stored it, with ${n(a.replicas, 'replica')} wanted.` },
  step3: { title: 'A controller finds it', text: () => 'The Deployment controller has taken its key out of the work queue.' },
  step4: { title: 'Pods are stored', text: (a) => `ReplicaSet ${a.replicaSet} and its first Pod, ${a.pod}, are in etcd.` },
  step5: { title: 'The scheduler chooses', text: (a) => (a.node === '' ? `No node can take Pod ${a.pod}. It waits.` : `Of ${n(a.nodes, 'node')} the scheduler chose ${a.node} for Pod ${a.pod}.`) },
  step6: { title: 'The binding is stored', text: (a) => `Pod ${a.pod} now has a node name: ${a.node}.` },
  step7: { title: 'The kubelet picks it up', text: (a) => `The kubelet of ${a.node} has heard that Pod ${a.pod} is its own.` },
  step8: { title: 'The kubelet starts it', text: (a) => `${a.node} makes the sandbox, pulls images, starts containers, until Pod ${a.pod} is Running.` },
  step9: { title: 'kube-proxy balances', text: (a) => `The rules of ${a.node} send requests for ${a.service} to ${n(a.endpoints, 'Pod')}.` },
  step10: { title: 'Controllers keep watch', text: (a) => (Number(a.repairs) > 0 ? `The controllers went on comparing, and have put things right ${n(a.repairs, 'time')} since.` : 'The controller compared again and found nothing to do. It will create or delete whenever that changes.') },
} satisfies Readonly<Record<string, { readonly title: string; readonly text: Text }>>;

export type ScenarioTitles = { readonly [K in keyof typeof scenarioTitlesEn]: { readonly title: string; readonly about: string } };
export type ChapterWords = { readonly [K in keyof typeof chaptersEn]: Text };
export type TenStepWords = { readonly [K in keyof typeof tenStepsEn]: { readonly title: string; readonly text: Text } };
