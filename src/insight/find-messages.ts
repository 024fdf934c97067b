import type { Kysely } from 'kysely';
import { findOwnId } from '../review/read.ts';
import type { Schema } from '../store/schema.ts';
import { type Clues, cluesOf } from './clues.ts';
import { searchMessages } from './search-store.ts';
import { messageIdOf } from './trace-store.ts';

type Reader = Kysely<Schema>;

/** A message that was found, and how. */
export interface Found {
  message_id: string;
  why: string;
}

/** So many of a pasted text's passages must be in a mail: one alone may be a phrase that everybody writes. */
const MIN_SHARE = 0.25;

/** Newest matches looked at for each passage. */
const PER_PASSAGE = 200;

/**
 * Messages that a complaint may be about, the surest first: by an id, by all the words, by passages of a pasted text (best with
 * an address that stands in it), by the subject, at last by an address alone.
 */
export async function findMessages(db: Reader, pasted: string, limit: number): Promise<Found[]> {
  const clues = cluesOf(pasted);
  for (const way of [byIds, byWords, byPassages, bySubject, byAddresses]) {
    const found = await way(db, clues, limit);
    if (found.length > 0) return found;
  }
  return [];
}

async function byIds(db: Reader, { ids }: Clues, limit: number): Promise<Found[]> {
  const found = new Map<string, Found>();
  for (const id of ids) {
    const own = await messageIdOf(db, (await findOwnId(db, id)) ?? id);
    if (own !== null) found.set(own, { message_id: own, why: `by its id ${id}` });
  }
  for (const id of found.size > 0 ? [] : ids.filter((one) => one.startsWith('<'))) {
    for (const { message_id } of await searchMessages(db, `"${id}"`, { limit })) {
      found.set(message_id, { message_id, why: `${id} stands in its headers` });
    }
  }
  return [...found.values()].slice(0, limit);
}

async function byWords(db: Reader, { words }: Clues, limit: number): Promise<Found[]> {
  if (words === null) return [];
  const found = await searchMessages(db, words, { limit });
  return found.map(({ message_id }) => ({ message_id, why: 'all of the words are in it' }));
}

async function byPassages(db: Reader, { passages, addresses }: Clues, limit: number): Promise<Found[]> {
  if (passages.length === 0) return [];
  for (const address of [...addresses, null]) {
    const also = address === null ? '' : ` "${address}"`;
    const counts = new Map<string, number>();
    for (const passage of passages) {
      for (const { message_id } of await searchMessages(db, `"${passage}"${also}`, {
        limit: PER_PASSAGE,
      })) {
        counts.set(message_id, (counts.get(message_id) ?? 0) + 1);
      }
    }
    const enough = [...counts].filter(([, count]) => count / passages.length >= MIN_SHARE);
    if (enough.length === 0) continue;
    return enough
      .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? 1 : -1))
      .slice(0, limit)
      .map(([message_id, count]) => ({
        message_id,
        why: `${count} of ${passages.length} passages of the text are in it${address === null ? '' : `, and ${address}`}`,
      }));
  }
  return [];
}

async function bySubject(db: Reader, { subject, addresses }: Clues, limit: number): Promise<Found[]> {
  if (subject === null) return [];
  for (const address of [...addresses, null]) {
    const words = `"${subject}"${address === null ? '' : ` ${address}`}`;
    const found = await searchMessages(db, words, { limit });
    if (found.length > 0) {
      return found.map(({ message_id }) => ({
        message_id,
        why: `it has the subject${address === null ? '' : `, and ${address}`}`,
      }));
    }
  }
  return [];
}

async function byAddresses(db: Reader, { addresses }: Clues, limit: number): Promise<Found[]> {
  for (const address of addresses) {
    const found = await searchMessages(db, `"${address}"`, { limit });
    if (found.length > 0) return found.map(({ message_id }) => ({ message_id, why: `${address} is in it` }));
  }
  return [];
}
