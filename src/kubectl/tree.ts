export * from '../sim/api/tree.ts';
