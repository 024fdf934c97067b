/**
 * The upstreams as a process, for `stopping-upstreams.ts`. Standard input: a line names the stage at which it is to stop
 * itself next.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Ledger } from './ledger.ts';
import type { Said, Stop } from './stopping-upstreams.ts';
import { Upstreams } from './upstreams.ts';

const say = (said: Said): void => void writeSync(process.stdout.fd, `${JSON.stringify(said)}\n`);

let next: Stop | null = null;
const stopAt = (here: Stop): void => {
  if (next !== here) return;
  next = null;
  say({ stopping: here });
  process.kill(process.pid, 'SIGSTOP');
};

const ledger = new Ledger();
const upstreams = await Upstreams.start({ random: () => 1, faulty: 0, ledger: () => ledger });
const { decide } = upstreams.smtp;
upstreams.smtp.decide = (stage, session) => {
  if (stage !== 'ehlo') stopAt(stage);
  return decide?.(stage, session);
};
upstreams.onTaken = () => {
  const taken = ledger.taken.at(-1)!;
  say({ taken });
  if (taken.by === 'api') stopAt('api');
};
createInterface(process.stdin).on('line', (line) => {
  next = line as Stop;
  say({ armed: next });
});
say({ smtp: upstreams.smtp.port, apiUrl: upstreams.apiUrl });
