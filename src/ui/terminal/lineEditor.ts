/** What xterm can do for a line: write, and nothing else. */
export interface Screen {
  readonly write: (text: string) => void;
  readonly columns: () => number;
}
export interface LineEvents {
  readonly enter: (line: string) => void;
  readonly interrupt: () => void;
  readonly complete: (line: string) => Promise<{ readonly from: number; readonly words: readonly string[] }>;
  readonly wipe: () => void;
  readonly close: () => void;
}

/**
 * A line that is being typed, as a shell's line editor keeps it: a text, a cursor, the lines before it. It knows nothing of the page, so that a test
 * can press its keys. Lines that are pasted or typed while a command runs wait for their turn.
 */
export class LineEditor {
  #text = '';
  #at = 0;
  #prompt = '';
  #open = false;
  #place: number | undefined;
  #kept = '';
  #waiting: string[] = [];
  #rows = 0;

  constructor(private readonly screen: Screen, private readonly events: LineEvents, private readonly history: () => readonly string[]) {}

  get isOpen(): boolean {
    return this.#open;
  }

  /** The next line begins: behind a prompt, with what was typed ahead. */
  open(prompt: string): void {
    this.#prompt = prompt;
    this.#open = true;
    this.#text = '';
    this.#at = 0;
    this.#rows = 0;
    this.#place = undefined;
    const next = this.#waiting.shift();
    this.#draw();
    if (next !== undefined) {
      this.#insert(next);
      this.#enter();
    } else if (this.#kept !== '') {
      // The beginning of a line that was typed while a command ran.
      const early = this.#kept;
      this.#kept = '';
      this.#insert(early);
    }
  }

  type(data: string): void {
    // A paste may have several lines; each is entered in its turn.
    if (data.length > 1 && !data.startsWith('\u001b') && /[\r\n]/.test(data)) {
      const lines = data.replace(/\r\n?/g, '\n').split('\n');
      const last = lines.pop()!;
      if (this.#open) {
        this.#insert(lines[0]!);
        this.#waiting.push(...lines.slice(1));
        this.#enter();
      } else this.#waiting.push(...lines);
      if (last !== '') this.#waiting.push(last);
      return;
    }
    if (data === '\u0003') {
      this.#waiting = [];
      if (this.#open) {
        this.screen.write('^C\r\n');
        this.#open = false;
      }
      this.events.interrupt();
      return;
    }
    if (!this.#open) {
      if (data === '\r') this.#waiting.push(this.#kept);
      this.#kept = data === '\r' ? '' : data >= ' ' ? this.#kept + data : this.#kept;
      return;
    }
    this.#key(data);
  }

  #key(data: string): void {
    switch (data) {
      case '\r':
        return this.#enter();
      case '\t':
        void this.#complete();
        return;
      case '\u007f':
      case '\b':
        return this.#change(this.#text.slice(0, Math.max(0, this.#at - 1)) + this.#text.slice(this.#at), Math.max(0, this.#at - 1));
      case '\u001b[3~':
        return this.#change(this.#text.slice(0, this.#at) + this.#text.slice(this.#at + 1), this.#at);
      case '\u0004':
        if (this.#text === '') return this.events.close();
        return this.#change(this.#text.slice(0, this.#at) + this.#text.slice(this.#at + 1), this.#at);
      case '\u001b[D':
      case '\u0002':
        return this.#change(this.#text, Math.max(0, this.#at - 1));
      case '\u001b[C':
      case '\u0006':
        return this.#change(this.#text, Math.min(this.#text.length, this.#at + 1));
      case '\u001b[H':
      case '\u001bOH':
      case '\u0001':
        return this.#change(this.#text, 0);
      case '\u001b[F':
      case '\u001bOF':
      case '\u0005':
        return this.#change(this.#text, this.#text.length);
      case '\u0015':
        return this.#change(this.#text.slice(this.#at), 0);
      case '\u000b':
        return this.#change(this.#text.slice(0, this.#at), this.#at);
      case '\u0017': {
        const start = this.#text.slice(0, this.#at).replace(/\S+\s*$/, '').length;
        return this.#change(this.#text.slice(0, start) + this.#text.slice(this.#at), start);
      }
      case '\u000c':
        this.events.wipe();
        this.#rows = 0;
        return this.#draw();
      case '\u001b[A':
      case '\u0010':
        return this.#recall(-1);
      case '\u001b[B':
      case '\u000e':
        return this.#recall(1);
      default:
        if (!data.startsWith('\u001b') && data >= ' ') this.#insert(data);
    }
  }

  #insert(text: string): void {
    this.#change(this.#text.slice(0, this.#at) + text + this.#text.slice(this.#at), this.#at + text.length);
  }
  #change(text: string, at: number): void {
    this.#text = text;
    this.#at = at;
    this.#draw();
  }
  #recall(way: number): void {
    const history = this.history();
    const next = (this.#place ?? history.length) + way;
    if (next < 0 || next > history.length) return;
    this.#place = next === history.length ? undefined : next;
    const text = history[next] ?? '';
    this.#change(text, text.length);
  }
  #enter(): void {
    const line = this.#text;
    this.#change(this.#text, this.#text.length);
    this.screen.write('\r\n');
    this.#open = false;
    this.events.enter(line);
  }
  async #complete(): Promise<void> {
    const [text, at] = [this.#text, this.#at];
    const { from, words } = await this.events.complete(text.slice(0, at));
    // Something else was typed meanwhile.
    if (!this.#open || this.#text !== text || this.#at !== at || words.length === 0) return;
    let common = words[0]!;
    for (const word of words) while (!word.startsWith(common)) common = common.slice(0, -1);
    const whole = words.length === 1 && !/[=/]$/.test(common) ? `${common} ` : common;
    if (whole.length > at - from) {
      this.#change(text.slice(0, from) + whole + text.slice(at), from + whole.length);
      return;
    }
    this.screen.write(`\r\n${words.slice(0, 200).join('  ')}${words.length > 200 ? ' ...' : ''}\r\n`);
    this.#rows = 0;
    this.#draw();
  }

  /** Writes prompt and text anew over the rows that they took, and puts the cursor where it belongs. */
  #draw(): void {
    const columns = Math.max(1, this.screen.columns());
    const shown = this.#prompt + this.#text.replaceAll('\n', ' ');
    const place = this.#prompt.length + this.#at;
    const up = this.#rows > 0 ? `\u001b[${this.#rows}A` : '';
    const end = Math.floor(shown.length / columns);
    // A row that is exactly full leaves the cursor on it: a blank brings it to the next one.
    const fill = shown.length > 0 && shown.length % columns === 0 ? ' \b' : '';
    const row = Math.floor(place / columns);
    const back = end - row > 0 ? `\u001b[${end - row}A` : '';
    this.screen.write(`${up}\r\u001b[J${shown}${fill}${back}\r${place % columns > 0 ? `\u001b[${place % columns}C` : ''}`);
    this.#rows = row;
  }
}
