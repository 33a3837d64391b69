/** What a shell would do with the line, as far as one command needs it: words, quotes and escapes. */
const OPERATORS: Readonly<Record<string, string>> = {
  '|': 'a pipe', '>': 'a redirection', '<': 'a redirection', ';': 'a second command', '&': 'a background command',
  '`': 'a command substitution', '(': 'a subshell', ')': 'a subshell',
};

/**
 * Splits a typed line into arguments. A word that asks a shell for more than words is refused with its name, because there is no shell here and
 * silently passing the character on would do something else than what was meant. `$` outside single quotes is refused when a name follows it.
 */
export function splitCommandLine(line: string): string[] | { error: string } {
  const words: string[] = [];
  let word: string | undefined;
  let i = 0;
  while (i < line.length) {
    const c = line[i]!;
    if (c === ' ' || c === '\t' || c === '\n' || c === '\r') {
      if (word !== undefined) words.push(word);
      word = undefined;
      i++;
    } else if (c === '\\') {
      const next = line[i + 1];
      if (next === undefined) return { error: 'the line ends with a backslash that escapes nothing' };
      // A backslash at the end of a typed line continues it.
      if (next !== '\n') word = (word ?? '') + next;
      i += 2;
    } else if (c === "'") {
      const end = line.indexOf("'", i + 1);
      if (end < 0) return { error: "a single quote (') is opened but not closed" };
      word = (word ?? '') + line.slice(i + 1, end);
      i = end + 1;
    } else if (c === '"') {
      let text = '';
      let j = i + 1;
      for (; j < line.length && line[j] !== '"'; j++) {
        if (line[j] === '\\' && '"\\$`'.includes(line[j + 1] ?? ' ')) text += line[++j]!;
        else if (line[j] === '$' && /[A-Za-z_({]/.test(line[j + 1] ?? '')) return { error: `"${line.slice(j, j + 12)}": variables and substitutions of a shell are not available here` };
        else text += line[j]!;
      }
      if (j >= line.length) return { error: 'a double quote (") is opened but not closed' };
      word = (word ?? '') + text;
      i = j + 1;
    } else if (c === '$' && /[A-Za-z_({]/.test(line[i + 1] ?? '')) {
      return { error: `"${line.slice(i, i + 12)}": variables and substitutions of a shell are not available here` };
    } else if (c === '#' && word === undefined) {
      const end = line.indexOf('\n', i);
      i = end < 0 ? line.length : end;
    } else if (OPERATORS[c] !== undefined) {
      return { error: `"${c}" would be ${OPERATORS[c]} in a shell; only one kubectl command at a time can be run here (put it in quotes if it is meant as text)` };
    } else {
      word = (word ?? '') + c;
      i++;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
