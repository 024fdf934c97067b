import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { gateSecret, webhookSecret } from '../../src/config/gate-secret.ts';
import { recordProviderEvent } from '../../src/events/event-store.ts';
import { findEngine } from '../../src/intake/engine-store.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';

const HOOK = 'https://bot.example/e';

let dataDir: string;
let printed: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'presend-events-cli-'));
  writeFileSync(join(dataDir, 'presend.yaml'), '{}\n');
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

async function presend(...args: string[]): Promise<string> {
  printed = '';
  const options = ['--config', join(dataDir, 'presend.yaml'), '--data', dataDir];
  await createProgram().parseAsync(['node', 'presend', ...options, ...args]);
  return printed;
}

const json = async (...args: string[]) => JSON.parse(await presend(...args, '--json'));

async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = new SqliteDatabase(join(dataDir, 'presend.db'));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

test('an engine gets a webhook and its secret, which can be printed again and made new', async () => {
  const added = await json('engine', 'add', 'bot', '--domain', 'a.example', '--webhook', HOOK);
  expect(added).toMatchObject({ webhookUrl: HOOK });
  expect(added.webhookSecret).toMatch(/^whsec_[\w+/]{43}=$/);
  expect(await json('engine', 'webhook-secret', 'bot')).toEqual({
    name: 'bot',
    webhookSecret: added.webhookSecret,
  });
  const rotated = (await presend('engine', 'webhook-secret', 'bot', '--rotate')).trim();
  expect(rotated).not.toBe(added.webhookSecret);
  const engine = await withDatabase(({ db }) => findEngine(db, 'bot'));
  expect(webhookSecret(gateSecret(dataDir, 'derive'), engine!)).toBe(rotated);

  expect(await presend('engine', 'list')).toContain(HOOK);
  const changed = await presend('engine', 'set', 'bot', '--webhook', 'http://localhost:3000/e');
  expect(changed).toContain('events to http://localhost:3000/e');
  expect(changed).toContain(`Webhook secret: ${rotated}`);
  expect(await json('engine', 'set', 'bot', '--mode', 'observe')).toMatchObject({
    webhookUrl: 'http://localhost:3000/e',
  });
  const without = await json('engine', 'set', 'bot', '--no-webhook');
  expect(without).toMatchObject({ webhookUrl: null });
  expect(without).not.toHaveProperty('webhookSecret');
  await expect(presend('engine', 'webhook-secret', 'bot', '--rotate')).rejects.toThrow(/has no webhook/);
});

test('a webhook that cannot be one is refused before anything is stored', async () => {
  await expect(
    presend('engine', 'add', 'bot', '--domain', 'a.example', '--webhook', 'http://10.0.0.1/'),
  ).rejects.toThrow(/private address; allow those with webhooks\.allow_private/);
  expect(await json('engine', 'list')).toEqual([]);
  writeFileSync(join(dataDir, 'presend.yaml'), 'webhooks: { allow_private: true }\n');
  await presend('engine', 'add', 'bot', '--domain', 'a.example', '--webhook', 'http://10.0.0.1/');
});

test('events are listed, shown and replayed', async () => {
  const { id: engineId } = await json('engine', 'add', 'bot', '--domain', 'a.example', '--webhook', HOOK);
  const record = (body: string) =>
    withDatabase((database) =>
      database.transact((trx) =>
        recordProviderEvent(trx, {
          engineId,
          deliveryId: 'd1',
          provider: 'resend',
          body,
          contentType: 'application/json',
          now: Date.now(),
        }),
      ),
    );
  const [first, second] = [await record('{"type":"email.sent"}'), await record('not json')];
  await withDatabase((database) =>
    database.transact(async (trx) => {
      await trx
        .updateTable('events')
        .set({ state: 'given_up', next_attempt_at: null, finished_at: Date.now() })
        .where('id', '=', first)
        .execute();
      await trx
        .insertInto('event_attempts')
        .values({
          event_id: first!,
          at: 1_700_000_000_000,
          status: 410,
          error: 'answered 410: gone',
          duration_ms: 12,
        })
        .execute();
    }),
  );

  const list = await json('events', 'list', '--engine', 'bot', '--state', 'given_up', '--delivery', 'd1');
  expect(list).toMatchObject([{ id: first, engine: 'bot', type: 'provider.resend', last_status: 410 }]);
  expect(await presend('events', 'list')).toMatch(new RegExp(`${second}[^]*${first}[^]*answered 410: gone`));
  const shown = await presend('events', 'show', first!);
  expect(shown).toContain('"type": "email.sent"');
  expect(shown).toContain('2023-11-14 22:13:20  410  12 ms  answered 410: gone');
  expect(await presend('events', 'show', second!)).toContain('not json');

  expect(await json('events', 'replay', '--engine', 'bot', '--since', '24h')).toEqual([first]);
  expect(await presend('events', 'replay', '--delivery', 'd1')).toMatch(/--all takes every one/);
  expect(await presend('events', 'replay', '--delivery', 'd1', '--all')).toMatch(
    /2 events are in line again/,
  );
  expect(await presend('events', 'replay', first!)).toMatch(/1 event is in line again/);
  await expect(presend('events', 'replay')).rejects.toThrow(/name one event, or --delivery/);
  await expect(presend('events', 'replay', first!, '--delivery', 'd1')).rejects.toThrow(/name one event/);
  await expect(presend('events', 'replay', '--engine', 'bot')).rejects.toThrow(/go together/);
  await expect(presend('events', 'show', 'evt_x')).rejects.toThrow(/there is no event "evt_x"/);
  await expect(presend('events', 'list', '--engine', 'nobody')).rejects.toThrow(
    /there is no engine "nobody"/,
  );
});

test('a mistyped data folder is told and not created', async () => {
  const elsewhere = join(dataDir, 'none');
  await expect(
    createProgram().parseAsync(['node', 'presend', '--data', elsewhere, 'events', 'list']),
  ).rejects.toThrow(/there is no database/);
  expect(existsSync(elsewhere)).toBe(false);
});
