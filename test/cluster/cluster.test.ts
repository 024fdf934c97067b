import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLane } from '../crash/lane.ts';
import { PostgresServer } from '../support/postgres.ts';
import { TROUBLES, runCluster } from './run.ts';

/** The long form, with each trouble again and again, is `npm run test:cluster`. */
const SEED = 20_261_128;

let server: PostgresServer;
beforeAll(async () => {
  // The server is killed, too, and must keep what it promised.
  server = await PostgresServer.start({ durable: true });
}, 60_000);
afterAll(() => server.stop());

async function run(options: Pick<Parameters<typeof runCluster>[0], 'troubles' | 'sabotage' | 'nodes'>) {
  const url = await server.database();
  const lane = await openLane(SEED, url);
  try {
    const database = new URL(url).pathname.slice(1);
    return await runCluster({ lane, server, database, seed: SEED, ...options });
  } finally {
    await lane.close();
  }
}

test('three gates lose nothing, send nothing twice and let nothing slip, whatever is killed, frozen, cut or updated', async () => {
  const result = await run({ troubles: TROUBLES, nodes: 3 });
  expect(result.breaches).toEqual([]);
  // Something happened: mail was accepted, sent, held and repeated.
  expect(result.messages).toBeGreaterThan(10);
  expect(result.taken).toBeGreaterThan(5);
  expect(result.retried).toBeGreaterThan(0);
}, 600_000);

test('gates whose leases and marks are taken away send mail twice, and this is noticed', async () => {
  const result = await run({ troubles: ['restart', 'restart'], nodes: 2, sabotage: true });
  expect(result.breaches.map(({ what }) => what)).toContain('twice');
}, 600_000);
