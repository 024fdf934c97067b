/**
 * What the adapter pool makes of its hosts: `npm run bench:pool [-- --calls 20000] [--seed 1] [--json]`. The pool is the gate's
 * own; hosts and time are simulated and seeded, so the figures are the same on every machine and say nothing of a real host's pace.
 */
import { parseArgs } from 'node:util';
import { progressOn } from '../../src/evaluate/progress.ts';
import { type Random, randomFrom } from '../../src/evaluate/random.ts';
import { percentile } from '../../src/evaluate/statistics.ts';
import { AdapterError, type Classification } from '../../src/judge/adapter/adapter.ts';
import { HEDGE } from '../../src/judge/adapter/pool/hedge.ts';
import type { HostCall, PoolHost } from '../../src/judge/adapter/pool/pool-host.ts';
import { AdapterPool } from '../../src/judge/adapter/pool/pool.ts';
import { UNTOLD } from '../../src/judge/adapter/pool/served.ts';
import { KNOWN_MAIL } from '../../src/judge/known-mail.ts';
import { Slots } from '../../src/judge/slots.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const HELP = `Latency and throughput of the adapter pool over simulated hosts, with and without hedging (seeded).

  npm run bench:pool -- [--calls N] [--seed N] [--json]

  --calls N   of each row (default 20000)
  --seed N    (default 1)
  --json      for machines

A host answers in log-normal time, median 120 ms, sigma 0.35, four calls at once. "one stalls": the last host stops for two
seconds, every 20 seconds on average, and what it works on waits. "long tail": 2 % of the calls take ten times as long. "half": mail comes by chance (Poisson) at half of what
the hosts take; "full": there is always mail waiting.
`;

const MEDIAN_MS = 120;
const SIGMA = 0.35;
const SLOTS = 4;
const TAIL_SHARE = 0.02;
const TAIL_TIMES = 10;
const STALL_MS = 2_000;
const STALL_EVERY_MS = 20_000;

const KINDS = ['steady', 'one stalls', 'long tail'] as const;
type Kind = (typeof KINDS)[number];

interface Row {
  hosts: number;
  kind: Kind;
  hedging: boolean;
  load: 'half' | 'full';
  perSecond: number;
  /** From coming to the answer, the wait for a place included. Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
  p999: number;
  longest: number;
  hedges: number;
  won: number;
  failed: number;
}

const ANSWER: Classification = {
  logLikelihood: Object.fromEntries(DECISIONS.map((one) => [one, Math.log(0.2)])) as Record<Decision, number>,
  mass: 1,
  exact: true,
  promptTokens: 700,
  trimmed: [],
};

/** Box and Muller. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

class SimulatedHost implements PoolHost {
  readonly name: string;
  readonly limit = SLOTS;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #tail: boolean;
  #stalledUntil = 0;

  constructor(
    name: string,
    { clock, random, stalls, tail }: { clock: VirtualClock; random: Random; stalls: boolean; tail: boolean },
  ) {
    this.name = name;
    this.#clock = clock;
    this.#random = random;
    this.#tail = tail;
    if (stalls) this.#stallLater();
  }

  async open(): Promise<typeof UNTOLD> {
    return UNTOLD;
  }

  async check(): Promise<typeof UNTOLD> {
    await this.#unstalled();
    return UNTOLD;
  }

  async classify(_input: unknown, { signal }: HostCall): Promise<Classification> {
    const usual = MEDIAN_MS * Math.exp(SIGMA * normal(this.#random));
    await this.#clock.sleep(this.#tail && this.#random() < TAIL_SHARE ? TAIL_TIMES * usual : usual);
    await this.#unstalled();
    if (signal.aborted) throw signal.reason as AdapterError;
    return ANSWER;
  }

  async explain(): Promise<string> {
    throw new AdapterError('unavailable', 'not simulated');
  }

  async #unstalled(): Promise<void> {
    while (this.#stalledUntil > this.#clock.now()) {
      await this.#clock.sleep(this.#stalledUntil - this.#clock.now());
    }
  }

  #stallLater(): void {
    this.#clock.after(-STALL_EVERY_MS * Math.log(1 - this.#random()), () => {
      this.#stalledUntil = this.#clock.now() + STALL_MS;
      this.#stallLater();
    });
  }
}

async function measure(
  of: Pick<Row, 'hosts' | 'kind' | 'hedging' | 'load'>,
  { calls, seed }: { calls: number; seed: number },
): Promise<Row> {
  const clock = new VirtualClock();
  const seeds = randomFrom(seed);
  const stream = (): Random => randomFrom(Math.floor(seeds() * 2 ** 32));
  let hedges = 0;
  let won = 0;
  const pool = new AdapterPool({
    version: 'simulated@1',
    hosts: Array.from(
      { length: of.hosts },
      (_, i) =>
        new SimulatedHost(`host-${i + 1}`, {
          clock,
          random: stream(),
          stalls: of.kind === 'one stalls' && i === of.hosts - 1,
          tail: of.kind === 'long tail',
        }),
    ),
    hedge: of.hedging ? HEDGE : { ...HEDGE, most: 0 },
    observer: {
      onHedge: (_host, itWon) => {
        hedges += 1;
        if (itWon) won += 1;
      },
    },
    clock,
    random: stream(),
  });
  // Mail waits for a place as it does in the gate: in order, outside of the pool.
  const slots = new Slots(() => pool.capacity());
  const times: number[] = [];
  let failed = 0;
  const ask = async (): Promise<void> => {
    const came = clock.now();
    const answered = await slots.run(() =>
      pool.classify(KNOWN_MAIL).then(
        () => true,
        () => false,
      ),
    );
    if (answered) times.push(clock.now() - came);
    else failed += 1;
  };
  const mean = MEDIAN_MS * Math.exp(SIGMA ** 2 / 2);
  const arrivals = stream();
  const drive = async (): Promise<number> => {
    await pool.warmup();
    const began = clock.now();
    if (of.load === 'full') {
      let left = calls;
      const work = async (): Promise<void> => {
        while (left-- > 0) await ask();
      };
      await Promise.all(Array.from({ length: of.hosts * SLOTS }, work));
    } else {
      const everyMs = mean / (0.5 * of.hosts * SLOTS);
      const all: Promise<void>[] = [];
      for (let i = 0; i < calls; i += 1) {
        await clock.sleep(-everyMs * Math.log(1 - arrivals()));
        all.push(ask());
      }
      await Promise.all(all);
    }
    return (clock.now() - began) / 1_000;
  };
  let seconds: number | null = null;
  const driven = drive().then((took) => (seconds = took));
  await clock.run(() => seconds !== null);
  await driven;
  await pool.release();
  const [p50, p95, p99, p999, longest] = [50, 95, 99, 99.9, 100].map((percent) => percentile(times, percent));
  return {
    ...of,
    perSecond: times.length / seconds!,
    p50,
    p95,
    p99,
    p999,
    longest,
    hedges,
    won,
    failed,
  };
}

function table(rows: readonly Row[], calls: number): string {
  const cell = ({
    hosts,
    kind,
    hedging,
    load,
    perSecond,
    p50,
    p95,
    p99,
    p999,
    longest,
    ...counts
  }: Row): string =>
    [
      hosts,
      kind,
      load,
      hedging ? 'yes' : 'no',
      perSecond.toFixed(1),
      ...[p50, p95, p99, p999, longest].map((ms) => Math.round(ms)),
      `${((100 * counts.hedges) / calls).toFixed(1)} % (${counts.won} won)`,
      counts.failed,
    ].join(' | ');
  const head = [
    'hosts',
    '',
    'load',
    'hedging',
    'calls/s',
    'p50',
    'p95',
    'p99',
    'p99.9',
    'longest ms',
    'hedges',
    'failed',
  ];
  return `| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}\n${rows.map((row) => `| ${cell(row)} |\n`).join('')}`;
}

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [calls, seed] = [Number(values.calls), Number(values.seed)];
if (values.help) {
  process.stdout.write(HELP);
} else if (![calls, seed].every((count) => Number.isInteger(count) && count > 0)) {
  process.stderr.write(`--calls and --seed are whole numbers from 1 on.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const wanted = [1, 2, 4].flatMap((hosts) =>
    KINDS.flatMap((kind) =>
      (['half', 'full'] as const).flatMap((load) =>
        // With one host there is nobody to ask as well, and with full ones nobody has room.
        (hosts === 1 || load === 'full' ? [false] : [false, true]).map((hedging) => ({
          hosts,
          kind,
          load,
          hedging,
        })),
      ),
    ),
  );
  const progress = progressOn(process.stderr, 'simulated', wanted.length);
  const rows: Row[] = [];
  for (const of of wanted) {
    rows.push(await measure(of, { calls, seed }));
    progress.at(rows.length);
  }
  progress.end();
  process.stdout.write(
    values.json ? `${JSON.stringify({ calls, seed, rows }, null, 2)}\n` : table(rows, calls),
  );
}
