import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { processTree } from './process-tree.ts';

/** A mail server under measurement: takes mail on loopback, keeps it in a queue on disk, passes it on to the sink. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  /** What makes its accept durable, and what else a reader must know of its settings. */
  readonly setting: string;
  readonly port: number;
  /** Most connections that it takes at once; absent = as many as are asked for. */
  readonly mostConnections?: number;
  /** Its first process; the others descend from it. */
  readonly pid: number;
  /** Ends every process of it. */
  stop: () => Promise<void>;
}

/** @throws when nothing greets on the port in time, or the process ended before; then it is gone */
export async function untilGreeting(port: number, child: ChildProcess, seconds = 30): Promise<void> {
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`it ended at start (${child.signalCode ?? `exit code ${child.exitCode}`})`);
    }
    if (await greets(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await endTree(child);
  throw new Error(`nothing greets on port ${port} after ${seconds} s`);
}

async function greets(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(1000) })) as [Buffer];
    return chunk.toString('latin1').startsWith('220');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Ends a process and what descends from it: asked first, then by force. */
export async function endTree(child: ChildProcess): Promise<void> {
  const pid = child.pid;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const family = processTree(pid);
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 5000))]);
  for (const one of family) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {
      // It ended when asked.
    }
  }
  await gone;
}
