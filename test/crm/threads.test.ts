import { describe, expect, test } from 'vitest';
import { indexFingerprints, sharing, TEMPLATE_THREADS } from '../../src/crm/fingerprint-store.ts';
import { createCompany, createProspect } from '../../src/crm/store.ts';
import {
  addThreadMessage,
  type NewThreadMessage,
  newestInbound,
  threadMessages,
} from '../../src/crm/thread-store.ts';
import { findThread, relatedTexts } from '../../src/crm/threads.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import type { Database } from '../../src/store/database.ts';
import { ann, NOW, openDatabase } from './open.ts';

const SECRET =
  'Between us, the board decided last week to close the Lisbon office in September and to move the payments team to Warsaw.';
const PITCH =
  'We help growing companies to staff whole engineering teams within three weeks, with people who stay for years and work in your time zone.';

async function openCrm(): Promise<Database> {
  const database = await openDatabase();
  await database.transact(async (trx) => {
    for (const c of ['north', 'south', 'east', 'west', 'up', 'down', 'in', 'out']) {
      await createCompany(trx, { id: `c_${c}`, name: `${c} Works` }, ann);
      await createProspect(trx, { id: `p_${c}`, address: `a@${c}.example`, company_id: `c_${c}` }, ann);
    }
    await createProspect(
      trx,
      { id: 'p_north_ceo', address: 'ceo@north.example', company_id: 'c_north' },
      ann,
    );
  });
  return database;
}

let serial = 0;
async function say(database: Database, prospect: string, text: string, more: Partial<NewThreadMessage> = {}) {
  serial += 1;
  const message: NewThreadMessage = {
    threadId: `t_${prospect}`,
    prospectId: prospect,
    companyId: `c_${prospect.split('_')[1]}`,
    messageId: `<${serial}@test.example>`,
    direction: 'in',
    person: null,
    role: null,
    at: NOW + serial * 1000,
    text,
    subject: null,
    ...more,
  };
  return await database.transact((trx) => addThreadMessage(trx, message, fingerprints));
}

const related = (database: Database, draft: string, own: { prospect?: string; threadId?: string } = {}) => {
  const prospect = own.prospect ?? 'north';
  return relatedTexts(database.db, {
    prospectId: `p_${prospect}`,
    companyId: `c_${prospect}`,
    threadId: own.threadId ?? `t_p_${prospect}`,
    fingerprints: fingerprints(draft),
  });
};

describe('a thread', () => {
  test('holds its messages in order and each Message-ID once', async () => {
    const database = await openCrm();
    await say(database, 'p_north', 'second', { messageId: '<2@x>', at: NOW + 2 });
    await say(database, 'p_north', 'first', { messageId: '<1@x>', at: NOW + 1, direction: 'out' });
    expect(await say(database, 'p_north', 'second again', { messageId: '<2@x>' })).toMatchObject({
      added: false,
    });
    await say(database, 'p_north', 'no id', { messageId: null, at: NOW + 3 });
    expect(await say(database, 'p_north', 'no id', { messageId: null, at: NOW + 3 })).toMatchObject({
      added: false,
    });
    const messages = await threadMessages(database.db, 't_p_north', 50);
    expect(messages.map((m) => m.text)).toEqual(['first', 'second', 'no id']);
    expect(messages[0]).toMatchObject({ direction: 'out', at: new Date(NOW + 1).toISOString() });
    expect(await threadMessages(database.db, 't_p_north', 1)).toMatchObject([{ text: 'no id' }]);
    expect(await newestInbound(database.db, 'p_north')).toBe(NOW + 3);
    expect(await newestInbound(database.db, 'p_south')).toBeNull();
  });

  test('is found by what the draft replies to, then by the hint, then as the open one', async () => {
    const database = await openCrm();
    await say(database, 'p_north', 'older', { threadId: 't_old', messageId: '<old@x>', at: NOW });
    await say(database, 'p_north', 'newer', { threadId: 't_new', messageId: '<new@x>', at: NOW + 1 });
    const hints = {
      prospectId: 'p_north',
      prospectThreadId: null,
      inReplyTo: null,
      references: [],
      threadIdHint: null,
    };
    expect(await findThread(database.db, { ...hints, inReplyTo: '<old@x>' })).toBe('t_old');
    expect(await findThread(database.db, { ...hints, references: ['<old@x>', '<unknown@x>'] })).toBe('t_old');
    expect(await findThread(database.db, { ...hints, threadIdHint: 't_old' })).toBe('t_old');
    expect(await findThread(database.db, { ...hints, threadIdHint: 't_engine_made' })).toBe('t_engine_made');
    expect(await findThread(database.db, { ...hints, prospectThreadId: 't_old' })).toBe('t_old');
    expect(await findThread(database.db, hints)).toBe('t_new');
    expect(await findThread(database.db, { ...hints, prospectId: 'p_south' })).toBeNull();
  });

  test('of somebody else is never taken, whatever the headers say', async () => {
    const database = await openCrm();
    await say(database, 'p_south', SECRET, { messageId: '<secret@x>' });
    const hints = {
      prospectId: 'p_north',
      prospectThreadId: 't_p_south',
      inReplyTo: '<secret@x>',
      references: ['<secret@x>'],
      threadIdHint: 't_p_south',
    };
    expect(await findThread(database.db, hints)).toBeNull();
  });
});

describe('related texts', () => {
  const draft = `Hi Ana, since the board decided last week to close the Lisbon office in September, we could help.`;

  test('a passage of another company’s thread is found', async () => {
    const database = await openCrm();
    await say(database, 'p_south', SECRET, { person: 'Rui Alves', role: 'CEO' });
    const found = await related(database, draft);
    expect(found).toMatchObject([
      {
        scope: 'other_company',
        source: 'threads.t_p_south (Rui Alves, CEO)',
        threadId: 't_p_south',
        text: SECRET,
        direction: 'in',
      },
    ]);
    expect(found[0]?.shared?.length).toBeGreaterThanOrEqual(2);
    expect(await related(database, 'Hi Ana, could we talk about your hiring plans for this spring?')).toEqual(
      [],
    );
  });

  test('what colleagues of the recipient said is always given, what the recipient said never', async () => {
    const database = await openCrm();
    await say(database, 'p_north_ceo', SECRET);
    await say(database, 'p_north', 'We hire two people this year, and I would rather hear from you in May.');
    await say(database, 'p_north', SECRET, { threadId: 't_north_second' });
    const found = await related(database, 'Hello, shall we talk?');
    expect(found).toMatchObject([{ scope: 'company', threadId: 't_p_north_ceo', shared: [] }]);
  });

  test('a passage that the recipient knows from the own thread is no sign of a leak', async () => {
    const database = await openCrm();
    await say(database, 'p_south', SECRET);
    await say(database, 'p_north', SECRET);
    expect(await related(database, draft)).toEqual([]);
  });

  test('a passage that several companies have seen is a template', async () => {
    const database = await openCrm();
    await say(database, 'p_south', `Hello Rui. ${PITCH} Shall we talk on Monday?`, { direction: 'out' });
    await say(database, 'p_east', `Dear Eva, how are things? ${PITCH}`, { direction: 'out' });
    const two = await related(
      database,
      `Hi Ana, I saw your new office in Porto and the many roles you opened there since spring. ${PITCH}`,
    );
    await say(database, 'p_west', `Good morning. ${PITCH} Kind regards`, { direction: 'out' });
    const three = await related(database, `Hi Ana. ${PITCH}`);
    expect(two.every((text) => text.direction === 'out')).toBe(true);
    expect(three).toEqual([]);
  });

  test('two mails of one campaign do not leak each other, but an answer to a confidence does', async () => {
    const database = await openCrm();
    await say(database, 'p_south', `Hi Rui, ${PITCH}`, { direction: 'out' });
    expect(await related(database, `Hi Ana, ${PITCH}`)).toEqual([]);
    await say(database, 'p_east', 'Thanks for writing. I will tell you something.');
    await say(database, 'p_east', SECRET, { direction: 'out' });
    expect(await related(database, SECRET)).toMatchObject([{ threadId: 't_p_east', direction: 'out' }]);
  });

  test('a confidence repeated within its own thread is no template', async () => {
    const database = await openCrm();
    for (let i = 0; i < 10; i += 1) await say(database, 'p_south', SECRET);
    expect(await related(database, draft)).toMatchObject([{ threadId: 't_p_south' }]);
  });

  test('the index keeps a few threads per hash, and a hash with too many rows is passed over', async () => {
    const database = await openCrm();
    const hashes = fingerprints(PITCH);
    for (let i = 0; i < 20; i += 1) await say(database, 'p_south', PITCH, { threadId: `t_${i}` });
    const { n } = await database.db
      .selectFrom('fingerprints')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('hash', '=', hashes[0] ?? 0)
      .executeTakeFirstOrThrow();
    expect(n).toBe(TEMPLATE_THREADS);
    expect(await sharing(database.db, hashes)).toEqual([]);

    // Rows beyond the cap, as two writers at once could leave them.
    const rows = Array.from({ length: 5000 }, (_, i) => ({ hash: 7, thread_message_id: i + 1 }));
    await database.transact(async (trx) => {
      await trx.insertInto('fingerprints').values(rows).execute();
      await indexFingerprints(trx, { id: 9999, thread_id: 't_x' }, [], []);
    });
    expect(await sharing(database.db, [7, 8, -1, 0.5])).toEqual([]);
  });
});
