import { expect, it } from 'vitest';
import { LineEditor } from '../../../src/ui/terminal/lineEditor.ts';

/** Presses keys; gives the lines that were entered, and what else was asked for. */
function press(keys: readonly string[], history: readonly string[] = [], words: readonly string[] = []): { readonly lines: string[]; readonly asked: string[]; readonly settle: () => Promise<void> } {
  const lines: string[] = [];
  const asked: string[] = [];
  const editor: LineEditor = new LineEditor({ write: () => undefined, columns: () => 80 }, {
    enter: (line) => {
      lines.push(line);
      editor.open('$ ');
    },
    interrupt: () => {
      asked.push('interrupt');
      editor.open('$ ');
    },
    complete: async (line) => ({ from: line.lastIndexOf(' ') + 1, words: words.filter((word) => word.startsWith(line.slice(line.lastIndexOf(' ') + 1))) }),
    wipe: () => asked.push('wipe'), close: () => asked.push('close'),
  }, () => history);
  editor.open('$ ');
  for (const key of keys) editor.type(key);
  return { lines, asked, settle: async () => { for (let i = 0; i < 5; i++) await Promise.resolve(); editor.type('\r'); } };
}

const LEFT = '\u001b[D';
it.each([
  ['typed and entered', ['get', '\r'], ['get']],
  ['a letter put in between', ['gt', LEFT, 'e', '\r'], ['get']],
  ['the last letter taken back', ['gett', '\u007f', '\r'], ['get']],
  ['a word taken back', ['get pods', '\u0017', 'svc', '\r'], ['get svc']],
  ['to the beginning and to the end', ['et', '\u0001', 'g', '\u0005', '!', '\r'], ['get!']],
  ['the line wiped out to its beginning', ['nonsense', '\u0015', 'get', '\r'], ['get']],
  ['three lines pasted', ['a\nb\nc\n'], ['a', 'b', 'c']],
] as const)('%s', (_, keys, lines) => {
  expect(press(keys).lines).toEqual(lines);
});

it('the arrows bring lines back', () => {
  expect(press(['\u001b[A', '\u001b[A', '\r'], ['one', 'two']).lines).toEqual(['one']);
  expect(press(['\u001b[A', '\u001b[A', '\u001b[B', '\r'], ['one', 'two']).lines).toEqual(['two']);
});
it('Ctrl-C breaks off and begins anew, Ctrl-L wipes, Ctrl-D on an empty line closes', () => {
  expect(press(['half', '\u0003', 'whole', '\r'])).toMatchObject({ lines: ['whole'], asked: ['interrupt'] });
  expect(press(['\u000c', '\u0004']).asked).toEqual(['wipe', 'close']);
});
it('Tab completes a word that is alone, and as far as several agree', async () => {
  const one = press(['kubectl get po', '\t'], [], ['pods']);
  await one.settle();
  expect(one.lines).toEqual(['kubectl get pods ']);
  const two = press(['kubectl get pod', '\t'], [], ['poddisruptionbudgets', 'pods']);
  await two.settle();
  expect(two.lines).toEqual(['kubectl get pod']);
});
