/**
 * The queue, the adapter pool and the database under a campaign's start, simulated and seeded:
 * `npm run bench:scaling [-- --large | --sizing | --cluster FILE] [--only TEXT] [--seed 1] [--json]`. The tables of docs/SCALING.md are what this prints.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { progressOn } from '../../src/evaluate/progress.ts';
import { rateAt } from '../scaling/arrivals.ts';
import { clusterTable } from '../scaling/cluster-table.ts';
import { LARGE, SMALL } from '../scaling/scenarios.ts';
import { sizingTable } from '../scaling/sizing.ts';
import { type Outcome, type Scenario, simulate } from '../scaling/simulate.ts';
import { table } from '../scaling/table.ts';

const HELP = `Queue, adapter pool and database under a campaign's start: simulated, seeded, the same on every machine.

  npm run bench:scaling -- [--large] [--only TEXT] [--seed N] [--json]
  npm run bench:scaling -- --sizing
  npm run bench:scaling -- --cluster FILE

  --large      the scenarios of a million mails a day too (minutes)
  --only TEXT  those whose name holds it
  --seed N     (default 1, as in docs/SCALING.md)
  --json       for machines
  --sizing     the sizing table instead, from what test/scaling/measured.ts has
  --cluster FILE  the table of several gates instead, from what npm run bench:cluster printed

Columns: "peak" is the busiest minute; gates, database, log's end, hosts and couriers are how busy each was during the burst;
"past the deadline" is what the rules decided alone because the adapter had no place for 15 minutes; "drained after" is from the
end of the burst until no line was left.
`;

/** Mails that come in what is looked at, as expected. */
function expected({ from, to, perDay, burst }: Scenario): number {
  let mails = 0;
  for (let minute = from; minute < to; minute += 60_000)
    mails += 60 * rateAt(minute, { perDay, bursts: [burst] });
  return Math.round(mails);
}

const { values } = parseArgs({
  options: {
    large: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    sizing: { type: 'boolean', default: false },
    cluster: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const wanted = [...SMALL, ...(values.large ? LARGE : [])].filter(({ name }) => name.includes(values.only));
if (values.help) {
  process.stdout.write(HELP);
} else if (values.sizing) {
  process.stdout.write(sizingTable());
} else if (values.cluster !== undefined) {
  process.stdout.write(clusterTable(readFileSync(values.cluster, 'utf8')));
} else if (!Number.isInteger(seed) || seed < 1) {
  process.stderr.write(`--seed is a whole number from 1 on.\n\n${HELP}`);
  process.exitCode = 2;
} else if (wanted.length === 0) {
  process.stderr.write(`No scenario has "${values.only}" in its name.\n`);
  process.exitCode = 2;
} else {
  const outcomes: Outcome[] = [];
  for (const scenario of wanted) {
    const progress = progressOn(process.stderr, scenario.name, expected(scenario));
    outcomes.push(await simulate(scenario, { seed, onProgress: (came) => progress.at(came) }));
    progress.end();
  }
  process.stdout.write(values.json ? `${JSON.stringify({ seed, outcomes }, null, 2)}\n` : table(outcomes));
}
