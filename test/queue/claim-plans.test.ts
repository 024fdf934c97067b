import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { oldestDue } from '../../src/observability/scrape-store.ts';
import { claimDeliveries, claimMessages } from '../../src/queue/store.ts';
import type { Trx } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { plansOf } from '../support/query-plans.ts';

const CLAIM = { now: 100, leaseMs: 50, limit: 16, inHand: [] };

let folder = '';
let database: SqliteDatabase;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'presend-claim-plans-'));
  database = new SqliteDatabase(join(folder, 'presend.db'));
  await database.migrate();
});

afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

// With a million that wait, sorting them took half a second for each claim of sixteen.
test.each([
  ['messages', 'messages_unjudged', (trx: Trx) => claimMessages(trx, CLAIM)],
  ['deliveries', 'deliveries_due', (trx: Trx) => claimDeliveries(trx, CLAIM)],
  ['the oldest due', 'deliveries_due', (trx: Trx) => oldestDue(trx, CLAIM.now)],
  [
    'deliveries while some are in hand',
    'deliveries_due',
    (trx: Trx) => claimDeliveries(trx, { ...CLAIM, inHand: ['a', 'b'] }),
  ],
] as const)('a claim walks its index in order, however much waits: %s', async (_what, index, claim) => {
  const [first] = await plansOf(database, (db) => claim(db as Trx));
  expect(first?.steps.join('; ')).toContain(index);
  expect(first?.steps.join('; ')).not.toContain('TEMP B-TREE');
});
