import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Contender } from './contender.ts';
import { endTree, untilGreeting } from './contender.ts';
import { freePort } from '../gate-process.ts';
import { postfixEnvironment } from './postfix.ts';
import { unpacked } from './tools.ts';

/** Postfix's smtp-sink: takes mail, keeps nothing, counts. */
export interface Sink extends Contender {
  /** Messages taken so far. */
  readonly taken: number;
  /** Resolves when it has taken so many in all. @throws after `seconds` without a single further one */
  until: (count: number, seconds?: number) => Promise<void>;
}

/** @throws when Postfix's programs are not there */
export async function startSink(): Promise<Sink> {
  const postfix = unpacked('postfix');
  if (!postfix) throw new Error('smtp-sink of Postfix is missing; --fetch gets it');
  const port = await freePort();
  const child = spawn(
    join(postfix.root, 'usr/sbin/smtp-sink'),
    ['-u', 'nobody', '-c', `127.0.0.1:${port}`, '1024'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: postfixEnvironment(postfix.root),
    },
  );
  let taken = 0;
  let base = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    // Each line of its counters begins with a carriage return; the last whole one counts.
    const counters = [...chunk.toString('latin1').matchAll(/mesg=(\d+)/g)].at(-1);
    if (counters) taken = Number(counters[1]) - base;
  });
  await untilGreeting(port, child);
  base = taken;
  return {
    name: 'sink alone',
    version: postfix.version,
    setting: 'smtp-sink: stores nothing',
    port,
    pid: child.pid!,
    get taken() {
      return taken;
    },
    async until(count, seconds = 60) {
      let last = taken;
      while (taken < count) {
        await once(child.stdout, 'data', { signal: AbortSignal.timeout(seconds * 1000) }).catch(() => {
          if (taken === last) throw new Error(`the sink has ${taken} of ${count}, none in ${seconds} s`);
        });
        last = taken;
      }
    },
    stop: () => endTree(child),
  };
}
