import type { StageMessages } from '../i18n/stage.en.ts';
import type { OwnerAbove, OwnerModel, UsedModel } from './model.ts';

/** What stands below an owner's name, in the drawing and in its twin. */
export function ownerText({ detail }: OwnerModel, words: StageMessages): string {
  switch (detail.type) {
    case 'ready':
      return words.ofReady(detail.ready, detail.wanted);
    case 'nodes':
      return words.onNodes(detail.ready, detail.wanted);
    case 'completions': {
      const count = words.completions(detail.done, detail.of, detail.failed);
      return detail.state === 'running' || (detail.state === 'complete' && detail.failed === 0) ? count : `${words.jobStates[detail.state]}, ${count}`;
    }
  }
}
export function aboveText({ detail }: OwnerAbove, words: StageMessages): string {
  return detail.type === 'schedule' ? words.schedule(detail.schedule, detail.suspended) : words.scaling(detail.current, detail.desired, detail.metric, detail.value, detail.target);
}
export const usedText = ({ state }: UsedModel, words: StageMessages): string => words.uses[state];
