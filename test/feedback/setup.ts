import { configSchema } from '../../src/config/config.ts';
import { createCompany, createProspect } from '../../src/crm/store.ts';
import { addThreadMessage } from '../../src/crm/thread-store.ts';
import type { InboundMail } from '../../src/feedback/event.ts';
import type { TakeReplyDeps } from '../../src/feedback/take-reply.ts';
import type { LearntOptOut } from '../../src/feedback/write-back-queue.ts';
import { addEngine } from '../../src/intake/engine-store.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/store/database.ts';
import { NOW, ann, openDatabase } from '../crm/open.ts';

export const HOUR = 3_600_000;

/** A CRM mirror with Jane at Acme, to whom `<ours-1@sender.example>` was sent an hour ago, and what taking replies needs. */
export async function replyDesk(changes: { config?: Parameters<typeof configSchema.parse>[0] } = {}) {
  const database = await openDatabase();
  // Mailboxes are read by the gate that leads.
  await database.peers.start();
  const queued: LearntOptOut[] = [];
  const deps: TakeReplyDeps = {
    database,
    config: configSchema.parse({
      internal: { domains: ['inside.example'] },
      replies: { address: 'replies@gate.example' },
      ...(changes.config as object | undefined),
    }),
    now: () => NOW,
    log: createLogger('silent'),
    fingerprint: fingerprints,
    queueWriteBacks: (_trx, optOut) => {
      queued.push(optOut);
      return Promise.resolve();
    },
  };
  await database.transact(async (trx) => {
    await addEngine(
      trx,
      { name: 'engine', senderDomains: ['sender.example'] },
      { actor: 'test', now: NOW - 24 * HOUR },
    );
    await createCompany(trx, { id: 'c1', name: 'Acme Instruments', domain: 'acme.example' }, ann);
    await createProspect(
      trx,
      {
        id: 'p1',
        address: 'jane@acme.example',
        company_id: 'c1',
        name: 'Jane Roe',
        recipient_role: 'vp_eng',
      },
      ann,
    );
    await addThreadMessage(
      trx,
      {
        threadId: 't1',
        prospectId: 'p1',
        companyId: 'c1',
        messageId: '<ours-1@sender.example>',
        direction: 'out',
        person: 'Jane Roe',
        role: 'vp_eng',
        at: NOW - HOUR,
        text: 'Hello Jane, would you like help with payroll outsourcing?',
        subject: 'Payroll',
      },
      fingerprints,
    );
  });
  return { database, deps, queued };
}

/** A reply by Jane to what was sent; `changes` make it another mail. */
export function inbound(changes: Partial<InboundMail> = {}): InboundMail {
  return {
    from: 'jane@acme.example',
    name: 'Jane Roe',
    to: ['ann@sender.example'],
    subject: 'Re: Payroll',
    text: 'Thanks, let us talk on Friday.\n\nOn Sun, 1 Mar 2026, Ann wrote:\n> Hello Jane, reply STOP to opt out',
    messageId: '<reply-1@acme.example>',
    inReplyTo: '<ours-1@sender.example>',
    references: ['<ours-1@sender.example>'],
    automatic: false,
    at: NOW - 60_000,
    ...changes,
  };
}

export const threadOf = (database: Database) =>
  database.db.selectFrom('thread_messages').selectAll().orderBy('id').execute();
export const suppressionsIn = (database: Database) =>
  database.db.selectFrom('suppressions').selectAll().orderBy('id').execute();
