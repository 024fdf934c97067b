import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { type App, startApp } from '../app.ts';
import type { Config } from '../config/config.ts';
import { addCommitment } from '../crm/list-store.ts';
import type { ProspectSnapshot } from '../crm/prospect.ts';
import { createCompany, createProspect } from '../crm/store.ts';
import { addThreadMessage } from '../crm/thread-store.ts';
import type { Case } from '../evaluate/cases.ts';
import type { JudgeCase } from '../evaluate/evaluate.ts';
import { fingerprints } from '../judge/language/fingerprint.ts';
import { modelFolders } from '../models/registry.ts';
import { withoutCanary } from '../kill-switch/config.ts';
import { createLogger } from '../observability/logger.ts';
import { newestVerdict } from '../pipeline/verdict-store.ts';
import type { Database } from '../store/database.ts';

/** What a scratch mirror holds of one case, in an order that foreign keys allow to delete. */
const MIRROR = [
  'fingerprints',
  'thread_messages',
  'threads',
  'peer_uses',
  'commitments',
  'prospects',
  'companies',
  'peers',
  'suppressions',
] as const;

/**
 * Judges cases through a whole gate: each case's record is loaded into a scratch mirror and its draft sent as a real mail
 * over SMTP; the verdict is the one the gate stored. Nothing leaves: the upstream is the outbox of a temporary folder.
 *
 * @returns the judge for `evaluate`, and `close` to stop the gate and remove the folder
 */
export async function throughSmtp(config: Config): Promise<{ judge: JudgeCase; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-eval-'));
  // Each case is judged as of its own day: the gate's clock starts there and goes on with the real one.
  let today = Date.now();
  let since = Date.now();
  const app = await startApp({
    config: {
      ...config,
      data_dir: folder,
      // The mirror is a scratch one, the models are the gate's.
      models_dir: modelFolders(config).user,
      upstreams: [],
      smtp: { ...config.smtp, port: 0, implicit_tls_port: null },
      http: { ...config.http, port: 0 },
      answer: { ...config.answer, mode: 'sync' },
      // What is evaluated here is the judge itself.
      kill_switch: withoutCanary(config.kill_switch),
    },
    log: createLogger('error'),
    now: () => today + (Date.now() - since),
    pollMs: 50,
  });
  const transport = createTransport({
    host: '127.0.0.1',
    port: app.addresses.smtp[0]!.port,
    ignoreTLS: true,
    pool: true,
  });
  let number = 0;
  return {
    judge: async (one) => {
      number += 1;
      today = Date.parse(`${one.asOf}T12:00:00Z`);
      since = Date.now();
      const address = `case-${number}@case-${number}.example`;
      await loadRecord(app.database, one.prospect, address, number, today);
      const id = await send(app, transport, one, address, number);
      await settled(app.database, id);
      const verdict = await newestVerdict(app.database.db, `${id}-1`);
      if (!verdict) throw new Error(`case ${one.id}: the gate stored no verdict`);
      return verdict;
    },
    close: async () => {
      transport.close();
      await app.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Puts the case's record, and nothing else, into the mirror. */
async function loadRecord(
  database: Database,
  record: ProspectSnapshot,
  address: string,
  number: number,
  now: number,
): Promise<void> {
  const change = {
    actor: 'eval',
    at: record.updated_at === null ? now : Date.parse(record.updated_at) || now,
  };
  const prospectId = `case-${number}`;
  await database.transact(async (trx) => {
    for (const table of MIRROR) await trx.deleteFrom(table).execute();
    const company = await createCompany(
      trx,
      {
        name: record.company ?? '(none)',
        headcount: record.headcount,
        funding_stage: record.funding_stage,
        funding_amount_usd: record.funding_amount_usd,
        funding_confidence: record.funding_confidence,
        industry: record.industry,
        city: record.city,
        country: record.country,
        regulated: record.regulated,
        account_owner: 'owner@demo.example',
      },
      change,
    );
    await createProspect(
      trx,
      {
        id: prospectId,
        address,
        company_id: company.id,
        name: record.name,
        recipient_role: record.recipient_role,
        title: record.title,
        disqualifiers: record.disqualifiers,
        opt_out_channels: record.opt_out_channels,
        thread_id: record.thread_id,
        available_signals: record.available_signals,
      },
      change,
    );
    for (const commitment of record.commitments) {
      await addCommitment(trx, { ...commitment, prospect_id: prospectId }, change);
    }
    for (const message of record.thread) {
      await addThreadMessage(
        trx,
        {
          ...message,
          prospectId,
          companyId: company.id,
          messageId: null,
          // Before the draft was written, whatever the case says: a reply after it would be another story.
          at: Math.min(Date.parse(message.at) || now, now - 1000),
          subject: null,
        },
        fingerprints,
      );
    }
  });
}

/** Sends the draft. @returns the gate's message id */
async function send(
  app: App,
  transport: ReturnType<typeof createTransport>,
  one: Case,
  to: string,
  number: number,
): Promise<string> {
  const messageId = `<case-${number}.${process.pid}@demo.example>`;
  await transport
    .sendMail({
      from: 'Eval <eval@demo.example>',
      to,
      messageId,
      text: one.draft.body,
      ...(one.draft.subject === null ? {} : { subject: one.draft.subject }),
    })
    .catch((error: { responseCode?: number }) => {
      // A suppressed mail is refused, as it should be; anything else is trouble.
      if (error.responseCode !== 550) throw error;
    });
  const { id } = await app.database.db
    .selectFrom('messages')
    .select('id')
    .where('message_id', '=', messageId)
    .executeTakeFirstOrThrow();
  return id;
}

/** Waits until the gate has sent what it sends, so that the next case finds it idle. */
async function settled(database: Database, messageId: string): Promise<void> {
  for (;;) {
    const open = await database.db
      .selectFrom('deliveries')
      .select('id')
      .where('message_id', '=', messageId)
      .where('state', 'in', ['received', 'relaying', 'escalating'])
      .executeTakeFirst();
    if (!open) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
