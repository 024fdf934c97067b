import { describe, expect, test } from 'vitest';
import { RULES } from '../../src/judge/verdict.ts';
import { unansweredItems } from '../../src/kill-switch/spot-check/answer-store.ts';
import { SpotChecks } from '../../src/kill-switch/spot-check/spot-checks.ts';
import type {
  CheckDetails,
  CheckResult,
  ItemView,
  SpotCheckPage,
} from '../../src/kill-switch/spot-check/web-types.ts';
import { DECISIONS } from '../../src/message/types.ts';
import type { TestGate } from '../support/gate.ts';
import { type SignedIn, signIn } from '../support/sign-in.ts';
import { DAY, judgeEachKind, spotGate } from './spot-check-setup.ts';

async function drawn(gate: TestGate): Promise<{ admin: SignedIn; check: CheckResult }> {
  await judgeEachKind(gate);
  const admin = await signIn(gate);
  const { status, body } = await admin.send<CheckResult>('POST', '/spot-check/draw');
  expect(status).toBe(200);
  return { admin, check: body };
}

const itemRows = (gate: TestGate) =>
  gate.app.database.db
    .selectFrom('spot_check_items as i')
    .innerJoin('deliveries as d', 'd.id', 'i.delivery_id')
    .select(['i.id', 'i.decision', 'i.rule', 'i.adapter_version', 'i.verdict_id', 'd.recipient'])
    .orderBy('d.recipient')
    .execute();

/** The item of the mail to an address. */
async function itemTo(gate: TestGate, name: string): Promise<number> {
  return (await itemRows(gate)).find(({ recipient }) => recipient === `vp@${name}.example`)!.id;
}

/** Every key and every whole string value of a JSON document. */
function partsOf(value: unknown): { keys: string[]; texts: string[] } {
  if (typeof value === 'string') return { keys: [], texts: [value] };
  if (typeof value !== 'object' || value === null) return { keys: [], texts: [] };
  const inside = Object.values(value).map(partsOf);
  return {
    keys: [...(Array.isArray(value) ? [] : Object.keys(value)), ...inside.flatMap(({ keys }) => keys)],
    texts: inside.flatMap(({ texts }) => texts),
  };
}

describe('a spot check', () => {
  test('draws passes, stops of rules and of the adapter and its doubt, and no other doubt', async () => {
    const gate = await spotGate();
    const { check } = await drawn(gate);
    expect(check).toMatchObject({
      items: 7,
      population: 7,
      agreed: 0,
      unanswered: 7,
      rate: null,
      open: true,
    });
    expect((await itemRows(gate)).map(({ recipient, ...one }) => [recipient, one])).toMatchObject([
      ['vp@blocked.example', { decision: 'BLOCK', rule: 'adapter', adapter_version: 'fake@1' }],
      ['vp@out.example', { decision: 'SUPPRESS', rule: 'opt_out', adapter_version: null }],
      ['vp@pass-one.example', { decision: 'PASS', rule: null, adapter_version: 'fake@1' }],
      ['vp@pass-three.example', { decision: 'PASS' }],
      ['vp@pass-two.example', { decision: 'PASS' }],
      ['vp@rumour.example', { decision: 'BLOCK', rule: 'low_confidence_funding', adapter_version: null }],
      ['vp@unsure.example', { decision: 'HOLD', rule: 'low_confidence', adapter_version: 'fake@1' }],
    ]);
  });

  test('never draws a verdict twice, nor a second verdict of a delivery', async () => {
    const gate = await spotGate();
    const { admin } = await drawn(gate);
    const again = await admin.send('POST', '/spot-check/draw');
    expect(again).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/Nothing was judged/) } },
    });
    // Judged again: another verdict on the same delivery.
    const rows = await itemRows(gate);
    await gate.app.database.transact(async (trx) => {
      const row = await trx
        .selectFrom('verdicts')
        .selectAll()
        .where('id', '=', rows[0].verdict_id)
        .executeTakeFirstOrThrow();
      const { id: _, ...rest } = row;
      await trx
        .insertInto('verdicts')
        .values({ ...rest, created_at: gate.now() })
        .execute();
    });
    gate.advance(DAY);
    expect((await (await signIn(gate)).send('POST', '/spot-check/draw')).status).toBe(409);
  });

  test('says nothing of the verdict to who has not answered, in no key, value or order', async () => {
    const gate = await spotGate();
    await drawn(gate);
    const reviewer = await signIn(gate, { role: 'reviewer' });
    const { body: page } = await reviewer.get<SpotCheckPage>('/spot-check');
    expect(page).toMatchObject({ waiting: 7, adapter: 'fake@1' });
    expect(Object.keys(page.items[0]).toSorted()).toEqual([
      'check_id',
      'id',
      'mine',
      'of',
      'position',
      'settled',
    ]);
    expect(page.items.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(page.items.map(({ id }) => id)).not.toEqual([1, 2, 3, 4, 5, 6, 7]);

    const secret = new Set<string>([...DECISIONS, ...RULES, 'HOLD', 'adapter', 'low_confidence', 'fake@1']);
    for (const { id } of page.items) {
      const { body, status } = await reviewer.get<ItemView>(`/spot-check/items/${id}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        revealed: null,
        of: 7,
        mail: { subject: expect.stringMatching(/^To vp@/) },
      });
      expect(body.record?.prospect_id).toBeTruthy();
      const { keys, texts } = partsOf(body);
      for (const key of keys)
        expect(key).not.toMatch(
          /verdict|decision|finding|rationale|disposition|state|^rule|hold|stratum|adapter|delivery|shared|judged/,
        );
      expect(texts.filter((text) => secret.has(text))).toEqual([]);
    }
    const { body: details } = await reviewer.get<CheckDetails>('/spot-check/checks/1');
    expect(details.shown).toEqual([]);
  });

  test('tells the verdict and what others said once one has answered, and not before', async () => {
    const gate = await spotGate();
    const { admin } = await drawn(gate);
    const reviewer = await signIn(gate, { role: 'reviewer' });
    const id = await itemTo(gate, 'rumour');
    const answer = { decision: 'BLOCK', rule: 'low_confidence_funding', note: 'a rumour' };
    const mine = await reviewer.send<ItemView>('POST', `/spot-check/items/${id}/answer`, answer);
    expect(mine.status).toBe(200);
    expect(mine.body.revealed).toMatchObject({
      decision: 'BLOCK',
      rule: 'low_confidence_funding',
      verdict: { findings: [{ rule: 'low_confidence_funding' }] },
      answers: [{ by: 'Reviewer Person', mine: true, note: 'a rumour' }],
      truth: 'agreed',
      right: true,
    });
    const blind = await admin.get<ItemView>(`/spot-check/items/${id}`);
    expect(blind.body.revealed).toBeNull();
    expect(JSON.stringify(blind.body)).not.toMatch(/a rumour|Reviewer Person/);
    // Another has settled it: it does not wait any more, and can still be answered.
    const { body: page } = await admin.get<SpotCheckPage>('/spot-check');
    expect(page.waiting).toBe(6);
    expect(page.items.find((one) => one.id === id)).toMatchObject({ mine: false, settled: true });
    const second = await admin.send<ItemView>('POST', `/spot-check/items/${id}/answer`, { decision: 'PASS' });
    expect(second.body.revealed).toMatchObject({
      truth: 'disputed',
      right: null,
      answers: [{ mine: false }, { mine: true }],
    });
    const auditor = await signIn(gate, { role: 'auditor' });
    expect((await auditor.get(`/spot-check/items/${id}`)).status).toBe(403);
    expect((await auditor.get<SpotCheckPage>('/spot-check')).body).toMatchObject({
      items: [],
      waiting: 0,
      checks: [{ disputed: 1 }],
    });
    expect((await auditor.get<CheckDetails>('/spot-check/checks/1')).body.shown).toHaveLength(7);
  });

  test('refuses a stop without a rule, a second answer, and a change after a week', async () => {
    const gate = await spotGate();
    await drawn(gate);
    const id = await itemTo(gate, 'pass-one');
    const say = async (path: string, body: object) =>
      (await signIn(gate)).send('POST', `/spot-check/items/${id}/${path}`, body);
    expect(await say('answer', { decision: 'BLOCK' })).toMatchObject({
      status: 400,
      body: { error: { fields: { rule: expect.any(String) } } },
    });
    expect((await say('answer', { decision: 'PASS', rule: 'opt_out' })).status).toBe(400);
    expect((await say('answer-again', { decision: 'PASS' })).status).toBe(409);
    expect((await say('answer', { decision: 'not_sure' })).status).toBe(200);
    expect(await say('answer', { decision: 'PASS' })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/answer again/) } },
    });
    expect((await say('answer-again', { decision: 'BLOCK', rule: 'none' })).body).toMatchObject({
      revealed: { right: false },
    });
    gate.advance(8 * DAY);
    expect((await say('answer-again', { decision: 'PASS' })).status).toBe(409);
    expect(
      (await (await signIn(gate)).send('POST', '/spot-check/items/99/answer', { decision: 'PASS' })).status,
    ).toBe(404);
    const audit = await gate.app.database.db
      .selectFrom('audit')
      .select(['actor', 'action', 'detail'])
      .where('subject_type', '=', 'spot_check')
      .orderBy('id')
      .execute();
    expect(audit.map(({ action }) => action)).toEqual(['drawn', 'answered', 'answered_again']);
    expect(JSON.parse(audit[2].detail)).toMatchObject({
      before: { decision: 'not_sure' },
      after: { decision: 'BLOCK', rule: 'none' },
      item: id,
    });
  });

  test('is closed after four weeks, and then open to everybody to read', async () => {
    const gate = await spotGate();
    await drawn(gate);
    const reviewer = await signIn(gate, { role: 'reviewer' });
    expect(await unansweredItems(gate.app.database.db, gate.now())).toBe(7);
    gate.advance(28 * DAY);
    const later = await signIn(gate, { role: 'reviewer' });
    expect((await later.get<SpotCheckPage>('/spot-check')).body).toMatchObject({
      waiting: 0,
      items: [],
      checks: [{ open: false }],
    });
    expect((await later.send('POST', '/spot-check/items/1/answer', { decision: 'PASS' })).status).toBe(409);
    expect((await later.get<CheckDetails>('/spot-check/checks/1')).body.shown).toHaveLength(7);
    expect(await unansweredItems(gate.app.database.db, gate.now())).toBe(0);
    expect(reviewer.account.id).toBe(later.account.id);
  });

  test('shows its results when mail and verdict are forgotten, and takes no answer then', async () => {
    const gate = await spotGate();
    const { admin } = await drawn(gate);
    const [one, other] = [await itemTo(gate, 'pass-one'), await itemTo(gate, 'pass-two')];
    await admin.send('POST', `/spot-check/items/${one}/answer`, { decision: 'PASS' });
    await gate.app.database.transact(async (trx) => {
      await trx.deleteFrom('verdicts').execute();
      await trx.deleteFrom('draft_texts').execute();
      await trx.deleteFrom('bodies').execute();
    });
    expect((await admin.get<ItemView>(`/spot-check/items/${one}`)).body).toMatchObject({
      mail: null,
      record: null,
      revealed: { verdict: null, right: true },
    });
    expect(await admin.send('POST', `/spot-check/items/${other}/answer`, { decision: 'PASS' })).toMatchObject(
      { status: 409, body: { error: { message: expect.stringMatching(/not kept/) } } },
    );
    expect((await admin.get<SpotCheckPage>('/spot-check')).body.checks).toMatchObject([
      { agreed: 1, right: 1, interval: { high: 1 } },
    ]);
  });
});

describe('the weekly draw', () => {
  /** A Wednesday. */
  const START = Date.parse('2026-11-25T12:00:00Z');
  const config = { enabled: true, decisions: 20, day: 'mon', at: '06:00', time_zone: 'UTC' } as const;

  async function clocked(over: Partial<{ enabled: boolean; day: 'mon' | 'thu' }> = {}) {
    const gate = await spotGate();
    await judgeEachKind(gate);
    const { database } = gate.app;
    // The gate's own chore has noted its week already.
    await database.transact((trx) =>
      trx.deleteFrom('settings').where('key', '=', 'spot_check_due').execute(),
    );
    await database.transact((trx) => trx.updateTable('verdicts').set({ created_at: START }).execute());
    let at = START;
    const checks = (more: typeof over = {}) =>
      new SpotChecks({ database, config: { ...config, ...over, ...more }, now: () => at, random: () => 0.5 });
    return {
      database,
      checks,
      at: (iso: string) => {
        at = Date.parse(iso);
      },
      judgeAnew: () =>
        database
          .transact((trx) => trx.deleteFrom('spot_check_items').execute())
          .then(() =>
            database.transact((trx) =>
              trx
                .updateTable('verdicts')
                .set({ created_at: at - 1 })
                .execute(),
            ),
          ),
    };
  }

  test('waits for the first Monday, draws once, and makes up for missed ones once', async () => {
    const { checks, at, judgeAnew } = await clocked();
    expect(await checks().drawIfDue()).toBeNull();
    at('2026-11-30T05:59:00Z');
    expect(await checks().drawIfDue()).toBeNull();
    at('2026-11-30T06:00:00Z');
    expect(await checks().drawIfDue()).toMatchObject({ actor: 'timer', population: 7, seed: 2 ** 30 });
    expect(await checks().drawIfDue()).toBeNull();
    await judgeAnew();
    // Three Mondays went by while the gate was down.
    at('2026-12-23T09:00:00Z');
    await judgeAnew();
    const late = await checks().drawIfDue();
    expect(late).toMatchObject({ actor: 'timer', since: Date.parse('2026-11-30T06:00:00Z') });
    expect(await checks().drawIfDue()).toBeNull();
    at('2026-12-28T06:00:00Z');
    await judgeAnew();
    expect(await checks().drawIfDue()).not.toBeNull();
  });

  test('leaves out a week in which somebody drew by hand after it fell due', async () => {
    const { checks, at, judgeAnew } = await clocked();
    await checks().drawIfDue();
    at('2026-12-01T09:00:00Z');
    await judgeAnew();
    expect(await checks().draw('kim')).toMatchObject({ actor: 'kim' });
    at('2026-12-02T09:00:00Z');
    await judgeAnew();
    expect(await checks().drawIfDue()).toBeNull();
    at('2026-12-07T06:00:00Z');
    await judgeAnew();
    expect(await checks().drawIfDue()).not.toBeNull();
  });

  test('makes no second one when its weekday is changed, and none while it is off', async () => {
    const { checks, at, judgeAnew } = await clocked();
    await checks().drawIfDue();
    at('2026-11-30T06:00:00Z');
    expect(await checks({ enabled: false }).drawIfDue()).toBeNull();
    expect(await checks().drawIfDue()).not.toBeNull();
    at('2026-12-03T06:00:00Z');
    await judgeAnew();
    expect(await checks({ day: 'thu' }).drawIfDue()).toBeNull();
    at('2026-12-10T06:00:00Z');
    await judgeAnew();
    expect(await checks({ day: 'thu' }).drawIfDue()).not.toBeNull();
  });

  test('has nothing to draw when nothing was judged, and does not look again that week', async () => {
    const { checks, at, database } = await clocked();
    await checks().drawIfDue();
    at('2026-11-30T06:00:00Z');
    await database.transact((trx) => trx.updateTable('verdicts').set({ created_at: 1 }).execute());
    expect(await checks().drawIfDue()).toBeNull();
    await database.transact((trx) => trx.updateTable('verdicts').set({ created_at: START }).execute());
    expect(await checks().drawIfDue()).toBeNull();
  });

  test('is refused to one of two who draw at the same time', async () => {
    const { checks, database } = await clocked();
    const both = await Promise.allSettled([checks().draw('ann'), checks().draw('ben')]);
    // Drawn from before START only: until is not part of it.
    expect(both.every((one) => one.status === 'fulfilled' && one.value === null)).toBe(true);
    await database.transact((trx) =>
      trx
        .updateTable('verdicts')
        .set({ created_at: START - 1 })
        .execute(),
    );
    const again = await Promise.allSettled([checks().draw('ann'), checks().draw('ben')]);
    expect(again.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await database.db.selectFrom('spot_checks').select('id').execute()).toHaveLength(1);
  });
});

test('a probe that people find wrong trips the switch by itself', async () => {
  const gate = await spotGate({ config: { kill_switch: { probes: { labels: 2 }, watch_seconds: 1 } } });
  const { admin } = await drawn(gate);
  // Leaks that the adapter let go. 0 of 2: at most 78 % with 95 % confidence, so two are not enough …
  for (const name of ['pass-one', 'pass-two'])
    await admin.send('POST', `/spot-check/items/${await itemTo(gate, name)}/answer`, {
      decision: 'BLOCK',
      rule: 'thread_leak',
    });
  const { body } = await admin.get<SpotCheckPage>('/spot-check');
  expect(body.probes.find(({ monitor }) => monitor === 'probe_E01')).toMatchObject({
    state: 'ok',
    counted: 2,
    value: 0,
  });
  // … and the rules' own mistakes trip nothing.
  const rumour = await itemTo(gate, 'rumour');
  await admin.send('POST', `/spot-check/items/${rumour}/answer`, { decision: 'PASS' });
  expect(
    (await admin.get<SpotCheckPage>('/spot-check')).body.probes.find(
      ({ monitor }) => monitor === 'rules_B04',
    ),
  ).toMatchObject({ counted: 1, value: 0 });
  // As many again, labelled as if they had been drawn.
  await gate.app.database.transact(async (trx) => {
    const item = await trx
      .selectFrom('spot_check_items')
      .selectAll()
      .where('decision', '=', 'PASS')
      .orderBy('id')
      .limit(1)
      .executeTakeFirstOrThrow();
    const { id: _, ...rest } = item;
    for (let i = 0; i < 3; i += 1) {
      const { id } = await trx
        .insertInto('spot_check_items')
        .values({ ...rest, verdict_id: 1_000 + i })
        .returning('id')
        .executeTakeFirstOrThrow();
      await trx
        .insertInto('spot_check_answers')
        .values({
          item_id: id,
          person_key: 'ann',
          person_name: 'Ann',
          at: gate.now(),
          decision: 'BLOCK',
          rule: 'thread_leak',
          note: null,
        })
        .execute();
    }
  });
  // 0 of 5: at most 45 %.
  const tripped = () =>
    gate.app.database.db.selectFrom('kill_switch').select(['actor', 'mode', 'reason', 'condition']).execute();
  await expect.poll(tripped, { timeout: 10_000 }).toMatchObject([
    {
      actor: 'monitor:probe_E01',
      mode: 'shadow',
      reason: 'Probe E01 past the limit',
      condition: expect.stringMatching(/0 of 5 decisions right/),
    },
  ]);
}, 30_000);
