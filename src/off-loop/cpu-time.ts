import { readFileSync } from 'node:fs';

/** Linux counts a thread's time in hundredths of a second whatever the kernel's own clock does (`USER_HZ`, proc(5)). */
const MS_PER_TICK = 10;

/**
 * Processor time a thread of this process has used.
 *
 * @param thread as `/proc/thread-self` names it: `<process>/task/<thread>`
 * @returns milliseconds; null where the system does not tell, or the thread is gone
 */
export function cpuTimeOf(thread: string | null): number | null {
  if (thread === null) return null;
  try {
    const stat = readFileSync(`/proc/${thread}/stat`, 'latin1');
    // The name in brackets may hold anything; the fields behind it are numbers, utime and stime the 12th and 13th of them.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * MS_PER_TICK : null;
  } catch {
    return null;
  }
}
