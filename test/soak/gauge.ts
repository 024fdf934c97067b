import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
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

/** What a gate holds when it has nothing to do and its garbage is collected. */
export interface Floor extends Sample {
  /** Handed in until then. */
  mails: number;
  /** Of the main thread: living objects, and buffers and other memory that they hold, MB. */
  heapMb: number;
  buffersMb: number;
}

/** What a process holds now, as Linux says. */
export function sampleOf(pid: number, at: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    at,
    memoryMb: (field('VmRSS') * 1_024) / 1e6,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    threads: field('Threads'),
  };
}

/** @param probe the socket of `memory-probe.mjs` in the process */
export async function floorOf(pid: number, probe: string, at: number, mails: number): Promise<Floor> {
  const socket = connect(probe);
  socket.write('\n');
  const { heapUsed, external } = JSON.parse(await text(socket)) as NodeJS.MemoryUsage;
  return { ...sampleOf(pid, at), mails, heapMb: heapUsed / 1e6, buffersMb: external / 1e6 };
}

/**
 * How much something grew by, from the first to the last of several measurements: the median of the slopes between all pairs of them
 * (Theil 1950, Sen 1968), times the distance. One odd measurement does not move it; what grows with every mail does.
 *
 * @param points at least two, at different places
 */
export function growth(points: readonly { mails: number; mb: number }[]): number {
  const slopes = points.flatMap((one, i) =>
    points.slice(i + 1).map((two) => (two.mb - one.mb) / (two.mails - one.mails)),
  );
  return percentile(slopes, 50) * (points.at(-1)!.mails - points[0].mails);
}

/** Objects and buffers may grow by so much in a flat run, and the whole process, whose pages glibc gives back as it can. */
const FLAT_MB = { held: 8, memory: 30 };

/**
 * Whether memory is flat: whether what is left after each round of mail, when the gate is idle and its garbage collected, grows from
 * round to round. What it takes under load says little about that: it follows the largest mails of the moment and the time of the
 * last collection. The first round is not looked at, since caches fill in it: SQLite's pages (8 MB), prepared statements (500), compiled
 * code.
 *
 * @returns the growth in MB, and sentences for what is more than a flat run has
 */
export function memoryTrend(floors: readonly Floor[]): { held: number; memory: number; faults: string[] } {
  const [, ...settled] = floors;
  const held = growth(settled.map(({ mails, heapMb, buffersMb }) => ({ mails, mb: heapMb + buffersMb })));
  const memory = growth(settled.map(({ mails, memoryMb }) => ({ mails, mb: memoryMb })));
  const mails = settled.at(-1)!.mails - settled[0].mails;
  return {
    held,
    memory,
    faults: [
      ...(held > FLAT_MB.held
        ? [`objects and buffers grew by ${held.toFixed(1)} MB over ${mails} mails`]
        : []),
      ...(memory > FLAT_MB.memory
        ? [`memory at rest grew by ${memory.toFixed(0)} MB over ${mails} mails`]
        : []),
    ],
  };
}
