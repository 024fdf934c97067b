import { readFileSync, readdirSync } from 'node:fs';

interface Stat {
  pid: number;
  parent: number;
  ticks: number;
}

/** Linux counts processor time in hundredths of a second for programs (USER_HZ, proc(5)). */
const TICKS_PER_SECOND = 100;

/** Processes that descend from one, itself first. */
export function processTree(root: number): number[] {
  return family(root).map(({ pid }) => pid);
}

/**
 * Processor seconds of a process and what descends from it, user and system, of children that have ended as well (proc(5): utime,
 * stime, cutime, cstime).
 */
export function cpuSeconds(root: number): number {
  return family(root).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND;
}

function family(root: number): Stat[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? statOf(name) : []));
  const found = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

function statOf(name: string): Stat[] {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'latin1');
    // The name in brackets may hold anything, brackets and spaces too.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, n) => sum + n, 0);
    return [{ pid: Number(name), parent: fields[1], ticks }];
  } catch {
    // It ended while we looked.
    return [];
  }
}
