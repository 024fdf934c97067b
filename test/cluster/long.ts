/**
 * Gates on one database under load while nodes, their connections and the database are killed, frozen, cut and updated, again and
 * again; then compared with what clients were told and the upstream got: `npm run test:cluster`.
 */
import { appendFileSync } from 'node:fs';
import { Command } from 'commander';
import { count } from '../../src/cli/arguments.ts';
import { progressOn } from '../../src/evaluate/progress.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import { openLane } from '../crash/lane.ts';
import { PostgresServer } from '../support/postgres.ts';
import { TROUBLES, type Trouble, runCluster } from './run.ts';

const trouble = (value: string): Trouble => {
  if ((TROUBLES as readonly string[]).includes(value)) return value as Trouble;
  throw new Error(`there is no trouble "${value}"; known are: ${TROUBLES.join(', ')}`);
};

const command = new Command('test:cluster')
  .description(
    'Runs several gates on one PostgreSQL database under load, makes one thing after another go wrong, and proves that nothing accepted is lost or sent twice and nothing stopped slips out. Exits with 1 when a promise was broken.',
  )
  .option('--nodes <n>', 'gates', count, 3)
  .option('--rounds <n>', 'rounds, each on a database of its own', count, 5)
  .option('--troubles <n>', 'what goes wrong in each', count, 12)
  .option('--seed <n>', 'seed of mails, troubles and faults; default: drawn and printed', count)
  .option('--only <trouble>', `this trouble only: ${TROUBLES.join(', ')}`, trouble)
  .option('--append <file>', 'append the result to this file, one JSON object a line')
  .parse();

const given = command.opts<{
  nodes: number;
  rounds: number;
  troubles: number;
  seed?: number;
  only?: Trouble;
  append?: string;
}>();
const seed = given.seed ?? 1 + Math.floor(Math.random() * 1_000_000);
process.stderr.write(`seed ${seed}\n`);
const server = await PostgresServer.start({ durable: true });
const progress = progressOn(process.stderr, 'troubles', given.rounds * given.troubles);
const times = new Map<Trouble, number>();
const sums = { messages: 0, deliveries: 0, taken: 0, retried: 0, uncertain: 0, opted_out: 0 };
const breaches: string[] = [];
const began = performance.now();
try {
  for (let round = 0; round < given.rounds && breaches.length === 0; round += 1) {
    const own = seed * 1_000 + round;
    const random = randomFrom(own);
    const drawn = Array.from({ length: given.troubles }, (_, i) => {
      if (given.only) return given.only;
      // Each once before any comes again; an update once in the life of a database.
      const others = TROUBLES.filter((one) => one !== 'update');
      return i < TROUBLES.length
        ? TROUBLES[(i + round) % TROUBLES.length]
        : others[Math.floor(random() * others.length)];
    });
    const url = await server.database();
    const lane = await openLane(own, url);
    const database = new URL(url).pathname.slice(1);
    const result = await runCluster({
      lane,
      server,
      database,
      seed: own,
      nodes: given.nodes,
      troubles: drawn,
      onTrouble: (done) => progress.at(round * given.troubles + done),
    });
    await lane.close();
    for (const one of drawn) times.set(one, (times.get(one) ?? 0) + 1);
    sums.messages += result.messages;
    sums.deliveries += result.deliveries;
    sums.taken += result.taken;
    sums.retried += result.retried;
    sums.opted_out += result.optOuts;
    sums.uncertain += result.uncertain.crash + result.uncertain.reply + result.uncertain.late;
    breaches.push(...result.breaches.map(({ what, why }) => `round ${round + 1}: ${what}: ${why}`));
  }
} finally {
  progress.end();
  await server.stop();
}
const result = {
  at: new Date().toISOString(),
  seed,
  nodes: given.nodes,
  seconds: Math.round((performance.now() - began) / 1000),
  troubles: Object.fromEntries(times),
  ...sums,
  breaches,
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
if (given.append) appendFileSync(given.append, `${JSON.stringify(result)}\n`);
process.exitCode = breaches.length > 0 ? 1 : 0;
