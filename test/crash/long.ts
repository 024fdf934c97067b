/**
 * Kills gates, thousands of times, and compares what clients were told with what the upstream got: `npm run test:crash`. The
 * same seed gives the same mails, kills and faults, if not the same interleaving of them.
 */
import { appendFileSync } from 'node:fs';
import { Command } from 'commander';
import { count } from '../../src/cli/arguments.ts';
import { progressOn } from '../../src/evaluate/progress.ts';
import { openLane } from './lane.ts';
import { SPOTS, type Spot } from './plan.ts';
import { type RunOptions, killed, run } from './run.ts';
import { line, table } from './table.ts';

const spot = (value: string): Spot => {
  if ((SPOTS as readonly string[]).includes(value)) return value as Spot;
  throw new Error(`there is no spot "${value}"; known are: ${SPOTS.join(', ')}`);
};

const command = new Command('test:crash')
  .description(
    'Kills a gate under load at every durable step, again and again, and proves that nothing accepted is lost or sent twice and nothing stopped slips out. Exits with 1 when a promise was broken.',
  )
  .option('--kills <n>', 'kill at least so often', count, 2_000)
  .option('--each <n>', 'and at each spot at least so often (not with --only or --cycle)', count, 100)
  .option('--seed <n>', 'seed of mails, kills and faults; default: drawn and printed', count)
  .option('--only <spot>', `kill at this spot only: ${SPOTS.join(', ')}`, spot)
  .option('--cycle <n>', 'only this cycle of the seed, as a failed run names it', count)
  .option('--lanes <n>', 'databases worked on at once', count, 1)
  .option('--append <file>', 'append the result to this file, one JSON object a line, so that seeds add up')
  .parse();

interface Options extends Omit<RunOptions, 'seed' | 'each'> {
  seed?: number;
  each: number;
  lanes: number;
  append?: string;
}

const given = command.opts<Options>();
const seed = given.seed ?? 1 + Math.floor(Math.random() * 1_000_000);
const each = given.only || given.cycle ? 0 : given.each;
process.stderr.write(`seed ${seed}\n`);
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopped = true;
    process.stderr.write('\nending with the cycle at hand; what there is so far is told\n');
  });
}
const began = performance.now();
const progress = progressOn(process.stderr, 'kills', given.kills);
const lanes = await Promise.all(Array.from({ length: given.lanes }, (_, i) => openLane(seed + i)));
const result = await run(
  lanes,
  { ...given, seed, each, stopped: () => stopped },
  (done) => progress.at(done),
  (sums) => {
    // A log has no line to write over.
    if (!process.stderr.isTTY)
      process.stderr.write(
        `${killed(sums)} kills, ${sums.messages} messages, ${sums.breaches.length} breaches\n`,
      );
  },
);
progress.end();
await Promise.all(lanes.map((lane) => lane.close()));
const seconds = Math.round((performance.now() - began) / 1_000);
process.stdout.write(table(result, seed, seconds));
if (given.append) appendFileSync(given.append, `${line(result, seed, seconds)}\n`);
process.exit(result.breaches.length > 0 ? 1 : 0);
