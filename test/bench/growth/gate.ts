import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GateProcess } from '../gate-process.ts';
import { SENDER, mailText, recipient } from '../relay/mails.ts';
import { cpuSeconds } from '../relay/process-tree.ts';
import { BenchClient } from '../smtp-client.ts';
import { type Filling, seedMessages } from './seed.ts';

/** A real gate, started on a database with so much in it. */
export interface Started {
  messages: number;
  /** From the start of its process until it said that it listens. */
  start_ms: number;
  /** Processor time of the same, all its threads; a busy machine does not stretch it. */
  start_cpu_ms: number;
  /** Resident memory, megabytes: when it listened, after `MAILS` more mails were accepted and judged, and the most it ever was. */
  rss_mb: { at_start: number; after_mails: number; peak: number };
}

const MAILS = 500;
const CONNECTIONS = 10;

/** Starts a gate on `messages` that wait, or that are held, and sends it mail. */
export async function measureStart(messages: number, kind: 'queued' | 'held'): Promise<Started> {
  const filling: Filling = kind === 'queued' ? { kind } : { kind: 'past', held: messages };
  const gate = await GateProcess.start({ answer: kind === 'held' ? 'sync' : 'async' });
  // The first start made its keys, which is done once.
  await gate.stop();
  seedMessages(join(gate.folder, 'data/presend.db'), {
    messages,
    filling,
    now: Date.now(),
    bodies: true,
    seed: 1,
  });
  const began = performance.now();
  await gate.run();
  const startMs = performance.now() - began;
  const startCpu = cpuSeconds(gate.pid) * 1000;
  try {
    const atStart = memory(gate.pid).rss;
    await send(gate.smtpPort);
    const { rss, peak } = memory(gate.pid);
    return {
      messages,
      start_ms: Math.round(startMs),
      start_cpu_ms: Math.round(startCpu),
      rss_mb: { at_start: atStart, after_mails: rss, peak },
    };
  } finally {
    await gate.stop();
    rmSync(gate.folder, { recursive: true, force: true });
  }
}

async function send(port: number): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = await BenchClient.open(port);
      while (next < MAILS) {
        const to = recipient(next++);
        const mail = mailText({ to, messageId: `start-${to}-${process.hrtime.bigint()}` });
        await client.send(SENDER, to, mail, false);
      }
      client.close();
    }),
  );
}

/** Of a process, megabytes (proc(5): VmRSS, VmHWM). */
function memory(pid: number): { rss: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const of = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024);
  return { rss: of('VmRSS'), peak: of('VmHWM') };
}
