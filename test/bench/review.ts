import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { configSchema } from '../../src/config/config.ts';
import { summariseCauses } from '../../src/review/causes.ts';
import { queuePage } from '../../src/review/queue.ts';
import { queueQuerySchema, readQueueQuery } from '../../src/review/queue-query.ts';
import { queueCount } from '../../src/review/queue-store.ts';
import type { QueueQuery } from '../../src/review/web-types.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { seedMessages } from './growth/seed.ts';

/**
 * How long a page of the queue takes with `REVIEW_BENCH_ROWS` (50,000) deliveries, a tenth of them held. Prints one JSON
 * document: median and 95th percentile in milliseconds for each query, and the processor time it took, which a busy machine does not
 * stretch.
 */
const ROWS = Number(process.env['REVIEW_BENCH_ROWS'] ?? 50_000);
const ROUNDS = 40;
const NOW = Date.parse('2026-03-01T09:00:00Z');
/** What three people took. */
function seed(path: string): void {
  seedMessages(path, {
    messages: ROWS,
    filling: { kind: 'past', held: ROWS / 10 },
    now: NOW,
    bodies: false,
    seed: 1,
  });
  const db = new SQLite(path);
  db.exec(`insert into review_states (delivery_id, assigned_id, assigned_name)
      select id, 'u' || (rowid % 3), 'User ' || (rowid % 3) from deliveries where state = 'held' and rowid % 50 = 1;
    analyze`);
  db.close();
}

async function measured(
  work: () => Promise<unknown>,
): Promise<{ p50_ms: number; p95_ms: number; cpu_ms: number }> {
  for (let i = 0; i < 5; i += 1) await work();
  const times: number[] = [];
  const cpu = process.cpuUsage();
  for (let i = 0; i < ROUNDS; i += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((times[Math.floor(share * (ROUNDS - 1))] ?? 0) * 10) / 10;
  return { p50_ms: at(0.5), p95_ms: at(0.95), cpu_ms: Math.round((user + system) / ROUNDS / 100) / 10 };
}

const folder = mkdtempSync(join(tmpdir(), 'presend-bench-review-'));
try {
  const path = join(folder, 'presend.db');
  const database = new SqliteDatabase(path);
  await database.migrate();
  seed(path);
  const { review } = configSchema.parse({});
  const viewer = { db: database.db, review, me: 'u0', now: NOW };
  const filter = (query: QueueQuery) => readQueueQuery(queueQuerySchema.parse(query), viewer);
  const page =
    (query: QueueQuery, sort: 'oldest' | 'newest' | 'due' = 'oldest') =>
    () =>
      queuePage(viewer, filter(query), { sort, cursor: undefined, limit: 50 });
  const results: Record<string, unknown> = { deliveries: ROWS, held: ROWS / 10 };
  const queries: [string, () => Promise<unknown>][] = [
    ['held', page({})],
    ['held, newest first', page({}, 'newest')],
    ['held, by due time', page({}, 'due')],
    ['held for one reason', page({ reason: 'thread_leak' })],
    ['mine', page({ assigned: 'me' })],
    ['held, a word of every text', page({ q: 'hello' })],
    ['held, a word of nearly every text', page({ q: 'ledger' })],
    ['held, two words', page({ q: 'person12 scheduler' })],
    ['held, a word that is nowhere', page({ q: 'quokka' })],
    ['every state', page({ state: 'all' })],
    ['every state, a word', page({ state: 'all', q: 'q123' })],
    ['one count of a view', () => queueCount(database.db, filter({ assigned: 'none' }), NOW)],
    ['causes', () => summariseCauses(database.db, NOW)],
  ];
  for (const [name, work] of queries) results[name] = await measured(work);
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  await database.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
