/**
 * How the gate grows with what is in its database: `npm run bench:growth`. Prints JSON, and tables on standard error. See
 * docs/BENCHMARKS.md.
 */
import { parseArgs } from 'node:util';
import { measureVerdicts } from './crm-verdicts.ts';
import { measureStart } from './growth/gate.ts';
import { type Series, measureClaims, measureLists } from './growth/series.ts';
import { machine } from './machine.ts';

const HELP = `Usage: npm run bench:growth -- [options]

Verdict, claim, a page of what is held and search, with more and more prospects, thread texts, messages and holds; then the start
and the memory of a real gate with much queued and much held.

  --largest N     largest size; from 1,000 in steps of ten (100000). A million takes half an hour and 5 GB of /tmp
  --rounds N      times each thing is done (40)
  --only A,B      of verdict, messages, holds, claim, start
  --match TEXT    of messages and holds only what has this in its name, such as "page"
`;

/** Held mail while only the number of messages grows. */
const SOME_HELD = 1000;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    largest: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '40' },
    only: { type: 'string', default: 'verdict,messages,holds,claim,start' },
    match: { type: 'string', default: '' },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const largest = Number(values.largest);
const rounds = Number(values.rounds);
if (!(largest >= 1000) || !(rounds > 0)) {
  process.stderr.write('--largest takes a number from 1000, --rounds one above 0\n');
  process.exit(2);
}
const sizes = Array.from(
  { length: Math.floor(Math.log10(largest) - 3 + 1e-9) + 1 },
  (_, i) => 1000 * 10 ** i,
);
const wanted = new Set(values.only.split(','));

const about = await machine();
const report = {
  machine: about,
  rounds,
  verdict: wanted.has('verdict') ? await each('verdict', measureVerdicts) : [],
  messages: wanted.has('messages')
    ? await each('messages', (size) => measureLists(size, Math.min(size, SOME_HELD), rounds, values.match))
    : [],
  holds: wanted.has('holds')
    ? await each('holds', (size) => measureLists(size, size, rounds, values.match))
    : [],
  claim: wanted.has('claim') ? await each('claim', (size) => measureClaims(size, rounds)) : [],
  start: wanted.has('start')
    ? {
        queued: await measureStart(Math.min(largest, 100_000), 'queued'),
        held: await measureStart(Math.min(largest, 100_000), 'held'),
      }
    : null,
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
for (const name of ['messages', 'holds', 'claim'] as const) {
  if (report[name].length > 0)
    process.stderr.write(`\n${name}, ms: p50 / p95 (processor)\n${table(report[name])}\n`);
}

async function each<T>(name: string, measure: (size: number) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (const size of sizes) {
    const began = performance.now();
    all.push(await measure(size));
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stderr.write(`${name}: ${size.toLocaleString('en')} done in ${seconds} s\n`);
  }
  return all;
}

/** A row for each thing, a column for each size, and how the largest compares with the smallest. */
function table(series: Series[]): string {
  const [first, last] = [series[0], series.at(-1)!];
  const rows = Object.keys(first.took).map((name) => {
    const cells = series.map(({ took }) => `${took[name].p50} / ${took[name].p95} (${took[name].cpu})`);
    const ratio = (of: 'p50' | 'cpu'): string => (last.took[name][of] / first.took[name][of]).toFixed(1);
    return [name, ...cells, `${ratio('p50')} (${ratio('cpu')})`];
  });
  const head = ['', ...series.map(({ size }) => size.toLocaleString('en')), 'ratio of p50'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
