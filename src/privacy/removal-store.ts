import type { Kysely } from 'kysely';
import { forgetFingerprints } from '../crm/fingerprint-store.ts';
import type { Fingerprint } from '../crm/thread-store.ts';
import { FINAL_STATES } from '../message/disposition.ts';
import { redactEntries } from '../store/audit-redact-store.ts';
import { flushAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { keptAdapter, keptDetail, keptFindings, keptNotices } from './kept-detail.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** Why the text of a message is gone. */
export type RemovedFor = 'retention' | 'erasure';

/**
 * Messages among these of which nothing is open: every delivery, the gate's own mails about them too, is in a state in which nothing
 * more happens, and no event about them waits for an engine.
 */
export async function settledAmong(db: Reader, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const open = await db
    .selectFrom('deliveries')
    .select('message_id')
    .where('message_id', 'in', [...ids])
    .where((eb) =>
      eb.or([
        eb('state', 'not in', [...FINAL_STATES]),
        eb('lease_until', 'is not', null),
        eb.exists(
          eb
            .selectFrom('events')
            .select('events.id')
            .whereRef('events.delivery_id', '=', 'deliveries.id')
            .where('events.state', '=', 'pending'),
        ),
      ]),
    )
    .distinct()
    .execute();
  const busy = new Set(open.map(({ message_id }) => message_id));
  return ids.filter((id) => !busy.has(id));
}

/** The next messages with a text, oldest first. @param to ids before this one */
export async function withText(db: Reader, after: string, to: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('bodies')
    .select('message_id')
    .where('message_id', '>', after)
    .where('message_id', '<', to)
    .groupBy('message_id')
    .orderBy('message_id')
    .limit(limit)
    .execute();
  return rows.map(({ message_id }) => message_id);
}

/** The next messages without a text of which more is kept than needed, oldest first. @param to ids before this one */
export async function withoutText(db: Reader, after: string, to: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('messages')
    .select('id')
    .where('id', '>', after)
    .where('id', '<', to)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('bodies').select('revision').whereRef('bodies.message_id', '=', 'messages.id'),
        ),
      ),
    )
    .where('reduced_at', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Removes what messages say and whatever quotes it: bytes, requests, searchable texts, rationales and evidence, records as judged,
 * comments, the upstreams' words, the notes of the audit log. Who sent what to whom when, and what was decided, stays.
 *
 * @returns ids of their deliveries, whose copies in the outbox are to go
 */
export async function removeTexts(
  trx: Trx,
  ids: readonly string[],
  { at, removedFor, fingerprint }: { at: number; removedFor: RemovedFor; fingerprint: Fingerprint },
): Promise<string[]> {
  if (ids.length === 0) return [];
  const messages = [...ids];
  const deliveries = await deliveriesOf(trx, messages);
  await emptyThreadTexts(trx, messages, fingerprint);
  await trx.deleteFrom('bodies').where('message_id', 'in', messages).execute();
  await trx.deleteFrom('provider_requests').where('message_id', 'in', messages).execute();
  await trx.deleteFrom('draft_texts').where('message_id', 'in', messages).execute();
  await trx
    .updateTable('messages')
    .set({ subject: null, text_removed_at: at, text_removed_for: removedFor })
    .where('id', 'in', messages)
    .execute();
  if (deliveries.length > 0) {
    await trx.updateTable('deliveries').set({ note: null }).where('id', 'in', deliveries).execute();
    await trx
      .updateTable('attempts')
      .set({ response: null })
      .where('delivery_id', 'in', deliveries)
      .execute();
    await trx.deleteFrom('review_comments').where('delivery_id', 'in', deliveries).execute();
    await stripAnswers(trx, deliveries);
    await stripVerdicts(trx, deliveries);
  }
  await redactAbout(trx, [...messages, ...deliveries]);
  return deliveries;
}

async function deliveriesOf(trx: Reader, messages: string[]): Promise<string[]> {
  const rows = await trx.selectFrom('deliveries').select('id').where('message_id', 'in', messages).execute();
  return rows.map(({ id }) => id);
}

/** What these mails added to their recipients' threads: that something was written, and when, stays. */
async function emptyThreadTexts(trx: Trx, messages: string[], fingerprint: Fingerprint): Promise<void> {
  const rows = await trx
    .selectFrom('messages')
    .innerJoin('thread_messages', 'thread_messages.message_id', 'messages.message_id')
    .select(['thread_messages.id', 'thread_messages.thread_id', 'thread_messages.text'])
    .where('messages.id', 'in', messages)
    .where('thread_messages.direction', '=', 'out')
    .where('thread_messages.text', '!=', '')
    .execute();
  for (const { id, text } of rows) {
    await forgetFingerprints(trx, id, fingerprint(text));
    await trx
      .updateTable('thread_messages')
      .set({ text: '', fingerprint_count: 0 })
      .where('id', '=', id)
      .execute();
  }
  if (rows.length === 0) return;
  // A thread that nobody answered has its subject from the mail.
  await trx
    .updateTable('threads')
    .set({ subject: null })
    .where(
      'id',
      'in',
      rows.map(({ thread_id }) => thread_id),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('thread_messages')
            .select('thread_messages.id')
            .whereRef('thread_messages.thread_id', '=', 'threads.id')
            .where('thread_messages.text', '!=', ''),
        ),
      ),
    )
    .execute();
}

async function stripVerdicts(trx: Trx, deliveries: string[]): Promise<void> {
  const rows = await trx
    .selectFrom('verdicts')
    .select(['id', 'findings', 'notices', 'adapter'])
    .where('delivery_id', 'in', deliveries)
    .execute();
  for (const { id, findings, notices, adapter } of rows) {
    await trx
      .updateTable('verdicts')
      .set({
        rationale: '',
        findings: keptFindings(findings),
        notices: keptNotices(notices),
        prospect: null,
        adapter: adapter && keptAdapter(adapter),
      })
      .where('id', '=', id)
      .execute();
  }
}

/** What people wrote beside their answers in spot checks; the answers stay. */
async function stripAnswers(trx: Trx, deliveries: string[]): Promise<void> {
  await trx
    .updateTable('spot_check_answers')
    .set({ note: null })
    .where('item_id', 'in', (eb) =>
      eb.selectFrom('spot_check_items').select('id').where('delivery_id', 'in', deliveries),
    )
    .execute();
}

/** Takes out of the audit log what it says of these subjects beyond what happened. */
export async function redactAbout(trx: Trx, subjects: readonly string[]): Promise<void> {
  await flushAudit(trx);
  const rows = await trx
    .selectFrom('audit')
    .select(['id', 'actor', 'subject_id', 'detail'])
    .where('subject_id', 'in', [...subjects])
    .execute();
  const changed = rows
    .map((row) => ({ ...row, kept: keptDetail(row.detail) }))
    .filter(({ detail, kept }) => detail !== kept);
  await redactEntries(
    trx,
    changed.map(({ id, actor, subject_id, kept }) => ({ id, actor, subject_id, detail: kept })),
  );
}

/**
 * Removes messages whose texts are gone, with their deliveries, verdicts and attempts. What people labelled, drew for a spot
 * check or reported damage of is reduced instead: whom it was to goes, what was decided and answered stays.
 *
 * @returns how many were removed, and how many reduced
 */
export async function removeMessages(
  trx: Trx,
  ids: readonly string[],
  at: number,
): Promise<{ removed: number; reduced: number }> {
  if (ids.length === 0) return { removed: 0, reduced: 0 };
  const answered = new Set(await answeredAmong(trx, [...ids]));
  const reduced = ids.filter((id) => answered.has(id));
  const removed = ids.filter((id) => !answered.has(id));
  if (reduced.length > 0) await reduce(trx, reduced, at);
  if (removed.length > 0) await remove(trx, removed);
  return { removed: removed.length, reduced: reduced.length };
}

async function answeredAmong(trx: Trx, ids: string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const table of ['labels', 'spot_check_items', 'brand_damage_reports'] as const) {
    const rows = await trx
      .selectFrom('deliveries')
      .select('message_id')
      .where('message_id', 'in', ids)
      .where('id', 'in', (eb) => eb.selectFrom(table).select('delivery_id'))
      .execute();
    for (const { message_id } of rows) found.add(message_id);
  }
  return [...found];
}

async function reduce(trx: Trx, ids: string[], at: number): Promise<void> {
  const deliveries = await deliveriesOf(trx, ids);
  await forgetAround(trx, deliveries);
  await trx
    .updateTable('messages')
    .set({
      envelope_from: '',
      params: '{}',
      message_id: null,
      origin: '{}',
      dedupe_key: null,
      reduced_at: at,
    })
    .where('id', 'in', ids)
    .execute();
  await trx.updateTable('deliveries').set(UNNAMED).where('message_id', 'in', ids).execute();
}

/** A delivery that no longer says whom it was to. */
export const UNNAMED = { recipient: '', address_key: '', dsn_orcpt: null, prospect_id: null, note: null };

async function remove(trx: Trx, ids: string[]): Promise<void> {
  const deliveries = await deliveriesOf(trx, ids);
  await forgetAround(trx, deliveries);
  for (const table of ['verdicts', 'attempts'] as const)
    await trx.deleteFrom(table).where('delivery_id', 'in', deliveries).execute();
  await trx.deleteFrom('deliveries').where('message_id', 'in', ids).execute();
  await trx.deleteFrom('messages').where('id', 'in', ids).execute();
}

/** What is kept beside deliveries: notes of reviewers, events that were told, used links, notifications' occasions. */
export async function forgetAround(trx: Trx, deliveries: readonly string[]): Promise<void> {
  if (deliveries.length === 0) return;
  const ids = [...deliveries];
  for (const table of [
    'review_states',
    'review_comments',
    'review_opened',
    'review_approvals',
    'link_uses',
    'notify_occurrences',
  ] as const)
    await trx.deleteFrom(table).where('delivery_id', 'in', ids).execute();
  const events = trx.selectFrom('events').select('id').where('delivery_id', 'in', ids);
  await trx.deleteFrom('event_attempts').where('event_id', 'in', events).execute();
  await trx.deleteFrom('events').where('delivery_id', 'in', ids).execute();
  await trx
    .updateTable('provider_events')
    .set({ delivery_id: null, address: null, effect: null })
    .where('delivery_id', 'in', ids)
    .execute();
}
