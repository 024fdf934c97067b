/** Tells how far a long run is. */
export interface Progress {
  /** @param done of the total */
  at: (done: number) => void;
  /** Leaves the terminal as it was. */
  end: () => void;
}

const EVERY_MS = 250;
const ERASE_LINE = '\r\u001b[2K';

/** One line on a terminal, written over and over: what, how far, how fast, how much longer. Silent on anything else. */
export function progressOn(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
  what: string,
  total: number,
  now: () => number = () => performance.now(),
): Progress {
  if (!stream.isTTY) return { at: () => {}, end: () => {} };
  const began = now();
  let told = began;
  let written = false;
  return {
    at: (done) => {
      const time = now();
      if (time - told < EVERY_MS) return;
      told = time;
      written = true;
      const seconds = (time - began) / 1000;
      const left = Math.ceil(((total - done) * seconds) / Math.max(done, 1));
      const share = Math.floor((done / total) * 100);
      const rate = (done / seconds).toFixed(1);
      stream.write(
        `${ERASE_LINE}${what}: ${done} of ${total} (${share} %), ${rate}/s, ${duration(left)} left`,
      );
    },
    end: () => {
      if (written) stream.write(ERASE_LINE);
    },
  };
}

const duration = (seconds: number): string =>
  seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
