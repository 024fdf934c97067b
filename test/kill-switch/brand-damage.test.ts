import { describe, expect, test } from 'vitest';
import type { TraceView } from '../../src/insight/web-types.ts';
import { newestSwitchEntry, reset } from '../../src/kill-switch/switch-store.ts';
import type { BrandDamageList, BrandDamageResult, DeliveryView } from '../../src/review/web-types.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { aRound, gather, startNotifying, untilTold } from '../notify/setup.ts';

const FUNDING = 'Congratulations on closing your $20M Series B!';

/** A mail that the judge passed and that left. @returns the delivery's id */
async function relayed(gate: TestGate, address: string): Promise<string> {
  await addProspect(gate, address);
  await gate.send({ to: address });
  const all = await gate.until(
    (ds) => ds.some((one) => one.recipient === address && one.state === 'relayed'),
    `${address} relayed`,
  );
  return all.find(({ recipient }) => recipient === address)!.id;
}

const labelsOf = (gate: TestGate, id: string) =>
  gate.app.database.db
    .selectFrom('labels')
    .select(['right', 'act', 'actor'])
    .where('delivery_id', '=', id)
    .execute();

describe('a report of brand damage', () => {
  test('trips the switch, stops the engine, labels the mail and shows on its page and in its trace', async () => {
    const adapter = new FakeAdapter();
    const gate = await startGate({ model: modelOf(adapter) });
    await expect.poll(() => adapter.state.state, { timeout: 10_000 }).toBe('ready');
    const id = await relayed(gate, 'lena@quill.example');
    const reviewer = await signIn(gate, { role: 'reviewer' });
    const { status, body } = await reviewer.send<BrandDamageResult>(
      'POST',
      `/deliveries/${id}/brand-damage`,
      { what_happened: 'She declined this twice and complained.', rule: 'soft_rejection', stop_engine: true },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      report: { delivery_id: id, actor: 'reviewer@gate.test', rule: 'soft_rejection' },
      earlier: 0,
      kill_switch: { mode: 'shadow', tripped: true },
      engine: { name: 'engine', mode: 'stopped', stopped_now: true },
      label: 'wrong',
    });
    const { db } = gate.app.database;
    const entry = await newestSwitchEntry(db);
    expect(entry).toMatchObject({
      mode: 'shadow',
      actor: 'reviewer@gate.test',
      reason: 'Brand damage was reported',
    });
    expect(entry!.condition).toMatch(
      new RegExp(
        `^mail ${id} of engine engine, relayed \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC; the judge said PASS, the adapter fake@1 said PASS \\(99\\.6 %\\); soft_rejection \\(probe D05\\) should have stopped it$`,
      ),
    );
    expect(entry!.condition).not.toContain('@quill');
    expect(await labelsOf(gate, id)).toEqual([
      { right: 'wrong', act: 'brand_damage', actor: 'reviewer@gate.test' },
    ]);
    // The running gate knows at once, and the stopped engine's next mail is held.
    const ready = (await (await fetch(`${gate.httpBase}/readyz`)).json()) as object;
    expect(ready).toMatchObject({
      judge: 'rules',
      kill_switch: { mode: 'shadow', reason: 'Brand damage was reported', monitors: [] },
    });
    await addProspect(gate, 'next@quill.example');
    expect(await gate.send({ to: 'next@quill.example' })).toMatch(/^250 2\.0\.0 Held/);

    const audit = await db
      .selectFrom('audit')
      .select(['subject_type', 'action'])
      .where('actor', '=', 'reviewer@gate.test')
      .where('subject_type', 'in', ['kill_switch', 'engine', 'delivery'])
      .orderBy('id')
      .execute();
    expect(audit).toEqual([
      { subject_type: 'kill_switch', action: 'tripped' },
      { subject_type: 'engine', action: 'changed' },
      { subject_type: 'delivery', action: 'brand_damage' },
    ]);
    const view = (await reviewer.get<DeliveryView>(`/deliveries/${id}`)).body;
    expect(view.damage).toMatchObject([{ what_happened: 'She declined this twice and complained.' }]);
    const trace = (await reviewer.get<TraceView>(`/trace/${id}`)).body;
    expect(trace.deliveries[0].damage).toHaveLength(1);
    expect(trace.deliveries[0].story.map(({ words }) => words)).toContain(
      'Brand damage reported by reviewer@gate.test: She declined this twice and complained.',
    );
  });

  test('is kept a second time, and by then the switch was tripped already and may be off', async () => {
    const gate = await startGate({ config: { kill_switch: { trip_to: 'off' } } });
    const id = await relayed(gate, 'lena@quill.example');
    const admin = await signIn(gate);
    const report = (what_happened: string) =>
      admin.send<BrandDamageResult>('POST', `/deliveries/${id}/brand-damage`, { what_happened });
    expect((await report('A rumour.')).body).toMatchObject({
      kill_switch: { mode: 'off', tripped: true },
      engine: { mode: 'enforce', stopped_now: false },
    });
    expect((await report('And a second complaint.')).body).toMatchObject({
      earlier: 1,
      kill_switch: { mode: 'off', tripped: false },
    });
    const listed = (await admin.get<BrandDamageList>('/brand-damage')).body.reports;
    expect(listed.map(({ what_happened }) => what_happened)).toEqual([
      'And a second complaint.',
      'A rumour.',
    ]);
    expect(listed[0]).toMatchObject({ recipient: 'lena@quill.example', engine: 'engine', state: 'relayed' });
  });

  test('is refused for mail that has not left, with what to do instead, and changes nothing', async () => {
    const gate = await startGate();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    await gate.send({ to: 'low@rumour.example', text: FUNDING });
    const [held] = await gate.deliveries();
    const reviewer = await signIn(gate, { role: 'reviewer' });
    const path = `/deliveries/${held.id}/brand-damage`;
    const refused = await reviewer.send('POST', path, { what_happened: 'It is bad.', stop_engine: true });
    expect(refused.status).toBe(409);
    expect(refused.body.error.message).toMatch(/is held, it has not gone out; reject it instead/);
    expect((await reviewer.send('POST', path, { what_happened: ' x ' })).status).toBe(400);
    expect((await reviewer.send('POST', path, { what_happened: 'bad', rule: 'adapter' })).status).toBe(400);
    const { db } = gate.app.database;
    expect(await newestSwitchEntry(db)).toBeUndefined();
    expect(await db.selectFrom('brand_damage_reports').selectAll().execute()).toEqual([]);
    expect(
      (await db.selectFrom('engines').select('mode').where('name', '=', 'engine').execute())[0].mode,
    ).toBe('enforce');
  });

  test('does not count against a judge that had wanted the mail stopped', async () => {
    const adapter = new FakeAdapter(() => ({ BLOCK: 0.97 }));
    const gate = await startGate({ model: modelOf(adapter) });
    await expect.poll(() => adapter.state.state, { timeout: 10_000 }).toBe('ready');
    await addProspect(gate, 'vp@good.example');
    await gate.send({ to: 'vp@good.example' });
    const [{ id }] = await gate.deliveries();
    await gate.app.review.release(id, { actor: 'kim@gate.test', label: 'wrong' });
    await gate.until((all) => all[0].state === 'relayed', 'relayed');
    const admin = await signIn(gate);
    const { body } = await admin.send<BrandDamageResult>('POST', `/deliveries/${id}/brand-damage`, {
      what_happened: 'The adapter was right about it.',
    });
    expect(body).toMatchObject({ label: 'right', kill_switch: { tripped: true } });
    const entry = await newestSwitchEntry(gate.app.database.db);
    expect(entry!.condition).toContain('let go by kim@gate.test; the judge said BLOCK by adapter');
  });
});

describe('what people are told of a report', () => {
  const told = async (detail: 'full' | 'counts') => {
    const { gate, upstream } = await startNotifying({ email: ['ann@reviewer.example'], detail });
    const id = await relayed(gate, 'lena@quill.example');
    const admin = await signIn(gate);
    await admin.send('POST', `/deliveries/${id}/brand-damage`, {
      what_happened: 'lena@quill.example complained.',
      stop_engine: true,
    });
    await gather(gate);
    const [mail] = await untilTold(upstream, 1);
    return { id, text: `${mail.subject}\n${mail.text}` };
  };

  test('is the mail, who reported it, what happened and that the engine is stopped', async () => {
    const { id, text } = await told('full');
    expect(text).toContain(
      `Brand damage was reported by admin@gate.test (kill switch tripped: shadow): mail ${id} of engine engine`,
    );
    expect(text).toContain('It went to lena@quill.example: lena@quill.example complained.');
    expect(text).toContain('Engine engine is stopped: all its mail is held');
    // Once, not by the switch as well.
    expect(text.match(new RegExp(id, 'g'))).toHaveLength(1);
  });

  test('is the mail and its engine without any address where only counts leave the gate', async () => {
    const { id, text } = await told('counts');
    expect(text).toContain(`mail ${id} of engine engine`);
    expect(text).not.toContain('quill.example');
  });

  test('is also that the switch is armed again', async () => {
    const { gate, upstream } = await startNotifying({ email: ['ann@reviewer.example'] });
    const id = await relayed(gate, 'lena@quill.example');
    const admin = await signIn(gate);
    await admin.send('POST', `/deliveries/${id}/brand-damage`, { what_happened: 'A rumour.' });
    await gather(gate);
    await untilTold(upstream, 1);
    await gate.app.database.transact((trx) =>
      reset(trx, { by: 'kim@gate.test', reason: 'the record is mended', at: gate.now() }),
    );
    await aRound(gate);
    gate.advance(16 * 60_000);
    const [, second] = await untilTold(upstream, 2);
    expect(second.text).toContain('The kill switch was reset by kim@gate.test: the record is mended');
  });
});
