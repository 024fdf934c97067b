import { basename } from 'node:path';

const EVERY_MS = 250;
const ERASE_LINE = '\r\u001b[2K';

/** `done` and `total` in bytes; total 0 says nothing. */
export interface FileProgress {
  (file: string, done: number, total: number): void;
  /** Leaves the terminal as it was. */
  end: () => void;
}

/** How far a file is: one line rewritten on a terminal, a line every tenth elsewhere. */
export function fileProgress(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>): FileProgress {
  let told = 0;
  let tenth = '';
  const tell = (file: string, done: number, total: number): void => {
    if (total === 0) return;
    const percent = Math.floor((done / total) * 100);
    const line = `${basename(file)}: ${megabytes(done)} of ${megabytes(total)} MB (${percent} %)`;
    if (stream.isTTY) {
      if (performance.now() - told < EVERY_MS && done < total) return;
      told = performance.now();
      stream.write(ERASE_LINE + line);
      return;
    }
    const now = `${file} ${Math.floor(percent / 10)}`;
    if (now === tenth) return;
    tenth = now;
    stream.write(`${line}\n`);
  };
  return Object.assign(tell, { end: () => void (stream.isTTY && stream.write(ERASE_LINE)) });
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
