/** The terminal and the programs of containers read scripts with one parser. */
export * from '../../sim/api/shell.ts';
