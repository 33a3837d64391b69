/** What may stand where in a manifest, from the recorded schemas: the page's editor asks here, and the table comes with the first question. */
export type { Field } from '../../kubectl/fields.ts';
export const loadFields = (): Promise<typeof import('../../kubectl/fields.ts')> => import('../../kubectl/fields.ts');
