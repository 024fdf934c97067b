/**
 * The long forms of torn-log.test.ts (the log is cut, and a bit of it flipped, at every byte of its last transaction) and of
 * random.test.ts (more rounds). Prints what was tried and what went wrong; exit code 1 when anything did.
 */
import { spawnSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { progressOn } from '../../src/evaluate/progress.ts';
import { EARLIER, TornLog, holding } from './torn-log.ts';

const wrong: string[] = [];

/** Damages a log at each byte in turn, from the end. @returns how many */
async function everyByte(what: string, damage: (torn: TornLog, at: number) => () => void): Promise<number> {
  const torn = await TornLog.make();
  const total = torn.after - torn.before;
  const progress = progressOn(process.stderr, what, total);
  for (let done = 0; done < total; done += 1) {
    const at = torn.after - 1 - done;
    const mend = damage(torn, at);
    const found = torn.look(done % 100 === 0);
    mend();
    if (!isDeepStrictEqual(found, holding(EARLIER))) wrong.push(`${what} at ${at}: ${JSON.stringify(found)}`);
    progress.at(done + 1);
  }
  progress.end();
  torn.close();
  return total;
}

const cuts = await everyByte('cut', (torn, at) => {
  torn.cut(at);
  return () => {};
});
const flips = await everyByte('bit flipped', (torn, at) => {
  torn.flip(at);
  return () => torn.flip(at);
});
for (const line of wrong.slice(0, 20)) console.error(line);
console.log(
  `${cuts} cuts and ${flips} flipped bits in a last transaction of ${cuts} bytes: ${wrong.length} went wrong (a transaction lost that was committed, or one half there).`,
);
if (wrong.length > 0) process.exitCode = 1;

const rounds = process.argv[2] ?? '100';
console.log(`Faults at random under load, ${rounds} rounds (npm run test:faults -- ROUNDS SEED):`);
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'test/vitest.config.ts',
    'test/faults/random.test.ts',
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      PRESEND_FAULT_ROUNDS: rounds,
      ...(process.argv[3] !== undefined && { PRESEND_FAULT_SEED: process.argv[3] }),
    },
  },
);
if (status !== 0) process.exitCode = 1;
