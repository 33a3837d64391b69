export * from '../kernel/recorder.ts';
