import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { GateChild } from './child.ts';
import { configOf } from './cycle-config.ts';
import { type Lane, openLane } from './lane.ts';
import { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import { Mails } from './mails.ts';
import { reconcile } from './reconcile.ts';
import { rest } from './rest.ts';
import { type Stop, StoppingUpstreams } from './stopping-upstreams.ts';

const SEED = 11;

/** `connect` first: connections are kept. */
const STOPS: readonly Stop[] = ['connect', 'mail', 'rcpt', 'data', 'body', 'end', 'reply', 'api'];

let lane: Lane & { close(): Promise<void> };

beforeAll(async () => {
  lane = await openLane(SEED);
}, 120_000);
afterAll(() => lane.close());

test('an upstream whose process stands still at any stage, and then goes on, gets no mail twice', async () => {
  const random = randomFrom(SEED);
  const ledger = new Ledger();
  lane.ledger = ledger;
  lane.webhook.calm = true;
  ledger.generation = 1;
  const upstreams = await StoppingUpstreams.start(ledger);
  const folder = mkdtempSync(join(tmpdir(), 'presend-crash-'));
  cpSync(lane.template.folder, folder, { recursive: true });
  const gate = new GateChild(lane.gate, {
    folder,
    rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
    config: configOf({ upstreams, deadPort: lane.deadPort }),
    model: 'rules',
  });
  const database = new SqliteDatabase(join(folder, 'presend.db'), { readonly: true });
  try {
    const ports = await gate.start(0);
    if (!ports) throw new Error(`the gate does not start: ${(await gate.ended).stderr}`);
    const load = new Load({
      ledger,
      mails: new Mails('stop', random),
      template: lane.template,
      random,
    });
    const open = (): Promise<{ id: number }[]> =>
      database.db.selectFrom('attempts').select('id').where('finished_at', 'is', null).execute();

    /** It stands still for as long as the gate has patience with what was under way. */
    const standStill = async (stop: Stop, stopped: Promise<void>): Promise<void> => {
      const never = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error(`no transaction came to ${stop}`)), 60_000).unref();
      });
      await Promise.race([stopped, never]);
      const underWay = await open();
      expect(underWay.length).toBeGreaterThan(0);
      const over = async (): Promise<void> => {
        const still = (await open()).map(({ id }) => id);
        expect(underWay.some(({ id }) => still.includes(id))).toBe(false);
      };
      await vi.waitFor(over, { timeout: 60_000, interval: 50 });
      upstreams.goOn();
    };
    for (const stop of STOPS) {
      const { stopped } = await upstreams.stopAt(stop);
      await load.run(ports, standStill(stop, stopped));
    }
    await rest(database, load, gate, ports, { offsetMs: 0 });
    await gate.kill();
    const { breaches, uncertain, taken, states } = await reconcile(database, ledger, 'rules');
    expect(breaches).toEqual([]);
    expect(states.relayed).toBeGreaterThan(50);
    expect(taken).toBeGreaterThan(50);
    // It bit: the gate had handed mail over and gave up waiting, and the upstream took it afterwards.
    expect(uncertain.late).toBeGreaterThan(0);
    const doubtful = await database.db
      .selectFrom('deliveries')
      .select('recipient')
      .where('state', '=', 'uncertain')
      .execute();
    const late = doubtful.filter(({ recipient }) => ledger.taken.some(({ to }) => to === recipient));
    expect(late.length).toBeGreaterThan(0);
  } finally {
    await gate.kill();
    await database.close();
    await upstreams.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
