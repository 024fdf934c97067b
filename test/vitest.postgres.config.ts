import { defineConfig } from 'vitest/config';
import { FailureReport } from './support/failure-report.ts';

/** What says most of a store: claims and settling, records and stops, what people do with held mail, rights of sessions, removal. */
const SAYS_MOST = [
  'queue/adapter-line',
  'crm/{store,snapshot,threads,csv,query-plan,mailbox,grid,grid-store}',
  'http/{odd-values,long-texts}',
  'review/{queue,long-queue,held-search,acts,live}',
  'events/event-store',
  'pipeline/*',
  'access/session',
  'notify/digest',
  'kill-switch/switch',
  'privacy/{erase,retention}',
  'insight/search{,-matches}',
  'feedback/{unsubscribe,write-back}',
  'observability/scrape-store',
  'store/prepared',
].map((name) => `test/${name}.test.ts`);

/** About SQLite's file: its copies, its locks, edits behind the gate's back. */
const SQLITE_ALONE = [
  'backup/{backup,rehearsal,restore}',
  'cli/audit',
  'crash/*',
  'doctor/cli',
  'faults/*',
  'queue/hanging-disk',
  'store/!(prepared)',
  'store-copy/cli',
].map((name) => `test/${name}.test.ts`);

/** Tests of gates and stores on PostgreSQL: what says most, or everything with PRESEND_TEST_FILES=all. */
export default defineConfig({
  test: {
    include: process.env['PRESEND_TEST_FILES'] === 'all' ? ['test/**/*.test.ts'] : SAYS_MOST,
    exclude: SQLITE_ALONE,
    globalSetup: ['test/support/postgres-setup.ts'],
    setupFiles: ['test/support/postgres-file.ts'],
    testTimeout: 120_000,
    retry: Number(process.env['PRESEND_TEST_RETRIES'] ?? 0),
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', new FailureReport()],
  },
});
