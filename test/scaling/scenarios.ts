import { CAMPAIGN } from './arrivals.ts';
import { type Card, type Costs, H200, T4 } from './figures.ts';
import { MEASURED } from './measured.ts';
import type { Scenario } from './simulate.ts';

const MINUTE_MS = 60_000;

/** The day around a campaign's start; what came is followed to its end. */
const AROUND = { from: CAMPAIGN.at - 5 * MINUTE_MS, to: CAMPAIGN.at + 30 * MINUTE_MS, burst: CAMPAIGN };

function scenario(
  of: { name: string; perDay: number; gates: number; hosts: number } & Partial<Scenario>,
  costs: Costs = MEASURED,
): Scenario {
  return {
    ...AROUND,
    databaseCores: 16,
    card: H200,
    hedging: true,
    upstreamPerSecond: null,
    couriers: 50,
    // A mailbox sends some 100 mails a day without harm to its reputation.
    mailboxes: { count: Math.ceil(of.perDay / 100), dailyCap: null, window: null },
    stoppedByRules: 0.3,
    stoppedByAdapter: 0.1,
    costs,
    ...of,
  };
}

const thousand = (perDay: number): string => `${(perDay / 1_000).toLocaleString('en')} k`;
const hosts = (count: number, card: Card): string => `${count} × ${card.name}`;

/** A twentieth of the large ones: short enough for every test run. */
export const SMALL: readonly Scenario[] = [
  scenario({ name: `${thousand(50_000)} a day, 1 gate, rules alone`, perDay: 50_000, gates: 1, hosts: 0 }),
  scenario({ name: `${thousand(50_000)}, 1 gate, ${hosts(1, H200)}`, perDay: 50_000, gates: 1, hosts: 1 }),
  scenario({
    name: `${thousand(50_000)}, 1 gate, ${hosts(2, T4)}`,
    perDay: 50_000,
    gates: 1,
    hosts: 2,
    card: T4,
  }),
  scenario({
    name: `${thousand(50_000)}, 1 gate, ${hosts(1, T4)}`,
    perDay: 50_000,
    gates: 1,
    hosts: 1,
    card: T4,
  }),
  scenario({
    name: `${thousand(50_000)}, 2 gates, ${hosts(2, H200)}, no hedging`,
    perDay: 50_000,
    gates: 2,
    hosts: 2,
    hedging: false,
  }),
  scenario({
    name: `${thousand(50_000)}, 2 gates, ${hosts(2, H200)}, one of them out for 15 minutes`,
    perDay: 50_000,
    gates: 2,
    hosts: 2,
    outage: { from: CAMPAIGN.at + MINUTE_MS, to: CAMPAIGN.at + 16 * MINUTE_MS },
  }),
  scenario({
    name: `${thousand(50_000)}, 1 gate, ${hosts(1, H200)}, upstream takes 10 a second`,
    perDay: 50_000,
    gates: 1,
    hosts: 1,
    upstreamPerSecond: 10,
  }),
  scenario({
    name: `${thousand(50_000)}, 1 gate, ${hosts(1, H200)}, mailboxes of 25 a day`,
    perDay: 50_000,
    gates: 1,
    hosts: 1,
    mailboxes: { count: 500, dailyCap: 25, window: { from: '08:00', to: '18:00' } },
  }),
];

const MILLION = 1_000_000;

/** What a machine with nothing else to do may need: not measured, a third of `MEASURED`. */
const THIRD: Costs = {
  ...MEASURED,
  gate: {
    accept: MEASURED.gate.accept / 3,
    judge: MEASURED.gate.judge / 3,
    deliver: MEASURED.gate.deliver / 3,
  },
  database: {
    ...MEASURED.database,
    change: MEASURED.database.change / 3,
    end: MEASURED.database.end / 3,
    entry: MEASURED.database.entry / 3,
  },
};

/** `npm run bench:scaling -- --large`: minutes. */
export const LARGE: readonly Scenario[] = [
  ...[8, 16, 32].map((gates) =>
    scenario({ name: `1 M, ${gates} gates, rules alone`, perDay: MILLION, gates, hosts: 0 }),
  ),
  ...[4, 8].map((count) =>
    scenario({ name: `1 M, 32 gates, ${hosts(count, H200)}`, perDay: MILLION, gates: 32, hosts: count }),
  ),
  scenario({
    name: `1 M, 32 gates, ${hosts(8, H200)}, one out for 15 minutes`,
    perDay: MILLION,
    gates: 32,
    hosts: 8,
    outage: { from: CAMPAIGN.at + MINUTE_MS, to: CAMPAIGN.at + 16 * MINUTE_MS },
  }),
  scenario(
    {
      name: '1 M, 16 gates, rules alone, gate and database take a third of the time (assumed)',
      perDay: MILLION,
      gates: 16,
      hosts: 0,
    },
    THIRD,
  ),
  scenario(
    {
      name: `1 M, 16 gates, ${hosts(8, H200)}, gate and database take a third of the time (assumed)`,
      perDay: MILLION,
      gates: 16,
      hosts: 8,
    },
    THIRD,
  ),
];
