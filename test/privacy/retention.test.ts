import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import { applyRetention } from '../../src/privacy/retention.ts';
import { keysOf } from '../../src/store/gate-keys.ts';
import { verifyAudit } from '../../src/store/audit-verify-store.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { placesHolding } from './in-files.ts';

const DAY = 86_400_000;
const DAYS = { bodies_days: 90, metadata_days: 365, copies_days: 30 };

const retain = (gate: TestGate, days: Partial<typeof DAYS> = {}) =>
  applyRetention({
    database: gate.app.database,
    config: { retention: { ...DAYS, ...days }, data_dir: gate.dataDir },
    now: () => gate.now(),
    fingerprint: fingerprints,
    pause: async () => {},
  });

/** A mail that left, one that is held and one a person labelled, each with a word of its own. */
async function threeMails(expireDays: number) {
  const gate = await startGate({ config: { review: { expire_days: expireDays } } });
  await addProspect(gate, 'lena@kestrelwharf.example', { prospect: { name: 'Lena Vogt' } });
  await addProspect(gate, 'otto@heldfor.example', { company: { funding_confidence: 'low' } });
  await addProspect(gate, 'mia@labelled.example', { company: { funding_confidence: 'low' } });
  const rumour = 'Congratulations on closing your $20M Series B last month!';
  await gate.send({
    to: 'lena@kestrelwharf.example',
    subject: 'Zebrafinch plans',
    text: 'Would the wolframite team help you next week?',
  });
  await gate.send({ to: 'otto@heldfor.example', text: `${rumour} Grapnel.` });
  await gate.send({ to: 'mia@labelled.example', text: `${rumour} Oystercatcher.` });
  await gate.until(
    (all) => all[0]?.state === 'relayed' && all[2]?.state === 'held',
    'one leaves, two are held',
  );
  const [left, held, labelled] = await gate.deliveries();
  const reviewer = await signIn(gate, { role: 'reviewer' });
  const { body } = await reviewer.get(`/deliveries/${labelled.id}`);
  const act = { label: 'right', version: body.item.version, reason: 'A Turnstone rumour.' };
  expect(await reviewer.send('POST', `/deliveries/${labelled.id}/reject`, act)).toMatchObject({
    status: 200,
  });
  await gate.until((all) => all.every(({ state }) => state !== 'relaying'), 'reports leave');
  return { gate, left, held, labelled };
}

test('texts go from every table and file after their time, what is held stays, and pages say so', async () => {
  const { gate, left, held, labelled } = await threeMails(400);
  const words = ['wolframite', 'zebrafinch', 'oystercatcher', 'turnstone'];
  expect(await retain(gate)).toEqual({ texts: 0, messages: 0, reduced: 0 });
  await gate.app.database.scrub();
  expect(await placesHolding(gate.dataDir, gate.app.database, ['wolframite', 'zebrafinch'])).not.toEqual([]);

  gate.advance(91 * DAY);
  expect(await retain(gate)).toEqual({ texts: 2, messages: 0, reduced: 0 });
  expect(await placesHolding(gate.dataDir, gate.app.database, words)).toEqual([]);
  expect(await placesHolding(gate.dataDir, gate.app.database, ['grapnel'])).not.toEqual([]);
  expect((await gate.deliveries()).find(({ id }) => id === held.id)).toMatchObject({ state: 'held' });

  const later = await signIn(gate, { role: 'reviewer' });
  const { body } = await later.get(`/deliveries/${left.id}`);
  expect(body).toMatchObject({
    item: { recipient: 'lena@kestrelwharf.example', state: 'relayed' },
    mail: { text: expect.stringMatching(/^The text of this mail was removed after 9\d days/) },
    verdict: { decision: 'PASS', rationale: '' },
  });
  expect((await later.get(`/deliveries/${left.id}/mail`)).body.text).toMatch(/removed after/);
  expect(await later.get(`/deliveries/${left.id}/raw`)).toMatchObject({ status: 404 });
  expect((await later.get(`/trace/${left.message_id}`)).body.text).toMatch(/removed after/);
  const rejected = (await later.get(`/deliveries/${labelled.id}`)).body;
  expect(rejected.verdict.findings).toMatchObject([
    { rule: 'low_confidence_funding', spans: [], fields: [] },
  ]);
  expect(rejected.labels).toMatchObject([{ right: 'right' }]);
  const { db } = gate.app.database;
  const log = await verifyAudit(db, { key: keysOf(db).audit() });
  expect(log.faults).toEqual([]);
  expect(log.redacted).toBeGreaterThan(0);
  // Nothing is done twice.
  expect(await retain(gate)).toEqual({ texts: 0, messages: 0, reduced: 0 });
});

test('the rest goes later; what people labelled stays without whom it was to', async () => {
  const { gate, left, labelled } = await threeMails(14);
  // Ids never go back in time within a process, and the test before was months ahead.
  gate.advance(200 * DAY);
  await gate.until((all) => all.every(({ state }) => state !== 'held'), 'the hold expires');
  await gate.until((all) => all.every(({ state }) => state !== 'relaying'), 'its report leaves');
  await retain(gate);
  gate.advance(500 * DAY);
  expect(await retain(gate, { bodies_days: 90 })).toMatchObject({ reduced: 1 });
  const kept = await gate.deliveries();
  expect(kept.map(({ id }) => id)).not.toContain(left.id);
  expect(kept.find(({ id }) => id === labelled.id)).toMatchObject({
    state: 'rejected',
    recipient: '',
    address_key: '',
  });
  const { db } = gate.app.database;
  const messages = await db.selectFrom('messages').select('id').where('id', '=', left.message_id).execute();
  expect(messages).toEqual([]);
  const labels = await db.selectFrom('labels').select('right').execute();
  expect(labels).toEqual([{ right: 'right' }]);
  expect((await verifyAudit(db, { key: keysOf(db).audit() })).faults).toEqual([]);
});

test('null keeps for ever, and a shorter time for the rest than for texts is refused', async () => {
  const parse = (retention: object) => configSchema.safeParse({ retention });
  expect(configSchema.parse({}).retention).toEqual({ bodies_days: 90, metadata_days: 730, copies_days: 30 });
  expect(parse({ bodies_days: null, metadata_days: null }).success).toBe(true);
  expect(parse({ bodies_days: 90, metadata_days: 30 }).success).toBe(false);
  expect(parse({ bodies_days: null, metadata_days: 30 }).success).toBe(false);
});
