import type { Change } from '../api/change.ts';
import type { History } from './history.ts';
import type { Link } from './why.ts';
export const walkChange = (_change: Change, _history: History): readonly Link[] => [];
