import type { Expression } from 'kysely';
import { expect, test } from 'vitest';
import { FillIn } from '../../src/insight/fill-in.ts';
import { searchMessages, textSearch } from '../../src/insight/search-store.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { ftsQuery } from '../../src/insight/search-query.ts';
import { addProspect, startGate, type TestGate } from '../support/gate.ts';

const judged = (gate: TestGate, count: number) =>
  gate.until(
    (deliveries) => deliveries.filter(({ judged_at }) => judged_at !== null).length === count,
    `${count} judged`,
  );

const subjects = async (gate: TestGate, words: string): Promise<(string | null)[]> => {
  const { db } = gate.app.database;
  const found = await searchMessages(db, words, { limit: 50 });
  const rows = await db.selectFrom('messages').select(['id', 'subject']).execute();
  return found.map(({ message_id }) => rows.find(({ id }) => id === message_id)?.subject ?? null);
};

async function gateWithMail(): Promise<TestGate> {
  const gate = await startGate();
  await addProspect(gate, 'lena.vogt@quillpost.example', { prospect: { name: 'Lena Vogt' } });
  await addProspect(gate, 'bo@harbour.example', { prospect: { name: 'Bo Lind' } });
  await gate.send({
    to: 'lena.vogt@quillpost.example',
    subject: 'Grüße aus Łódź',
    text: 'Hi Lena,\n\nthe conveyor benchmark at your company went well. Would a short call next week be useful to you?',
    headers: { 'X-Campaign': 'spring-44', References: '<a1b2@earlier.example>' },
  });
  await gate.send({
    to: 'bo@harbour.example',
    subject: 'Second',
    text: 'Hi Bo,\n\nthe conveyor benchmark at your company went well. Would a short call next week be useful to you?',
  });
  await judged(gate, 2);
  return gate;
}

test('mail is found by its words, its beginnings of words, its addresses, any header and a phrase, newest first', async () => {
  const gate = await gateWithMail();
  expect(await subjects(gate, 'conveyor benchmark')).toEqual(['Second', 'Grüße aus Łódź']);
  expect(await subjects(gate, 'convey lena')).toEqual(['Grüße aus Łódź']);
  expect(await subjects(gate, 'lena.vogt@quillpost.example')).toEqual(['Grüße aus Łódź']);
  expect(await subjects(gate, 'ann@sender.example harbour')).toEqual(['Second']);
  expect(await subjects(gate, 'grusse')).toEqual([]);
  expect(await subjects(gate, 'lodz')).toEqual([]);
  expect(await subjects(gate, 'Łódź')).toEqual(['Grüße aus Łódź']);
  expect(await subjects(gate, 'spring-44')).toEqual(['Grüße aus Łódź']);
  expect(await subjects(gate, '<a1b2@earlier.example>')).toEqual(['Grüße aus Łódź']);
  expect(await subjects(gate, '"benchmark conveyor"')).toEqual([]);
  expect(await subjects(gate, '"conveyor benchmark at"')).toHaveLength(2);
});

test('what has a meaning in the language of the index is searched as text', async () => {
  const gate = await gateWithMail();
  for (const odd of [
    '"',
    '""',
    '* ',
    'NOT OR',
    'subject:x',
    'a"b',
    '(',
    '^qq',
    '-',
    '   ',
    "'; drop table x",
  ]) {
    expect(await subjects(gate, odd)).toEqual([]);
  }
});

test('another list can be searched by the texts of its messages', async () => {
  const gate = await gateWithMail();
  const { db } = gate.app.database;
  const all = db.selectFrom('deliveries');
  const found = async (among: Expression<unknown>, word: string): Promise<string[]> => {
    const [holds] = await (await textSearch(db, [word]))(among, 'deliveries.message_id');
    const rows = await all.select('recipient').where(holds).orderBy('recipient').execute();
    return rows.map(({ recipient }) => recipient);
  };
  const both = all.select('message_id');
  expect(await found(both, 'quillp')).toEqual(['lena.vogt@quillpost.example']);
  expect(await found(both, 'conveyor')).toEqual(['bo@harbour.example', 'lena.vogt@quillpost.example']);
  expect(await found(both, '-')).toEqual([]);
});

test('the same text to two prospects has one template and two texts', async () => {
  const gate = await gateWithMail();
  const rows = await gate.app.database.db.selectFrom('draft_texts').selectAll().execute();
  expect(new Set(rows.map(({ text_key }) => text_key)).size).toBe(2);
  expect(new Set(rows.map(({ template_key }) => template_key)).size).toBe(1);
  expect(rows[0]?.template_key).toMatch(/^[0-9a-f]{32}$/);
});

test('mail from before texts were kept is filled in once, and still sorts as older', async () => {
  const gate = await gateWithMail();
  const { database } = gate.app;
  await gate.until(() => true, 'started');
  await database.transact(async (trx) => {
    await trx.deleteFrom('draft_texts').execute();
    await trx.deleteFrom('settings').where('key', '=', 'draft_texts_filled_in').execute();
  });
  expect(await subjects(gate, 'conveyor')).toEqual([]);
  const fillIn = new FillIn({ database, log: createLogger('silent'), standBack: async () => {} });
  await fillIn.run();
  expect(await subjects(gate, 'conveyor')).toEqual(['Second', 'Grüße aus Łódź']);
  await addProspect(gate, 'third@x.example');
  await gate.send({
    to: 'third@x.example',
    subject: 'Third',
    text: 'The conveyor is a good one, is it not?',
  });
  await judged(gate, 3);
  expect(await subjects(gate, 'conveyor')).toEqual(['Third', 'Second', 'Grüße aus Łódź']);
  const before = await database.db.selectFrom('draft_texts').selectAll().execute();
  await fillIn.run();
  expect(await database.db.selectFrom('draft_texts').selectAll().execute()).toEqual(before);
});

test('A NUL in the words is no error of the query', () => {
  expect(ftsQuery('abc\u0000def')).toBe('"abc def"*');
});
