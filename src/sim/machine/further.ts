import { programs } from './inside.ts';
import { registerPrograms } from './programs.ts';

/** Commands of containers as programs. Importing this puts them in their place. */
registerPrograms(programs);
