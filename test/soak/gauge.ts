import { readFileSync, readdirSync } from 'node:fs';
import { percentile } from '../../src/evaluate/statistics.ts';

export interface Sample {
  /** Since the start, seconds. */
  at: number;
  /** Resident memory, MB. */
  memoryMb: number;
  /** Open file descriptors. */
  handles: number;
  threads: number;
}

/** What a process holds now, as Linux says. */
export function sampleOf(pid: number, at: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    at,
    memoryMb: field('VmRSS') / 1_024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    threads: field('Threads'),
  };
}

/** Medians of memory in the second sixth of a run, after the caches are full, and in its last sixth. */
export function memoryTrend(samples: readonly Sample[]): { early: number; late: number; most: number } {
  const part = (from: number, to: number): number[] =>
    samples
      .slice(Math.floor((samples.length * from) / 6), Math.ceil((samples.length * to) / 6))
      .map(({ memoryMb }) => memoryMb);
  return {
    early: percentile(part(1, 2), 50),
    late: percentile(part(5, 6), 50),
    most: Math.max(...samples.map(({ memoryMb }) => memoryMb)),
  };
}
