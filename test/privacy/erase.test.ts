import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { secretPath } from '../../src/config/gate-secret.ts';
import { UserError } from '../../src/config/user-error.ts';
import { importCsv } from '../../src/crm/csv.ts';
import { createProspect, getProspectByAddress, updateProspect } from '../../src/crm/store.ts';
import { saveMailboxRules } from '../../src/crm/mailbox-store.ts';
import { addCommitment } from '../../src/crm/list-store.ts';
import { addSuppression, removeSuppressions, suppressionsHolding } from '../../src/crm/suppression-store.ts';
import { addThreadMessage } from '../../src/crm/thread-store.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import { erase, finishErasures, keptAbout } from '../../src/privacy/erase.ts';
import { pendingErasures } from '../../src/privacy/erase-store.ts';
import { exportPerson } from '../../src/privacy/person-export.ts';
import { verifyAudit } from '../../src/store/audit-verify-store.ts';
import { recordAudit } from '../../src/store/audit.ts';
import { keysOf } from '../../src/store/gate-keys.ts';
import { syncing } from '../crm/hubspot-setup.ts';
import { temporaryFolder } from '../crm/open.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { startHubSpot } from '../support/hubspot-stand-in.ts';
import { signIn } from '../support/sign-in.ts';
import { openDatabaseOf } from '../support/store.ts';
import { placesHolding } from './in-files.ts';

const HENRIKE = 'henrike.saalfeld@kestrelwharf.example';
/** All that says who she is or what was written to her, each word in nobody else's data. */
const WORDS = [
  'henrike.saalfeld',
  'kestrelwharf',
  'Henrike',
  'wolframite',
  'zebrafinch',
  'oystercatcher',
  'turnstone',
  'bargepole',
  'sandgrouse',
  'tamarack',
];
const change = { actor: 'test', at: Date.now() };

const options = (gate: TestGate) => ({
  database: gate.app.database,
  dataDir: gate.dataDir,
  now: () => gate.now(),
  fingerprint: fingerprints,
  pause: async () => {},
});
const bare = { now: () => Date.now(), fingerprint: fingerprints, pause: async () => {} };
const by = { actor: 'cli:op', reason: 'request 117' };

/** A gate that has mailed her, holds mail to her, and knows much of her; and another person beside her. */
async function gateWithHenrike() {
  const gate = await startGate();
  const { database } = gate.app;
  const id = await addProspect(gate, HENRIKE, {
    prospect: {
      name: 'Henrike Saalfeld',
      title: 'Head of Tamarack',
      available_signals: { likes: 'bargepole' },
    },
    company: { name: 'The company', account_owner: 'owner@sender.example' },
  });
  await addProspect(gate, 'otto@beside.example', { prospect: { name: 'Otto Beside' } });
  await gate.send({
    to: HENRIKE,
    subject: 'Zebrafinch plans',
    text: 'Hello Henrike, would the wolframite team help you next week?',
  });
  await gate.send({
    to: [`Henrike <${HENRIKE}>`, 'otto@beside.example'],
    text: 'Hello both, would a call about sandgrouse help?',
  });
  await gate.until((all) => all.length === 3 && all.every(({ state }) => state === 'relayed'), 'mail leaves');
  await database.transact(async (trx) => {
    await addThreadMessage(
      trx,
      {
        threadId: 't-henrike',
        prospectId: id,
        companyId: null,
        messageId: null,
        direction: 'in',
        person: 'Henrike Saalfeld',
        role: null,
        at: gate.now() - 1000,
        text: 'We keep oystercatcher budgets secret.',
        subject: 'Tamarack',
      },
      fingerprints,
      change,
    );
    await addCommitment(
      trx,
      { prospect_id: id, subject: 'bargepole squad', starts: null, ends: null, type: 'reserved', note: null },
      change,
    );
    await updateProspect(trx, id, { title: 'Head of Turnstone' }, change);
    const { id: commitment } = await trx
      .selectFrom('commitments')
      .select('id')
      .where('prospect_id', '=', id)
      .executeTakeFirstOrThrow();
    await recordAudit(trx, {
      at: gate.now(),
      actor: 'ida@gate.test',
      subject: { type: 'commitment', id: String(commitment) },
      action: 'changed',
      after: { subject: 'bargepole squad' },
    });
    await addSuppression(
      trx,
      { kind: 'address', value: HENRIKE, channel: 'sms', reason: 'Henrike asked', source: 'cli' },
      change,
    );
    await recordAudit(trx, {
      at: gate.now(),
      actor: 'ida@gate.test',
      subject: { type: 'prospect', id },
      action: 'changed',
      before: { title: 'Head of Tamarack' },
      after: { title: 'Head of Turnstone' },
    });
    await recordAudit(trx, {
      at: gate.now(),
      actor: `person:${HENRIKE}`,
      subject: { type: 'crm', id: HENRIKE },
      action: 'asked',
      detail: { who: 'Henrike Saalfeld', address: HENRIKE.toUpperCase() },
    });
    await trx.updateTable('companies').set({ funding_confidence: 'low' }).execute();
  });
  await gate.send({
    to: HENRIKE,
    text: 'Henrike, congratulations on closing your $20M Series B last month! Wolframite.',
  });
  const [held] = await gate
    .until((all) => all.some(({ state }) => state === 'held'), 'one is held')
    .then((all) => all.filter(({ state }) => state === 'held'));
  const reviewer = await signIn(gate, { role: 'reviewer' });
  await reviewer.send('POST', `/deliveries/${held.id}/comments`, { text: 'Henrike will not like this.' });
  return { gate, database, id, held, reviewer };
}

test('everything about a person is exported, and nothing about others', async () => {
  const { gate, database } = await gateWithHenrike();
  const person = await exportPerson(database.db, `<${HENRIKE.toUpperCase()}>`, {
    at: gate.now(),
    pause: async () => {},
  });
  const text = JSON.stringify(person);
  for (const word of WORDS) expect(text.toLowerCase()).toContain(word.toLowerCase());
  expect(text).not.toMatch(/otto|ida@gate|Reviewer Person|Tigist/i);
  expect(person).toMatchObject({
    record: { name: 'Henrike Saalfeld' },
    mails: [{ state: 'relayed' }, { state: 'relayed' }, { state: 'held', verdicts: [{ decision: 'BLOCK' }] }],
    suppressions: [{ channel: 'sms' }],
    commitments: [{ subject: 'bargepole squad' }],
  });
});

test('what is about somebody whose address or id only looks like hers stays', async () => {
  const { gate, database } = await gateWithHenrike();
  const near = 'jo.henrike.saalfeld@kestrelwharf.example';
  await database.transact(async (trx) => {
    await createProspect(trx, { address: near, name: 'Jo' }, change);
    await recordAudit(trx, {
      at: gate.now(),
      actor: near,
      subject: { type: 'crm', id: near },
      action: 'asked',
      detail: { who: near },
    });
  });
  await erase(options(gate), HENRIKE, by);
  const [entry] = await database.db.selectFrom('audit').selectAll().where('actor', '=', near).execute();
  expect(entry).toMatchObject({ subject_id: near, detail: JSON.stringify({ who: near }), redacted: null });
  const found = await getProspectByAddress(database.db, near);
  const revisions = await database.db
    .selectFrom('revisions')
    .select('id')
    .where('record_id', '=', found!.id)
    .execute();
  expect(revisions).toHaveLength(1);
});

test('an erased person is in no file any more; held mail is rejected, others keep theirs, and the log is whole', async () => {
  const { gate, database, held } = await gateWithHenrike();
  await database.scrub();
  for (const word of WORDS) expect(await placesHolding(gate.dataDir, database, [word]), word).not.toEqual([]);
  expect(await keptAbout(options(gate), HENRIKE)).toMatchObject({
    prospect: true,
    deliveries: 3,
    held: 1,
    commitments: 1,
  });

  const erased = await erase(options(gate), `Henrike Saalfeld <${HENRIKE}>`, by);
  expect(erased).toMatchObject({ deliveries: 3, held: 1 });
  // The report about the rejected mail has to leave, and an event about it to be told.
  await gate.until(
    (all) => all.every(({ state }) => !['relaying', 'received'].includes(state)),
    'reports leave',
  );
  await expect
    .poll(() =>
      finishErasures(options(gate)).then(() =>
        database.db.selectFrom('erasures').select('finished_at').execute(),
      ),
    )
    .toEqual([{ finished_at: expect.any(Number) }]);
  await database.scrub();
  expect(await placesHolding(gate.dataDir, database, WORDS)).toEqual([]);

  const rest = await gate.deliveries();
  expect(rest.find(({ id }) => id === held.id)).toMatchObject({
    state: 'rejected',
    recipient: 'erased',
    prospect_id: null,
  });
  expect(rest.filter(({ recipient }) => recipient === 'otto@beside.example')).toMatchObject([
    { state: 'relayed' },
  ]);
  expect(await getProspectByAddress(database.db, 'otto@beside.example')).toMatchObject({
    name: 'Otto Beside',
  });
  const log = await verifyAudit(database.db, { key: keysOf(database.db).audit() });
  expect(log.faults).toEqual([]);
  const told = await database.db
    .selectFrom('audit')
    .select(['actor', 'detail'])
    .where('action', '=', 'erased')
    .execute();
  expect(told).toEqual([{ actor: 'cli:op', detail: expect.stringContaining('request 117') }]);
  expect(await keptAbout(options(gate), HENRIKE)).toMatchObject({ prospect: false, deliveries: 0 });
});

test('an erased person is not mailed, and no way leads back but a person who lets her in', async () => {
  const { gate, database } = await gateWithHenrike();
  await erase(options(gate), HENRIKE, by);
  expect(
    await suppressionsHolding(database.db, ` HENRIKE.saalfeld+news@KESTRELWHARF.example `),
  ).toMatchObject([{ channel: 'all', value: expect.stringMatching(/^erased:[0-9a-f]{64}$/) }]);
  await expect(gate.send({ to: HENRIKE, text: 'Hello again' })).rejects.toThrow(
    /550 5\.7\.1 Suppressed: opt_out/,
  );

  const csv = (kind: 'prospects' | 'suppressions', text: string) =>
    importCsv(database, {
      kind,
      bytes: Buffer.from(text),
      name: 'x.csv',
      actor: 'test',
      at: gate.now(),
      fingerprint: fingerprints,
    });
  const imported = await csv(
    'prospects',
    `email,name\n${HENRIKE},Henrike Saalfeld\nnew@person.example,New\n`,
  );
  expect(imported).toMatchObject({
    applied: true,
    new: 1,
    notes: [{ row: 2, message: expect.stringMatching(/was erased on request/) }],
  });
  expect(await csv('suppressions', `address,reason\n${HENRIKE},Henrike asked\n`)).toMatchObject({
    new: 0,
    notes: [{ row: 2 }],
  });
  await expect(database.transact((trx) => createProspect(trx, { address: HENRIKE }, change))).rejects.toThrow(
    /erased on request/,
  );
  const late = {
    kind: 'address',
    value: HENRIKE,
    channel: 'email',
    reason: 'a late bounce',
    source: 'ses',
  } as const;
  await database.transact((trx) => addSuppression(trx, late, change));

  const hubSpot = await startHubSpot();
  hubSpot.portal.add('contacts', { email: HENRIKE, firstname: 'Henrike' });
  hubSpot.portal.add('contacts', { email: 'other@person.example', firstname: 'Olga' });
  const hub = syncing(database, hubSpot);
  const run = await hub.sync();
  expect(await hub.prospect(HENRIKE)).toBeNull();
  expect(await hub.prospect('other@person.example')).not.toBeNull();
  expect(await hub.differences(run)).toContainEqual(
    expect.objectContaining({ kind: 'kept', note: expect.stringMatching(/erased on request/) }),
  );
  await database.scrub();
  expect(await placesHolding(gate.dataDir, database, ['a late bounce'])).toEqual([]);

  await database.transact((trx) =>
    removeSuppressions(trx, { kind: 'address', value: HENRIKE }, null, change),
  );
  expect(await suppressionsHolding(database.db, HENRIKE)).toEqual([]);
  await database.transact((trx) => createProspect(trx, { address: HENRIKE }, change));
});

test('every record of the mailbox is exported and erased, under whichever spelling it stands', async () => {
  const dataDir = temporaryFolder();
  const database = await openDatabaseOf(dataDir);
  onTestFinished(() => database.close());
  const spelled = ['h.saal@one.example', 'hsaal@one.example', 'hs.aal@two.example'];
  const ids = await database.transact(async (trx) => {
    const sameDomains = [['one.example', 'two.example']];
    await saveMailboxRules(trx, { sameDomains, ignoreDots: ['one.example'], dashTags: [] });
    const made = [];
    for (const address of spelled) {
      const { id } = await createProspect(trx, { address, name: 'Saal' }, change);
      await addCommitment(
        trx,
        { prospect_id: id, subject: 'squad', starts: null, ends: null, type: 'reserved', note: null },
        change,
      );
      made.push(id);
    }
    await createProspect(trx, { address: 'other@one.example' }, change);
    return made;
  });
  const at = { at: change.at, pause: async () => {} };
  const person = await exportPerson(database.db, 'hsaal@one.example', at);
  expect(person).toMatchObject({ record: { id: ids[1] }, commitments: [{}, {}, {}] });
  expect((person['other_records'] as { id: string }[]).map(({ id }) => id).toSorted()).toEqual(
    [ids[0], ids[2]].toSorted(),
  );
  expect((person['history'] as unknown[]).length).toBe(3);

  await erase({ ...bare, database, dataDir }, 'hsaal@one.example', by);
  expect(await database.db.selectFrom('prospects').select('address').execute()).toEqual([
    { address: 'other@one.example' },
  ]);
  expect(await database.db.selectFrom('commitments').select('id').execute()).toEqual([]);
  expect(await placesHolding(dataDir, database, ['saal'])).toEqual([]);
});

test('a lost key of the erased is told and not replaced, so that nobody erased is mailed again', async () => {
  const dataDir = temporaryFolder();
  const key = secretPath(dataDir, 'erased');
  const first = await openDatabaseOf(dataDir);
  expect(await suppressionsHolding(first.db, HENRIKE)).toEqual([]);
  rmSync(key);
  await first.close();

  const second = await openDatabaseOf(dataDir);
  expect(await suppressionsHolding(second.db, HENRIKE)).toEqual([]);
  await erase({ ...bare, database: second, dataDir }, HENRIKE, by);
  await second.close();
  const kept = readFileSync(key);
  rmSync(key);

  const third = await openDatabaseOf(dataDir);
  await expect(suppressionsHolding(third.db, HENRIKE)).rejects.toThrow(
    /erased\.key is missing, .* restore it from the backup/,
  );
  await expect(erase({ ...bare, database: third, dataDir }, HENRIKE, by)).rejects.toThrow(UserError);
  expect(existsSync(key)).toBe(false);
  writeFileSync(key, kept);
  expect(await suppressionsHolding(third.db, HENRIKE)).toMatchObject([{ source: 'erasure' }]);
  await third.close();
});

test('a gate that lost the key of the erased does not start', async () => {
  const gate = await startGate();
  await addProspect(gate, HENRIKE);
  await erase(options(gate), HENRIKE, by);
  await gate.app.stop();
  rmSync(secretPath(gate.dataDir, 'erased'));
  await expect(startGate({ dataDir: gate.dataDir, keepEngines: true })).rejects.toThrow(
    /erased\.key is missing/,
  );
});

test('a mail in the hands of a courier is erased when it has come to its end', async () => {
  const { gate, database } = await gateWithHenrike();
  const [first] = await gate.deliveries();
  await database.transact((trx) =>
    trx
      .updateTable('deliveries')
      .set({ state: 'uncertain', returns_to: 'relaying' })
      .where('id', '=', first.id)
      .execute(),
  );
  expect(await erase(options(gate), HENRIKE, by)).toMatchObject({
    under_way: 1,
    waiting: expect.any(Number),
  });
  expect(await finishErasures(options(gate))).toBe(0);
  expect((await gate.deliveries()).find(({ id }) => id === first.id)).toMatchObject({ recipient: HENRIKE });
  await database.transact((trx) =>
    trx
      .updateTable('deliveries')
      .set({ state: 'relayed', returns_to: null })
      .where('id', '=', first.id)
      .execute(),
  );
  await gate.until((all) => all.every(({ state }) => state !== 'relaying'), 'reports leave');
  await expect
    .poll(async () => {
      await finishErasures(options(gate));
      return (await gate.deliveries()).find(({ id }) => id === first.id);
    })
    .toMatchObject({ recipient: 'erased' });
  await expect
    .poll(() => database.scrub().then(() => placesHolding(gate.dataDir, database, WORDS)))
    .toEqual([]);
});

test('an erasure that waits is only read, however often it is looked at', async () => {
  const { gate, database } = await gateWithHenrike();
  await gate.until((all) => all.every(({ state }) => state !== 'relaying'), 'mail leaves');
  const [first] = await gate.deliveries();
  const put = (state: 'uncertain' | 'relayed', returns_to: 'relaying' | null) =>
    database.transact((trx) =>
      trx.updateTable('deliveries').set({ state, returns_to }).where('id', '=', first.id).execute(),
    );
  await put('uncertain', 'relaying');
  await erase(options(gate), HENRIKE, by);
  await gate.until((all) => all.every(({ state }) => state !== 'relaying'), 'reports leave');
  // Once only the mail in doubt is left, a round saves nothing.
  const other = await openDatabaseOf(gate.dataDir);
  const transact = vi.spyOn(other, 'transact');
  const round = { ...options(gate), database: other };
  await expect
    .poll(async () => {
      transact.mockClear();
      await finishErasures(round);
      return transact.mock.calls.length;
    })
    .toBe(0);
  expect(await pendingErasures(database.db)).toMatchObject([
    { pending: { messages: [expect.any(String)], deliveries: expect.arrayContaining([first.id]) } },
  ]);
  await put('relayed', null);
  expect(await finishErasures(round)).toBe(1);
  expect(transact).toHaveBeenCalled();
  await other.close();
});

test('a round of erasing stops when the gate does, keeps what it did, and lets mail go first between batches', async () => {
  const database = await openDatabaseOf(mkdtempSync(join(tmpdir(), 'presend-erase-')));
  const pending = {
    messages: Array.from({ length: 60 }, (_, n) => `m${n}`),
    deliveries: ['d'],
    write_backs: [],
  };
  await database.transact((trx) =>
    trx
      .insertInto('erasures')
      .values({
        id: 'e_1',
        at: 1,
        actor: 'test',
        reason: 'request 1',
        value: 'x',
        pending: JSON.stringify(pending),
        finished_at: null,
      })
      .execute(),
  );
  let pauses = 0;
  const round = (stopped: () => boolean) =>
    finishErasures({
      database,
      dataDir: tmpdir(),
      now: () => 2,
      fingerprint: fingerprints,
      pause: async () => {
        pauses += 1;
      },
      stopped,
    });
  expect(await round(() => true)).toBe(0);
  expect(await pendingErasures(database.db)).toMatchObject([{ pending }]);
  expect(await round(() => pauses >= 1)).toBe(0);
  const [left] = await pendingErasures(database.db);
  expect(left?.pending).toEqual({ ...pending, messages: pending.messages.slice(20) });
  pauses = 0;
  expect(await round(() => false)).toBe(1);
  expect(pauses).toBe(2);
  expect(await pendingErasures(database.db)).toEqual([]);
  await database.close();
});

test('a reason that names an address is refused, and so is what is no address', async () => {
  const { gate } = await gateWithHenrike();
  await expect(
    erase(options(gate), HENRIKE, { actor: 'cli', reason: `asked by ${HENRIKE}` }),
  ).rejects.toThrow(/must not hold an address/);
  await expect(erase(options(gate), 'Henrike', by)).rejects.toThrow(/not a mail address/);
});
