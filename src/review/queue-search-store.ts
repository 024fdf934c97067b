import { type Kysely, type SqlBool, sql } from 'kysely';
import { textSearch } from '../insight/search-store.ts';
import { breathe } from '../off-loop/breathe.ts';
import type { Schema } from '../store/schema.ts';
import { after, cursorOf, inOrder, upTo } from './queue-order.ts';
import type { Cursor, QueueFilter, QueueSort } from './queue-query.ts';
import { chosen, filtered, names } from './queue-where-store.ts';

type Db = Kysely<Schema>;

/** A delivery that was found, with what lists sort and menus choose by. */
export interface Found {
  id: string;
  received_at: number;
  expires_at: number | null;
  reason: string | null;
  engine_id: string;
  engine: string;
  assigned_id: string | null;
  assigned_name: string | null;
}

/** Most deliveries looked at in one turn of the event loop: some ten milliseconds. */
const LARGEST_PIECE = 2_048;
/** What is found in fewer costs little less. */
const SMALLEST_PIECE = 64;

/** How many to look at next: a fifth more than the rest takes if there are as many in it. */
function nextPiece(looked: number, found: number, most: number): number {
  const needed = looked === 0 ? most : ((most - found) * looked * 1.2) / Math.max(found, 0.5);
  return Math.min(Math.max(Math.ceil(needed), SMALLEST_PIECE), LARGEST_PIECE);
}

/**
 * The first deliveries of a list in which all words of the filter are found, each anywhere in what is known of it: in names, notes and
 * ids as it stands, in texts and headers by the beginnings of words. No index has all of that, so the list is looked at piece by piece
 * until there are `most`: a word that many have is found at once, one that few have only by looking at all, and others have their turn
 * in between.
 *
 * @param place.menus whether what the filter menus choose counts
 */
export async function searched(
  db: Db,
  filter: QueueFilter,
  place: { now: number; sort: QueueSort; after: Cursor | null; menus: boolean; most: number },
): Promise<Found[]> {
  const { now, sort, menus, most } = place;
  const list = (menus ? chosen : filtered)(db, filter, { now, sort });
  const order = inOrder(filter, sort);
  const texts = await textSearch(db, filter.words);
  const found: Found[] = [];
  let from = place.after;
  let looked = 0;
  for (;;) {
    const size = nextPiece(looked, found.length, most);
    looked += size;
    const rest = from ? list.where(after(from, filter, sort)) : list;
    const last = await rest
      .select(['d.id', 'd.created_at as received_at', 'd.expires_at'])
      .orderBy(order)
      .limit(1)
      .offset(size - 1)
      .executeTakeFirst();
    from = last ? cursorOf(last, filter, sort) : null;
    let piece = from ? rest.where(upTo(from, filter, sort)) : rest;
    const inTexts = await texts(piece.select('d.message_id'), 'd.message_id');
    for (const [i, word] of filter.words.entries()) {
      piece = piece.where(sql<SqlBool>`(${inTexts[i]} or ${names(word)})`);
    }
    found.push(
      ...(await piece
        .select([...FOUND])
        .orderBy(order)
        .execute()),
    );
    if (found.length >= most || !from) return found.slice(0, most);
    await breathe();
  }
}

const FOUND = [
  'd.id',
  'd.created_at as received_at',
  'd.expires_at',
  'd.hold_reason as reason',
  'd.engine_id',
  'e.name as engine',
  's.assigned_id',
  's.assigned_name',
] as const;
