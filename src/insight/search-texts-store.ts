import type { Kysely } from 'kysely';
import { breathe } from '../off-loop/breathe.ts';
import type { Schema } from '../store/schema.ts';
import type { TextOf } from './draft-text-store.ts';
import { type TextMatch, textMatch } from './search-match.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** Texts looked at, and what they may hold together: reading them takes some 30 ms, a third of what FTS5 may take for the list. */
const MOST_TEXTS = 1_024;
const MOST_CHARS = 3_000_000;

/** Texts taken from the database at once; each may hold some 200 KB. */
const PIECE = 32;

const FIELDS = ['subject', 'body', 'headers', 'addresses'] as const;
const fieldsOf = (text: Record<(typeof FIELDS)[number], string>): string[] =>
  FIELDS.map((name) => text[name]);

/**
 * Looks for words in the newest texts themselves. A beginning that hundreds of words have is in most texts or in few: FTS5 makes its
 * list from all of them before it tells the first, and here the first are found at once where many have it.
 *
 * @param most so many must be found
 * @returns newest first; null where fewer were found, or what was found is not certain, and FTS5 is to be asked
 */
export async function newestTexts(
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
      .select(['id', 'message_id', 'revision', ...FIELDS])
      .where('id', '<', last)
      .orderBy('id', 'desc')
      .limit(PIECE)
      .execute();
    for (const text of texts) {
      const matched = matches(fieldsOf(text));
      if (matched === null) return null;
      if (matched) found.push(text);
      if (found.length === most)
        return found.map(({ id, message_id, revision }) => ({ id, message_id, revision }));
      chars += text.body.length + text.headers.length;
      if (chars > MOST_CHARS) return null;
      last = text.id;
      await breathe();
    }
    if (texts.length < PIECE) return null;
  }
  return null;
}

/**
 * Looks for words in some texts themselves, of which FTS5 would make the same long list once for each run of ids.
 *
 * @param ids of the texts
 * @returns those that have the words, and those of which that is not certain, for FTS5 to say
 */
export async function amongTexts(
  db: Reader,
  ids: readonly number[],
  matches: TextMatch,
): Promise<{ found: number[]; uncertain: number[] }> {
  const found: number[] = [];
  const uncertain: number[] = [];
  for (let from = 0; from < ids.length; from += PIECE) {
    const texts = await db
      .selectFrom('draft_texts')
      .select(['id', ...FIELDS])
      .where('id', 'in', ids.slice(from, from + PIECE))
      .execute();
    for (const text of texts) {
      const matched = matches(fieldsOf(text));
      if (matched !== false) (matched ? found : uncertain).push(text.id);
      await breathe();
    }
  }
  return { found, uncertain };
}
