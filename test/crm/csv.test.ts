import { describe, expect, test } from 'vitest';
import { type ImportOptions, importCsv, KINDS, type Kind } from '../../src/crm/csv.ts';
import { exportCsv } from '../../src/crm/export-store.ts';
import { saveMailboxRules } from '../../src/crm/mailbox-store.ts';
import { NO_RULES } from '../../src/crm/mailbox.ts';
import { revertImport } from '../../src/crm/revert.ts';
import { findCompany, getProspectByAddress, updateCompany, updateProspect } from '../../src/crm/store.ts';
import {
  addSuppression,
  possibleOptOut,
  suppressedChannels,
  UNCLEAR,
} from '../../src/crm/suppression-store.ts';
import { threadMessages } from '../../src/crm/thread-store.ts';
import { relatedTexts } from '../../src/crm/threads.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import type { Database } from '../../src/store/database.ts';
import { ann, later, NOW, openDatabase } from './open.ts';

const read = (database: Database, kind: Kind, text: string | Buffer, more: Partial<ImportOptions> = {}) =>
  importCsv(database, {
    kind,
    bytes: Buffer.isBuffer(text) ? text : Buffer.from(text),
    name: `${kind}.csv`,
    actor: 'test:ann',
    at: NOW,
    fingerprint: fingerprints,
    ...more,
  });

const FLAT = [
  'Email,First Name,Last Name,Job Title,Company Name,Website,Employees,Funding Amount,Opt Outs,Do Not Contact',
  'Jane@Acme.example,Jane,Doe,CTO,Acme Inc.,https://www.acme.example/about,"1,200",$12M,,false',
  'ben@acme.example,Ben,,,Acme,acme.example,1200,,email;sms,',
  'eve@gmail.com,Eve,Ngo,CEO,,,,,,true',
].join('\r\n');

describe('importing prospects', () => {
  test('what stops mail follows a person to another address and company, and stays at the old address', async () => {
    const database = await openDatabase();
    await read(
      database,
      'prospects',
      [
        'Id,Email,Company Name,Website,Opt Outs,Disqualifiers,Company Disqualifiers',
        'p1,jane@acme.example,Acme,acme.example,email,,competitor',
        'p2,ben@acme.example,Acme,acme.example,,local_only,competitor',
      ].join('\n'),
    );
    await database.transact((trx) =>
      addSuppression(
        trx,
        { kind: 'address', value: 'ben@acme.example', channel: 'email', reason: null, source: 'x' },
        ann,
      ),
    );
    await read(
      database,
      'prospects',
      [
        'Id,Email,Company Name,Website',
        'p1,jane@new.example,New,new.example',
        'p2,ben@new.example,New,new.example',
      ].join('\n'),
    );
    expect(await suppressedChannels(database.db, 'jane@acme.example')).toEqual(['all']);
    expect(await suppressedChannels(database.db, 'ben@acme.example')).toContain('all');
    expect(await suppressedChannels(database.db, 'ben@new.example')).toContain('email');
    expect(await getProspectByAddress(database.db, 'jane@new.example')).toMatchObject({
      opt_out_channels: ['email'],
      disqualifiers: ['competitor'],
    });
  });

  test('an opt-out under another spelling of the mailbox follows too, a possible one as well', async () => {
    const database = await openDatabase();
    await database.transact(async (trx) => {
      await saveMailboxRules(trx, { ...NO_RULES, sameDomains: [['icloud.com', 'me.com']] });
      for (const channel of ['email', UNCLEAR]) {
        const optOut = { value: 'jane@icloud.com', channel, reason: null, source: 'x' };
        await addSuppression(trx, { kind: 'address', ...optOut }, ann);
      }
    });
    await read(database, 'prospects', 'Id,Email\np1,jane@me.com\np2,joe@me.com');
    await read(database, 'prospects', 'Id,Email\np1,jane@newco.example\np2,joe@newco.example');
    expect(await suppressedChannels(database.db, 'jane@newco.example')).toEqual(['email']);
    expect(await possibleOptOut(database.db, ['jane@newco.example'])).not.toBeNull();
    expect(await suppressedChannels(database.db, 'joe@newco.example')).toEqual([]);
  });

  test('a flat CRM export makes prospects and merges their companies', async () => {
    const database = await openDatabase();
    const report = await read(database, 'prospects', FLAT);
    expect(report).toMatchObject({
      applied: true,
      rows: 3,
      new: 4,
      changed: 0,
      unchanged: 0,
      invalid: 0,
      ignoredColumns: [],
    });
    const company = await findCompany(database.db, { domain: 'acme.example' });
    expect(company).toMatchObject({ name: 'Acme Inc.', headcount: 1200, funding_amount_usd: 12_000_000 });
    expect(await getProspectByAddress(database.db, 'jane@acme.example')).toMatchObject({
      address: 'Jane@Acme.example',
      name: 'Jane Doe',
      title: 'CTO',
      company_id: company?.id,
      disqualifiers: [],
    });
    expect(await getProspectByAddress(database.db, 'ben@acme.example')).toMatchObject({
      opt_out_channels: ['email', 'sms'],
    });
    expect(await getProspectByAddress(database.db, 'eve@gmail.com')).toMatchObject({
      company_id: null,
      disqualifiers: ['do_not_contact'],
    });
  });

  test('the same file again changes nothing but vouches for the records', async () => {
    const database = await openDatabase();
    await read(database, 'prospects', FLAT);
    const report = await read(database, 'prospects', FLAT, { at: NOW + 5 });
    expect(report).toMatchObject({ applied: true, importId: null, new: 0, changed: 0, unchanged: 4 });
    expect((await getProspectByAddress(database.db, 'ben@acme.example'))?.updated_at).toBe(NOW + 5);
    expect(await database.db.selectFrom('revisions').select('id').execute()).toHaveLength(4);
  });

  test('a file with BOM, CRLF and semicolons from Excel is read', async () => {
    const database = await openDatabase();
    const text =
      '\uFEFFE-Mail;Company;Number of Employees;Available Signals\r\njosé@acme.example;"Acme; Söhne";350;"{""open_roles"": 4}"\r\n';
    expect(await read(database, 'prospects', text)).toMatchObject({ new: 2, invalid: 0 });
    expect(await findCompany(database.db, { name: 'Acme; Söhne' })).toMatchObject({ headcount: 350 });
    expect(await getProspectByAddress(database.db, 'josé@acme.example')).toMatchObject({
      available_signals: { open_roles: 4 },
    });
  });

  test('a dry run says what would change, field by field, and writes nothing', async () => {
    const database = await openDatabase();
    await read(database, 'prospects', FLAT);
    const text =
      'email,title,company,domain,headcount\njane@acme.example,CEO,Acme,acme.example,2100\nnew@acme.example,,,,\n';
    const report = await read(database, 'prospects', text, { dryRun: true });
    expect(report).toMatchObject({ applied: false, importId: null, new: 1, changed: 2, unchanged: 0 });
    expect(report.sample).toEqual([
      { row: 2, record: 'Acme', field: 'headcount', before: 1200, after: 2100 },
      { row: 2, record: 'jane@acme.example', field: 'title', before: 'CTO', after: 'CEO' },
    ]);
    expect(await findCompany(database.db, { name: 'Acme' })).toMatchObject({ headcount: 1200 });
    expect(await getProspectByAddress(database.db, 'new@acme.example')).toBeNull();
  });

  const BAD = [
    'email,company,headcount,funding_confidence,opt_out_channels',
    'good@acme.example,Acme,350,high,',
    'bad1@acme.example,Acme,many,,',
    'nobody,Acme,350,,',
    'bad2@acme.example,Other,201-500,sure,fax',
    '',
    'Good+x@acme.example,Acme,350,,',
    'bad3@acme.example,Acme,400,,',
  ].join('\n');

  test('bad rows are told by number and sentence, and nothing is written', async () => {
    const database = await openDatabase();
    const report = await read(database, 'prospects', BAD);
    expect(report.applied).toBe(false);
    expect(report.errors.map(({ row, message }) => ({ row, message }))).toEqual([
      { row: 3, message: 'headcount "many" is not a number: write digits, e.g. 350' },
      { row: 4, message: 'address "nobody" is not a mail address: write e.g. jane@example.com' },
      {
        row: 5,
        message: expect.stringMatching(
          /opt_out_channels "fax" is not a channel.*headcount "201-500" is a range.*funding_confidence "sure"/u,
        ),
      },
      { row: 7, message: 'Good+x@acme.example is in row 2 too: keep one of the two' },
      { row: 8, message: 'headcount "400" of Acme differs from "350" in row 2: make them the same' },
    ]);
    expect(await database.db.selectFrom('prospects').select('id').execute()).toEqual([]);
    expect(await database.db.selectFrom('revisions').select('id').execute()).toEqual([]);
  });

  test('bad rows are left out when asked', async () => {
    const database = await openDatabase();
    expect(await read(database, 'prospects', BAD, { skipBad: true })).toMatchObject({
      applied: true,
      new: 2,
      invalid: 5,
    });
    expect(await getProspectByAddress(database.db, 'good@acme.example')).not.toBeNull();
  });

  test('opt-outs and disqualifiers are never loosened unless allowed, and either way told', async () => {
    const database = await openDatabase();
    const head = 'email,opt_out_channels,disqualifiers,company,company_disqualifiers\n';
    await read(database, 'prospects', `${head}a@acme.example,email;sms,local_only,Acme,competitor\n`);
    const file = `${head}a@acme.example,sms,null,Acme,anti_offshore\n`;
    const kept = await read(database, 'prospects', file);
    expect(kept.notes.map((n) => `${n.row}: ${n.message}`)).toEqual([
      '2: Acme keeps disqualifiers competitor: --allow-loosen takes it back',
      '2: a@acme.example keeps disqualifiers local_only: --allow-loosen takes it back',
      '2: a@acme.example keeps opt_out_channels email: --allow-loosen takes it back',
    ]);
    expect(await findCompany(database.db, { name: 'Acme' })).toMatchObject({
      disqualifiers: ['competitor', 'anti_offshore'],
    });
    expect(await getProspectByAddress(database.db, 'a@acme.example')).toMatchObject({
      opt_out_channels: ['email', 'sms'],
      disqualifiers: ['local_only'],
    });
    const loosened = await read(database, 'prospects', file, { allowLoosen: true });
    expect(loosened.notes).toHaveLength(3);
    expect(loosened.notes[1]?.message).toBe('a@acme.example loses disqualifiers local_only');
    expect(await getProspectByAddress(database.db, 'a@acme.example')).toMatchObject({
      opt_out_channels: ['sms'],
      disqualifiers: [],
    });
  });

  test('an empty cell leaves a field as it is and null clears it', async () => {
    const database = await openDatabase();
    await read(database, 'prospects', 'email,title,name\na@acme.example,CTO,Ann\n');
    await read(database, 'prospects', 'email,title,name\na@acme.example,,null\n');
    expect(await getProspectByAddress(database.db, 'a@acme.example')).toMatchObject({
      title: 'CTO',
      name: null,
    });
  });

  test('a prospect found by its CRM id takes a new address, and an address of another id is an error', async () => {
    const database = await openDatabase();
    await read(database, 'prospects', 'id,email\n7,a@acme.example\n8,b@acme.example\n');
    await read(database, 'prospects', 'id,email\n7,ann@acme.example\n');
    expect(await getProspectByAddress(database.db, 'ann@acme.example')).toMatchObject({ id: '7' });
    const report = await read(database, 'prospects', 'id,email\n7,b@acme.example\n');
    expect(report.errors).toEqual([{ row: 2, message: 'b@acme.example is prospect 8 already, not 7' }]);
  });

  test('an import is taken back as a whole', async () => {
    const database = await openDatabase();
    await read(database, 'prospects', FLAT);
    const { importId } = await read(
      database,
      'prospects',
      'email,title,company,headcount\njane@acme.example,CEO,Acme,9\nnew@x.example,,X,1\n',
    );
    await database.transact((trx) => revertImport(trx, importId ?? '', later(9)));
    expect(await getProspectByAddress(database.db, 'jane@acme.example')).toMatchObject({ title: 'CTO' });
    expect(await findCompany(database.db, { name: 'Acme' })).toMatchObject({ headcount: 1200 });
    expect(await getProspectByAddress(database.db, 'new@x.example')).toBeNull();
    expect(await findCompany(database.db, { name: 'X' })).toBeNull();
  });

  test('two companies of one name and different domains stay two', async () => {
    const database = await openDatabase();
    const file = 'email,company,domain\na@acme.example,Acme,acme.example\nb@acme.test,Acme,acme.test\n';
    expect(await read(database, 'prospects', file)).toMatchObject({ new: 4 });
    expect(await read(database, 'prospects', file)).toMatchObject({ new: 0, unchanged: 4 });
  });

  test('ten thousand rows take a few seconds', { timeout: 30_000 }, async () => {
    const database = await openDatabase();
    const lines = Array.from(
      { length: 10_000 },
      (_, i) => `p${i}@c${i % 900}.example,Name ${i},Company ${i % 900},c${i % 900}.example,${i % 900}`,
    );
    const file = ['email,name,company,domain,headcount', ...lines].join('\n');
    const progress: number[] = [];
    const began = performance.now();
    const report = await read(database, 'prospects', file, { onProgress: (done) => progress.push(done) });
    expect(report).toMatchObject({ new: 10_900, invalid: 0 });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(progress.at(-1)).toBe(10_900);
  });
});

describe('importing other kinds', () => {
  test('suppressions add addresses and domains, channel all unless said', async () => {
    const database = await openDatabase();
    const file =
      'address,domain,channels,reason\nJane@acme.example,,,asked\n,other.example,email|sms,\n@third.example,,linkedin,\n';
    expect(await read(database, 'suppressions', file)).toMatchObject({ new: 4, invalid: 0 });
    expect(await read(database, 'suppressions', file)).toMatchObject({ new: 0, unchanged: 4 });
    expect(await suppressedChannels(database.db, 'jane@acme.example')).toEqual(['all']);
    expect(await suppressedChannels(database.db, 'x@mail.other.example')).toEqual(['email', 'sms']);
    const bad = await read(database, 'suppressions', 'domain\ngmail.com\n');
    expect(bad.errors[0]?.message).toMatch(/personal mailboxes/u);
  });

  test('commitments are of a prospect or general, and updated by subject, type and start', async () => {
    const database = await openDatabase();
    await read(database, 'prospects', 'id,email\np1,a@acme.example\n');
    const file =
      'prospect,subject,starts,ends,type\na@acme.example,Tigist Haile,2026-01-01,2026-06-30,full_time\n,backend bench,,2026-04-01,reserved\n';
    expect(await read(database, 'commitments', file)).toMatchObject({ new: 2 });
    expect(await read(database, 'commitments', file.replace('06-30', '07-31'))).toMatchObject({
      changed: 1,
      unchanged: 1,
    });
    const bad = await read(
      database,
      'commitments',
      'prospect,subject,starts,ends\nx@y.example,A,,\n,B,2026-02-01,2026-01-01\n,C,soon,\n',
    );
    expect(bad.errors.map((e) => e.message)).toEqual([
      'there is no prospect x@y.example: import prospects first',
      'ends 2026-01-01 is before starts 2026-02-01',
      'starts "soon" is not a date: write it as 2026-03-31 or 2026-03-31T09:00:00Z',
    ]);
  });

  test('peers are matched by name', async () => {
    const database = await openDatabase();
    expect(await read(database, 'peers', 'Name,City\nGlobex Inc,Berlin\nInitech,\n')).toMatchObject({
      new: 2,
    });
    expect(await read(database, 'peers', 'Name,City\nGLOBEX,Oslo\nInitech,\n')).toMatchObject({
      changed: 1,
      unchanged: 1,
    });
  });

  test('thread messages join threads of known prospects only, once', async () => {
    const database = await openDatabase();
    await read(database, 'prospects', 'id,email,name\np1,a@acme.example,Ann\np2,b@acme.example,Ben\n');
    const head = 'thread_id,email,direction,date,text,message_id\n';
    const file = `${head}t1,a@acme.example,outbound,2026-02-01T10:00:00Z,"Hello, Ann",<1@x>\nt1,p1,received,2026-02-02,Not now,2@x\n`;
    expect(await read(database, 'threads', file)).toMatchObject({ new: 2, invalid: 0 });
    expect(await read(database, 'threads', file)).toMatchObject({ new: 0, unchanged: 2 });
    expect(await threadMessages(database.db, 't1', 9)).toMatchObject([
      { person: 'Ann', direction: 'out' },
      { text: 'Not now', direction: 'in' },
    ]);
    const bad = await read(
      database,
      'threads',
      `${head}t1,b@acme.example,in,2026-02-03,x,\nt2,b@acme.example,up,then,x,\nt2,b@acme.example,in,2026-02-03,,\n`,
    );
    expect(bad.errors.map((e) => e.message)).toEqual([
      'thread t1 is of another prospect (p1)',
      expect.stringMatching(/date.*is not a date.*|direction "up"/u),
      'text is missing',
    ]);
  });
});

test('an import of threads is taken back and made again without a trace in the index', async () => {
  const database = await openDatabase();
  await read(database, 'prospects', 'id,email\np1,a@acme.example\np2,b@other.example\n');
  const secret = 'the board decided last week to close the Lisbon office in September and to tell nobody';
  const file = `thread_id,email,direction,date,text\nt1,a@acme.example,in,2026-02-01,${secret}\nt1,a@acme.example,in,2026-02-05,Call me\n`;
  for (let i = 0; i < 8; i += 1) {
    const { importId } = await read(database, 'threads', file, { at: NOW + i });
    const thread = await database.db.selectFrom('threads').select('updated_at').executeTakeFirst();
    expect(thread?.updated_at).toBe(Date.parse('2026-02-05'));
    const own = {
      prospectId: 'p2',
      companyId: null,
      threadId: null,
      fingerprints: fingerprints(`Hi, ${secret}`),
    };
    expect(await relatedTexts(database.db, own)).toMatchObject([{ threadId: 't1' }]);
    await database.transact((trx) => revertImport(trx, importId ?? '', later(i)));
    expect(await threadMessages(database.db, 't1', 9)).toEqual([]);
    expect(await relatedTexts(database.db, own)).toEqual([]);
  }
});

describe('files that are no such CSV', () => {
  test.each<[string, Buffer | string, RegExp]>([
    ['an empty file', '', /is empty/u],
    ['Latin-1', Buffer.from('email,name\na@b.example,Jos\xe9\n', 'latin1'), /line 2: is not UTF-8/u],
    ['UTF-16', Buffer.from('\uFEFFemail', 'utf16le'), /UTF-16/u],
    ['a missing column', 'name,title\nx,y\n', /has no column "address".*name, title/u],
    ['two equal columns', 'email,E-mail,Email\na,b,c\n', /two columns "email"/u],
    ['a broken quote', 'email,name\n"a@b.example,x\n', /not well-formed CSV/u],
    ['a row with too many cells', 'email,name\na@b.example,x,y\n', /row 2: 3 cells under 2 headings/u],
  ])('%s is refused with a sentence', async (_, bytes, message) => {
    const database = await openDatabase();
    await expect(read(database, 'prospects', bytes)).rejects.toThrow(message);
  });
});

test('what is exported can be imported again and changes nothing', async () => {
  const database = await openDatabase();
  await read(database, 'prospects', FLAT);
  await read(database, 'suppressions', 'address,domain,reason\nx@y.example,,=1+1\n,z.example,\n');
  await read(database, 'commitments', 'email,subject,ends\n,bench,2026-05-01\nben@acme.example,Tigist,\n');
  await read(database, 'peers', 'name,city\nGlobex,Berlin\n');
  await read(
    database,
    'threads',
    'thread_id,email,direction,date,text\nt1,ben@acme.example,in,2026-02-01,"Hello, ""you""\nthere"\n',
  );
  await database.transact(async (trx) => {
    const ben = await getProspectByAddress(trx, 'ben@acme.example');
    await updateProspect(trx, ben?.id ?? '', { available_signals: { a: [1] }, title: '-lead' }, ann);
    const acme = await findCompany(trx, { name: 'Acme' });
    await updateCompany(trx, acme?.id ?? '', { disqualifiers: ['x', 'y'] }, ann);
  });
  const fresh = await openDatabase();
  for (const kind of KINDS) {
    let text = '';
    for await (const page of exportCsv(database.db, kind)) text += page.text;
    expect(await read(database, kind, text), kind).toMatchObject({
      new: 0,
      changed: 0,
      invalid: 0,
      ignoredColumns: [],
    });
    expect(await read(fresh, kind, text), kind).toMatchObject({ changed: 0, invalid: 0 });
  }
  expect(await getProspectByAddress(fresh.db, 'ben@acme.example')).toMatchObject({
    title: '-lead',
    available_signals: { a: [1] },
  });
});
