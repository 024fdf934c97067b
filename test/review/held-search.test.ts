import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { type Random, randomFrom } from '../../src/evaluate/random.ts';
import { summariseCauses } from '../../src/review/causes.ts';
import { queuePage } from '../../src/review/queue.ts';
import { queueCount } from '../../src/review/queue-store.ts';
import { queueQuerySchema, readQueueQuery } from '../../src/review/queue-query.ts';
import type { QueuePage, QueueQuery } from '../../src/review/web-types.ts';
import type { Database } from '../../src/store/database.ts';
import { type HeldMail, addHeldMail } from '../support/held-mail.ts';
import { openDatabaseOf } from '../support/store.ts';

const SEED = Number(process.env['SEARCH_SEED'] ?? 4711);
const NOW = Date.parse('2026-03-01T09:00:00Z');
/** More than is looked at in one turn, and than is counted. */
const HELD = 2_500;
const SEARCHES = 60;
/** Most that a page's counts count. */
const COUNTED = 1_000;

const ENGINES = ['north', 'south', 'rare'];
const REASONS = ['thread_leak', 'funding_tier', 'stale_record'];
/** From what every text has to what one in a thousand has; some in names and notes only. */
const WORDS = { hello: 1, ledger: 0.5, ledgers: 0.1, parser: 0.05, quokka: 0.001 };
const NOTES = ['The ledgerless draft states a figure.', 'Zebra crossing', 'Nothing of note'];

const { review } = configSchema.parse({});
const folder = mkdtempSync(join(tmpdir(), 'presend-held-search-'));
let database: Database;
let held: Required<HeldMail>[];

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)];

beforeAll(async () => {
  const random = randomFrom(SEED);
  database = await openDatabaseOf(folder);
  held = Array.from({ length: HELD }, (_, i) => ({
    id: `m${String(i).padStart(6, '0')}`,
    engine: random() < 0.002 ? 'rare' : pick(random, ['north', 'south']),
    recipient: `p${i}@${pick(random, ['one', 'two'])}.example`,
    reason: random() < 0.95 ? 'thread_leak' : pick(random, REASONS),
    // Some came at the same time.
    at: NOW - (HELD - Math.floor(i / 3)) * 1_000,
    expires: NOW + 86_400_000 + Math.floor(random() * 1_000),
    subject: `Capacity ${i}`,
    note: pick(random, NOTES),
    text: {
      body: Object.entries(WORDS)
        .filter(([, share]) => random() < share)
        .map(([word]) => word)
        .join(' '),
      template: random() < 0.3 ? 'flood' : `t${Math.floor(random() * 900)}`,
    },
  }));
  await addHeldMail(database, ENGINES, held);
});

afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Whether a word stands anywhere in what is known of it, and begins one of its text. */
function holds(mail: Required<HeldMail>, word: string): boolean {
  const { id, recipient, note, reason, engine, subject, text } = mail;
  return (
    [recipient, note, reason, engine, subject, `${id}-1`, `<${id}@sender.example>`, 'a@sender.example'].some(
      (known) => known.toLowerCase().includes(word),
    ) || text.body.split(' ').some((one) => (word.length < 3 ? one === word : one.startsWith(word)))
  );
}

/** What a query finds, by looking at each. */
function slowly({ q = '', reason, engine, sort = 'oldest' }: QueueQuery): Required<HeldMail>[] {
  const by = (one: Required<HeldMail>): number => (sort === 'due' ? one.expires : one.at);
  const sign = sort === 'newest' ? -1 : 1;
  return held
    .filter(
      (one) =>
        (!reason || one.reason === reason) &&
        (!engine || one.engine === engine) &&
        q.split(' ').every((word) => holds(one, word)),
    )
    .toSorted((a, b) => sign * (by(a) - by(b) || (a.id < b.id ? -1 : 1)));
}

function ask(query: QueueQuery, limit: number, cursor?: string): Promise<QueuePage> {
  const viewer = { db: database.db, review, me: 'u1', now: NOW };
  const filter = readQueueQuery(queueQuerySchema.parse(query), viewer);
  return queuePage(viewer, filter, { sort: query.sort ?? 'oldest', cursor, limit });
}

describe('words among what is held', () => {
  test('find the same, in order, page by page and with the same counts as looking at each', async () => {
    const random = randomFrom(SEED + 1);
    for (let i = 0; i < SEARCHES; i += 1) {
      const words = [
        ...Object.keys(WORDS),
        'ledg',
        'ledgerless',
        'zebra',
        'p12',
        'm00',
        'two.ex',
        'rare',
        'he',
      ];
      const query: QueueQuery = {
        q: random() < 0.3 ? `${pick(random, words)} ${pick(random, words)}` : pick(random, words),
        sort: pick(random, ['oldest', 'newest', 'due'] as const),
        ...(random() < 0.3 ? { reason: pick(random, REASONS) } : {}),
        ...(random() < 0.3 ? { engine: pick(random, ENGINES) } : {}),
      };
      const said = `${JSON.stringify(query)} (SEARCH_SEED=${SEED})`;
      const expected = slowly(query);
      const first = await ask(query, 150);
      const items = [...first.items];
      for (let { next } = first; next !== null && items.length < 450; ) {
        const page = await ask(query, 150, next);
        items.push(...page.items);
        ({ next } = page);
      }
      expect(
        items.map(({ message_id }) => message_id),
        said,
      ).toEqual(
        expected.slice(0, Math.max(items.length, Math.min(expected.length, 450))).map(({ id }) => id),
      );
      expect([first.total, first.total_more ?? false], said).toEqual(
        expected.length > COUNTED ? [COUNTED, true] : [expected.length, false],
      );
      expect(countsOf(first), said).toEqual(slowCounts(query));
    }
  }, 30_000);

  test('are counted as far as is asked', async () => {
    const { q, ...rest } = { q: 'parser' };
    const found = slowly({ q }).length;
    const filter = readQueueQuery(queueQuerySchema.parse({ ...rest, q }), { me: 'u1', now: NOW });
    expect(found).toBeGreaterThan(50);
    for (const most of [1, 7, found - 1]) {
      expect(await queueCount(database.db, filter, NOW, most)).toEqual({ count: most, more: true });
    }
    expect(await queueCount(database.db, filter, NOW, found)).toEqual({ count: found });
  });
});

/** Each choice of the menus: how much it finds, up to what is told of it. */
const countsOf = ({ facets }: QueuePage): Record<string, number> =>
  Object.fromEntries(
    [...facets.reasons, ...facets.engines].map(({ key, count }) => [key, Math.min(count, 100)]),
  );

function slowCounts({ reason, engine, ...query }: QueueQuery): Record<string, number> {
  const counts: [string, number][] = [
    ...REASONS.map((one): [string, number] => [one, slowly({ ...query, engine, reason: one }).length]),
    ...ENGINES.map((one): [string, number] => [one, slowly({ ...query, reason, engine: one }).length]),
  ];
  return Object.fromEntries(
    counts.filter(([, count]) => count > 0).map(([key, count]) => [key, Math.min(count, 100)]),
  );
}

test('causes read piece by piece are those of all that is held, each with as much of it drawn as is to be read', async () => {
  const pairs = new Map<string, number>();
  const pairOf = ({ reason, text }: Required<HeldMail>): string => `template:${reason}:${text.template}`;
  for (const one of held) pairs.set(pairOf(one), (pairs.get(pairOf(one)) ?? 0) + 1);
  const groups = new Map<string, string[]>();
  for (const one of held) {
    const template = (pairs.get(pairOf(one)) ?? 0) >= 3 ? pairOf(one) : `rule:${one.reason}:e-${one.engine}`;
    const key = one.reason === 'stale_record' ? one.reason : template;
    groups.set(key, [...(groups.get(key) ?? []), `${one.id}-1`]);
  }
  const floods = [...groups].filter(([, ids]) => ids.length >= 3);
  const found = await summariseCauses(database.db, NOW);
  expect(Object.fromEntries(found.map(({ key, count }) => [key, count]))).toEqual(
    Object.fromEntries(floods.map(([key, ids]) => [key, ids.length])),
  );
  // Oldest first, as they were grouped, where two are as large.
  const largestFirst = floods.toSorted(([, a], [, b]) => b.length - a.length).map(([key]) => key);
  expect(found.map(({ key }) => key)).toEqual(largestFirst);
  for (const { key, count, sample } of found) {
    expect(new Set(sample).size).toBe(Math.min(count, 10, Math.max(3, Math.ceil(count / 10))));
    expect(groups.get(key)).toEqual(expect.arrayContaining(sample));
  }
  const again = await summariseCauses(database.db, NOW + 1_000);
  expect(again).toEqual(found);
  const later = await summariseCauses(database.db, NOW + 3_600_000);
  expect(later.map(({ key }) => key)).toEqual(found.map(({ key }) => key));
  expect(later[0]?.sample).not.toEqual(found[0]?.sample);
});
