import { controllers } from '../controllers/index.ts';
import { hashText } from '../kernel/draw.ts';
import type { AnyProcess } from '../kernel/process.ts';
import { kubelet } from '../kubelet/kubelet.ts';
import { machine } from '../machine/machine.ts';
import { proxy } from '../proxy/proxy.ts';
import { traffic } from '../proxy/traffic.ts';
import { host } from '../reconcile/host.ts';
import { scheduler } from '../scheduler/scheduler.ts';
import { sleeperNamed } from './sleepers.ts';
import type { RuntimeProcess, World } from './world.ts';

/** The machine that a process runs on: "kubelet/node-1" is on node-1. Control-plane components and clients are on none. */
export function machineOf(name: string): string | undefined {
  let machine = machines.get(name);
  if (machine === undefined) {
    if (machines.size > 4096) machines.clear();
    machines.set(name, (machine = nameOfMachine(name) ?? ''));
  }
  return machine === '' ? undefined : machine;
}
// An invisible cache; '': on none.
const machines = new Map<string, string>();
function nameOfMachine(name: string): string | undefined {
  const slash = name.indexOf('/');
  return slash < 0 || name.startsWith('traffic/') ? undefined : name.slice(slash + 1);
}

/** The control plane's processes, in the order in which they start. */
export const CONTROL_PLANE: readonly string[] = [...controllers.map((controller) => controller.name), 'scheduler'];

function make(world: World, name: string): AnyProcess {
  if (name === 'scheduler') return scheduler(world.config.schedulerProfiles) as AnyProcess;
  const controller = controllers.find((candidate) => candidate.name === name) ?? sleeperNamed(name);
  if (controller !== undefined) return 'process' in controller ? controller.process : (host(controller) as AnyProcess);
  if (name.startsWith('traffic/')) return traffic(world.traffic.get(name.slice('traffic/'.length))!) as AnyProcess;
  const node = world.config.nodes.find((candidate) => candidate.name === machineOf(name));
  if (node === undefined) throw new Error(`no such process: ${name}`);
  if (name.startsWith('kubelet/')) return kubelet(node) as AnyProcess;
  if (name.startsWith('machine/')) return machine(node) as AnyProcess;
  if (name.startsWith('proxy/')) return proxy(node, world.config.proxyMode) as AnyProcess;
  throw new Error(`no such process: ${name}`);
}

/** The process of a name; made when first needed, from what the world says about it. */
export function ensureProcess(world: World, name: string): RuntimeProcess {
  const known = world.runtime.processes.get(name);
  if (known !== undefined) return known;
  const process = make(world, name);
  const made: RuntimeProcess = {
    process,
    durable: name.startsWith('machine/'),
    hashes: process.watches.map((subscription) => hashText(subscription.kind, hashText(name))),
  };
  world.runtime.processes.set(name, made);
  return made;
}
