import { defineConfig } from 'vitest/config';

/** What says most of a store: claims and settling, records and stops, what people do with held mail, rights of sessions, removal. */
const SAYS_MOST = [
  'queue/adapter-line',
  'crm/{store,snapshot,threads,csv,query-plan,mailbox,grid}',
  'review/{queue,long-queue,held-search,acts}',
  'events/event-store',
  'pipeline/*',
  'access/session',
  'notify/digest',
  'kill-switch/switch',
  'privacy/{erase,retention}',
  'insight/search{,-matches}',
  'feedback/{unsubscribe,write-back}',
  'observability/scrape-store',
].map((name) => `test/${name}.test.ts`);

/** Tests of gates and stores on PostgreSQL: what says most, or everything with PRESEND_TEST_FILES=all (some are about SQLite alone). */
export default defineConfig({
  test: {
    include: process.env['PRESEND_TEST_FILES'] === 'all' ? ['test/**/*.test.ts'] : SAYS_MOST,
    globalSetup: ['test/support/postgres-setup.ts'],
    setupFiles: ['test/support/postgres-file.ts'],
    testTimeout: 30_000,
    retry: Number(process.env['PRESEND_TEST_RETRIES'] ?? 0),
    hookTimeout: 30_000,
    maxWorkers: 2,
  },
});
