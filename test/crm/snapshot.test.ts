import { describe, expect, test } from 'vitest';
import { addCommitment, addPeer, addPeerUses } from '../../src/crm/list-store.ts';
import { recheckRecord } from '../../src/crm/recheck.ts';
import { findProspect, recordRelayed, snapshot } from '../../src/crm/snapshot.ts';
import { createCompany, createProspect, updateProspect } from '../../src/crm/store.ts';
import { addSuppression } from '../../src/crm/suppression-store.ts';
import { addThreadMessage, threadMessages } from '../../src/crm/thread-store.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import type { Database } from '../../src/store/database.ts';
import { ann, later, NOW, openDatabase } from './open.ts';

async function openCrm(): Promise<Database> {
  const database = await openDatabase();
  await database.transact(async (trx) => {
    await createCompany(
      trx,
      {
        id: 'c1',
        name: 'Acme',
        headcount: 300,
        disqualifiers: ['local_only'],
        regulated: 'hipaa',
        city: 'Berlin',
        industry: 'Fintech',
        account_owner: 'mia@us.example',
      },
      ann,
    );
    await createProspect(
      trx,
      {
        id: 'p1',
        address: 'jane@acme.example',
        company_id: 'c1',
        disqualifiers: ['competitor'],
        opt_out_channels: ['sms'],
        recipient_role: 'cto',
      },
      later(5),
    );
    await createProspect(trx, { id: 'p2', address: 'ben@other.example' }, ann);
  });
  return database;
}

function missing(): never {
  throw new Error('the prospect is unknown');
}

async function take(database: Database, names: string[] = [], address = 'jane@acme.example') {
  const found = await findProspect(database.db, { address, prospectIdHint: null });
  return await snapshot(database.db, {
    found: found ?? missing(),
    address,
    threadId: null,
    names,
    fingerprints: [],
    today: '2026-03-01',
  });
}

describe('findProspect', () => {
  test('the address decides, a hint helps only where no prospect has the address', async () => {
    const { db } = await openCrm();
    expect(await findProspect(db, { address: 'JANE+x@acme.example', prospectIdHint: 'p2' })).toMatchObject({
      prospect: { id: 'p1' },
      company: { id: 'c1' },
      by: 'address',
      hintDisagrees: true,
    });
    expect(await findProspect(db, { address: 'alias@acme.example', prospectIdHint: 'p1' })).toMatchObject({
      prospect: { id: 'p1' },
      by: 'hint',
      hintDisagrees: false,
    });
    expect(await findProspect(db, { address: 'x@acme.example', prospectIdHint: 'gone' })).toBeNull();
    expect(await findProspect(db, { address: 'x@acme.example', prospectIdHint: null })).toBeNull();
  });
});

describe('a snapshot', () => {
  test('unites what the prospect, the company and the suppressions say', async () => {
    const database = await openCrm();
    await database.transact((trx) =>
      addSuppression(
        trx,
        { kind: 'domain', value: 'acme.example', channel: 'email', reason: null, source: 't' },
        ann,
      ),
    );
    expect(await take(database)).toMatchObject({
      prospect_id: 'p1',
      company: 'Acme',
      headcount: 300,
      disqualifiers: ['competitor', 'local_only'],
      opt_out_channels: ['sms', 'email'],
      regulated: 'hipaa',
      account_owner: 'mia@us.example',
      funding_confidence: null,
      updated_at: new Date(NOW).toISOString(),
    });
  });

  test('of a prospect without company knows nothing of one', async () => {
    const database = await openCrm();
    expect(await take(database, [], 'ben@other.example')).toMatchObject({
      company: null,
      headcount: null,
      peers: [],
    });
  });

  test('holds general and own commitments that have not ended', async () => {
    const database = await openCrm();
    await database.transact(async (trx) => {
      const base = { starts: null, type: 'full_time', note: null };
      await addCommitment(trx, { ...base, prospect_id: null, subject: 'bench', ends: null }, ann);
      await addCommitment(trx, { ...base, prospect_id: 'p1', subject: 'Tigist', ends: '2026-03-01' }, ann);
      await addCommitment(trx, { ...base, prospect_id: 'p2', subject: 'theirs', ends: null }, ann);
      await addCommitment(trx, { ...base, prospect_id: null, subject: 'over', ends: '2026-02-28' }, ann);
    });
    expect((await take(database)).commitments.map((c) => c.subject)).toEqual(['bench', 'Tigist']);
  });

  test('names peers of the place and those mentioned, with their uses for other prospects', async () => {
    const database = await openCrm();
    await database.transact(async (trx) => {
      await addPeer(trx, { name: 'Globex', city: 'berlin', industry: 'fintech' }, ann);
      await addPeer(trx, { name: 'Initech', city: 'Berlin', industry: 'Health' }, ann);
      await addPeer(trx, { name: 'Umbrella Ltd', city: 'Oslo', industry: 'Retail' }, ann);
      await addPeer(trx, { name: 'Hooli', city: 'Oslo', industry: 'Retail' }, ann);
      await addPeerUses(trx, 'p1', ['Globex', 'Umbrella'], NOW);
      await addPeerUses(trx, 'p2', ['Umbrella', 'umbrella ltd', '?'], NOW);
      for (let i = 0; i < 60; i += 1) await addPeerUses(trx, `x${i}`, ['Initech'], NOW);
    });
    const { peers } = await take(database, ['UMBRELLA', 'Nobody']);
    expect(peers).toEqual([
      { name: 'Umbrella Ltd', city: 'Oslo', industry: 'Retail', timesUsed: 1 },
      { name: 'Globex', city: 'berlin', industry: 'fintech', timesUsed: 0 },
      { name: 'Initech', city: 'Berlin', industry: 'Health', timesUsed: 50 },
    ]);
  });
});

describe('recheckRecord', () => {
  test('sees opt-outs, flags, take-overs and replies that arrived since', async () => {
    const database = await openCrm();
    const of = { address: 'jane@acme.example', prospectId: 'p1' };
    expect(await recheckRecord(database.db, of)).toMatchObject({
      disqualifiers: ['competitor', 'local_only'],
      opt_out_channels: ['sms'],
      taken_over_by: null,
      newest_reply_at: null,
    });
    await database.transact(async (trx) => {
      await updateProspect(trx, 'p1', { taken_over_by: 'mia', disqualifiers: ['unknown_flag'] }, ann);
      await addSuppression(
        trx,
        { kind: 'address', value: 'jane@acme.example', channel: 'all', reason: null, source: 't' },
        ann,
      );
      await addThreadMessage(
        trx,
        {
          threadId: 't1',
          prospectId: 'p1',
          companyId: 'c1',
          messageId: null,
          direction: 'in',
          person: null,
          role: null,
          at: NOW + 7,
          text: 'Hello',
          subject: null,
        },
        fingerprints,
      );
    });
    expect(await recheckRecord(database.db, of)).toMatchObject({
      disqualifiers: ['unknown_flag', 'local_only'],
      opt_out_channels: ['all', 'sms'],
      taken_over_by: 'mia',
      newest_reply_at: NOW + 7,
    });
  });

  test('of an unknown recipient still finds opt-outs, and a prospect made since', async () => {
    const database = await openCrm();
    await database.transact((trx) =>
      addSuppression(
        trx,
        { kind: 'domain', value: 'new.example', channel: 'email', reason: null, source: 't' },
        ann,
      ),
    );
    const of = { address: 'eve@mail.new.example', prospectId: null };
    expect(await recheckRecord(database.db, of)).toMatchObject({
      opt_out_channels: ['email'],
      disqualifiers: [],
    });
    await database.transact((trx) =>
      createProspect(trx, { address: 'Eve@mail.new.example', disqualifiers: ['do_not_contact'] }, ann),
    );
    expect(await recheckRecord(database.db, of)).toMatchObject({ disqualifiers: ['do_not_contact'] });
  });
});

test('a relayed draft joins the thread and its peers count, once however often it is recorded', async () => {
  const database = await openCrm();
  await database.transact((trx) => addPeer(trx, { name: 'Globex', city: null, industry: 'Fintech' }, ann));
  const relayed = {
    prospectId: 'p2',
    threadId: null,
    messageId: '<1@us.example>',
    subject: 'Hi',
    text: 'Like Globex',
    at: NOW,
    peerNames: ['Globex Inc.'],
  };
  const first = await database.transact((trx) => recordRelayed(trx, relayed, fingerprints));
  const second = await database.transact((trx) => recordRelayed(trx, relayed, fingerprints));
  expect(second).toBe(first);
  expect(await threadMessages(database.db, first ?? '', 9)).toHaveLength(1);
  expect((await take(database)).peers).toMatchObject([{ name: 'Globex', timesUsed: 1 }]);
  expect(
    await database.transact((trx) => recordRelayed(trx, { ...relayed, prospectId: 'gone' }, fingerprints)),
  ).toBeNull();
});
