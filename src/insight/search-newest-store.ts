import type { Kysely } from 'kysely';
import { breathe } from '../off-loop/breathe.ts';
import type { Schema } from '../store/schema.ts';
import type { TextOf } from './draft-text-store.ts';
import { textMatch } from './search-match.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** Texts looked at, and what they may hold together: reading them takes some 30 ms, a third of what FTS5 may take for the list. */
const MOST_TEXTS = 1_024;
const MOST_CHARS = 3_000_000;

/** Texts taken from the database at once; each may hold some 200 KB. */
const PIECE = 32;

/**
 * Looks for words in the newest texts themselves. A beginning that hundreds of words have is in most texts or in few: FTS5 makes its
 * list from all of them before it tells the first, and here the first are found at once where many have it.
 *
 * @param most so many must be found
 * @returns newest first; null where fewer were found, or what was found is not certain, and FTS5 is to be asked
 */
export async function newestWith(
  db: Reader,
  words: string,
  { before, most }: { before: number; most: number },
): Promise<(TextOf & { id: number })[] | null> {
  const matches = textMatch(words);
  if (matches === null) return null;
  const found: (TextOf & { id: number })[] = [];
  let last = before;
  let chars = 0;
  for (let looked = 0; looked < MOST_TEXTS; looked += PIECE) {
    const texts = await db
      .selectFrom('draft_texts')
      .select(['id', 'message_id', 'revision', 'subject', 'body', 'headers', 'addresses'])
      .where('id', '<', last)
      .orderBy('id', 'desc')
      .limit(PIECE)
      .execute();
    for (const { id, message_id, revision, subject, body, headers, addresses } of texts) {
      const matched = matches([subject, body, headers, addresses]);
      if (matched === null) return null;
      if (matched) found.push({ id, message_id, revision });
      if (found.length === most) return found;
      chars += body.length + headers.length;
      if (chars > MOST_CHARS) return null;
      last = id;
      await breathe();
    }
    if (texts.length < PIECE) return null;
  }
  return null;
}
