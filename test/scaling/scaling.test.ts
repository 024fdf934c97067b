import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import { CAMPAIGN, arrivals, rateAt } from './arrivals.ts';
import { clusterTable } from './cluster-table.ts';
import { SMALL } from './scenarios.ts';
import { type Outcome, simulate } from './simulate.ts';
import { sizingTable } from './sizing.ts';
import { table } from './table.ts';

const DOCUMENT = readFileSync(join(PROJECT_ROOT, 'docs/SCALING.md'), 'utf8');
const DAY_MS = 86_400_000;

let outcomes: Outcome[];
beforeAll(async () => {
  outcomes = [];
  for (const scenario of SMALL) outcomes.push(await simulate(scenario, { seed: 1 }));
}, 300_000);

const named = (text: string): Outcome => outcomes.find(({ name }) => name.includes(text))!;

test('the document has what the simulation prints', () => {
  expect(DOCUMENT).toContain(table(outcomes));
});

test('the document has the sizing table that follows from the figures', () => {
  expect(DOCUMENT).toContain(sizingTable());
});

test('every mail that came is held, delivered or kept for later', () => {
  for (const { came, held, delivered, later } of outcomes) {
    expect(came).toBeGreaterThan(10_000);
    expect(held + delivered + later).toBe(came);
  }
});

test('the same seed gives the same outcome, another one another', async () => {
  const short = { ...SMALL[1], to: CAMPAIGN.at + 60_000 };
  const [first, again, other] = [
    await simulate(short, { seed: 7 }),
    await simulate(short, { seed: 7 }),
    await simulate(short, { seed: 8 }),
  ];
  expect(again).toEqual(first);
  expect(other.verdict).not.toEqual(first.verdict);
});

test('a day has as many mails as it should, a fifth of them in the ten minutes of the campaign', () => {
  const perDay = 200_000;
  let [came, inBurst] = [0, 0];
  for (const at of arrivals({ from: 0, to: DAY_MS, perDay, bursts: [CAMPAIGN] }, randomFrom(1))) {
    came += 1;
    if (at >= CAMPAIGN.at && at < CAMPAIGN.at + CAMPAIGN.ms) inBurst += 1;
  }
  // Four standard deviations of what comes by chance.
  expect(Math.abs(came - perDay)).toBeLessThan(4 * Math.sqrt(perDay));
  const expected = (rateAt(CAMPAIGN.at, { perDay, bursts: [CAMPAIGN] }) * CAMPAIGN.ms) / 1_000;
  expect(Math.abs(inBurst - expected)).toBeLessThan(4 * Math.sqrt(expected));
});

test('with too few cards mail waits for its deadline and no longer, and none is past it with enough', () => {
  const few = named('1 × T4');
  expect(few.pastDeadline).toBeGreaterThan(1_000);
  expect(few.verdict.p99).toBeLessThan(16 * 60_000);
  expect(few.busy.hosts).toBeGreaterThan(0.99);
  expect(named('1 gate, 1 × H200').pastDeadline).toBe(0);
});

test('a host that is out costs no mail its verdict while another has room', () => {
  const out = named('out for 15 minutes');
  expect(out.pastDeadline).toBe(0);
  expect(out.verdict.p99).toBeLessThan(10_000);
});

test('an upstream that takes little keeps couriers busy, and mail waits for it without a verdict being late', () => {
  const slow = named('upstream takes 10');
  expect(slow.arrived.p95).toBeGreaterThan(20_000);
  expect(slow.verdict.p99).toBeLessThan(10_000);
});

test('no mailbox sends more than its cap: the rest is kept for later', () => {
  const capped = named('mailboxes of 25');
  expect(capped.later).toBeGreaterThan(0);
  expect(capped.delivered).toBeLessThanOrEqual(500 * 25);
});

test("the table of several gates is made from the benchmark's own output", () => {
  const turn = {
    accepted_per_second: 210,
    delivered_per_second: 15.5,
    times_the_fewest: 1,
    gates_cpu_ms: 11.5,
    postgres_cpu_ms: 4.2,
    gates_cores: 0.25,
    postgres_cores: 0.1,
    idle_cores: 1.5,
    gates_throttled: 0.914,
    postgres_throttled: null,
  };
  const text = clusterTable(
    JSON.stringify({
      machine: { date: '2026-11-27T20:00:00.000Z', cpu: 'Some CPU', cores: 2, load: [0.5, 0.4, 0.3] },
      messages: 1_000,
      share: 0.25,
      database_share: null,
      rounds: [[], [], []],
      medians: [
        { gates: 1, ...turn },
        { gates: 3, ...turn, delivered_per_second: 44, times_the_fewest: 2.84 },
      ],
    }),
  );
  expect(text).toContain('| 1 | 210 | 15.5 | 1.00 × | 11.5 | 4.2 | 0.25 · 0.10 · 1.50 | 91 % · – |');
  expect(text).toContain('| 3 | 210 | 44 | 2.84 × |');
  expect(text).toContain(
    '1,000 mails a turn, medians of 3 turns each; 0.25 of a core for each gate; PostgreSQL without one; 2 cores (Some CPU); load 0.5; 2026-11-27',
  );
});
