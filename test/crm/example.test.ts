import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadExampleCrm } from '../../src/crm/example.ts';
import { findProspect, snapshot } from '../../src/crm/snapshot.ts';
import { findThread } from '../../src/crm/threads.ts';
import { suppressedChannels } from '../../src/crm/suppression-store.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import type { Database } from '../../src/store/database.ts';
import { NOW, openDatabase } from './open.ts';

const folder = join(import.meta.dirname, '../../config/example-crm');

async function take(database: Database, address: string, draft = '', names: string[] = []) {
  const found = await findProspect(database.db, { address, prospectIdHint: null });
  if (!found) throw new Error(`${address} is unknown`);
  const threadId = await findThread(database.db, {
    prospectId: found.prospect.id,
    prospectThreadId: found.prospect.thread_id,
    inReplyTo: null,
    references: [],
    threadIdHint: null,
  });
  return await snapshot(database.db, {
    found,
    address,
    threadId,
    names,
    fingerprints: fingerprints(draft),
    today: '2026-03-01',
  });
}

test('the example CRM loads, twice without a change, and has a record for every rule', async () => {
  const database = await openDatabase();
  const first = await loadExampleCrm(database, folder, NOW);
  expect(first.map((r) => [r.kind, r.new, r.notes, r.ignoredColumns])).toEqual([
    ['companies', 12, [], []],
    ['prospects', 20, [], []],
    ['suppressions', 4, [], []],
    ['commitments', 4, [], []],
    ['peers', 14, [], []],
    ['threads', 8, [], []],
  ]);
  for (const again of await loadExampleCrm(database, folder, NOW))
    expect(again).toMatchObject({ new: 0, changed: 0 });

  expect((await take(database, 'jonas.brandt@heimat-software.example')).disqualifiers).toEqual([
    'anti_offshore',
  ]);
  expect((await take(database, 'oliver.hart@lumen-ledger.example')).opt_out_channels).toEqual(['email']);
  expect((await take(database, 'bram.visser@orchard-street.example')).opt_out_channels).toEqual(['all']);
  expect(await suppressedChannels(database.db, 'anybody@closed-shop.example')).toEqual(['email']);
  expect(await take(database, 'saskia.devries@meridian-freight.example')).toMatchObject({
    headcount: 4200,
    recipient_role: 'cto',
  });
  expect(await take(database, 'amir.said@pennant-pay.example')).toMatchObject({ headcount: 2000 });
  expect(await take(database, 'lena.vogt@quillstone.example')).toMatchObject({
    funding_confidence: 'low',
    funding_stage: 'seed',
  });
  expect(await take(database, 'marcus.bell@brightwell-health.example')).toMatchObject({ regulated: 'hipaa' });
  expect(
    (await take(database, 'freja.holm@saltmarsh-robotics.example')).commitments.map((c) => c.subject),
  ).toEqual(['Tigist Haile', 'Rust bench', 'C++ team']);
  expect((await take(database, 'nils.bakke@tideline-energy.example')).thread).toHaveLength(2);
  expect(
    (await take(database, 'priya.raman@lumen-ledger.example')).peers.slice(0, 2).map((p) => p.name),
  ).toEqual(['Threadneedle Pay', 'Copperfield Bank Tech']);

  const leak =
    'Hi Ana, now that the board decided last week to close the Lisbon office in September, who will help you?';
  const [found] = (await take(database, 'ana.ferro@northwind-analytics.example', leak)).foreign;
  expect(found).toMatchObject({
    scope: 'company',
    source: 'threads.t_northwind_ingrid (Ingrid Solberg, ceo)',
  });
  expect(found?.shared?.length).toBeGreaterThan(1);
});
