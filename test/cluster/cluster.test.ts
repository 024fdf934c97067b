import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLane } from '../crash/lane.ts';
import { submitBySmtp } from '../crash/clients.ts';
import type { Mail } from '../crash/ledger.ts';
import { Mails } from '../crash/mails.ts';
import { ENGINES, addressOf } from '../crash/template.ts';
import { PostgresServer } from '../support/postgres.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import { Cluster } from './cluster.ts';
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

test('a gate that stands still with a mail handed over: another says that it is uncertain, and nobody sends it again', async () => {
  const store = await server.database();
  const lane = await openLane(SEED, store);
  const cluster = await Cluster.start({ lane, store, nodes: 1, random: randomFrom(SEED) });
  try {
    const { db } = cluster.database;
    const smtp = lane.upstreams.smtp;
    // It takes the mail and keeps its answer back.
    smtp.decide = (stage) => (stage === 'reply' ? { stall: true } : undefined);
    const state = async (): Promise<string | undefined> =>
      (await db.selectFrom('deliveries').select('state').orderBy('created_at').executeTakeFirst())?.state;
    const mail = new Mails('uncertain', randomFrom(SEED)).next();
    await submitBySmtp(cluster.at().smtp, { ...mail, ...toSomebody(mail) });
    await expect.poll(() => lane.ledger.taken.length, PATIENCE).toBe(1);
    cluster.freeze(0);
    // Later than its lease.
    cluster.ahead(12 * 60_000);
    await cluster.begin(1);
    await expect.poll(state, PATIENCE).toBe('uncertain');
    smtp.decide = () => undefined;
    cluster.thaw(0);
    // The one that was frozen still works, and has nothing to say of that mail any more.
    const other = new Mails('after', randomFrom(SEED + 1)).next();
    await submitBySmtp(cluster.at().smtp, { ...other, ...toSomebody(other) });
    await expect.poll(() => lane.ledger.taken.length, PATIENCE).toBe(2);
    expect(await state()).toBe('uncertain');
    expect(await db.selectFrom('attempts').select('id').execute()).toHaveLength(2);
    expect(new Set(lane.ledger.taken.map((one) => one.mail)).size).toBe(2);
  } finally {
    await cluster.stop();
    await lane.close();
  }
}, 300_000);

/** For a machine on which much else runs. */
const PATIENCE = { timeout: 120_000, interval: 50 };

/** To one person who gets it. */
function toSomebody(mail: Mail): Pick<Mail, 'recipients' | 'from' | 'body'> {
  const address = addressOf('pass', mail.token.length);
  const from = `ann@${ENGINES.async}`;
  const head = `From: Ann <${from}>\r\nTo: ${address}\r\nSubject: Engineering capacity ${mail.token}\r\nMessage-ID: <${mail.token}@load.example>`;
  return {
    from,
    recipients: [{ address, kind: 'pass' }],
    body: `${head}\r\n\r\nWould a short call about your engineering team be useful next week?\r\n`,
  };
}

test('gates whose leases and marks are taken away send mail twice, and this is noticed', async () => {
  const result = await run({
    troubles: ['restart', 'restart', 'restart', 'restart'],
    nodes: 2,
    sabotage: true,
  });
  expect(result.breaches.map(({ what }) => what)).toContain('twice');
}, 600_000);
