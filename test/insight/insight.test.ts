import { expect, test } from 'vitest';
import { addUpHours } from '../../src/insight/hours.ts';
import type { HealthView, InsightView } from '../../src/insight/web-types.ts';
import { certificateAnswer, clockAnswer, diskAnswer } from '../../src/insight/machine-checks.ts';
import { HealthChecks } from '../../src/insight/health-check.ts';
import { addLabel } from '../../src/review/label-store.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { populatedGate } from '../support/populate.ts';
import { signIn } from '../support/sign-in.ts';

const total = (view: InsightView) =>
  view.decisions.reduce(
    (sum, one) => sum + one.SUPPRESS + one.ESCALATE + one.BLOCK + one.PENALISE + one.PASS + one.doubt,
    0,
  );

const insight = async (gate: TestGate, query = '') => {
  const user = await signIn(gate, { role: 'reviewer' });
  return user.get<InsightView>(`/insight${query}`);
};

test('the figures are of the mail that was judged, by its decision, reason, latency and upstream', async () => {
  const gate = await populatedGate();
  await gate.until((all) => all.every(({ state }) => state !== 'relaying' && state !== 'escalating'), 'gone');
  const held = (await gate.deliveries()).filter(({ state }) => state === 'held');
  await gate.app.review.reject(held[0].id, { actor: 'rae@gate.test', label: 'right' });
  await gate.app.review.release(held[1].id, { actor: 'rae@gate.test', label: 'wrong' });
  const { body } = await insight(gate);
  const verdicts = await gate.app.database.db.selectFrom('verdicts').selectAll().execute();
  expect(total(body)).toBe(verdicts.length);
  const passed = verdicts.filter(({ decision }) => decision === 'PASS').length;
  expect(body.decisions.reduce((sum, one) => sum + one.PASS, 0)).toBe(passed);
  expect(body.doubts).toContainEqual({ reason: 'unknown_recipient', count: 1 });
  expect(body.latency_total.count).toBe(verdicts.length);
  expect(body.latency_total.p95_ms).toBeGreaterThanOrEqual(body.latency_total.p50_ms!);
  expect(body.holds.held).toBe(held.length - 2);
  const [outbox] = body.upstreams;
  expect(outbox?.delivered).toBeGreaterThan(0);
  expect(body.reviewers).toEqual([
    { actor: 'rae@gate.test', acts: { reject: 1, release: 1 }, total: 2, right: 1, wrong: 1, not_sure: 0 },
  ]);
  expect(body.agreement).toMatchObject({ pairs: [], pooled: { n: 0, kappa: null } });
  const labelled = body.precision.filter(({ right, wrong }) => right + wrong > 0);
  expect(labelled).toHaveLength(2);
  expect(labelled.every(({ precision }) => precision === null)).toBe(true);
  expect(body.false_positives).toMatchObject({ wrongly_stopped: 0, unlabelled: 0, enough: false });
  expect(body.missing).toBe(false);
});

test.each([
  [9.97, 9.9],
  [99.6, 99],
  [996, 990],
  [1_096, 1_000],
])('a latency of %d ms counts as %d ms on every engine', async (latency_ms, counted) => {
  const gate = await startGate();
  await gate.send({ to: 'jane@acme.example' });
  await gate.until((all) => all[0]?.state === 'held', 'held');
  await gate.app.database.transact((trx) => trx.updateTable('verdicts').set({ latency_ms }).execute());
  expect((await insight(gate)).body.latency_total.p50_ms).toBe(counted);
});

test('agreement is of reviewers who labelled the same verdict, in the time and of the engine asked for', async () => {
  const gate = await populatedGate();
  const held = (await gate.deliveries()).filter(({ state }) => state === 'held');
  const label = (actor: string, right: 'right' | 'wrong', id: string) =>
    gate.app.database.transact((trx) =>
      addLabel(trx, { deliveryId: id, at: gate.now(), actor, right, act: 'label' }),
    );
  await label('ann', 'right', held[0].id);
  await label('bob', 'right', held[0].id);
  await label('ann', 'right', held[1].id);
  await label('bob', 'wrong', held[1].id);
  await label('bob', 'wrong', held[2].id);
  const { body } = await insight(gate);
  expect(body.agreement.pairs).toMatchObject([
    { raters: ['ann', 'bob'], n: 2, observed: 0.5, kappa: null, why_none: 'not_enough' },
  ]);
  const elsewhere = (await insight(gate, '?engine=none')).body;
  expect(elsewhere.agreement.pairs).toEqual([]);
});

test('hours that are over are added up once and give the same figures', async () => {
  const gate = await populatedGate();
  await gate.until((all) => all.every(({ state }) => state !== 'relaying' && state !== 'escalating'), 'gone');
  const before = (await insight(gate)).body;
  const { database } = gate.app;
  const options = { database, standBack: async () => {}, stopped: () => false };
  expect(await addUpHours({ ...options, now: () => gate.now() })).toBe(0);
  gate.advance(5 * 3_600_000);
  await addUpHours({ ...options, now: () => gate.now() });
  expect(await addUpHours({ ...options, now: () => gate.now() })).toBe(0);
  const kept = await database.db.selectFrom('insight_hours').selectAll().execute();
  expect(kept.filter(({ kind }) => kind === 'judged').reduce((sum, { count }) => sum + count, 0)).toBe(
    total(before),
  );
  // Mail of after that is counted live, beside them.
  await addProspect(gate, 'new@later.example');
  await gate.send({ from: 'Mara <mara@demo.example>', to: 'new@later.example' });
  const { body } = await insight(gate);
  expect(total(body)).toBe(total(before) + 1);
  expect(body.latency_total.count).toBe(before.latency_total.count + 1);
});

test('figures can be asked for one engine and a range', async () => {
  const gate = await populatedGate();
  const { body } = await insight(gate);
  const [engine] = body.engines;
  expect(total((await insight(gate, `?engine=${engine.id}`)).body)).toBe(total(body));
  expect(total((await insight(gate, '?engine=none')).body)).toBe(0);
  expect(total((await insight(gate, '?from=2020-01-01&to=2020-02-01')).body)).toBe(0);
  const wrong = await insight(gate, '?from=yesterday');
  expect(wrong).toMatchObject({
    status: 400,
    body: { error: { fields: { from: expect.stringContaining('2026-05-31') } } },
  });
  expect((await insight(gate, '?from=2026-02-01&to=2026-01-01')).status).toBe(400);
});

test('health tells how each part is and what to do, to everybody who is signed in', async () => {
  const gate = await populatedGate();
  const user = await signIn(gate, { role: 'auditor' });
  const { body } = await user.get<HealthView>('/health');
  const item = (id: string) => body.items.find((one) => one.id === id);
  for (const id of [
    'database',
    'queue',
    'adapter',
    'leaving',
    'held',
    'events',
    'write_backs',
    'disk',
    'certificate',
    'clock',
  ]) {
    expect(item(id), id).toBeDefined();
  }
  expect(item('database')).toMatchObject({ state: 'ok' });
  expect(item('upstream')).toMatchObject({ state: 'warn', advice: expect.stringContaining('settings') });
  expect(item('certificate')?.detail).toContain('made by the gate itself');
  expect(body.items.every(({ state, advice }) => state === 'ok' || advice !== null)).toBe(true);
  expect((await fetch(`${gate.httpBase}/api/health`)).status).toBe(401);
});

test('a check that fails or hangs is told as bad and hides no other', async () => {
  const checks = new HealthChecks();
  const check = { group: 'Gate', title: 'x' } as const;
  checks.add(
    { ...check, id: 'throws', look: () => Promise.reject(new Error('no')) },
    { ...check, id: 'none', look: async () => null },
    {
      ...check,
      id: 'two',
      look: async () => [
        { state: 'ok', detail: '1' },
        { state: 'warn', detail: '2', advice: 'a' },
      ],
    },
  );
  const { state, items } = await checks.look({ at: 0, version: '1', started_at: 0 });
  expect(state).toBe('bad');
  expect(items.map(({ id, state: one }) => `${id} ${one}`)).toEqual(['throws bad', 'two ok', 'two-1 warn']);
  expect(items[0]?.detail).toContain('no');
});

test('disk, certificate and clock warn before it is too late', () => {
  expect(diskAnswer(50e9, 100e9, 0.1e9).state).toBe('ok');
  expect(diskAnswer(4e9, 100e9, 0.1e9).state).toBe('warn');
  expect(diskAnswer(0.5e9, 100e9, 0.1e9).state).toBe('bad');
  expect(diskAnswer(0.05e9, 100e9, 0.1e9)).toMatchObject({
    state: 'bad',
    detail: expect.stringContaining('Nothing more is accepted'),
  });
  const day = 86_400_000;
  expect([-1, 2 * day, 10 * day, 60 * day].map((left) => certificateAnswer(left, false).state)).toEqual([
    'bad',
    'bad',
    'warn',
    'ok',
  ]);
  expect(clockAnswer(0, 0, 0).state).toBe('ok');
  expect(clockAnswer(300_000, 0, 0).state).toBe('bad');
  expect(clockAnswer(0, -600_000, 0)).toMatchObject({
    state: 'warn',
    detail: expect.stringContaining('back by 10 minutes'),
  });
});
