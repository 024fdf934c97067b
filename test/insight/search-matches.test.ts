import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Random, randomFrom } from '../../src/evaluate/random.ts';
import { keepDraftText } from '../../src/insight/draft-text-store.ts';
import { beginningsOf } from '../../src/insight/search-query.ts';
import { searchMessages, textSearch } from '../../src/insight/search-store.ts';
import { textMatch } from '../../src/insight/search-match.ts';
import { newestTexts } from '../../src/insight/search-texts-store.ts';
import { wordsBeginning } from '../../src/insight/search-terms-store.ts';
import type { Database } from '../../src/store/database.ts';
import { addHeldMail } from '../support/held-mail.ts';
import { onPostgres, openDatabaseOf } from '../support/store.ts';

const SEED = Number(process.env['SEARCH_SEED'] ?? 4711);
const TEXTS = 300;
const QUERIES = 200;

/** Some begin as others do. */
const WORDS =
  'invoice invoices invoiced invoicing in inv report reports Reporting naïve naive Größe größer Łódź Łodzer 2026 20261 x-ray ärger a.b@c.example'.split(
    ' ',
  );
/** So many that what they begin with is not looked up. */
const TAGS = Array.from({ length: 900 }, (_, i) => `tag${i}`);

/** The words of a text, in a plain way of its own. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** Whether a text has a term as a run of words, its last one by its beginning. */
function has(text: string, term: string): boolean {
  const [phrase] = /(?<=^").*(?="$)/u.exec(term) ?? [];
  const run = wordsOf(phrase ?? term);
  const goesOn = phrase === undefined && (/[\p{L}\p{N}]*$/u.exec(term)?.[0] ?? '').length >= 3;
  const words = wordsOf(text);
  return words.some((_, at) =>
    run.every((word, i) =>
      goesOn && i === run.length - 1 ? words[at + i]?.startsWith(word) : words[at + i] === word,
    ),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'presend-search-'));
let database: Database;
/** Oldest first, in the order in which they were kept. */
const kept: { id: string; revision: number; text: string }[] = [];

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)];
const aWord = (random: Random): string => pick(random, random() < 0.5 ? WORDS : TAGS);
const sentence = (random: Random, length: number): string =>
  Array.from({ length }, () => aWord(random)).join(pick(random, [' ', ', ', ' – ']));

beforeAll(async () => {
  const random = randomFrom(SEED);
  database = await openDatabaseOf(folder);
  const ids = Array.from({ length: TEXTS }, (_, i) => `m${String(i).padStart(4, '0')}`);
  await addHeldMail(
    database,
    ['one'],
    ids.map((id) => ({ id, engine: 'one', recipient: 'p@x.example', reason: 'r', at: 1, expires: 2 })),
  );
  await database.transact(async (trx) => {
    for (const [i, id] of ids.entries()) {
      kept.push({ id, revision: 0, text: sentence(random, 10) });
      if (i > 20 && random() < 0.1) {
        const edited = pick(random, kept.slice(-20));
        const revision =
          Math.max(...kept.filter((one) => one.id === edited.id).map((one) => one.revision)) + 1;
        kept.push({ id: edited.id, revision, text: sentence(random, 10) });
      }
    }
    for (const { id, revision, text } of kept) {
      const nothing = { subject: '', headers: '', addresses: '', text_key: null, template_key: null };
      await keepDraftText(trx, { message_id: id, revision }, { ...nothing, body: text });
    }
    // Words of which nothing is left but in the index's memory.
    for (const id of ids.filter(() => random() < 0.1)) {
      await trx.deleteFrom('draft_texts').where('message_id', '=', id).execute();
      for (let i = kept.length - 1; i >= 0; i -= 1) if (kept[i].id === id) kept.splice(i, 1);
    }
  });
});

afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As `searchMessages` does, by looking at each text. */
function slowly(terms: readonly string[], limit: number): string[] {
  const found = kept
    .toReversed()
    .filter(({ text }) => terms.every((term) => has(text, term)))
    .map(({ id }) => id);
  return [...new Set(found)].slice(0, limit);
}

describe('words looked up before they are searched', () => {
  test('find the same mail in the same order as looking at each text', async () => {
    const random = randomFrom(SEED + 1);
    let matches = 0;
    for (let i = 0; i < QUERIES; i += 1) {
      const terms = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
        const word = aWord(random);
        const term = random() < 0.6 ? word.slice(0, 2 + Math.floor(random() * word.length)) : word;
        return random() < 0.1 ? `"${word} ${aWord(random)}"` : term;
      });
      const found = await searchMessages(database.db, terms.join(' '), { limit: TEXTS });
      const expected = slowly(terms, TEXTS);
      expect(
        found.map(({ message_id }) => message_id),
        `${terms.join(' ')} (SEARCH_SEED=${SEED})`,
      ).toEqual(expected);
      matches += expected.length;
      const first = await searchMessages(database.db, terms.join(' '), { limit: 5 });
      expect(first.map(({ message_id }) => message_id)).toEqual(expected.slice(0, 5));
    }
    expect(matches).toBeGreaterThan(QUERIES);
  });

  test.skipIf(onPostgres)('are left to the index where too many begin so', async () => {
    expect(await wordsBeginning(database.db, 'tag1 nothing')).toMatchObject({ listed: false });
    const { known, listed } = await wordsBeginning(database.db, 'tag tag1 invoic nothing');
    expect(listed).toBe(true);
    expect(await wordsBeginning(database.db, 'Добрый')).toMatchObject({ listed: true });
    expect([...known.keys()]).toEqual(['tag1', 'invoic']);
    expect(known.get('invoic')).toEqual(['invoice', 'invoiced', 'invoices', 'invoicing']);
  });

  test('are looked for in the newest texts where too many begin so, and enough of those have them', async () => {
    const newest = (words: string, most: number) =>
      newestTexts(database.db, words, { before: Number.MAX_SAFE_INTEGER, most });
    for (const terms of [['tag'], ['tag', 'invoi']]) {
      const found = await newest(terms.join(' '), 20);
      const expected = kept.toReversed().filter(({ text }) => terms.every((term) => has(text, term)));
      expect(found?.map(({ message_id, revision }) => [message_id, revision])).toEqual(
        expected.slice(0, 20).map(({ id, revision }) => [id, revision]),
      );
    }
    expect(await newest('tag', TEXTS * 2)).toBeNull();
    expect(await newest('tag Добрый', 1)).toBeNull();
  });

  test('are not said to be in a text that the index may read otherwise', () => {
    const tag = textMatch('tag')!;
    expect(tag(['', 'a tag1 – “here” 🚀'])).toBe(true);
    expect(tag(['a stag', 'ta g'])).toBe(false);
    expect(tag(['a tag1', 'Добрый день'])).toBeNull();
    expect(textMatch('tag\u0301')).toBeNull();
    expect(textMatch('x'.repeat(200))).toBeNull();
  });

  test('are written as the index writes them, or not looked up', () => {
    const raw = new SQLite(':memory:');
    raw.exec(`create virtual table texts using fts5(text, content='', tokenize='unicode61 remove_diacritics 2');
      create virtual table terms using fts5vocab('texts', 'instance')`);
    const insert = raw.prepare('insert into texts (rowid, text) values (?, ?)');
    let lookedUp = 0;
    const codes = [...range(1, 0x30_00), ...range(0x1_f0_00, 0x1_ff_ff)];
    for (const code of codes) insert.run(code, `x${String.fromCodePoint(code)}abc`);
    const last = new Map<number, string>();
    for (const row of raw.prepare('select doc, term from terms order by doc, offset').all() as {
      doc: number;
      term: string;
    }[]) {
      last.set(row.doc, row.term);
    }
    for (const code of codes) {
      const character = String.fromCodePoint(code);
      if (/[\s"]/u.test(character)) continue;
      const [beginning] = beginningsOf(`x${character}abc`);
      if (typeof beginning !== 'string') continue;
      lookedUp += 1;
      expect(beginning, `U+${code.toString(16)}`).toBe(last.get(code));
    }
    expect(lookedUp).toBeGreaterThan(1_000);
    raw.close();
  });

  test('are found in another list as well, in whatever letters its texts are written', async () => {
    await database.transact((trx) =>
      keepDraftText(
        trx,
        { message_id: kept[7].id, revision: 99 },
        {
          subject: 'Добрый',
          body: 'день tag77',
          headers: '',
          addresses: '',
          text_key: null,
          template_key: null,
        },
      ),
    );
    kept.push({ id: kept[7].id, revision: 99, text: 'Добрый день tag77' });
    // Every third, so that they are many runs of ids.
    const some = [...new Set(kept.map(({ id }) => id))].filter((id, i) => i % 3 === 0 || id === kept[7].id);
    const { db } = database;
    const messages = db.selectFrom('messages').where('id', 'in', some);
    const words = ['tag', 'tag77', 'добр', 'Добрый', 'invoice', 'nothing', '-'];
    const holds = await (await textSearch(db, words))(messages.select('id'), 'messages.id');
    for (const [i, word] of words.entries()) {
      const found = await messages.select('id').where(holds[i]).orderBy('id').execute();
      const expected = some.filter((id) => kept.some((one) => one.id === id && has(one.text, word)));
      expect(
        found.map(({ id }) => id),
        word,
      ).toEqual(word === '-' ? [] : expected.toSorted());
      if (/^(?:tag|добр)/iu.test(word)) expect(expected).toContain(kept[7].id);
    }
  });
});
