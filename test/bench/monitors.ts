/**
 * How often the kill switch's monitors trip on a healthy judge, and how long they take to notice a bad one:
 * `npm run bench:monitors [-- --seeds 1000] [--json]`. Simulated months with the gate's own windows, readings and draw; no
 * database, no clock. The same figures on every machine.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { progressOn } from '../../src/evaluate/progress.ts';
import { percentile, proportion } from '../../src/evaluate/statistics.ts';
import { type Job, type Result, jobs, rowOf } from './monitors-jobs.ts';

const HELP = `How often the kill switch's monitors trip on a healthy judge, and how soon on a bad one (simulated, seeded).

  npm run bench:monitors -- [--seeds N] [--workers N] [--json]

  --seeds N     months of the healthy judge, seeds 1 to N (default 1000); other tables take a fifth, probes a tenth
  --workers N   processes (default: one a core, two at most)
  --json        for machines
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const seeds = Number(values.seeds);
/** A process without a seed has nothing to do. */
const workers = Math.min(Number(values.workers), seeds);
if (values.help) {
  process.stdout.write(HELP);
} else if (![seeds, workers].every((count) => Number.isInteger(count) && count > 0)) {
  process.stderr.write(`--seeds and --workers are whole numbers from 1 on.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const rows = summed(await performAll(jobs(seeds)));
  process.stdout.write(values.json ? `${JSON.stringify({ seeds, rows }, null, 2)}\n` : text(rows));
}

type Told = { job: Job; result: Result };

/** All of a row's jobs, shared out to processes. */
async function performAll(all: readonly Job[]): Promise<Told[]> {
  const progress = progressOn(process.stderr, 'simulated', all.length);
  const told: Told[] = [];
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      // By seed, so that a process uses the mail of a seed again.
      const share = all.filter(({ seed }) => seed % workers === worker);
      const child = fork(fileURLToPath(new URL('./monitors-worker.ts', import.meta.url)), {
        // tsx does not reach into threads of this Node.
        execArgv: ['--import', 'tsx'],
      });
      await new Promise<void>((resolve, reject) => {
        child.on('message', (one: Told) => {
          told.push(one);
          progress.at(told.length);
        });
        child.on('error', reject);
        child.on('close', (code) =>
          code === 0 ? resolve() : reject(new Error(`a process ended with code ${code}`)),
        );
        child.send(share);
      });
    }),
  );
  progress.end();
  return told;
}

interface Row {
  /** What was simulated, without the seed. */
  job: object;
  seeds: number;
  alarms?: { count: number; per_1000_months: number; interval_95: [number, number] };
  delays?: Record<'hours' | 'mails' | 'calls' | 'weeks', { median: number; p90: number } | null> & {
    never: number;
  };
}

function summed(told: readonly Told[]): Row[] {
  const rows = new Map<string, Result[]>();
  for (const { job, result } of told) {
    const row = rows.get(rowOf(job));
    if (row) row.push(result);
    else rows.set(rowOf(job), [result]);
  }
  return [...rows]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, results]) => ({
      job: JSON.parse(key) as object,
      seeds: results.length,
      ...figures(results),
    }));
}

function figures(results: readonly Result[]): Pick<Row, 'alarms' | 'delays'> {
  const alarms = results.flatMap((result) => ('alarm' in result ? [result.alarm] : []));
  if (alarms.length > 0) {
    const { hits, of, low, high } = proportion(alarms.filter(Boolean).length, alarms.length);
    const perThousand = (share: number): number => Math.round(share * 10_000) / 10;
    return {
      alarms: {
        count: hits,
        per_1000_months: perThousand(hits / of),
        interval_95: [perThousand(low), perThousand(high)],
      },
    };
  }
  const delays = results.flatMap((result) => ('delay' in result ? [result.delay] : []));
  // Never is later than any other time; a percentile that falls on it is told as null.
  const spread = (unit: 'hours' | 'mails' | 'calls' | 'weeks'): { median: number; p90: number } | null => {
    const all = delays.map((delay) =>
      delay === null ? Number.POSITIVE_INFINITY : (delay[unit] ?? Number.NaN),
    );
    if (all.some(Number.isNaN)) return null;
    return { median: percentile(all, 50), p90: percentile(all, 90) };
  };
  return {
    delays: {
      hours: spread('hours'),
      mails: spread('mails'),
      calls: spread('calls'),
      weeks: spread('weeks'),
      never: delays.filter((delay) => delay === null).length,
    },
  };
}

function text(rows: readonly Row[]): string {
  const lines = rows.map(({ job, seeds: of, alarms, delays }) => {
    const name = Object.values(job as Record<string, unknown>).join(' ');
    if (alarms) {
      const { count, per_1000_months: rate, interval_95: interval } = alarms;
      return `${name}: ${count} alarms in ${of} months, ${rate} per 1,000 [${interval.join(', ')}]`;
    }
    const units = (['hours', 'mails', 'calls', 'weeks'] as const).flatMap((unit) => {
      const spread = delays?.[unit];
      if (!spread || (spread.median === Number.POSITIVE_INFINITY && unit !== 'weeks')) return [];
      const shown = (value: number): string =>
        Number.isFinite(value) ? String(Math.round(value * 10) / 10) : 'never';
      return [`${unit} ${shown(spread.median)} (p90 ${shown(spread.p90)})`];
    });
    return `${name}: ${units.join(', ')}; never ${delays?.never ?? 0} of ${of}`;
  });
  return `Seeds 1 to ${seeds}.\n${lines.join('\n')}\n`;
}
