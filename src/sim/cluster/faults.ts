import type { StepId } from '../api/change.ts';
import type { Fault } from '../api/cluster.ts';
import { push } from '../kernel/agenda.ts';
import { draw } from '../kernel/draw.ts';
import { at as itemAt } from '../kernel/journal.ts';
import { advance, LATENCY, messageLatency, reconnectLatency } from './network.ts';
import { ensureProcess } from './processes.ts';
import type { Slot, World } from './world.ts';

/** Everything that runs on a machine. */
const onNode = (world: World, node: string): readonly Slot[] =>
  [`kubelet/${node}`, `proxy/${node}`, `machine/${node}`].flatMap((name) => {
    const slot = world.slots.get(name);
    return slot === undefined ? [] : [slot];
  });

function stop(slot: Slot): void {
  slot.running = false;
  slot.epoch++;
  slot.timers.clear();
  slot.held = [];
  slot.connections = [];
}

/** A process starts: what it needs to come up is its machine's business, some hundred milliseconds here. */
export function startSlot(world: World, slot: Slot, cause: StepId, delayMicros: number): void {
  slot.running = true;
  slot.frozen = false;
  slot.epoch++;
  push(world.agenda, world.now + delayMicros, { type: 'start', to: slot.name, epoch: slot.epoch, cause });
}

/** The wire breaks: what is on it now is lost, what has arrived stays. */
export function cutSlot(world: World, slot: Slot): void {
  if (slot.cut) return;
  if (slot.running && slot.connections.length > 0) {
    const { process, hashes } = ensureProcess(world, slot.name);
    slot.connections.forEach((connection, i) => advance(world, slot, process.watches[i]!, connection, hashes[i]!, world.now));
  }
  slot.cut = true;
}

/** The wire is whole again: each reflector notices after its back-off, and lists again where its place in the log is compacted. */
export function mendSlot(world: World, slot: Slot, cause: StepId): void {
  if (!slot.cut) return;
  slot.cut = false;
  slot.connections.forEach((connection, i) => {
    const table = world.store.tables.get(connection.kind);
    const at = world.now + reconnectLatency(draw(world.chance, slot.name, 'reconnect', connection.kind));
    const seen = table === undefined ? 0 : (itemAt(table.log, connection.position - 1)?.revision ?? 0);
    connection.relist = seen < world.store.compacted;
    connection.arrivedAt = at;
    connection.planned = table === undefined ? 0 : table.log.length;
    connection.plannedAt = at;
    if (slot.running) push(world.agenda, at, { type: 'watch', to: slot.name, epoch: slot.epoch, cause, connection: i, sentAt: world.now });
  });
}

export function applyFault(world: World, fault: Fault, cause: StepId): void {
  switch (fault.type) {
    case 'killNode':
      for (const slot of onNode(world, fault.node)) stop(slot);
      break;
    case 'returnNode':
      for (const slot of onNode(world, fault.node)) if (!slot.running) startSlot(world, slot, cause, slot.name.startsWith('machine/') ? 1_000_000 : 3_000_000 + (draw(world.chance, slot.name, 'boot', fault.node) % 500_000));
      break;
    case 'freezeNode':
      for (const slot of onNode(world, fault.node)) slot.frozen = true;
      break;
    case 'thawNode':
      for (const slot of onNode(world, fault.node)) {
        if (!slot.frozen) continue;
        slot.frozen = false;
        const held = slot.held;
        slot.held = [];
        // Everything that waited is handled at once, in the order in which it would have been.
        for (const due of held) {
          const seq = push(world.agenda, world.now + messageLatency(draw(world.chance, slot.name, 'thaw', fault.node), true), due);
          if (due.type === 'timer') slot.timers.set(due.name, seq);
        }
      }
      break;
    case 'partitionNode':
      for (const slot of onNode(world, fault.node)) cutSlot(world, slot);
      break;
    case 'healNode':
      for (const slot of onNode(world, fault.node)) mendSlot(world, slot, cause);
      break;
    case 'crashContainer': {
      const pod = world.store.tables.get('Pod')?.live.get(fault.pod)?.after as { spec?: { nodeName?: string } } | undefined;
      const node = pod?.spec?.nodeName;
      if (node === undefined) break;
      push(world.agenda, world.now + LATENCY.localMicros[0], { type: 'message', to: `machine/${node}`, from: 'user', cause, message: { type: 'crashContainer', pod: fault.pod, container: fault.container }, sentAt: world.now });
      break;
    }
    case 'crash': {
      const slot = world.slots.get(fault.component);
      // Without an API server nothing is written, so there is no news to miss: watches need no treatment of their own.
      if (slot !== undefined) stop(slot);
      break;
    }
    case 'restart': {
      const slot = world.slots.get(fault.component);
      if (slot === undefined || slot.running) break;
      if (fault.component === 'apiserver') {
        slot.running = true;
        slot.epoch++;
        push(world.agenda, world.now + 300_000_000, { type: 'timer', to: 'apiserver', epoch: slot.epoch, cause, name: 'compaction' });
      } else startSlot(world, slot, cause, 500_000);
      break;
    }
    case 'slowLink': {
      const slot = world.slots.get(fault.component);
      if (slot !== undefined) slot.extraMicros = fault.extraMicros;
      break;
    }
    case 'cutLink': {
      const slot = world.slots.get(fault.component);
      if (slot !== undefined) cutSlot(world, slot);
      break;
    }
    case 'mendLink': {
      const slot = world.slots.get(fault.component);
      if (slot !== undefined) mendSlot(world, slot, cause);
      break;
    }
  }
}
