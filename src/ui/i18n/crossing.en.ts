/** From and to the real world. Loaded with its dialogs. Kinds, names and what the API server says stay as Kubernetes writes them. */
import type { DumpSummary, ExportAs, LeftWhy } from '../link/crossing.ts';

const n = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
type Args = Readonly<Record<string, string | number>>;
const why: Readonly<Record<LeftWhy, string>> = {
  owned: 'A controller makes them anew from their owner.',
  system: 'Every cluster has its own.',
  cluster: 'The cluster writes them about itself.',
  generated: 'The cluster generates them.',
  kind: 'No such kind is known here: its definition is not in the dump.',
};

export const crossingEn = {
  why,
  more: (count: number): string => `and ${count.toLocaleString('en')} more`,
  limits: {
    'limit.dump': (a: Args): string => `This has ${a['megabytes']} MB; Orrery reads up to ${a['most']} MB at once. That limit is Orrery's own. Leave namespaces out: kubectl get all -n NAME -o yaml.`,
    'limit.depth': (a: Args): string => `Nested more than ${a['most']} levels deep: no Kubernetes object is, and Orrery reads no further.`,
    'limit.values': (): string => 'Aliases in this text unfold to millions of values. Nothing after this is read.',
  } as Readonly<Record<string, (args: Args) => string>>,

  into: {
    title: 'Import from another cluster',
    lead: 'What was wished for there starts again here, in an empty cluster. Nothing leaves this page.',
    label: 'YAML or JSON',
    how: 'Paste it, drop a file, or open one. Up to 20 MB.',
    get: 'kubectl get all,cm,secret,pvc,ing,hpa,nodes -A -o yaml',
    file: 'Open a file',
    holds: (megabytes: string): string => `${megabytes} MB, kept out of sight so that the page stays quick`,
    pasted: 'pasted text',
    remove: 'Take it out',
    notText: 'This file is not text.',
    reading: 'Reading, and asking an empty cluster what it takes…',
    nothing: 'Nothing read yet.',
    empty: 'There is no object in this.',
    taken: (count: number): string => `Taken: ${n(count, 'object')}`,
    left: (count: number): string => `Left behind: ${n(count, 'object')}`,
    problems: (count: number): string => `${n(count, 'problem')}: these objects will be missing`,
    atLine: (line: number): string => `line ${line.toLocaleString('en')}`,
    unreadable: 'cannot be read',
    cluster: ({ nodes, nodesInDump }: DumpSummary): string =>
      nodesInDump === 0 ? 'The dump has no nodes: the cluster gets three.' : `${n(nodes, 'node')}, node-1 to node-${nodes}, 4 cores and 8 GiB each${nodesInDump > nodes ? `; the dump has ${nodesInDump.toLocaleString('en')}, more than Orrery holds` : ', whatever their names and sizes were'}.`,
    link: ({ link: { characters, fits } }: DumpSummary): string => {
      const size = n(characters, 'character');
      if (fits === 'everywhere') return `A link to this start has ${size}: it can be shared anywhere.`;
      if (fits === 'browsers') return `A link to this start has ${size}: browsers open it, some mail and chat programs cut it off.`;
      return `This start is too large for a link (${size}): it cannot be shared, and is gone when the page is closed. Keep the file.`;
    },
    open: (nodes: number): string => `Open in an empty cluster of ${n(nodes, 'node')}`,
    cancel: 'Cancel',
    close: 'Close',
  },

  out: {
    title: 'Export to a real cluster',
    lead: 'The way out of one browser tab: what you built here goes on elsewhere.',
    as: 'As',
    options: {
      manifests: ['Manifests', 'the present state, for kubectl apply'],
      kind: ['Script for kind', 'the story, with real containers'],
      kwok: ['Script for KWOK', 'the story, with thousands of nodes'],
    } as Readonly<Record<ExportAs, readonly [string, string]>>,
    text: 'The text',
    objects: (count: number, left: number): string => `${n(count, 'object')}${left === 0 ? '' : `; ${left.toLocaleString('en')} left behind, because the other cluster makes its own`}.`,
    commands: (count: number): string => (count === 0 ? 'The cluster only: nothing was done yet.' : `${n(count, 'command')}, at the pace of the story.`),
    none: '# There is nothing here that somebody wished for.',
    shown: (lines: number, of: number): string => `The first ${lines.toLocaleString('en')} of ${of.toLocaleString('en')} lines; the file has all.`,
    copy: 'Copy',
    copied: 'Copied',
    cannotCopy: 'Select the text and copy it by hand.',
    download: 'Download',
    use: {
      manifests: 'kubectl apply -f orrery.yaml',
      kind: 'bash orrery-kind.sh',
      kwok: 'bash orrery-kwok.sh',
    } as Readonly<Record<ExportAs, string>>,
    left: 'What is left behind',
    making: 'Writing it down…',
    close: 'Close',
  },
};
export type CrossingMessages = typeof crossingEn;
