export * from '../sim/api/base64.ts';
