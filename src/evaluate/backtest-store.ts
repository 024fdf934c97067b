import { UNCLEAR } from '../crm/suppression-store.ts';
import type { SuppressionEvidence } from '../crm/prospect.ts';
import { type Engine, engineFromRow } from '../intake/engine-store.ts';
import { idFloor } from '../message/id.ts';
import { type RequestHead, readRequestHead } from '../pipeline/route.ts';
import { type StoredVerdict, verdictFromRow } from '../pipeline/verdict-store.ts';
import type { Queries } from '../store/prepared.ts';

/** One recipient of a stored message with its first verdict. */
export interface StoredDelivery {
  id: string;
  recipient: string;
  addressKey: string;
  internal: boolean;
  /** null for an internal address, and for one that was never judged. */
  verdict: StoredVerdict | null;
  /** A reply that was undecided when it was judged, as far as that is still known. */
  possibleOptOut: SuppressionEvidence | null;
  label: 'right' | 'wrong' | 'not_sure' | null;
}

/** A message as it was judged when it came. */
export interface StoredMessage {
  id: string;
  receivedAt: number;
  subject: string | null;
  /** null = it was removed. */
  raw: Buffer | null;
  request: RequestHead | null;
  engine: Engine;
  deliveries: StoredDelivery[];
}

/** Ids of judged messages received in a time, oldest first. */
export async function judgedMessages(db: Queries, since: number, until: number): Promise<string[]> {
  const rows = await db
    .selectFrom('messages')
    .select('id')
    // The id begins with its time, so that this needs no index of its own.
    .where('id', '>=', idFloor(since))
    .where('received_at', '>=', since)
    .where('received_at', '<', until)
    .where('judged_at', 'is not', null)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** Texts of every rubric in the history, by version. */
export async function rubricTexts(db: Queries): Promise<Map<string, string>> {
  const rows = await db.selectFrom('rubric_versions').select(['version', 'text']).execute();
  return new Map(rows.map(({ version, text }) => [version, text]));
}

/** The messages with what they were judged by: text and record of the first judgement, later edits left out. */
export async function storedMessages(db: Queries, ids: readonly string[]): Promise<StoredMessage[]> {
  if (ids.length === 0) return [];
  const messages = await db
    .selectFrom('messages')
    .leftJoin('bodies', (join) =>
      join.onRef('bodies.message_id', '=', 'messages.id').on('bodies.revision', '=', 0),
    )
    .select(['messages.id', 'engine_id', 'received_at', 'subject', 'raw'])
    .where('messages.id', 'in', ids)
    // The gate's own mails never had a text here.
    .where((eb) => eb.or([eb('raw', 'is not', null), eb('text_removed_at', 'is not', null)]))
    .orderBy('messages.id')
    .execute();
  const deliveries = await db
    .selectFrom('deliveries')
    .select(['id', 'message_id', 'recipient', 'address_key', 'internal'])
    .where('message_id', 'in', ids)
    .where('kind', '=', 'mail')
    .orderBy('id')
    .execute();
  const deliveryIds = deliveries.map(({ id }) => id);
  const verdicts = await firstVerdicts(db, deliveryIds);
  const labels = await newestLabels(db, deliveryIds);
  const unclear = await unclearReplies(
    db,
    deliveries.map(({ address_key }) => address_key),
  );
  const engines = await enginesById(db);
  return Promise.all(
    messages.map(async (message) => ({
      id: message.id,
      receivedAt: message.received_at,
      subject: message.subject,
      raw: message.raw,
      request: await readRequestHead(db, message.id),
      engine: engines.get(message.engine_id)!,
      deliveries: deliveries
        .filter(({ message_id }) => message_id === message.id)
        .map(({ id, recipient, address_key, internal }) => {
          const verdict = verdicts.get(id) ?? null;
          const reply = unclear.get(address_key);
          return {
            id,
            recipient,
            addressKey: address_key,
            internal: internal === 1,
            verdict,
            possibleOptOut: undecidedThen(verdict, reply, address_key),
            label: labels.get(id) ?? null,
          };
        }),
    })),
  );
}

/** What is settled since is gone from the suppressions; then the verdict itself tells of it. */
function undecidedThen(
  verdict: StoredVerdict | null,
  reply: (SuppressionEvidence & { created_at: number }) | undefined,
  address: string,
): SuppressionEvidence | null {
  if (reply && verdict && reply.created_at <= verdict.created_at) return reply;
  if (verdict?.hold_reason !== 'possible_opt_out') return null;
  return { value: address, channel: UNCLEAR, reason: null, source: 'verdict' };
}

async function firstVerdicts(db: Queries, ids: readonly string[]): Promise<Map<string, StoredVerdict>> {
  const first = new Map<string, StoredVerdict>();
  if (ids.length === 0) return first;
  const rows = await db
    .selectFrom('verdicts')
    .selectAll()
    .where('delivery_id', 'in', ids)
    .orderBy('id')
    .execute();
  for (const row of rows) if (!first.has(row.delivery_id)) first.set(row.delivery_id, verdictFromRow(row));
  return first;
}

async function newestLabels(db: Queries, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, 'right' | 'wrong' | 'not_sure'>();
  const rows = await db
    .selectFrom('labels')
    .select(['delivery_id', 'right'])
    .where('delivery_id', 'in', ids)
    .orderBy('id')
    .execute();
  return new Map(rows.map((row) => [row.delivery_id, row.right]));
}

async function unclearReplies(db: Queries, addresses: readonly string[]) {
  const rows =
    addresses.length === 0
      ? []
      : await db
          .selectFrom('suppressions')
          .select(['value', 'channel', 'reason', 'source', 'created_at'])
          .where('kind', '=', 'address')
          .where('value', 'in', addresses)
          .where('channel', '=', UNCLEAR)
          .execute();
  return new Map(rows.map((row) => [row.value, row]));
}

async function enginesById(db: Queries): Promise<Map<string, Engine>> {
  const rows = await db.selectFrom('engines').selectAll().execute();
  return new Map(rows.map((row) => [row.id, engineFromRow(row)]));
}
