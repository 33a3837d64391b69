import type { StepId } from '../api/change.ts';
import type { ClusterConfig, Command, TrafficConfig } from '../api/cluster.ts';
import type { Kind } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import type { Request, Response } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import { newStore, snapshotStore, type Store } from '../apiserver/store.ts';
import { newAgenda, snapshotAgenda, type Agenda } from '../kernel/agenda.ts';
import { newDigest, type Digest } from '../kernel/digest.ts';
import { newChance, type Chance } from '../kernel/draw.ts';
import { newJournal, snapshotJournal } from '../kernel/journal.ts';
import { snapshotLayers } from '../kernel/layers.ts';
import type { AnyProcess, Message } from '../kernel/process.ts';
import { snapshot } from '../kernel/snapshot.ts';
import type { Trace } from '../kernel/trace.ts';

/** Something that is due. `epoch` is the receiver's life: what was meant for a process that has crashed since is dropped. */
export type Pending =
  | { readonly type: 'start'; readonly to: string; readonly epoch: number; readonly cause: StepId }
  | { readonly type: 'timer'; readonly to: string; readonly epoch: number; readonly cause: StepId; readonly name: string }
  | { readonly type: 'request'; readonly from: string; readonly epoch: number; readonly cause: StepId; readonly id: number; readonly tag: string; readonly request: Request; readonly sentAt: Micros; readonly because?: Reason }
  | { readonly type: 'reply'; readonly to: string; readonly epoch: number; readonly cause: StepId; readonly id: number; readonly tag: string; readonly request: Request; readonly response: Response; readonly sentAt: Micros }
  | { readonly type: 'watch'; readonly to: string; readonly epoch: number; readonly cause: StepId; readonly connection: number; readonly sentAt: Micros }
  | { readonly type: 'message'; readonly to: string; readonly from: string; readonly cause: StepId; readonly message: Message; readonly sentAt: Micros; readonly because?: Reason };

/** One informer's watch: a place in the log of its kind. */
export interface Connection {
  readonly kind: Kind;
  /** Changes of the kind that have arrived: what views read. */
  position: number;
  /** When the last of them arrived. */
  arrivedAt: Micros;
  /** Changes that were given to the process as a stimulus. */
  given: number;
  /** Changes whose arrival is worked out already, because one of them wakes the process, and when the last of them arrives. */
  planned: number;
  plannedAt: Micros;
  /** After a cut that outlasted compaction, the informer lists again. */
  relist: boolean;
}

/** What the world keeps of a process. */
export interface Slot {
  readonly name: string;
  running: boolean;
  /** Stopped in its tracks: what arrives waits in `held`. */
  frozen: boolean;
  /** Cut off from the API server and from other machines. */
  cut: boolean;
  extraMicros: Micros;
  epoch: number;
  state: unknown;
  /** The step in which its process last ran: its state has not changed since. */
  ranAt: StepId;
  connections: Connection[];
  /** Of the client-side rate limiter, at `refilledAt`. */
  tokens: number;
  refilledAt: Micros;
  nextRequest: number;
  /** When the last request arrives, and the last reply: messages of one connection never overtake. */
  requestArrivesAt: Micros;
  replyArrivesAt: Micros;
  readonly timers: Map<string, number>;
  held: Pending[];
}

/** A whole cluster at one moment. Plain data but for `runtime`, which is worked out from the rest. */
export interface World {
  readonly config: ClusterConfig;
  now: Micros;
  /** Events handled so far. */
  steps: StepId;
  readonly chance: Chance;
  readonly digest: Digest;
  agenda: Agenda<Pending>;
  store: Store;
  readonly slots: Map<string, Slot>;
  readonly traffic: Map<string, TrafficConfig>;
  /** Replies to commands, by the id that the command got. */
  trace: Trace;
  /** Not state: the processes by name and who listens to what. */
  readonly runtime: Runtime;
}

export interface Listener {
  readonly slot: string;
  readonly connection: number;
  readonly hash: number;
}
export interface RuntimeProcess {
  readonly process: AnyProcess;
  /** Its state belongs to a machine, not to a process: it outlives a stop. */
  readonly durable: boolean;
  /** For each of its informers, the number its draws of latency start from. */
  readonly hashes: readonly number[];
}
export interface Runtime {
  readonly processes: Map<string, RuntimeProcess>;
  /** For each kind: informers without a field selector. */
  readonly everything: Map<string, Listener[]>;
  /** For each kind and node: informers of what is on that node. */
  readonly byNode: Map<string, Map<string, Listener[]>>;
  readonly byKey: Map<string, Map<string, Listener[]>>;
  /** For each kind: informers of other kinds whose changes concern somebody only with an object of this one. */
  readonly companions: Map<string, Listener[]>;
}

export const newRuntime = (): Runtime => ({ processes: new Map(), everything: new Map(), byNode: new Map(), byKey: new Map(), companions: new Map() });

export function emptyWorld(config: ClusterConfig, seed: number): World {
  return {
    config,
    now: 0,
    steps: 0,
    chance: newChance(seed),
    digest: newDigest(),
    agenda: newAgenda(),
    store: newStore(),
    slots: new Map(),
    traffic: new Map(),
    trace: newJournal(),
    runtime: newRuntime(),
  };
}

/**
 * A copy that shares nothing mutable with the world: a checkpoint, or the start of a branch. The runtime is shared, being no state.
 * `earlier`: a checkpoint from before in the same history. It is never changed itself, so what is still as it was then is shared with it.
 */
export function snapshotWorld(world: World, earlier?: World): World {
  return {
    config: world.config,
    now: world.now,
    steps: world.steps,
    chance: { seed: world.chance.seed, counts: snapshotLayers(world.chance.counts) },
    digest: { ...world.digest },
    agenda: snapshotAgenda(world.agenda),
    store: snapshotStore(world.store, earlier?.store),
    slots: new Map([...world.slots].map(([name, slot]) => [name, snapshotSlot(slot, earlier?.slots.get(name))])),
    traffic: new Map(world.traffic),
    trace: snapshotJournal(world.trace),
    runtime: { processes: new Map(world.runtime.processes), everything: world.runtime.everything, byNode: world.runtime.byNode, byKey: world.runtime.byKey, companions: world.runtime.companions },
  };
}

function snapshotSlot(slot: Slot, earlier: Slot | undefined): Slot {
  const same = earlier !== undefined && earlier.ranAt === slot.ranAt && earlier.epoch === slot.epoch;
  return { ...slot, state: same ? earlier.state : snapshot(slot.state, earlier?.state), connections: slot.connections.map((connection) => ({ ...connection })), timers: new Map(slot.timers), held: slot.held.slice() };
}

export type { Command };
