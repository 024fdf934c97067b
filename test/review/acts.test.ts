import { describe, expect, test } from 'vitest';
import { addSuppression } from '../../src/crm/suppression-store.ts';
import { updateProspect } from '../../src/crm/store.ts';
import { addProspect } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { type Desk, RUMOUR, act, hold, itemOf, queue, startDesk } from './desk.ts';

const UNDO = { config: { delivery: { undo_seconds: 10, first_retry_seconds: 1 } } };
const BETTER = 'Would a short call about your hiring plans be useful?';

async function optOut({ gate }: Desk, value: string): Promise<void> {
  await gate.app.database.transact((trx) =>
    addSuppression(
      trx,
      { kind: 'address', value, channel: 'email', reason: 'asked', source: 'test' },
      { actor: 'test', at: gate.now() },
    ),
  );
}

describe('a held mail', () => {
  test('is edited, judged again, released, and arrives at the upstream with the new text', async () => {
    const desk = await startDesk();
    const { gate, upstream, ann } = desk;
    const { id, version } = await hold(desk);
    const still = await act(ann, id, 'edit', { text: 'Great to see your $20M Series B!', version });
    expect(still.body.verdict.decision).toBe('BLOCK');
    expect(still.body.item.version).not.toBe(version);

    const edited = await act(ann, id, 'edit', {
      text: BETTER,
      subject: 'A call',
      version: still.body.item.version,
    });
    expect(edited.body).toMatchObject({ verdict: { decision: 'PASS' }, item: { state: 'held' } });
    const view = (await ann.get(`/deliveries/${id}`)).body;
    expect(view.mail).toMatchObject({
      revision: 2,
      subject: 'A call',
      editable_text: expect.stringContaining(BETTER),
    });
    expect(view.mail.revisions.map((one: { actor: string }) => one.actor)).toEqual([
      expect.stringContaining('engine'),
      'ann@gate.test',
      'ann@gate.test',
    ]);
    expect((await ann.get(`/deliveries/${id}/mail?revision=0`)).body.text).toContain(RUMOUR);
    expect((await ann.get(`/deliveries/${id}/mail?revision=7`)).status).toBe(404);

    const released = await act(ann, id, 'release', { version: edited.body.item.version, label: 'wrong' });
    expect(released.body).toMatchObject({ item: { state: 'relaying' }, awaiting_approval: false });
    gate.app.wake();
    await gate.until(([d]) => d.state === 'relayed', 'relayed');
    expect(upstream.last.raw.toString()).toContain(BETTER);
    expect(upstream.last.raw.toString()).not.toContain('Series B');
    const labels = await gate.app.database.db.selectFrom('labels').selectAll().execute();
    expect(labels).toMatchObject([
      { delivery_id: id, right: 'wrong', act: 'release', actor: 'ann@gate.test' },
    ]);
  });

  test('is not acted on by who looked at it before another reviewer did', async () => {
    const desk = await startDesk(UNDO);
    const { ann, bob } = desk;
    const { id, version } = await hold(desk);
    const [first, second] = await Promise.all([
      act(ann, id, 'release', { version }),
      act(bob, id, 'reject', { version, reason: 'no' }),
    ]);
    expect([first.status, second.status]).toEqual([200, 409]);
    expect(second.body.error.message).toBe('Ann released it just now; look at it again before you act.');
    // Without a version the state itself refuses, and says the same.
    const third = await act(bob, id, 'reject', { reason: 'no' });
    expect(third.status).toBe(409);
    expect(third.body.error.message).toContain('Ann released it just now');
  });

  test('two edits at once: one is kept, the other is told', async () => {
    const desk = await startDesk();
    const { id, version } = await hold(desk);
    const answers = await Promise.all([
      act(desk.ann, id, 'edit', { text: BETTER, version }),
      act(desk.bob, id, 'edit', { text: 'Another text altogether.', version }),
    ]);
    expect(answers.map((one) => one.status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const lost = answers.find((one) => one.status === 409)!;
    expect(lost.body.error.message).toMatch(/(Ann|Bob) edited it just now/);
  });

  test('is not called back by a CRM edit that changes nothing about its verdict', async () => {
    const desk = await startDesk();
    const { gate, ann } = desk;
    const { id, version, prospect_id } = await hold(desk);
    const edit = (patch: Parameters<typeof updateProspect>[2]) =>
      gate.app.database.transact((trx) =>
        updateProspect(trx, prospect_id!, patch, { actor: 'test', at: gate.now() }),
      );
    const judgedAgain = (before: number) => gate.until(([d]) => d.judged_revision > before, 'judged again');
    const [{ judged_revision }] = await gate.deliveries();
    await edit({ title: 'Head of Platform' });
    await judgedAgain(judged_revision);
    expect((await itemOf(ann, id)).version).toBe(version);
    // An escalation goes to the owner that the newest verdict knows of.
    await edit({ account_owner: 'new@sender.example' });
    await gate.until(([d]) => d.lease_token !== version, 'a new verdict');
    expect((await ann.get(`/deliveries/${id}`)).body.account_owner).toBe('new@sender.example');
  });

  test('is rejected with a reason that the engine hears', async () => {
    const desk = await startDesk();
    const { gate, upstream, ann } = desk;
    const { id } = await hold(desk);
    const without = await act(ann, id, 'reject', { label: 'right' });
    expect([without.status, Object.keys(without.body.error.fields)]).toEqual([400, ['reason']]);
    const { body } = await act(ann, id, 'reject', { reason: 'Names a rumour as fact', label: 'right' });
    expect(body.item).toMatchObject({ state: 'rejected' });
    gate.app.wake();
    await gate.until((ds) => ds.some((d) => d.kind === 'report_failed' && d.state === 'relayed'), 'reported');
    expect(upstream.last.to).toEqual(['ann@sender.example']);
    expect(upstream.received).toHaveLength(1);
    expect(upstream.last.raw.toString()).toMatch(/Action: failed/);
  });

  test('is escalated after the undo time, and not at all when that is taken back', async () => {
    const desk = await startDesk(UNDO);
    const { gate, upstream, ann } = desk;
    const { id } = await hold(desk);
    const first = await act(ann, id, 'escalate', { label: 'right' });
    expect(first.body).toMatchObject({ item: { state: 'escalating' }, undo_until: expect.any(Number) });
    const back = await act(ann, id, 'undo');
    expect(back.body.item).toMatchObject({ state: 'held', reason: 'low_confidence_funding' });
    expect(back.body.item.rationale).toMatch(/fund/i);
    expect(await gate.app.database.db.selectFrom('labels').selectAll().execute()).toEqual([]);
    gate.advance(60_000);
    expect(upstream.received).toEqual([]);
    await act(ann, id, 'escalate');
    gate.advance(11_000);
    await gate.until(([d]) => d.state === 'escalated', 'escalated');
    expect(upstream.last.to).toEqual(['owner@sender.example']);
    const closed = await act(ann, id, 'close', { reason: 'called them' });
    expect(closed.body.item.state).toBe('closed');
  });
});

describe('a release', () => {
  test('that is taken back within its time never reaches the upstream', async () => {
    const desk = await startDesk(UNDO);
    const { gate, upstream, ann } = desk;
    const { id } = await hold(desk);
    const released = await act(ann, id, 'release', { label: 'wrong' });
    expect(released.body.undo_until).toBeGreaterThan(gate.now());
    gate.advance(9_000);
    const back = await act(ann, id, 'undo', { version: released.body.item.version });
    expect(back.body).toMatchObject({ item: { state: 'held', undo_until: null }, undo_until: null });
    gate.advance(3_600_000);
    await hold(desk, 'next@rumour.example');
    const next = (await queue(ann)).items.find((one) => one.recipient === 'next@rumour.example')!;
    await act(ann, next.id, 'release');
    gate.advance(11_000);
    await gate.until((ds) => ds.some((d) => d.id === next.id && d.state === 'relayed'), 'the next one');
    expect(upstream.received.map((mail) => mail.to)).toEqual([['next@rumour.example']]);
    expect(upstream.connections, 'nothing was tried for the first').toBe(1);
    const late = await act(ann, next.id, 'undo');
    expect(late.status).toBe(409);
  });

  test('of somebody who opted out during the hold is suppressed instead', async () => {
    const desk = await startDesk();
    const { gate, upstream, ann } = desk;
    const { id } = await hold(desk);
    await optOut(desk, 'low@rumour.example');
    const { status, body } = await act(ann, id, 'release');
    expect(status).toBe(409);
    expect(body.error.message).toMatch(/opted out/);
    expect((await gate.deliveries()).find((d) => d.id === id)).toMatchObject({
      state: 'suppressed',
      hold_reason: 'opt_out',
    });
    expect(upstream.received.some((mail) => mail.to.includes('low@rumour.example'))).toBe(false);
  });

  test('of somebody who opts out while it can be undone is suppressed, not relayed', async () => {
    const desk = await startDesk(UNDO);
    const { gate, upstream, ann } = desk;
    const { id } = await hold(desk);
    await act(ann, id, 'release');
    await optOut(desk, 'low@rumour.example');
    gate.advance(11_000);
    const all = await gate.until(
      (ds) => ds.some((d) => d.id === id && d.state === 'suppressed'),
      'suppressed',
    );
    expect(all.find((d) => d.id === id)).toMatchObject({ hold_reason: 'opt_out' });
    expect(upstream.received.some((mail) => mail.to.includes('low@rumour.example'))).toBe(false);
  });
});

describe('what people note', () => {
  test('a claim names who looks after it; another may assign it on', async () => {
    const desk = await startDesk();
    const { ann, bob, gate } = desk;
    const { id, version } = await hold(desk);
    const claimed = await act(ann, id, 'claim');
    expect(claimed.body.item).toMatchObject({ assigned: { name: 'Ann' }, version });
    const taken = await act(bob, id, 'claim');
    expect([taken.status, taken.body.error.message]).toEqual([
      409,
      'Ann looks after it; ask them, or assign it to yourself.',
    ]);
    expect((await bob.get('/people')).body).toEqual([
      { id: ann.account.id, name: 'Ann' },
      { id: bob.account.id, name: 'Bob' },
    ]);
    expect((await act(bob, id, 'assign', { person: bob.account.id })).body.item.assigned.name).toBe('Bob');
    expect((await act(bob, id, 'unclaim')).body.item.assigned).toBeNull();
    const auditor = await signIn(gate, { role: 'auditor' });
    for (const person of ['nobody', auditor.account.id]) {
      const { status, body } = await act(bob, id, 'assign', { person });
      expect([status, Object.keys(body.error.fields)]).toEqual([400, ['person']]);
    }
  });

  test('comments and labels stand with the delivery and in its history', async () => {
    const desk = await startDesk();
    const { ann, bob } = desk;
    const { id } = await hold(desk);
    const said = await act(bob, id, 'comments', { text: ' Ask Maria first. ' });
    expect(said.body).toMatchObject({ by: { name: 'Bob' }, text: 'Ask Maria first.' });
    await act(ann, id, 'label', { label: 'not_sure' });
    const { body } = await ann.get(`/deliveries/${id}`);
    expect(body.comments).toEqual([said.body]);
    expect(body.item.comments).toBe(1);
    expect(body.labels).toMatchObject([{ right: 'not_sure', act: 'label', actor: 'ann@gate.test' }]);
    expect(body.timeline.map((one: { action: string }) => one.action)).toEqual(
      expect.arrayContaining(['judged', 'comment', 'label']),
    );
    expect((await act(ann, id, 'comments', { text: '  ' })).body.error.fields).toHaveProperty('text');
  });
});

describe('who may do what', () => {
  test('an auditor reads everything and changes nothing; unknown ids are not found', async () => {
    const desk = await startDesk();
    const { gate, ann } = desk;
    const { id } = await hold(desk);
    const auditor = await signIn(gate, { role: 'auditor' });
    for (const path of [
      '/queue',
      '/queue/causes',
      `/deliveries/${id}`,
      `/deliveries/${id}/mail`,
      `/deliveries/${id}/raw`,
    ]) {
      expect((await auditor.get(path)).status, path).toBe(200);
    }
    const view = (await auditor.get(`/deliveries/${id}`)).body;
    expect(view.allowed.release).toEqual({ ok: false, why_not: expect.stringContaining('auditor') });
    for (const name of [
      'release',
      'undo',
      'reject',
      'escalate',
      'close',
      'take-over',
      'confirm',
      'resend',
      'cancel',
      'edit',
      'snooze',
      'claim',
      'unclaim',
      'assign',
      'comments',
      'label',
      'opened',
    ]) {
      expect((await act(auditor, id, name)).status, name).toBe(403);
    }
    expect(
      (await auditor.send('POST', '/queue/bulk', { ids: [id], act: 'reject', reason: 'x' })).status,
    ).toBe(403);
    expect((await gate.deliveries())[0].state).toBe('held');
    expect((await act(ann, 'nothing', 'release')).status).toBe(404);
    expect((await ann.get('/deliveries/nothing')).status).toBe(404);
    expect((await fetch(`${gate.httpBase}/api/queue`)).status).toBe(401);
  });

  test('says which acts are possible, and why others are not', async () => {
    const desk = await startDesk({ config: { decisions: { SUPPRESS: 'hold' } } });
    const { gate, ann } = desk;
    await addProspect(gate, 'otto@out.example', {
      prospect: { opt_out_channels: ['email'] },
      company: { account_owner: null },
    });
    await gate.send({ to: 'otto@out.example' });
    const [{ id }] = (await queue(ann)).items;
    const { allowed } = (await ann.get(`/deliveries/${id}`)).body;
    expect(allowed).toMatchObject({
      release: { ok: false, why_not: expect.stringMatching(/opted out.*cannot be overridden/) },
      escalate: { ok: false, why_not: expect.stringContaining('no account owner') },
      reject: { ok: true },
      edit: { ok: true },
      comment: { ok: true },
    });
    expect(allowed.undo).toBeUndefined();
  });
});
