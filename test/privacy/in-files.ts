import { sql } from 'kysely';
import type { Database } from '../../src/store/database.ts';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Files below a folder that hold one of the words, as bytes, in any case; with the word. */
export function filesHolding(folder: string, words: readonly string[]): string[] {
  const found: string[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const text = readFileSync(path).toString('latin1').toLowerCase();
    for (const word of words)
      if (text.includes(word.toLowerCase())) found.push(`${relative(folder, path)}: ${word}`);
  }
  return found;
}

/**
 * Whether the words are in the files of a data folder or, on PostgreSQL, in any column of any row: its files keep what was deleted
 * until it is vacuumed.
 *
 * @returns paths, names of tables
 */
export async function placesHolding(
  folder: string,
  database: Database,
  words: readonly string[],
): Promise<string[]> {
  const places = filesHolding(folder, words);
  if (database.engine === 'sqlite') return places;
  const tables = await sql<{ name: string }>`select relname as name from pg_class where relkind = 'r'
    and relnamespace = current_schema()::regnamespace`.execute(database.db);
  for (const { name } of tables.rows) {
    // Bytes are shown as hexadecimal, so mails are looked at as text.
    const row = name === 'bodies' ? sql`encode(raw, 'escape')` : sql`t::text`;
    const found = await sql`select 1 from ${sql.table(name)} t
      where ${sql.join(
        words.map((word) => sql`strpos(lower(${row}), ${word.toLowerCase()}) > 0`),
        sql` or `,
      )} limit 1`.execute(database.db);
    if (found.rows.length > 0) places.push(name);
  }
  return places;
}
