/** Puts visible text together the way a mail program lays it out: collapsed spaces, lines, blank lines. */
export class TextBuilder {
  private readonly pieces: string[] = [];
  private pending: '' | ' ' | '\t' = '';
  private breaks = 0;
  private readonly limit: number;
  /** UTF-16 length of the text so far, without what is pending. */
  length = 0;
  /** Whether something that can be seen did not fit. */
  cut = false;

  /** @param limit characters that are kept, counted after white space has collapsed */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Adds text; white space in it collapses unless `pre`. */
  text(text: string, pre: boolean): void {
    if (pre) {
      const lines = text.replace(/\r\n?/g, '\n').split('\n');
      for (const [index, line] of lines.entries()) {
        if (index > 0) this.lineBreak();
        if (line !== '') this.write(line);
      }
      return;
    }
    // Only ASCII white space collapses in HTML; a no-break space is a character.
    const words = text.split(/[ \t\n\r\f]+/);
    for (const [index, word] of words.entries()) {
      if (index > 0 && this.pending === '') this.pending = ' ';
      if (word !== '') this.write(word);
    }
  }

  /** The next text starts a line, after `count - 1` blank lines, unless it does already. */
  block(count: 1 | 2): void {
    this.breaks = Math.max(this.breaks, count);
    this.pending = '';
  }

  /** `<br>`: always one line further. */
  lineBreak(): void {
    this.breaks++;
    this.pending = '';
  }

  /** Keeps table cells apart. */
  cell(): void {
    if (this.breaks === 0) this.pending = '\t';
  }

  /** The text from that length on. */
  since(from: number): string {
    const tail: string[] = [];
    let start = this.length;
    for (let i = this.pieces.length - 1; i >= 0 && start > from; i--) {
      const piece = this.pieces[i] ?? '';
      start -= piece.length;
      tail.push(piece);
    }
    return tail
      .reverse()
      .join('')
      .slice(Math.max(from - start, 0));
  }

  toString(): string {
    return this.pieces.join('');
  }

  private write(text: string): void {
    const left = Math.max(this.limit - this.length, 0);
    if (text.length > left && /\S/.test(text.slice(left))) this.cut = true;
    if (left === 0) return;
    if (this.length > 0) {
      if (this.breaks > 0) this.push('\n'.repeat(Math.min(this.breaks, 3)));
      else if (this.pending !== '') this.push(this.pending);
    }
    this.breaks = 0;
    this.pending = '';
    this.push(text.slice(0, left));
  }

  private push(text: string): void {
    this.pieces.push(text);
    this.length += text.length;
  }
}
