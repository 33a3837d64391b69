import { registerBeyond } from './beyond.ts';
import { present } from './present.ts';
import { apply, sentManaged } from './fields/apply.ts';
import { rememberDry } from './fields/ownership.ts';

/** The parts of the API server that the first picture does not need. Importing this puts them in their places. */
registerBeyond({ apply, sentManaged, rememberDry, present });
