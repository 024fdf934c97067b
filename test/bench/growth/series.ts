import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { configSchema } from '../../../src/config/config.ts';
import { percentile } from '../../../src/evaluate/statistics.ts';
import { searchMessages } from '../../../src/insight/search-store.ts';
import { claimDeliveries, claimMessages } from '../../../src/queue/store.ts';
import { summariseCauses } from '../../../src/review/causes.ts';
import { queuePage } from '../../../src/review/queue.ts';
import {
  type QueueSort,
  queueQuerySchema,
  readQueueQuery,
  writeCursor,
} from '../../../src/review/queue-query.ts';
import type { QueueQuery } from '../../../src/review/web-types.ts';
import type { Database, Trx } from '../../../src/store/database.ts';
import { SqliteDatabase } from '../../../src/store/sqlite-database.ts';
import type { Schema } from '../../../src/store/schema.ts';
import { plansOf } from '../../support/query-plans.ts';
import { recipient } from '../relay/mails.ts';
import { type Filling, seedMessages } from './seed.ts';

/** Milliseconds; `cpu` is processor time, which a busy machine does not stretch. */
export interface Took {
  p50: number;
  p95: number;
  cpu: number;
}

/** One database of a size, and how long each thing takes in it. */
export interface Series {
  size: number;
  database_mb: number;
  seed_seconds: number;
  took: Record<string, Took>;
  /** SQLite's plans of what was asked for. */
  plans: Record<string, string[]>;
}

/** Messages claimed at once, as the runner does. */
const CLAIMED = 16;
const PAGE = 50;
const NOW = Date.parse('2026-03-01T09:00:00Z');
const WARM_UP = 3;

interface Work<T> {
  /** What is timed. */
  run: () => Promise<T>;
  /** The same over another connection, for SQLite's plans. */
  plan: (db: Kysely<Schema>) => Promise<unknown>;
  /** Takes back what it did, so that each time begins alike. */
  after?: (result: T) => Promise<unknown>;
}

/**
 * A page of what is held: the first, one in the middle, one reason; and words looked for in all texts.
 *
 * @param match only what has this in its name
 */
export function measureLists(size: number, held: number, rounds: number, match: string): Promise<Series> {
  const { review } = configSchema.parse({});
  return withDatabase(size, { kind: 'past', held }, async (database) => {
    const read = (ask: (db: Kysely<Schema>) => Promise<unknown>): Work<unknown> => ({
      run: () => ask(database.db),
      plan: ask,
    });
    const page = (query: QueueQuery, cursor?: string, sort: QueueSort = 'oldest'): Work<unknown> =>
      read((db) => {
        const viewer = { db, review, me: 'u0', now: NOW };
        const filter = readQueueQuery(queueQuerySchema.parse(query), viewer);
        return queuePage(viewer, filter, { sort, cursor, limit: PAGE });
      });
    const search = (words: string): Work<unknown> => read((db) => searchMessages(db, words, { limit: PAGE }));
    const works = {
      'held, first page': page({}),
      'held, a page in the middle': page({}, await middleCursor(database)),
      'held, by due time': page({}, undefined, 'due'),
      'held, one reason': page({ reason: 'thread_leak' }),
      'held, one engine': page({ engine: 'engine-3' }),
      'held, one reason by due time': page({ reason: 'thread_leak' }, undefined, 'due'),
      'held, one engine by due time': page({ engine: 'engine-3' }, undefined, 'due'),
      'held, of one person': page({ assigned: 'me' }),
      'held, its causes': read((db) => summariseCauses(db, NOW)),
      'search, a rare word': search('q4711'),
      'search, an address': search(recipient(7)),
      'search, two words': search('scheduler invoice'),
      'search, a word of every text': search('hello'),
      'search, a beginning of 1,111 words': search('q47'),
      'held, a rare word': page({ q: 'q4711' }),
      'held, two words': page({ q: 'scheduler invoice' }),
      'held, a word of every text': page({ q: 'hello' }),
    };
    const matching = Object.entries(works).filter(([name]) => name.includes(match));
    return measureEach(database, rounds, Object.fromEntries(matching));
  });
}

/** A cursor half way through what is held, as the page before would have given it. */
async function middleCursor(database: Database): Promise<string> {
  const { db } = database;
  const { held } = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('held'))
    .where('state', '=', 'held')
    .executeTakeFirstOrThrow();
  const { created_at, id } = await db
    .selectFrom('deliveries')
    .select(['created_at', 'id'])
    .where('state', '=', 'held')
    .orderBy('created_at')
    .orderBy('id')
    .offset(Math.floor(held / 2))
    .limit(1)
    .executeTakeFirstOrThrow();
  return writeCursor([created_at, id]);
}

/** What the runner claims from a queue in which all messages wait, and from one in which all their deliveries are due. */
export function measureClaims(size: number, rounds: number): Promise<Series> {
  return withDatabase(size, { kind: 'queued' }, async (database) => {
    const messages = await measureEach(database, rounds, {
      'claim of messages to judge': claiming(database, 'messages', claimMessages),
    });
    await database.transact(async (trx) => {
      await trx.updateTable('messages').set({ judged_at: NOW }).execute();
      await trx
        .updateTable('deliveries')
        .set({ state: 'relaying', next_attempt_at: NOW - 1 })
        .execute();
    });
    const deliveries = await measureEach(database, rounds, {
      'claim of deliveries to attempt': claiming(database, 'deliveries', claimDeliveries),
    });
    return {
      took: { ...messages.took, ...deliveries.took },
      plans: { ...messages.plans, ...deliveries.plans },
    };
  });
}

/** A claim with its durable commit; afterwards its leases are let go. */
function claiming<T extends { id: string }>(
  database: Database,
  table: 'messages' | 'deliveries',
  claim: (
    trx: Trx,
    options: { now: number; leaseMs: number; limit: number; inHand: string[] },
  ) => Promise<T[]>,
): Work<T[]> {
  const options = { now: NOW, leaseMs: 60_000, limit: CLAIMED, inHand: [] };
  const letGo = (rows: T[]): Promise<unknown> =>
    database.transact((trx) =>
      trx
        .updateTable(table)
        .set({ lease_until: null })
        .where(
          'id',
          'in',
          rows.map(({ id }) => id),
        )
        .execute(),
    );
  return {
    run: () => database.transact((trx) => claim(trx, options)),
    // A claim asks for nothing that only a transaction has.
    plan: async (db) => letGo(await claim(db as Trx, options)),
    after: letGo,
  };
}

async function withDatabase(
  size: number,
  filling: Filling,
  measure: (database: Database) => Promise<Pick<Series, 'took' | 'plans'>>,
): Promise<Series> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-bench-growth-'));
  const path = join(folder, 'presend.db');
  try {
    const database = new SqliteDatabase(path);
    await database.migrate();
    const began = performance.now();
    seedMessages(path, { messages: size, filling, now: NOW, bodies: false, seed: 1 });
    const seeded = (performance.now() - began) / 1000;
    const measured = await measure(database);
    await database.close();
    const megabytes = Math.round(statSync(path).size / 2 ** 20);
    return { size, database_mb: megabytes, seed_seconds: Math.round(seeded), ...measured };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureEach<T>(database: Database, rounds: number, works: Record<string, Work<T>>) {
  const took: Record<string, Took> = {};
  const plans: Record<string, string[]> = {};
  for (const [name, { run, plan, after }] of Object.entries(works)) {
    const times: number[] = [];
    let cpu = 0;
    for (let i = -WARM_UP; i < rounds; i += 1) {
      const used = process.cpuUsage();
      const began = performance.now();
      const result = await run();
      const ms = performance.now() - began;
      const { user, system } = process.cpuUsage(used);
      await after?.(result);
      if (i < 0) continue;
      times.push(ms);
      cpu += (user + system) / 1000;
    }
    took[name] = {
      p50: hundredths(percentile(times, 50)),
      p95: hundredths(percentile(times, 95)),
      cpu: hundredths(cpu / rounds),
    };
    plans[name] = (await plansOf(database, plan)).map(({ steps }) => steps.join('; '));
  }
  return { took, plans };
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;
