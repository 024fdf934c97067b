import { keepDraftText } from '../../src/insight/draft-text-store.ts';
import type { Database } from '../../src/store/database.ts';

/** One held delivery of a message of its own; its id is the message's with `-1` behind. */
export interface HeldMail {
  /** The message's id. */
  id: string;
  engine: string;
  recipient: string;
  reason: string;
  at: number;
  expires: number;
  subject?: string;
  note?: string;
  /** For searching, with a template; default: no text is kept. */
  text?: { body: string; template: string };
}

/** Rows of one statement. */
const AT_ONCE = 200;

/** Writes held mail past the gate, thousands of it in the time in which the gate judges some; engines by name, with ids `e-NAME`. */
export async function addHeldMail(
  database: Database,
  engines: readonly string[],
  mails: readonly HeldMail[],
): Promise<void> {
  await database.transact(async (trx) => {
    for (const name of engines) {
      await trx
        .insertInto('engines')
        .values({
          id: `e-${name}`,
          name,
          sender_domains: '[]',
          upstreams: '[]',
          mode: 'enforce',
          trusted_headers: 0,
          loopback_without_auth: 0,
          created_at: mails[0]?.at ?? 0,
          updated_at: mails[0]?.at ?? 0,
        })
        .execute();
    }
    for (let from = 0; from < mails.length; from += AT_ONCE) {
      const some = mails.slice(from, from + AT_ONCE);
      await trx
        .insertInto('messages')
        .values(
          some.map(({ id, engine, at, subject }) => ({
            id,
            engine_id: `e-${engine}`,
            envelope_from: 'a@sender.example',
            params: '{}',
            message_id: `<${id}@sender.example>`,
            subject: subject ?? 'Capacity',
            size: 1,
            received_at: at,
            origin: '{}',
            judged_at: at,
            answered_early: 0,
            lease_token: 0,
            judge_attempts: 1,
          })),
        )
        .execute();
      await trx
        .insertInto('deliveries')
        .values(
          some.map(({ id, engine, recipient, reason, at, expires, note }) => ({
            id: `${id}-1`,
            message_id: id,
            engine_id: `e-${engine}`,
            recipient,
            address_key: recipient,
            internal: 0,
            kind: 'mail' as const,
            state: 'held' as const,
            decision: 'BLOCK' as const,
            hold_reason: reason,
            note: note ?? null,
            body_revision: 0,
            attempts: 0,
            expires_at: expires,
            lease_token: 1,
            judged_revision: 0,
            created_at: at,
            updated_at: at,
          })),
        )
        .execute();
      for (const { id, recipient, subject = '', text } of some) {
        if (!text) continue;
        await keepDraftText(
          trx,
          { message_id: id, revision: 0 },
          {
            subject,
            body: text.body,
            headers: `subject: ${subject}`,
            addresses: recipient,
            text_key: id,
            template_key: text.template,
          },
        );
      }
    }
  });
}
