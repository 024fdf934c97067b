import type { RunProgress } from '../crm/hubspot/run-page.ts';

const EVERY_MS = 250;
const ERASE_LINE = '\r\u001b[2K';
const WIDTH = 24;

export interface RecordProgress {
  (progress: RunProgress): void;
  /** Leaves the terminal as it was. */
  end: () => void;
}

/** How far a sync is: a bar rewritten on a terminal, a line every tenth elsewhere. */
export function recordProgress(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>): RecordProgress {
  const began = performance.now();
  let told = 0;
  let tenth = '';
  const tell = ({ phase, done, total, waited_ms: waited }: RunProgress): void => {
    const rate = Math.round(done / Math.max(0.001, (performance.now() - began) / 1000));
    const share = total === null || total === 0 ? null : Math.min(1, done / total);
    const bar =
      share === null
        ? ''
        : `[${'█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '·')}] ${Math.floor(share * 100)} % `;
    const line = `${phase}: ${bar}${done}${total === null ? '' : ` of ${total}`} records, ${rate}/s${waited > 0 ? `, waited ${Math.round(waited / 1000)} s for HubSpot` : ''}`;
    if (stream.isTTY) {
      if (performance.now() - told < EVERY_MS) return;
      told = performance.now();
      stream.write(ERASE_LINE + line);
      return;
    }
    const now = `${phase} ${share === null ? '' : Math.floor(share * 10)}`;
    if (now === tenth) return;
    tenth = now;
    stream.write(`${line}\n`);
  };
  return Object.assign(tell, { end: () => void (stream.isTTY && stream.write(ERASE_LINE)) });
}
