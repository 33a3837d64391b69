import type { Kubelets } from '../apiserver/verbs-call.ts';
import { engine } from '../machine/programs.ts';
import type { MachineState, Program } from '../machine/machine.ts';
import type { World } from './world.ts';

/** The API server's way to kubelets, for what is read at once. */
export function kubeletsOf(world: World): Kubelets {
  const isMachineUp = (node: string): boolean => world.slots.get(`machine/${node}`)?.running === true && world.slots.get(`machine/${node}`)?.cut !== true;
  return {
    isMachineUp,
    isUp: (node) => isMachineUp(node) && world.slots.get(`kubelet/${node}`)?.running === true && world.slots.get(`kubelet/${node}`)?.frozen !== true,
    log(node, uid, container, id) {
      const config = world.config.nodes.find(({ name }) => name === node);
      const state = world.slots.get(`machine/${node}`)?.state as MachineState | undefined;
      const programs = state?.pods.get(uid)?.containers ?? state?.archive.get(uid);
      const program = programs?.get(container);
      if (config === undefined || state === undefined || program === undefined || engine.log === undefined) return undefined;
      const { previous } = program;
      const life: Program | undefined = program.containerId === id ? program : previous?.program.containerId === id ? { ...previous.program, inside: previous.inside } : undefined;
      return life === undefined ? undefined : engine.log(life);
    },
  };
}
