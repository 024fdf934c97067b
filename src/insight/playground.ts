import type { Kysely } from 'kysely';
import { findProspect, snapshot } from '../crm/snapshot.ts';
import { findThread } from '../crm/threads.ts';
import { prospectFromContext } from '../evaluate/context.ts';
import { ApiError } from '../http/api-error.ts';
import { composeMime } from '../intake/compose-mime.ts';
import type { Engine } from '../intake/engine-store.ts';
import { parseMail } from '../off-loop/mail.ts';
import type { DryRun } from '../pipeline/dry-run.ts';
import type { Schema } from '../store/schema.ts';
import type { PlaygroundDraft, PlaygroundVerdict } from './web-types.ts';

/** Nobody's: its mail goes nowhere, and it is trusted for nothing. */
const NOBODY: Engine = {
  id: 'playground',
  name: 'playground',
  secretHash: null,
  senderDomains: [],
  upstreams: [],
  mode: 'enforce',
  trustedHeaders: false,
  answer: null,
  decisions: null,
  loopbackWithoutAuth: false,
  webhookUrl: null,
  webhookSecretVersion: 1,
};

const SENDER = 'playground@presend.invalid';
const SOMEBODY = 'recipient@presend.invalid';

/**
 * Judges a draft as mail would be, and stores nothing.
 *
 * @throws ApiError naming the field that cannot be used
 */
export async function judgeDraft(
  db: Kysely<Schema>,
  dryRun: DryRun,
  { prospect_id, record, subject, text, eml }: PlaygroundDraft,
  now: number,
): Promise<PlaygroundVerdict> {
  if ((prospect_id === undefined) === (record === undefined)) {
    throw invalid('record', 'give a prospect or a record, one of them');
  }
  if (record !== undefined) checkRecord(record);
  const address = prospect_id === undefined ? SOMEBODY : await addressOf(db, prospect_id);
  if (eml === undefined && (text ?? '').trim() === '') throw invalid('text', 'is empty; write the draft');
  const raw =
    eml === undefined
      ? composed(address, subject ?? '', text ?? '', now)
      : Buffer.from(eml.replace(/\r?\n/g, '\r\n'), 'utf8');
  const verdict = await dryRun(NOBODY, { raw, address, record });
  const { draft } = await parseMail(raw);
  return {
    verdict: { ...verdict, created_at: now },
    draft: { subject: draft.subject, body: draft.body },
    judges: verdict.adapter ? 'rules and adapter' : 'rules',
  };
}

function composed(to: string, subject: string, text: string, now: number): Buffer {
  const mailbox = (address: string) => ({ name: '', address });
  return composeMime(
    {
      from: mailbox(SENDER),
      to: [mailbox(to)],
      cc: [],
      bcc: [],
      replyTo: [],
      subject,
      text,
      html: null,
      headers: [],
      attachments: [],
      scheduledAt: null,
    },
    { messageId: '<playground@presend.invalid>', date: new Date(now) },
  );
}

/** @throws ApiError naming the field */
export function checkRecord(record: Record<string, unknown>): void {
  try {
    prospectFromContext(record);
  } catch (error) {
    throw invalid('record', error instanceof Error ? error.message : String(error));
  }
}

async function addressOf(db: Kysely<Schema>, prospectId: string): Promise<string> {
  const row = await db
    .selectFrom('prospects')
    .select('address')
    .where('id', '=', prospectId)
    .executeTakeFirst();
  if (!row) throw invalid('prospect_id', 'there is no such prospect');
  return row.address;
}

/** A prospect's record with the fields of the snapshot, to alter and judge by; texts of other threads and peers left out. */
export async function recordOf(
  db: Kysely<Schema>,
  prospectId: string,
  now: number,
): Promise<Record<string, unknown> | null> {
  const found = await findProspect(db, { address: '', prospectIdHint: prospectId });
  if (!found) return null;
  const threadId = await findThread(db, {
    prospectId: found.prospect.id,
    prospectThreadId: found.prospect.thread_id,
    inReplyTo: null,
    references: [],
    threadIdHint: null,
  });
  const {
    foreign: _,
    peers: __,
    suppressions: ___,
    ...record
  } = await snapshot(db, {
    found,
    address: found.prospect.address,
    threadId,
    names: [],
    fingerprints: [],
    today: new Date(now).toISOString().slice(0, 10),
  });
  return { ...record };
}

function invalid(field: string, why: string): ApiError {
  return new ApiError('invalid', `${field}: ${why}`, { fields: { [field]: why } });
}
