import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { onTestFinished } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { PROJECT_ROOT, configSchema } from '../../src/config/config.ts';
import type { z } from 'zod';
import { type Logger, createLogger } from '../../src/observability/logger.ts';
import { addEngine, type EngineChanges } from '../../src/intake/engine-store.ts';
import type { CompanyFields, ProspectFields } from '../../src/crm/records.ts';
import { createCompany, createProspect } from '../../src/crm/store.ts';
import { hashPassword } from '../../src/intake/credentials.ts';
import type { JudgeModel } from '../../src/judge/adapter-judge.ts';
import type { Delivery } from '../../src/queue/settle.ts';
import { storeFor } from './store.ts';

export const PASSWORD = 'correct horse battery staple';

export interface TestGate {
  app: App;
  port: number;
  httpBase: string;
  dataDir: string;
  /** The test's clock, added to the real one; `advance` wakes the queue. */
  advance(ms: number): void;
  /** The gate's time. */
  now(): number;
  send(mail: TestMail): Promise<string>;
  deliveries(): Promise<Delivery[]>;
  /** Waits until the deliveries are as asked for; fails with what they were instead. */
  until(check: (deliveries: Delivery[]) => boolean, what: string): Promise<Delivery[]>;
}

export interface TestMail {
  from?: string;
  to: string | string[];
  subject?: string;
  text?: string;
  raw?: string;
  headers?: Record<string, string>;
}

type ConfigInput = z.input<typeof configSchema>;

/** A whole gate in this process, on free loopback ports and a folder of its own, stopped when the test ends. */
export async function startGate(
  options: {
    config?: ConfigInput;
    engine?: EngineChanges;
    dataDir?: string;
    keepEngines?: boolean;
    /** Folder of probe cases; with one the canary is on, otherwise off. */
    probes?: string;
    /** Default: the rules alone. `configured`: as the registry in the data folder says. */
    model?: JudgeModel | 'configured' | null;
    /** Where its log goes; default: nowhere, or as $TEST_LOG says. */
    log?: Logger;
  } = {},
): Promise<TestGate> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'presend-gate-'));
  let offset = 0;
  const now = (): number => Date.now() + offset;
  const parsed = configSchema.parse({
    delivery: { undo_seconds: 0, first_retry_seconds: 1 },
    ...options.config,
    kill_switch: {
      ...options.config?.kill_switch,
      canary: { enabled: options.probes !== undefined, ...options.config?.kill_switch?.canary },
    },
    smtp: { port: 0, ...options.config?.smtp },
    http: { port: 0, ...options.config?.http },
  });
  const app = await startApp({
    config: {
      ...parsed,
      hostname: 'gate.test',
      source: null,
      store: options.config?.store ?? (await storeFor(dataDir)),
      data_dir: dataDir,
      rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
    },
    log: options.log ?? createLogger(process.env['TEST_LOG'] ?? 'silent'),
    now,
    pollMs: 20,
    ...(options.probes === undefined ? {} : { probes: options.probes }),
    ...(options.model === 'configured' ? {} : { model: options.model ?? null }),
  });
  onTestFinished(() => app.stop());
  const { database } = app;
  if (!options.keepEngines) {
    await database.transact(async (trx) => {
      await addEngine(
        trx,
        {
          name: 'engine',
          senderDomains: ['sender.example'],
          secretHash: await passwordHash,
          loopbackWithoutAuth: true,
          trustedHeaders: true,
          ...options.engine,
        },
        { actor: 'test', now: Date.now() },
      );
    });
  }
  const port = app.addresses.smtp[0].port;
  const deliveries = () =>
    database.db.selectFrom('deliveries').selectAll().orderBy('created_at').orderBy('id').execute();
  return {
    app,
    port,
    dataDir,
    httpBase: `http://127.0.0.1:${app.addresses.http.port}`,
    advance: (ms) => {
      offset += ms;
      app.wake();
    },
    now,
    send: (mail) => sendTo(port, mail),
    deliveries,
    until: async (check, what) => {
      const deadline = performance.now() + 20_000;
      for (;;) {
        const found = await deliveries();
        if (check(found)) return found;
        if (performance.now() > deadline) {
          const seen = found.map(
            (d) => `${d.kind} ${d.recipient} ${d.state} ${d.hold_reason ?? ''} ${d.note ?? ''}`,
          );
          throw new Error(`never came: ${what}; deliveries are:\n${seen.join('\n')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

/** argon2 is slow on purpose: once for all tests of a file. */
const passwordHash = hashPassword(PASSWORD);

/** Sends over real SMTP with nodemailer. @returns the gate's final reply; rejects with nodemailer's error */
export async function sendTo(port: number, mail: TestMail): Promise<string> {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  const from = mail.from ?? 'Ann <ann@sender.example>';
  const { response } = await transport.sendMail(
    mail.raw === undefined
      ? {
          from,
          to: mail.to,
          subject: mail.subject ?? 'Engineering capacity',
          text: mail.text ?? 'Hello, would a short call next week be useful?',
          headers: mail.headers ?? {},
        }
      : { envelope: { from: /<(.*)>/.exec(from)?.[1] ?? from, to: mail.to }, raw: mail.raw },
  );
  return response;
}

/** A company and a prospect that every rule lets pass; `changes` make it fail. Returns the prospect's id. */
export async function addProspect(
  gate: TestGate,
  address: string,
  changes: { prospect?: Partial<ProspectFields>; company?: Partial<CompanyFields> } = {},
): Promise<string> {
  const change = { actor: 'test', at: Date.now() };
  return gate.app.database.transact(async (trx) => {
    const company = await createCompany(
      trx,
      {
        name: `Company of ${address}`,
        headcount: 300,
        funding_stage: 'series_b',
        funding_amount_usd: 20_000_000,
        funding_confidence: 'high',
        account_owner: 'owner@sender.example',
        ...changes.company,
      },
      change,
    );
    const prospect = await createProspect(
      trx,
      { address, company_id: company.id, recipient_role: 'vp_eng', ...changes.prospect },
      change,
    );
    return prospect.id;
  });
}
