import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Trx } from '../store/database.ts';
import { engineOf } from '../store/engine.ts';
import { later } from '../store/later.ts';
import type { Schema } from '../store/schema.ts';
import { chunks } from './revision-store.ts';

/**
 * A hash is kept for this many threads and ignored once it has as many: text that stands in so many
 * threads is a template or a disclaimer. It also bounds the index and every look-up in it.
 */
export const TEMPLATE_THREADS = 6;

/** A message of some thread that shares a rare hash with a text. */
export interface Sharing {
  hash: number;
  thread_message_id: number;
  thread_id: string;
  company_id: string | null;
  prospect_id: string | null;
}

/** A hash of which more may be kept, with a message that has it, null = none has; a message without a thread is gone. */
interface Present {
  hash: number;
  thread_message_id: number | null;
  thread_id: string | null;
}

/** What the index has of those hashes that are no template's; of a campaign's mail most are, and need no reading. */
export async function presentFingerprints(trx: Trx, hashes: readonly number[]): Promise<Present[]> {
  const found: Present[] = [];
  for (const some of chunks(safeHashes(hashes), 400)) {
    const { rows } = await sql<Present>`
      with wanted(hash) as (${wantedOf(trx, some)})
      select wanted.hash, f.thread_message_id, m.thread_id
      from wanted
      left join fingerprints f on f.hash = wanted.hash
      left join thread_messages m on m.id = f.thread_message_id
      where (select k.thread_message_id from fingerprints k
             join thread_messages t on t.id = k.thread_message_id
             where k.hash = wanted.hash
             order by k.thread_message_id limit 1 offset ${sql.lit(TEMPLATE_THREADS - 1)}) is null`.execute(
      trx,
    );
    found.push(...rows);
  }
  return found;
}

/**
 * Adds a message's hashes to the index: one row per hash and thread, and no more than the cap.
 *
 * @param present as `presentFingerprints` found it in this transaction
 */
export async function indexFingerprints(
  trx: Trx,
  message: { id: number; thread_id: string },
  hashes: readonly number[],
  present: readonly Present[],
): Promise<void> {
  const threads = new Map<number, Set<string>>();
  for (const { hash, thread_message_id, thread_id } of present) {
    const known = threads.get(hash) ?? new Set();
    threads.set(hash, known);
    if (thread_id !== null) known.add(thread_id);
    else if (thread_message_id !== null) {
      // Left by a message that an import brought and its revert took: it must not count as a thread.
      await trx
        .deleteFrom('fingerprints')
        .where('hash', '=', hash)
        .where('thread_message_id', '=', thread_message_id)
        .execute();
    }
  }
  for (const some of chunks([...new Set(hashes)], 500)) {
    const fresh = some.filter((hash) => {
      const known = threads.get(hash);
      return known !== undefined && known.size < TEMPLATE_THREADS && !known.has(message.thread_id);
    });
    if (fresh.length === 0) continue;
    await later(trx, addRows(trx, fresh, message.id));
  }
}

async function addRows(trx: Trx, hashes: readonly number[], messageId: number): Promise<void> {
  if (engineOf(trx) === 'postgres') {
    await sql`insert into fingerprints (hash, thread_message_id)
      select unnest(${[...hashes]}::bigint[]), ${messageId}::bigint`.execute(trx);
    return;
  }
  const rows = hashes.map((hash) => ({ hash, thread_message_id: messageId }));
  await trx.insertInto('fingerprints').values(rows).execute();
}

/** Takes a message's hashes out of the index. */
export async function forgetFingerprints(
  trx: Trx,
  messageId: number,
  hashes: readonly number[],
): Promise<void> {
  for (const some of chunks([...new Set(hashes)], 500)) {
    await trx
      .deleteFrom('fingerprints')
      .where('hash', 'in', some)
      .where('thread_message_id', '=', messageId)
      .execute();
  }
}

/**
 * Who shares rare hashes with a text. Hashes that have reached the cap are templates and left out. Reads
 * at most TEMPLATE_THREADS rows per hash, even of one that has more rows than it should.
 */
export async function sharing(db: Kysely<Schema>, hashes: readonly number[]): Promise<Sharing[]> {
  const found: Sharing[] = [];
  for (const some of chunks(safeHashes(hashes), 400)) {
    const { rows } = await sql<Sharing>`
      with wanted(hash) as (${wantedOf(db, some)}),
      rare(hash) as (
        select hash from wanted
        where (select f.thread_message_id from fingerprints f where f.hash = wanted.hash
               order by f.thread_message_id limit 1 offset ${sql.lit(TEMPLATE_THREADS - 1)}) is null)
      select f.hash, f.thread_message_id, m.thread_id, m.company_id, m.prospect_id
      from rare
      join fingerprints f on f.hash = rare.hash
      join thread_messages m on m.id = f.thread_message_id`.execute(db);
    found.push(...rows);
  }
  return found;
}

const safeHashes = (hashes: readonly number[]): number[] =>
  [...new Set(hashes)].filter((hash) => Number.isSafeInteger(hash) && hash >= 0);

/** Hashes as rows, by one parameter: the statement is prepared once for lists of any length. All are checked to be integers. */
function wantedOf(db: Kysely<Schema>, hashes: readonly number[]): RawBuilder<unknown> {
  return engineOf(db) === 'postgres'
    ? sql`select unnest(${[...hashes]}::bigint[])`
    : sql`select value from json_each(${JSON.stringify(hashes)})`;
}
