import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { editRubric } from '../../src/judge/rubric-edit.ts';
import { type RubricValues, parseRubric } from '../../src/judge/rubric.ts';
import type { BacktestView, RubricPage } from '../../src/settings/web-types.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { startJudgeHost } from '../support/judge-host.ts';
import { type SignedIn, signIn } from '../support/sign-in.ts';

const shipped = readFileSync(join(PROJECT_ROOT, 'config/rubric.yaml'), 'utf8');
const FUNDING = 'Congratulations on closing your $20M Series B!';

const page = async (user: SignedIn): Promise<RubricPage> =>
  (await user.get<RubricPage>('/settings/rubric')).body;

/** The rubric in force, changed. */
async function edited(user: SignedIn, change: (values: RubricValues) => void) {
  const { version: base, values } = await page(user);
  change(values);
  return { base, values };
}

const observeFunding = (values: RubricValues): void => {
  values.rules.low_confidence_funding = 'observe';
};

async function gateWithHolds(count: number): Promise<{ gate: TestGate; admin: SignedIn }> {
  const gate = await startGate();
  for (let i = 0; i < count; i += 1) {
    await addProspect(gate, `low@rumour${i}.example`, { company: { funding_confidence: 'low' } });
    await gate.send({ to: `low@rumour${i}.example`, text: FUNDING });
  }
  return { gate, admin: await signIn(gate) };
}

async function finished(user: SignedIn, id: string): Promise<BacktestView> {
  for (;;) {
    const { body } = await user.get<BacktestView>(`/settings/rubric/backtests/${id}`);
    if (body.state !== 'running') return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('editing the rubric’s file', () => {
  const { version: _, ...base } = parseRubric(shipped, 'shipped');

  test('keeps every comment and what does not change', () => {
    const values = structuredClone(base);
    values.rules.generic_peers = 'observe';
    values.c_level.headcount_over = 500;
    values.stale_after_days = 90;
    const text = editRubric(shipped, values, 'shipped');
    expect(parseRubric(text, 'edited')).toMatchObject(values);
    const comments = (yaml: string) => yaml.match(/#.*/g);
    expect(comments(text)).toEqual(comments(shipped));
  });

  test('adds to lists, takes from them, and edits a vertical in place', () => {
    const values = structuredClone(base);
    values.peers.placeholders = [...values.peers.placeholders.filter((one) => one !== 'globex'), 'hooli'];
    values.regulated = values.regulated.filter(({ name }) => name !== 'aviation');
    values.regulated[0].caveats.push('licence check');
    values.regulated.push({ name: 'space', industries: ['space'], caveats: ['launch licence'] });
    const text = editRubric(shipped, values, 'shipped');
    expect(parseRubric(text, 'edited')).toMatchObject(values);
    expect(text).toContain('    - hooli\n');
    expect(text).not.toContain('globex');
  });

  test('the same values give the same values again, whatever was edited', () => {
    const once = editRubric(shipped, { ...base, stale_after_days: 30 }, 'shipped');
    expect(parseRubric(editRubric(once, base, 'once'), 'twice')).toMatchObject(base);
  });
});

describe('a saved rubric', () => {
  test('holds for the very next mail without a restart, and is gone back from', async () => {
    const { gate, admin } = await gateWithHolds(1);
    await addProspect(gate, 'low@next.example', { company: { funding_confidence: 'low' } });
    const body = { ...(await edited(admin, observeFunding)), why: 'too eager' };
    const saved = await admin.send('PUT', '/settings/rubric', body);
    expect(saved.status).toBe(200);
    expect(await gate.send({ to: 'low@next.example', text: FUNDING })).toMatch(/^250 2\.0\.0 Relaying as/);

    const now = await page(admin);
    expect(now).toMatchObject({ version: saved.body.version, origin: 'data', by_hand: null, trouble: null });
    expect(now.history[0]).toMatchObject({
      action: 'saved',
      actor: 'admin@gate.test',
      why: 'too eager',
      changed: ['rules.low_confidence_funding'],
    });
    expect(existsSync(join(gate.dataDir, 'rubric.yaml'))).toBe(true);
    const audit = await gate.app.database.db
      .selectFrom('audit')
      .selectAll()
      .where('subject_type', '=', 'rubric')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(audit.detail)).toMatchObject({
      before: { 'rules.low_confidence_funding': 'enforce' },
      after: { 'rules.low_confidence_funding': 'observe' },
      why: 'too eager',
    });

    const first = now.history.at(-1)!;
    expect((await admin.send('POST', '/settings/rubric/revert', { to: first.id })).status).toBe(200);
    await addProspect(gate, 'low@later.example', { company: { funding_confidence: 'low' } });
    expect(await gate.send({ to: 'low@later.example', text: FUNDING })).toMatch(/^250 2\.0\.0 Held/);
    expect((await admin.send('POST', '/settings/rubric/revert', { to: 'configured' })).status).toBe(200);
    expect(await page(admin)).toMatchObject({ origin: 'configured', version: first.version });
    expect(existsSync(join(gate.dataDir, 'rubric.yaml'))).toBe(false);
  });

  test('judges what is held again: it can suppress, and never lets go', async () => {
    const { gate, admin } = await gateWithHolds(1);
    // A flag that the rubric does not know yet as a signal.
    const [held] = await gate.deliveries();
    expect(held).toMatchObject({ state: 'held', hold_reason: 'low_confidence_funding' });
    await admin.send('PUT', '/settings/rubric', await edited(admin, observeFunding));
    await expect.poll(async () => (await gate.deliveries())[0].decision, { timeout: 10_000 }).toBe('PASS');
    expect((await gate.deliveries())[0]).toMatchObject({
      state: 'held',
      hold_reason: 'low_confidence_funding',
    });

    await addProspect(gate, 'x@flag.example', {
      prospect: { available_signals: { no_vendors: true } },
      company: { funding_confidence: 'low' },
    });
    await admin.send('POST', '/settings/rubric/revert', { to: 'configured' });
    await gate.send({ to: 'x@flag.example', text: FUNDING });
    const flagged = (all: Awaited<ReturnType<TestGate['deliveries']>>) =>
      all.find(({ recipient, kind }) => recipient === 'x@flag.example' && kind === 'mail');
    expect(flagged(await gate.deliveries())).toMatchObject({ state: 'held' });
    await admin.send(
      'PUT',
      '/settings/rubric',
      await edited(admin, (values) => values.disqualifiers.known.push('no_vendors')),
    );
    await gate.until((all) => flagged(all)?.state === 'suppressed', 'suppressed by the new list');
  });

  test('does not turn rules 1 and 2 down, does not overwrite another’s change, and says what is wrong', async () => {
    const { gate, admin } = await gateWithHolds(0);
    const off = await edited(admin, (values) => (values.rules.opt_out = 'observe'));
    expect(await admin.send('PUT', '/settings/rubric', off)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/rule opt_out cannot be turned down here/) } },
    });
    // Nor by going back to a version that somebody once wrote by hand.
    const path = join(gate.dataDir, 'rubric.yaml');
    const first = (await page(admin)).history[0].id;
    writeFileSync(path, shipped.replace(/opt_out: enforce/, 'opt_out: off'));
    await expect.poll(async () => (await page(admin)).history[0].id, { timeout: 10_000 }).not.toBe(first);
    expect((await page(admin)).values.rules.opt_out).toBe('off');
    const weak = (await page(admin)).history[0].id;
    writeFileSync(path, `${shipped}\n# mended\n`);
    await expect.poll(async () => (await page(admin)).history[0].id, { timeout: 10_000 }).not.toBe(weak);
    expect(await admin.send('POST', '/settings/rubric/revert', { to: weak })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/rule opt_out cannot be turned down here/) } },
    });
    expect((await page(admin)).values.rules.opt_out).toBe('enforce');
    const stale = await edited(admin, observeFunding);
    await admin.send('PUT', '/settings/rubric', await edited(admin, (v) => (v.peers.reuse_limit = 9)));
    expect(await admin.send('PUT', '/settings/rubric', stale)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/changed meanwhile/) } },
    });
    const wrong = await edited(admin, (values) => (values.c_level.headcount_over = -1));
    const answer = await admin.send('PUT', '/settings/rubric', wrong);
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body.error.fields)).toEqual(['values.c_level.headcount_over']);
    const unknown = await edited(admin, (values) => Object.assign(values.rules, { optout: 'off' }));
    expect(await admin.send('PUT', '/settings/rubric', unknown)).toMatchObject({
      status: 400,
      body: { error: { fields: { 'values.rules.optout': 'is unknown; did you mean opt_out?' } } },
    });
    expect(await admin.send('PUT', '/settings/rubric', await edited(admin, () => {}))).toMatchObject({
      status: 409,
    });
    const reviewer = await signIn(gate, { role: 'reviewer' });
    expect((await reviewer.get('/settings/rubric')).status).toBe(403);
    const auditor = await signIn(gate, { role: 'auditor' });
    expect((await auditor.get('/settings/rubric')).status).toBe(200);
    expect((await auditor.send('PUT', '/settings/rubric', stale)).status).toBe(403);
  });
});

describe('a file edited by hand', () => {
  test('is in force at once and shown, and saving keeps it', async () => {
    const { gate, admin } = await gateWithHolds(0);
    const path = join(gate.dataDir, 'rubric.yaml');
    writeFileSync(path, shipped.replace('reuse_limit: 5', 'reuse_limit: 7 # by Kim'));
    await expect.poll(async () => (await page(admin)).by_hand, { timeout: 10_000 }).not.toBeNull();
    const seen = await page(admin);
    expect(seen).toMatchObject({ origin: 'data', values: { peers: { reuse_limit: 7 } } });
    expect(seen.history[0]).toMatchObject({ action: 'found', actor: 'file', changed: ['peers.reuse_limit'] });
    await admin.send('PUT', '/settings/rubric', await edited(admin, observeFunding));
    expect(readFileSync(path, 'utf8')).toContain('reuse_limit: 7 # by Kim');
  });

  test('that is no rubric changes nothing, and is not lost when one goes back', async () => {
    const { gate, admin } = await gateWithHolds(0);
    await admin.send('PUT', '/settings/rubric', await edited(admin, observeFunding));
    const { version, history } = await page(admin);
    const path = join(gate.dataDir, 'rubric.yaml');
    writeFileSync(path, 'rules: [half a file');
    const seen = await page(admin);
    expect(seen).toMatchObject({ version, trouble: expect.stringContaining('rubric.yaml') });
    await addProspect(gate, 'low@next.example', { company: { funding_confidence: 'low' } });
    expect(await gate.send({ to: 'low@next.example', text: FUNDING })).toMatch(/^250 2\.0\.0 Relaying as/);
    const body = await edited(admin, (values) => (values.peers.reuse_limit = 9));
    expect(await admin.send('PUT', '/settings/rubric', body)).toMatchObject({ status: 409 });
    await admin.send('POST', '/settings/rubric/revert', { to: history[0].id });
    expect(await page(admin)).toMatchObject({ version, trouble: null });
    expect(readFileSync(`${path}.invalid`, 'utf8')).toBe('rules: [half a file');
  });

  test('with an unknown rule is refused with its line, and the last good one stays in force', async () => {
    const { gate, admin } = await gateWithHolds(0);
    const { version } = await page(admin);
    const path = join(gate.dataDir, 'rubric.yaml');
    writeFileSync(path, shipped.replace('  c_level: enforce', '  clevel: off\n  c_level: enforce'));
    const line = shipped.split('\n').findIndex((one) => one.startsWith('  c_level: enforce')) + 1;
    expect(await page(admin)).toMatchObject({
      version,
      trouble: `${path}:${line}: unknown rule "clevel"; did you mean c_level?`,
    });
  });
});

describe('a backtest from the settings', () => {
  test('counts what would go another way and shows which, and moves no mail', async () => {
    const { gate, admin } = await gateWithHolds(3);
    await addProspect(gate, 'vp@fine.example');
    await gate.send({ to: 'vp@fine.example' });
    const started = await admin.send<BacktestView>(
      'POST',
      '/settings/rubric/backtests',
      await edited(admin, observeFunding),
    );
    expect(started.status).toBe(200);
    const done = await finished(admin, started.body.id);
    expect(done).toMatchObject({ state: 'done', error: null, done: 4, total: 4 });
    expect(done.summary).toMatchObject({ messages: 4, deliveries: 4, comparable: 4, sampled: false });
    expect(done.summary?.transitions).toMatchObject([{ from: 'hold', to: 'relay', count: 3 }]);
    const shown = await admin.get(`/settings/rubric/backtests/${done.id}/changes?from=hold&to=relay&limit=2`);
    expect(shown.body.total).toBe(3);
    expect(shown.body.changes).toHaveLength(2);
    expect(shown.body.changes[0]).toMatchObject({
      before: { decision: 'BLOCK', reason: 'low_confidence_funding' },
      after: { decision: 'PASS', action: 'relay' },
    });
    const states = (await gate.deliveries()).map(({ state }) => state);
    expect(states.filter((state) => state === 'held')).toHaveLength(3);
  });

  test('asks another model of the registry again, in its own process, with no rubric changed', async () => {
    const { gate, admin } = await gateWithHolds(1);
    for (const name of ['one', 'two']) {
      await addProspect(gate, `vp@${name}.example`);
      await gate.send({ to: `vp@${name}.example` });
    }
    const host = await startJudgeHost(gate.dataDir, () => 'BLOCK');
    const { models } = await page(admin);
    expect(models).toContainEqual({ name: 'presend-judge-1', calibrated: true, active: true });
    expect(models).toContainEqual({ name: 'far', calibrated: true, active: false });
    const started = await admin.send<BacktestView>('POST', '/settings/rubric/backtests', { adapter: 'far' });
    expect(started.body).toMatchObject({ adapter: 'far', candidate: null, base: null });
    const done = await finished(admin, started.body.id);
    expect(done).toMatchObject({ state: 'done', error: null, left_ms: null });
    // The rule's hold is not put to it.
    expect(done.summary).toMatchObject({
      comparable: 3,
      partial: false,
      transitions: [{ from: 'relay', to: 'hold', count: 2 }],
      rule_changes: [{ rule: 'adapter', stopped: { count: 2 } }],
      adapter: { name: 'far', mode: 'active', asked: 2, trouble: {}, compared: 0 },
    });
    expect(host.asked).toBe(2);
    expect(done.summary?.adapter?.latency?.p50_ms).toBeGreaterThan(0);
    const states = (await gate.deliveries()).map(({ state }) => state);
    expect(states.filter((state) => state === 'held')).toHaveLength(1);
  }, 60_000);

  test('says what is missing, and which models there are', async () => {
    const { admin } = await gateWithHolds(0);
    const post = (body: object) => admin.send('POST', '/settings/rubric/backtests', body);
    expect(await post({})).toMatchObject({
      status: 400,
      body: { error: { fields: { adapter: 'say what to try: a rubric, a model, or both' } } },
    });
    expect(await post({ adapter: 'nobody' })).toMatchObject({
      status: 400,
      body: {
        error: {
          fields: { adapter: expect.stringMatching(/no model "nobody"; known are: .*presend-judge-1/) },
        },
      },
    });
    const { values } = await page(admin);
    expect(await post({ values })).toMatchObject({
      status: 400,
      body: { error: { fields: { base: 'say which version the values were made from' } } },
    });
  });

  test('with a model that cannot be loaded says why', async () => {
    const { gate, admin } = await gateWithHolds(1);
    mkdirSync(join(gate.dataDir, 'models'));
    writeFileSync(
      join(gate.dataDir, 'models/registry.yaml'),
      'models: {gone: {profile: presend-lines, base: {file: gone.gguf}}}\n',
    );
    const { body } = await admin.send<BacktestView>('POST', '/settings/rubric/backtests', {
      adapter: 'gone',
    });
    expect(await finished(admin, body.id)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/^gone: .*gone\.gguf/),
    });
  }, 60_000);

  test('is cancelled', async () => {
    const { admin } = await gateWithHolds(1);
    const { body } = await admin.send<BacktestView>(
      'POST',
      '/settings/rubric/backtests',
      await edited(admin, observeFunding),
    );
    const ended = await admin.send<BacktestView>('DELETE', `/settings/rubric/backtests/${body.id}`);
    expect(ended.body.state).toMatch(/cancelled|done/);
    expect((await admin.get(`/settings/rubric/backtests/999`)).status).toBe(404);
  });
});
