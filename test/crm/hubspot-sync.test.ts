import { expect, test } from 'vitest';
import { NO_RULES } from '../../src/crm/mailbox.ts';
import { saveMailboxRules } from '../../src/crm/mailbox-store.ts';
import { erasedValue } from '../../src/crm/erased.ts';
import { recheckRecord } from '../../src/crm/recheck.ts';
import { history } from '../../src/crm/revision-store.ts';
import {
  createCompany,
  createProspect,
  deleteProspect,
  getCompany,
  updateCompany,
  updateProspect,
} from '../../src/crm/store.ts';
import { addSuppression, possibleOptOut, removeSuppressions } from '../../src/crm/suppression-store.ts';
import { getCursor } from '../../src/crm/hubspot/cursor-store.ts';
import { startHubSpot } from '../support/hubspot-stand-in.ts';
import { syncing } from './hubspot-setup.ts';
import { openDatabase } from './open.ts';

const change = (actor = 'test:ann', at = Date.now()) => ({ actor, at });

async function portalWithJane() {
  const hubSpot = await startHubSpot();
  const { portal } = hubSpot;
  portal.owners.set('77', { email: 'Owner@Sender.example', archived: false });
  const acme = portal.add('companies', {
    name: 'Acme Inc',
    domain: 'acme.example',
    numberofemployees: '350',
    industry: 'COMPUTER_SOFTWARE',
    city: 'Berlin',
    country: 'Germany',
    hubspot_owner_id: '77',
  });
  const jane = portal.add('contacts', {
    email: 'jane@acme.example',
    firstname: 'Jane',
    lastname: 'Doe',
    jobtitle: 'VP of Engineering',
    hubspot_owner_id: '77',
  });
  portal.associate(jane, [acme]);
  const database = await openDatabase();
  return { hubSpot, portal, acme, jane, database };
}

const optOutsOf = async (database: Awaited<ReturnType<typeof openDatabase>>, address: string) =>
  (await recheckRecord(database.db, { address, prospectId: null })).opt_out_channels;

test('The first sync brings contacts and companies with their owner, role and company', async () => {
  const { hubSpot, database } = await portalWithJane();
  const { sync, prospect } = syncing(database, hubSpot);
  const run = await sync();
  expect(run).toMatchObject({ kind: 'full', state: 'done', counts: { new: 2, invalid: 0 } });
  const jane = await prospect('jane@acme.example');
  expect(jane).toMatchObject({
    name: 'Jane Doe',
    title: 'VP of Engineering',
    recipient_role: 'vp_eng',
    account_owner: 'owner@sender.example',
  });
  expect(await getCompany(database.db, jane!.company_id!)).toMatchObject({
    name: 'Acme Inc',
    domain: 'acme.example',
    headcount: 350,
    industry: 'computer software',
    account_owner: 'owner@sender.example',
  });
  const [revision] = await history(database.db, 'prospects', jane!.id);
  expect(revision).toMatchObject({ actor: 'hubspot', import_id: run.id });
});

test('An incremental sync asks for what changed only and changes nothing else', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect } = syncing(database, hubSpot);
  portal.now = () => Date.now() - 3_600_000;
  for (let i = 0; i < 250; i++) portal.add('contacts', { email: `p${i}@many.example` });
  portal.now = Date.now;
  await sync();
  hubSpot.requests.length = 0;
  portal.update('contacts', jane, { jobtitle: 'CTO' });
  const run = await sync();
  expect(run).toMatchObject({ kind: 'incremental', counts: { changed: 1, new: 0 } });
  expect((await prospect('jane@acme.example'))?.title).toBe('CTO');
  expect(hubSpot.requests.filter((line) => line.startsWith('GET /crm/v3/objects/contacts'))).toEqual([]);
  // Read again because they are younger than the overlap, and found unchanged.
  expect(run.done).toBeLessThan(10);
});

test('What the search index shows late is found by the next sync', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect } = syncing(database, hubSpot);
  await sync();
  hubSpot.settings.lagMs = 60_000;
  portal.update('contacts', jane, { jobtitle: 'CTO' });
  await sync();
  expect((await prospect('jane@acme.example'))?.title).toBe('VP of Engineering');
  hubSpot.settings.lagMs = 0;
  await sync();
  expect((await prospect('jane@acme.example'))?.title).toBe('CTO');
});

test('More changes than a search may give, all at one time, are all found', async () => {
  const { hubSpot, portal, database } = await portalWithJane();
  const { sync } = syncing(database, hubSpot, { objects: ['contacts'] });
  await sync();
  const at = Date.now();
  portal.now = () => at;
  for (let i = 0; i < 10_300; i++) portal.add('contacts', { email: `p${i}@many.example` });
  portal.now = Date.now;
  const run = await sync();
  expect(run.kind).toBe('incremental');
  expect(run.counts.new).toBe(10_300);
}, 60_000);

test('A dry run says what would change, record by record, and writes nothing to the mirror', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, differences } = syncing(database, hubSpot);
  const dry = await sync({ dryRun: true });
  expect(dry.counts).toMatchObject({ new: 2 });
  expect(await database.db.selectFrom('prospects').selectAll().execute()).toEqual([]);
  expect(await database.db.selectFrom('revisions').selectAll().execute()).toEqual([]);
  expect(await database.db.selectFrom('hubspot_links').selectAll().execute()).toEqual([]);
  expect((await getCursor(database.db, 'contacts')).since).toBeNull();
  expect((await differences(dry)).find(({ object }) => object === 'contacts')).toMatchObject({
    kind: 'new',
    label: 'jane@acme.example',
    theirs: { name: 'Jane Doe', company: 'Acme Inc' },
  });

  await sync();
  portal.update('contacts', jane, { jobtitle: 'CTO' });
  const second = await sync({ dryRun: true });
  expect(await differences(second)).toContainEqual(
    expect.objectContaining({ kind: 'changed', field: 'title', mine: 'VP of Engineering', theirs: 'CTO' }),
  );
  expect((await sync()).counts.changed).toBe(1);
});

test('The later change wins by default, and what is written over is in the report', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect, differences } = syncing(database, hubSpot);
  await sync();
  const id = (await prospect('jane@acme.example'))!.id;
  portal.update('contacts', jane, { jobtitle: 'CTO', firstname: 'Janet' });
  await database.transact((trx) =>
    updateProspect(trx, id, { title: 'Chief Architect' }, change('cli:ann', Date.now() + 60_000)),
  );
  await database.transact((trx) =>
    updateProspect(trx, id, { name: 'J. Doe' }, change('cli:ann', Date.now() - 60_000)),
  );
  const run = await sync();
  expect(await prospect('jane@acme.example')).toMatchObject({ title: 'Chief Architect', name: 'Janet Doe' });
  expect(await differences(run)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        kind: 'conflict',
        field: 'title',
        winner: 'presend',
        mine: 'Chief Architect',
        theirs: 'CTO',
      }),
      expect.objectContaining({
        kind: 'conflict',
        field: 'name',
        winner: 'hubspot',
        mine: 'J. Doe',
        theirs: 'Janet Doe',
      }),
    ]),
  );
  // HubSpot has nothing new to say of the title: what was written here stays.
  portal.update('contacts', jane, { lastname: 'Dough' });
  await sync();
  expect(await prospect('jane@acme.example')).toMatchObject({
    title: 'Chief Architect',
    name: 'Janet Dough',
  });
});

test('A field can have a rule of its own', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect } = syncing(database, hubSpot, {
    conflict: 'hubspot',
    contacts: { title: { property: 'jobtitle', conflict: 'presend' } },
  });
  await sync();
  const id = (await prospect('jane@acme.example'))!.id;
  await database.transact((trx) => updateProspect(trx, id, { title: 'Mine', name: 'Mine' }, change()));
  portal.update('contacts', jane, { jobtitle: 'CTO' });
  await sync();
  expect(await prospect('jane@acme.example')).toMatchObject({ title: 'Mine', name: 'Jane Doe' });
});

test('A company and a prospect that are here already are found by domain and address, not made twice', async () => {
  const { hubSpot, database } = await portalWithJane();
  const { sync, prospect } = syncing(database, hubSpot);
  const mine = await database.transact(async (trx) => {
    const company = await createCompany(
      trx,
      { name: 'ACME', domain: 'acme.example', disqualifiers: ['local_only'] },
      change(),
    );
    return createProspect(trx, { address: 'Jane+crm@acme.example', company_id: company.id }, change());
  });
  const run = await sync();
  expect(run.counts).toMatchObject({ new: 0, changed: 2 });
  const jane = await prospect('jane@acme.example');
  expect(jane).toMatchObject({ id: mine.id, company_id: mine.company_id, name: 'Jane Doe' });
  expect(await getCompany(database.db, mine.company_id!)).toMatchObject({
    headcount: 350,
    disqualifiers: ['local_only'],
  });
});

test('Every opt-out property of HubSpot stops mail; a subscription of its own holds it', async () => {
  const { hubSpot, portal, database } = await portalWithJane();
  portal.properties.contacts.add('hs_email_optout_4711').add('presend_opted_out');
  const addresses: Record<string, Record<string, string>> = {
    'a@x.example': { hs_email_optout: 'true' },
    'b@x.example': { hs_email_bad_address: 'true' },
    'c@x.example': { hs_email_hard_bounce_reason_enum: 'UNKNOWN_USER' },
    'd@x.example': { presend_opted_out: 'true' },
    'e@x.example': { hs_email_optout_4711: 'true' },
    'f@x.example': { hs_email_optout: 'false', hs_email_optout_survey_reason: '' },
  };
  for (const [email, properties] of Object.entries(addresses))
    portal.add('contacts', { email, ...properties });
  const { sync } = syncing(database, hubSpot);
  await sync();
  for (const address of ['a@x.example', 'b@x.example', 'c@x.example', 'd@x.example']) {
    expect(await optOutsOf(database, address), address).toEqual(['email']);
  }
  expect(await optOutsOf(database, 'f@x.example')).toEqual([]);
  const unclear = await database.db
    .selectFrom('suppressions')
    .select(['value', 'channel'])
    .where('channel', '=', 'unclear')
    .execute();
  expect(unclear).toEqual([{ value: 'e@x.example', channel: 'unclear' }]);

  // A person looked and let it go: the same subscription is no news.
  await database.transact((trx) =>
    removeSuppressions(trx, { kind: 'address', value: 'e@x.example' }, 'unclear', change()),
  );
  await sync({ full: true });
  expect(
    await database.db.selectFrom('suppressions').selectAll().where('channel', '=', 'unclear').execute(),
  ).toEqual([]);
});

test('What counts as a stop can be configured: own properties, values, subscriptions that count in full or not at all', async () => {
  const { hubSpot, portal, jane, acme, database } = await portalWithJane();
  for (const name of ['hs_email_optout_1', 'hs_email_optout_2', 'no_offshore'])
    portal.properties.contacts.add(name);
  portal.properties.companies.add('do_not_pitch');
  const { sync, prospect } = syncing(database, hubSpot, {
    stops: {
      contacts: [
        { property: 'hs_email_optout_1', channel: 'email' },
        { property: 'hs_email_optout_2', channel: 'none' },
        { property: 'hs_lead_status', values: ['UNQUALIFIED'], disqualifier: 'do_not_contact' },
        { property: 'no_offshore', disqualifier: 'anti_offshore' },
      ],
      companies: [{ property: 'do_not_pitch', disqualifier: 'competitor' }],
    },
  });
  portal.update('companies', acme, { do_not_pitch: 'Yes' });
  portal.update('contacts', jane, {
    hs_email_optout_2: 'true',
    hs_lead_status: 'unqualified',
    no_offshore: 'true',
  });
  portal.add('contacts', { email: 'one@x.example', hs_email_optout_1: 'true', hs_lead_status: 'OPEN' });
  await sync();
  expect((await prospect('jane@acme.example'))?.disqualifiers).toEqual(['do_not_contact', 'anti_offshore']);
  expect(await optOutsOf(database, 'jane@acme.example')).toEqual([]);
  expect(await optOutsOf(database, 'one@x.example')).toEqual(['email']);
  const now = await recheckRecord(database.db, { address: 'jane@acme.example', prospectId: null });
  expect(now.disqualifiers).toContain('competitor');
});

test('An opt-out and a disqualifier that HubSpot lacks stay, are told and are written back', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  portal.properties.contacts.add('flags');
  const written: string[] = [];
  const { sync, prospect, differences } = syncing(
    database,
    hubSpot,
    { contacts: { disqualifiers: { property: 'flags', transform: 'list' } } },
    { writeBack: async (_trx, key) => void written.push(key) },
  );
  await sync();
  const id = (await prospect('jane@acme.example'))!.id;
  await database.transact(async (trx) => {
    await addSuppression(
      trx,
      { kind: 'address', value: 'jane@acme.example', channel: 'email', reason: 'asked', source: 'cli' },
      change(),
    );
    await updateProspect(trx, id, { disqualifiers: ['local_only'] }, change());
  });
  portal.update('contacts', jane, { hs_email_optout: 'false', flags: 'competitor' });
  const run = await sync();
  expect((await prospect('jane@acme.example'))?.disqualifiers).toEqual(['local_only', 'competitor']);
  expect(await optOutsOf(database, 'jane@acme.example')).toEqual(['email']);
  expect(written).toEqual(['jane@acme.example']);
  const kept = (await differences(run)).filter(({ kind }) => kind === 'stop_kept');
  expect(new Set(kept.map(({ field }) => field))).toEqual(new Set(['disqualifiers', 'opt_out']));
});

test('After a change of address the old one stays stopped and the new one is stopped too', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect } = syncing(database, hubSpot);
  portal.update('contacts', jane, { hs_email_optout: 'true' });
  await sync();
  portal.update('contacts', jane, { email: 'jane@new.example', hs_email_optout: 'false' });
  await sync();
  expect(await prospect('jane@acme.example')).toBeNull();
  expect(await prospect('jane@new.example')).toMatchObject({ name: 'Jane Doe' });
  expect(await optOutsOf(database, 'jane@acme.example')).toEqual(['email']);
  expect(await optOutsOf(database, 'jane@new.example')).toEqual(['email']);
});

test('A possible opt-out follows where HubSpot changes nothing but the address, and not once a person settled it', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync } = syncing(database, hubSpot);
  portal.properties.contacts.add('hs_email_optout_9');
  portal.update('contacts', jane, { hs_email_optout_9: 'true' });
  await sync();
  portal.update('contacts', jane, { email: 'jane@elsewhere.example' });
  await sync();
  const held = async (address: string): Promise<boolean> =>
    (await possibleOptOut(database.db, [address])) !== null;
  expect([await held('jane@acme.example'), await held('jane@elsewhere.example')]).toEqual([true, true]);
  await database.transact((trx) =>
    removeSuppressions(trx, { kind: 'address', value: 'jane@elsewhere.example' }, 'unclear', change()),
  );
  portal.update('contacts', jane, { email: 'jane@third.example' });
  await sync();
  expect(await held('jane@third.example')).toBe(false);
});

test('An opt-out under another spelling of the mailbox follows a moved and a merged contact', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync } = syncing(database, hubSpot);
  const sameDomains = [['post.example', 'mail.example']];
  await database.transact(async (trx) => {
    await saveMailboxRules(trx, { ...NO_RULES, sameDomains });
    for (const value of ['mo@post.example', 'twin@post.example'])
      await addSuppression(
        trx,
        { kind: 'address', value, channel: 'email', reason: null, source: 'cli' },
        change(),
      );
  });
  const mo = portal.add('contacts', { email: 'mo@mail.example' });
  const twin = portal.add('contacts', { email: 'twin@mail.example' });
  await sync();
  portal.update('contacts', mo, { email: 'mo@new.example' });
  portal.merge('contacts', jane, twin);
  await sync();
  expect(await optOutsOf(database, 'mo@new.example')).toEqual(['email']);
  expect(await optOutsOf(database, 'jane@acme.example')).toEqual(['email']);
});

test('An address that one contact gives up and another takes goes to the other in the same sync', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect } = syncing(database, hubSpot);
  const early = portal.add('contacts', { email: 'early@acme.example', firstname: 'Early' });
  await sync();
  const janeId = (await prospect('jane@acme.example'))!.id;
  // The one with the lower id wants the address of the one with the higher id, which comes later on the page.
  portal.update('contacts', jane, { email: 'early@acme.example' });
  portal.update('contacts', early, { email: 'moved@acme.example' });
  const run = await sync();
  expect(run.counts.invalid).toBe(0);
  expect((await prospect('early@acme.example'))?.id).toBe(janeId);
  expect(await prospect('moved@acme.example')).toMatchObject({ name: 'Early' });
});

test('Merged contacts hand their stops to the one that is left', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect, differences } = syncing(database, hubSpot);
  const twin = portal.add('contacts', { email: 'j.doe@acme.example', firstname: 'J' });
  await sync();
  const twinId = (await prospect('j.doe@acme.example'))!.id;
  await database.transact(async (trx) => {
    await updateProspect(
      trx,
      twinId,
      { disqualifiers: ['do_not_contact'], opt_out_channels: ['email'] },
      change(),
    );
  });
  portal.merge('contacts', jane, twin);
  const run = await sync();
  expect((await differences(run)).map(({ kind }) => kind)).toContain('merged');
  expect((await prospect('jane@acme.example'))?.disqualifiers).toEqual(['do_not_contact']);
  expect(await optOutsOf(database, 'jane@acme.example')).toEqual(['email']);
  expect(await prospect('j.doe@acme.example')).toMatchObject({ id: twinId });
  // And what opts out now opts out for both addresses.
  portal.update('contacts', jane, { hs_email_optout: 'true' });
  await sync();
  expect(await optOutsOf(database, 'j.doe@acme.example')).toEqual(['email']);
});

test('Two contacts of one mailbox are told; the opt-out of either counts', async () => {
  const { hubSpot, portal, database } = await portalWithJane();
  const { sync, prospect, differences } = syncing(database, hubSpot);
  portal.add('contacts', { email: 'jane+news@acme.example', firstname: 'Other', hs_email_optout: 'true' });
  const run = await sync();
  expect((await prospect('jane@acme.example'))?.name).toBe('Jane Doe');
  expect(await optOutsOf(database, 'jane@acme.example')).toEqual(['email']);
  expect((await differences(run)).filter(({ kind }) => kind === 'invalid')).toMatchObject([
    { field: 'address', note: expect.stringContaining('same mailbox') },
  ]);
});

test('A prospect that is deleted in HubSpot stays, unless it may go and nothing stops mail to it', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const stopped = portal.add('contacts', { email: 'stopped@x.example', hs_email_optout: 'true' });
  const flagged = portal.add('contacts', { email: 'flagged@x.example' });
  const { sync, prospect, differences } = syncing(database, hubSpot, { on_delete: 'delete' });
  await sync();
  const id = (await prospect('flagged@x.example'))!.id;
  await database.transact((trx) => updateProspect(trx, id, { disqualifiers: ['competitor'] }, change()));
  for (const one of [jane, stopped, flagged]) portal.archive('contacts', one);
  const run = await sync({ full: true });
  expect((await differences(run)).filter(({ kind }) => kind === 'gone')).toHaveLength(3);
  expect(await prospect('jane@acme.example')).toBeNull();
  expect(await prospect('flagged@x.example')).not.toBeNull();
  expect(await optOutsOf(database, 'stopped@x.example')).toEqual(['email']);
  // Restored in HubSpot: it comes back.
  portal.restore('contacts', jane);
  await sync();
  expect(await prospect('jane@acme.example')).toMatchObject({ name: 'Jane Doe' });
});

test('A contact that was purged for good is found missing by a full sync', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect, differences } = syncing(database, hubSpot);
  await sync();
  portal.purge('contacts', jane);
  const dry = await sync({ full: true, dryRun: true });
  const run = await sync({ full: true });
  for (const one of [dry, run]) {
    expect((await differences(one)).filter(({ kind }) => kind === 'gone')).toMatchObject([
      { label: 'jane@acme.example', note: expect.stringContaining('stays here') },
    ]);
  }
  expect(await prospect('jane@acme.example')).not.toBeNull();
});

test('A prospect that a person deleted here is not brought back', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect, differences } = syncing(database, hubSpot);
  await sync();
  const id = (await prospect('jane@acme.example'))!.id;
  await database.transact((trx) => deleteProspect(trx, id, change()));
  for (const title of ['CTO', 'CEO']) {
    portal.update('contacts', jane, { jobtitle: title });
    const run = await sync();
    expect(await prospect('jane@acme.example')).toBeNull();
    expect((await differences(run)).map(({ kind }) => kind)).toContain('kept');
  }
  await database.transact((trx) => createProspect(trx, { address: 'jane@acme.example' }, change()));
  await sync();
  expect(await prospect('jane@acme.example')).toMatchObject({ title: 'CEO' });
});

test('A person who moves to another company takes its disqualifiers along', async () => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect } = syncing(database, hubSpot);
  await sync();
  const before = (await prospect('jane@acme.example'))!;
  await database.transact(async (trx) => {
    await updateCompany(trx, before.company_id!, { disqualifiers: ['anti_offshore'] }, change());
  });
  const other = portal.add('companies', { name: 'Other', domain: 'other.example' });
  portal.associate(jane, [other]);
  await sync();
  const after = (await prospect('jane@acme.example'))!;
  expect(after.company_id).not.toBe(before.company_id);
  expect(after.disqualifiers).toEqual(['anti_offshore']);
});

test('A contact without an address is no prospect, a value that a field does not take is told', async () => {
  const { hubSpot, portal, acme, database } = await portalWithJane();
  const { sync, differences } = syncing(database, hubSpot);
  portal.add('contacts', { firstname: 'Nobody' });
  portal.update('companies', acme, { numberofemployees: 'many' });
  const run = await sync();
  expect(run.counts).toMatchObject({ without_address: 1, new: 2, invalid: 1 });
  expect((await differences(run)).find(({ kind }) => kind === 'invalid')).toMatchObject({
    field: 'headcount',
    label: 'Acme Inc',
  });
});

test.each([
  false,
  true,
])('A contact of whom one address was erased is stopped at its others and told without it (archived: %s)', async (archived) => {
  const { hubSpot, portal, jane, database } = await portalWithJane();
  const { sync, prospect, differences } = syncing(database, hubSpot);
  await sync();
  await database.transact((trx) =>
    addSuppression(
      trx,
      {
        kind: 'address',
        value: erasedValue(trx, 'wren@erased.example'),
        channel: 'all',
        reason: null,
        source: 'erasure',
      },
      change(),
    ),
  );
  portal.update('contacts', jane, {
    hs_additional_emails: 'wren@erased.example;third@acme.example',
    hs_email_optout: 'true',
  });
  if (archived) portal.archive('contacts', jane);
  // Only now and then, and in a full sync, is it asked what was deleted.
  const run = await sync({ full: archived });
  expect(await prospect('jane@acme.example')).not.toBeNull();
  expect(await optOutsOf(database, 'jane@acme.example')).toEqual(['all']);
  expect(await optOutsOf(database, 'third@acme.example')).toEqual(['all']);
  const told = await differences(run);
  expect(told.map(({ kind }) => kind).toSorted()).toEqual(['kept', 'stop', 'stop']);
  expect(JSON.stringify(told)).not.toContain('wren');
  const values = await database.db.selectFrom('suppressions').select(['value', 'reason']).execute();
  expect(JSON.stringify(values)).not.toContain('wren');
});
