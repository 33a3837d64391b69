/**
 * Playback as a state machine. It says what may follow what; the session does it. A step has two halves: the worker is asked for the next
 * moment (`asking`), then screen time passes until that moment is shown (`moving`). Pause freezes the second half where it is.
 */
import { assign, setup } from 'xstate';
import type { SeekTarget, Unit } from '../link/protocol.ts';

export type PlaybackEvent =
  | { readonly type: 'PLAY' }
  | { readonly type: 'PAUSE' }
  | { readonly type: 'STEP'; readonly unit: Unit }
  | { readonly type: 'BACK'; readonly unit: Unit }
  | { readonly type: 'SEEK'; readonly target: SeekTarget }
  /** The worker has answered: a moment to go to, or the end of the story. */
  | { readonly type: 'ARRIVED' }
  | { readonly type: 'ENDED' }
  /** The screen time of the step is over. */
  | { readonly type: 'SHOWN' }
  /** The worker refused, or something else took its place. */
  | { readonly type: 'FAILED' };

export interface PlaybackContext {
  /** Whoever stepped last goes on stepping: a command then does not start the clock by itself. */
  readonly stepped: boolean;
}

export const playbackMachine = setup({
  types: { context: {} as PlaybackContext, events: {} as PlaybackEvent },
  actions: {
    /** Next moment of the playback. */
    askBeat: () => undefined,
    askNext: (_, params: { readonly unit: Unit }) => void params,
    askBack: (_, params: { readonly unit: Unit }) => void params,
    askSeek: (_, params: { readonly target: SeekTarget }) => void params,
    /** Starts, or goes on with, the screen time of the step. */
    move: () => undefined,
    freeze: () => undefined,
    /** Shows the moment that the worker has reached. */
    show: () => undefined,
    remember: assign({ stepped: (_, params: { readonly stepped: boolean }) => params.stepped }),
  },
  guards: {
    /** A step was frozen half-way. */
    underway: () => false,
  },
}).createMachine({
  id: 'playback',
  initial: 'idle',
  context: { stepped: false },
  on: {
    SEEK: { target: '.seeking', actions: [{ type: 'show' }, { type: 'askSeek', params: ({ event }) => ({ target: event.target }) }] },
    BACK: { target: '.seeking', actions: [{ type: 'show' }, { type: 'askBack', params: ({ event }) => ({ unit: event.unit }) }, { type: 'remember', params: { stepped: true } }] },
  },
  states: {
    idle: {
      on: {
        PLAY: [
          { guard: 'underway', target: 'playing.moving', actions: { type: 'remember', params: { stepped: false } } },
          { target: 'playing', actions: { type: 'remember', params: { stepped: false } } },
        ],
        STEP: [
          // The frozen half of a step is a step: finish it.
          { guard: 'underway', actions: [{ type: 'show' }, { type: 'remember', params: { stepped: true } }] },
          { target: 'stepping', actions: [{ type: 'askNext', params: ({ event }) => ({ unit: event.unit }) }, { type: 'remember', params: { stepped: true } }] },
        ],
      },
    },
    playing: {
      initial: 'asking',
      on: {
        PAUSE: { target: 'idle', actions: 'freeze' },
        STEP: { target: 'idle', actions: [{ type: 'show' }, { type: 'remember', params: { stepped: true } }] },
        ENDED: { target: 'idle', actions: 'show' },
        FAILED: 'idle',
      },
      states: {
        asking: { entry: 'askBeat', on: { ARRIVED: 'moving' } },
        moving: { entry: 'move', on: { SHOWN: { target: 'asking', actions: 'show' } } },
      },
    },
    stepping: {
      initial: 'asking',
      on: {
        PAUSE: { target: 'idle', actions: 'freeze' },
        PLAY: { target: 'playing', actions: [{ type: 'show' }, { type: 'remember', params: { stepped: false } }] },
        ENDED: { target: 'idle', actions: 'show' },
        FAILED: 'idle',
      },
      states: {
        asking: { on: { ARRIVED: 'moving' } },
        moving: {
          entry: 'move',
          on: {
            SHOWN: { target: '#playback.idle', actions: 'show' },
            // Whoever presses again before it is over wants to be further on.
            STEP: { target: '#playback.stepping', actions: [{ type: 'show' }, { type: 'askNext', params: ({ event }) => ({ unit: event.unit }) }] },
          },
        },
      },
    },
    seeking: {
      on: {
        ARRIVED: { target: 'idle', actions: 'show' },
        ENDED: { target: 'idle', actions: 'show' },
        FAILED: 'idle',
        PAUSE: 'idle',
      },
    },
  },
});
