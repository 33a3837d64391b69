/** The stories of the further workloads: their names, a line about each, and at each chapter its short title and what is said. */

type Args = Readonly<Record<string, string | number>>;
interface Story {
  readonly title: string;
  readonly about: string;
  readonly chapters: Readonly<Record<string, { readonly title: string; readonly say: (args: Args) => string }>>;
}

export const workloadStoriesEn = {
  ordered: {
    title: 'One after another',
    about: 'A StatefulSet: in order, with names that stay',
    chapters: {
      'ordered.begin': { title: 'Three empty nodes', say: () => 'Soon a database of three comes, as a StatefulSet.' },
      'ordered.revision': { title: 'A revision is kept', say: (a) => `The template is kept as ${a['name']}: the name ends in a hash of it, so that it can be told from the next.` },
      'ordered.first': { title: 'Only the first', say: (a) => `${a['name']} is made, and nothing else. Its name is a number, not chance.` },
      'ordered.waits': { title: 'The second waits', say: (a) => `${a['pod']} is not ready yet. The others do not exist: in order means one after another.` },
      'ordered.second': { title: 'The second', say: () => 'db-0 is ready, so db-1 may come. It can look for db-0 and find it.' },
      'ordered.three': { title: 'All three are ready', say: (a) => `All ${a['replicas']} are ready, each under its own name. Soon somebody deletes db-1.` },
      'ordered.marked': { title: 'db-1 is deleted', say: (a) => `${a['name']} has ${a['seconds']} s to stop. A ReplicaSet would make another one now.` },
      'ordered.sameName': { title: 'The same name again', say: (a) => `Only when the old one is gone does ${a['name']} come again: never two of one name.` },
      'ordered.again': { title: 'Three again', say: () => 'They have the same names as before. With claims they would have the same disks too.' },
      'ordered.image': { title: 'A new image', say: (a) => `A new template, a new revision: ${a['name']}. Which Pod goes first?` },
      'ordered.highest': { title: 'The highest goes first', say: (a) => `${a['pod']}: updates go backwards, one at a time. db-0, often the leader, comes last.` },
      'ordered.done': { title: 'All are new', say: () => 'All three have the new revision. The old one is kept for the way back.' },
      'ordered.down': { title: 'Down to one', say: (a) => `${a['wanted']} is wanted. The highest goes first again: ${a['pod']}.` },
      'ordered.one': { title: 'The first is gone', say: (a) => `${a['name']} is gone, and only now comes the next one's turn. db-0 stays.` },
    },
  },
  batch: {
    title: 'A batch of Jobs',
    about: 'Jobs on a small cluster, one that fails, one every minute',
    chapters: {
      'batch.begin': { title: 'A small cluster', say: () => 'Two nodes with two cores each. A Job comes that wants six runs, four at a time.' },
      'batch.pods': { title: 'Four at a time', say: (a) => `Job ${a['job']} makes ${a['wanted']} Pods. They are to end: a Deployment would start them again for ever.` },
      'batch.full': { title: 'No room', say: (a) => `${a['name']} belongs to another Job and asks for half a core. Nobody has that much left: it waits.` },
      'batch.first': { title: 'The first has ended', say: (a) => `${a['name']} has ended with code 0: Succeeded. Its Pod stays, so that its log can be read.` },
      'batch.room': { title: 'Room for the other', say: (a) => `Cores are free again: ${a['name']} gets ${a['node']}.` },
      'batch.noted': { title: 'Noted, then counted', say: (a) => `The status notes ${a['pods']} ended Pods before their finalizer comes off: none is counted twice.` },
      'batch.complete': { title: 'The first Job is complete', say: (a) => `Job ${a['name']} is complete. Nothing of it runs any more. Soon a Job comes that fails.` },
      'batch.failed': { title: 'A Pod fails', say: (a) => `${a['name']} ended with code 3: Failed. Another one will be tried, but not at once.` },
      'batch.backOff': { title: 'Back-off', say: (a) => `The next try has to wait ${a['seconds']} s: 10 s after the first failure, then twice as long each time.` },
      'batch.gaveUp': { title: 'It gives up', say: (a) => `Job ${a['name']} has failed (${a['reason']}): two tries are all that its backoffLimit of 1 allows.` },
      'batch.due': { title: 'It is due', say: (a) => `A full minute: CronJob ${a['cronJob']} makes Job ${a['job']}. The number is the minute since 1970.` },
      'batch.again': { title: 'A minute later', say: (a) => `A minute later the next one: ${a['job']}.` },
      'batch.forgets': { title: 'One too many', say: (a) => `Of its finished Jobs the CronJob keeps ${a['limit']}: ${a['job']} is deleted, with its Pod.` },
      'batch.suspended': { title: 'Suspended', say: () => 'Suspended: it stays, and makes no Jobs until somebody takes that back.' },
    },
  },
  configuration: {
    title: 'A configuration changes',
    about: 'One ConfigMap, as a file and as a variable',
    chapters: {
      'configuration.begin': { title: 'A program that reads', say: () => 'Soon a program comes that reads its colour twice: from a file, and from a variable.' },
      'configuration.missing': { title: 'Something is missing', say: () => 'Its Pod has a node, but the ConfigMap it names is not there. The kubelet tries again, with pauses.' },
      'configuration.there': { title: 'The ConfigMap', say: (a) => `${a['name']} is stored: the colour is blue. Nothing happens at once: the kubelet looks again in its own time.` },
      'configuration.running': { title: 'It runs', say: () => 'It runs. Its log (kubectl logs deploy/reader) says blue twice.' },
      'configuration.changed': { title: 'Now green', say: () => 'Somebody changes the colour to green. No Pod is restarted, and its log still says blue twice.' },
      'configuration.file': { title: 'The file follows', say: (a) => `With the Pod's next regular pass, up to 90 s later, ${a['node']} writes the file anew. The log says green, the variable still blue.` },
      'configuration.restart': { title: 'A restart', say: () => 'A variable is made when a process starts, and never again. So the Deployment is restarted: a new Pod.' },
      'configuration.done': { title: 'Green twice', say: () => 'The new Pod was given what the ConfigMap says now. Its log says green twice.' },
    },
  },
} satisfies Readonly<Record<string, Story>>;

export type WorkloadStories = { readonly [S in keyof typeof workloadStoriesEn]: { readonly title: string; readonly about: string; readonly chapters: { readonly [C in keyof (typeof workloadStoriesEn)[S]['chapters']]: { readonly title: string; readonly say: (args: Args) => string } } } };
