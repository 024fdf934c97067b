import { mkdtempSync } from 'node:fs';
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { type Config, configSchema } from '../../src/config/config.ts';
import { recordEvent } from '../../src/events/event-store.ts';
import { WebhookSender, type WebhookSenderOptions } from '../../src/events/webhook-sender.ts';
import { type Engine, addEngine } from '../../src/intake/engine-store.ts';
import { type DispositionEvent, transition } from '../../src/message/disposition.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { newDelivery } from '../../src/queue/new-delivery.ts';
import type { Database } from '../../src/store/database.ts';
import { openDatabaseOf } from '../support/store.ts';

export const KEY = Buffer.alloc(32, 7);
export const SUBJECT = 'A subject nobody else may read';

export const HELD: DispositionEvent = {
  type: 'judged',
  outcome: 'hold',
  decision: 'BLOCK',
  holdReason: 'low_confidence_funding',
  note: 'States "your $20M Series B" as fact while the funding confidence is low.',
  expiresAt: 9_000_000_000_000,
};
export const REJECTED: DispositionEvent = { type: 'reject', by: 'ann', note: 'it is a rumour' };
export const RELEASED: DispositionEvent = { type: 'release', by: 'ann', notBefore: 0, undoUntil: null };
export const RELAYED: DispositionEvent = { type: 'delivered', note: 'mail: 250 taken' };

export interface Stage {
  database: Database;
  engine: Engine;
  /** The test's clock, milliseconds since the epoch; starts at the real time. */
  now: () => number;
  advance(ms: number): void;
  /** A new message with one delivery, not judged. Returns the delivery's id. */
  deliver(of?: { engine?: Engine; kind?: 'mail' | 'reminder' }): Promise<string>;
  /** Moves a delivery on as `settle` does and records it. Returns the event's id. */
  happen(deliveryId: string, event: DispositionEvent): Promise<string | null>;
  addEngine(name: string, webhookUrl: string | null): Promise<Engine>;
  setWebhook(engine: Engine, url: string | null): Promise<void>;
  /** Starts a sender, stopped when the test ends. */
  send(
    options?: Partial<Omit<WebhookSenderOptions, 'config'>> & { webhooks?: Partial<Config['webhooks']> },
  ): {
    sender: WebhookSender;
    outcomes: string[];
  };
  states(): Promise<{ id: string; type: string; state: string; attempts: number }[]>;
}

/** A database with one engine whose events go to `webhookUrl`. */
export async function stage(webhookUrl: string | null): Promise<Stage> {
  const database = await openDatabaseOf(mkdtempSync(join(tmpdir(), 'presend-events-')));
  onTestFinished(() => database.close());
  let offset = 0;
  let messages = 0;
  const now = (): number => Date.now() + offset;
  const add = (name: string, url: string | null): Promise<Engine> =>
    database.transact((trx) =>
      addEngine(
        trx,
        { name, senderDomains: ['a.example'], webhookUrl: url },
        { actor: 'test', now: Date.now() },
      ),
    );
  const engine = await add('engine', webhookUrl);
  return {
    database,
    engine,
    now,
    addEngine: add,
    advance: (ms) => {
      offset += ms;
    },
    deliver: ({ engine: of = engine, kind = 'mail' } = {}) =>
      database.transact(async (trx) => {
        const messageId = `m${(messages += 1)}`;
        await trx
          .insertInto('messages')
          .values({
            id: messageId,
            engine_id: of.id,
            envelope_from: 'bot@a.example',
            params: '{}',
            message_id: `<${messageId}@a.example>`,
            subject: SUBJECT,
            size: 1,
            received_at: now(),
            origin: '{}',
            dedupe_key: null,
            scheduled_at: null,
            judged_at: null,
            answered_early: 0,
            lease_until: null,
            lease_token: 0,
            judge_attempts: 0,
          })
          .execute();
        const id = `${messageId}-1`;
        const recipient = 'maria@prospect.example';
        const row = newDelivery({ id, messageId, engineId: of.id, recipient, internal: false, now: now() });
        await trx
          .insertInto('deliveries')
          .values({ ...row, kind })
          .execute();
        return id;
      }),
    happen: (deliveryId, event) =>
      database.transact(async (trx) => {
        const before = await trx
          .selectFrom('deliveries')
          .selectAll()
          .where('id', '=', deliveryId)
          .executeTakeFirstOrThrow();
        // Not the whole row: what follows from the state is the database's.
        const { stops_others: _, ...after } = { ...before, ...transition(before, event, now()) };
        await trx.updateTable('deliveries').set(after).where('id', '=', deliveryId).execute();
        return recordEvent(trx, { before, after: { ...before, ...after }, event, now: now() });
      }),
    setWebhook: async ({ id }, url) => {
      await database.transact((trx) =>
        trx.updateTable('engines').set({ webhook_url: url }).where('id', '=', id).execute(),
      );
    },
    send: ({ webhooks, ...options } = {}) => {
      const outcomes: string[] = [];
      const sender = new WebhookSender({
        database,
        config: { ...configSchema.parse({}).webhooks, ...webhooks },
        key: KEY,
        now,
        random: () => 0,
        log: createLogger('silent'),
        pollMs: 5,
        onAttempt: (outcome) => outcomes.push(outcome),
        ...options,
      });
      sender.start();
      onTestFinished(() => sender.stop());
      return { sender, outcomes };
    },
    states: () =>
      database.db.selectFrom('events').select(['id', 'type', 'state', 'attempts']).orderBy('id').execute(),
  };
}

export interface Call {
  headers: IncomingHttpHeaders;
  body: string;
  /** Of the gate's own events: `delivery.held` … */
  type: string;
}

/** Answers itself, or says with which status. */
export type Answer = (response: ServerResponse, call: Call) => number | void;

/** A webhook on a free loopback port that notes every call; answers 204 unless told otherwise. */
export async function receiver(answer: Answer = () => 204): Promise<{
  url: string;
  calls: Call[];
  types: () => string[];
}> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const call = {
        headers: request.headers,
        body,
        type: body.startsWith('{') ? (JSON.parse(body) as { type: string }).type : '',
      };
      calls.push(call);
      const status = answer(response, call);
      if (typeof status === 'number') response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, calls, types: () => calls.map(({ type }) => type) };
}

/** Waits until `check` no longer throws. */
export const until = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(check, { timeout: 10_000, interval: 5 });
