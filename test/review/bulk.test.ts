import { describe, expect, test } from 'vitest';
import type { BulkResult, Cause, SettleJob } from '../../src/review/web-types.ts';
import { addEngine } from '../../src/intake/engine-store.ts';
import { updateProspect } from '../../src/crm/store.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { addProspect } from '../support/gate.ts';
import { ProviderStandIn } from '../support/provider-stand-in.ts';
import type { SignedIn } from '../support/sign-in.ts';
import { type Desk, HOUR, RUMOUR, act, hold, itemOf, open, queue, startDesk } from './desk.ts';

const UNDO = { config: { delivery: { undo_seconds: 10, first_retry_seconds: 1 } } };

const bulk = async (person: SignedIn, body: object): Promise<BulkResult> => {
  const answer = await person.send<BulkResult>('POST', '/queue/bulk', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};

describe('one act for many', () => {
  test('releases what was opened, refuses each other one with its reason, and is undone as one', async () => {
    const desk = await startDesk(UNDO);
    const { gate, upstream, ann, bob } = desk;
    const items = [];
    for (const i of [1, 2, 3, 4, 5]) items.push(await hold(desk, `p${i}@bulk.example`));
    const [read, alsoRead, unread, edited, settled] = items.map((one) => one.id);
    for (const id of [read, alsoRead, edited, settled]) await open(ann, id);
    await act(bob, edited, 'edit', { text: 'Would a short call be useful?' });
    await act(bob, settled, 'reject', { reason: 'no' });

    const result = await bulk(ann, {
      ids: [read, alsoRead, unread, edited, settled, 'nothing', read],
      act: 'release',
      label: 'wrong',
    });
    expect(result.done).toEqual([read, alsoRead]);
    expect(result.refused.map((one) => one.id)).toEqual([unread, edited, settled, 'nothing']);
    expect(result.refused[0].why).toMatch(/open it first/);
    expect(result.undo_until).toBeGreaterThan(gate.now());

    const undone = await bulk(ann, { ids: result.done, act: 'undo' });
    expect(undone).toMatchObject({ done: [read, alsoRead], refused: [] });
    gate.advance(60_000);
    expect((await gate.deliveries()).filter((d) => d.state === 'held')).toHaveLength(4);
    await gate.until(
      (ds) => ds.some((d) => d.kind === 'report_failed' && d.state === 'relayed'),
      'the report',
    );
    expect(upstream.received.map((mail) => mail.to)).toEqual([['ann@sender.example']]);
  });

  test('takes what leaves in one request for done when it left with another', async () => {
    const api = await ProviderStandIn.start();
    const desk = await startDesk({
      config: {
        delivery: { undo_seconds: 10, first_retry_seconds: 1 },
        providers: {
          resend: { api_key: 're_real', base_url: api.baseUrl, answer_seconds: 1, attempt_seconds: 2 },
        },
      },
    });
    const { gate, ann } = desk;
    const to = ['a@whole.example', 'b@whole.example'];
    for (const address of to) {
      await addProspect(gate, address, {
        company: { name: `Company ${address}`, funding_confidence: 'low' },
      });
    }
    await fetch(`${gate.httpBase}/emails`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await apiKeyFor(gate)}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ from: 'Ann <ann@sender.example>', to, subject: 'Hiring', text: RUMOUR }),
    });
    const ids = (await queue(ann)).items.map((one) => one.id);
    expect(ids).toHaveLength(2);
    expect((await ann.get(`/deliveries/${ids[0]}`)).body.companions).toMatchObject([
      { id: ids[1], leaves_together: true },
    ]);
    for (const id of ids) await open(ann, id);
    expect(await bulk(ann, { ids, act: 'release' })).toMatchObject({ done: ids, refused: [] });
    expect(await bulk(ann, { ids, act: 'undo' })).toMatchObject({ done: ids, refused: [] });
    gate.advance(60_000);
    expect((await gate.deliveries()).map((d) => d.state)).toEqual(['held', 'held']);
    expect(api.seen).toEqual([]);
  });

  test('rejects, snoozes and claims without opening, and says what is missing', async () => {
    const desk = await startDesk();
    const { gate, ann } = desk;
    const ids = [];
    for (const i of [1, 2, 3]) ids.push((await hold(desk, `p${i}@bulk.example`)).id);
    expect((await bulk(ann, { ids, act: 'claim' })).done).toEqual(ids);
    expect(
      (await bulk(ann, { ids: ids.slice(1), act: 'snooze', until: gate.now() + HOUR })).done,
    ).toHaveLength(2);
    expect((await queue(ann)).total).toBe(1);
    for (const [body, field] of [
      [{ ids, act: 'reject' }, 'reason'],
      [{ ids, act: 'snooze' }, 'until'],
      [{ ids: [], act: 'claim' }, 'ids'],
      [{ ids, act: 'close' }, 'act'],
    ] as const) {
      const answer = await ann.send('POST', '/queue/bulk', body);
      expect([answer.status, Object.keys(answer.body.error.fields)]).toEqual([400, [field]]);
    }
    expect((await bulk(ann, { ids, act: 'reject', reason: 'one bad list' })).done).toEqual(ids);
    expect((await gate.deliveries()).filter((d) => d.state === 'rejected')).toHaveLength(3);
  });
});

async function flood(desk: Desk, count: number): Promise<string[]> {
  for (let i = 0; i < count; i += 1) {
    await desk.gate.send({ to: `stranger${i}@flood${i}.example`, subject: `Mail ${i}`, text: `Note ${i}` });
  }
  return (await queue(desk.ann, '?reason=unknown_recipient&limit=200')).items.map((one) => one.id);
}

const causes = async (person: SignedIn): Promise<Cause[]> =>
  (await person.get<Cause[]>('/queue/causes')).body;

async function finished(person: SignedIn, job: SettleJob): Promise<SettleJob> {
  const path = `/queue/causes/${job.cause}/settle/${job.job}`;
  return expect
    .poll(async () => (await person.get<SettleJob>(path)).body, { timeout: 10_000, interval: 20 })
    .toMatchObject({ state: 'done' })
    .then(async () => (await person.get<SettleJob>(path)).body);
}

describe('a flood', () => {
  test('is settled once for its cause, after a sample of it was read', async () => {
    const desk = await startDesk(UNDO);
    const { gate, upstream, ann, bob } = desk;
    await hold(desk);
    const ids = await flood(desk, 12);
    const [cause, ...others] = await causes(ann);
    expect(others).toEqual([]);
    expect(cause).toMatchObject({ kind: 'rule', count: 12, opened: 0, needed: 3 });
    expect(cause.label).toContain('unknown_recipient');
    expect(await causes(bob)).toMatchObject([{ sample: cause.sample }]);
    expect((await queue(ann, `?cause=${cause.key}`)).total).toBe(12);
    expect((await itemOf(ann, ids[0])).cause).toBe(cause.key);

    const settle = (person = ann) =>
      person.send<SettleJob>('POST', `/queue/causes/${cause.key}/settle`, { act: 'release', label: 'wrong' });
    for (const id of cause.sample.slice(1)) await open(ann, id);
    const early = await settle();
    expect([early.status, (early.body as any).error.message]).toEqual([
      409,
      'Open 1 more of the sample first, so that you know what you settle.',
    ]);
    await open(ann, cause.sample[0]);
    expect((await settle(bob)).status, 'each reads for themselves').toBe(409);
    // One of them may not go by now.
    await gate.app.database.db
      .insertInto('suppressions')
      .values({
        kind: 'domain',
        value: 'flood5.example',
        channel: 'email',
        reason: null,
        source: 'test',
        created_at: gate.now(),
      })
      .execute();

    const job = await finished(ann, (await settle()).body);
    expect(job).toMatchObject({ total: 12, done: 11, act: 'release', undo_until: expect.any(Number) });
    expect(job.refused).toEqual([{ id: expect.any(String), why: expect.stringContaining('opted out') }]);
    gate.advance(11_000);
    await gate.until(
      (ds) => ds.filter((d) => d.state === 'relayed' && d.kind === 'mail').length === 11,
      'relayed',
    );
    const to = upstream.received.flatMap((mail) => mail.to);
    expect(to).not.toContain('stranger5@flood5.example');
    expect(await gate.app.database.db.selectFrom('labels').selectAll().execute()).toHaveLength(11);
    expect(await causes(ann)).toEqual([]);
    expect((await settle()).status).toBe(409);
  });

  test('that was settled is taken back as a whole', async () => {
    const desk = await startDesk(UNDO);
    const { gate, upstream, ann } = desk;
    await flood(desk, 4);
    const [cause] = await causes(ann);
    for (const id of cause.sample) await open(ann, id);
    const started = await ann.send<SettleJob>('POST', `/queue/causes/${cause.key}/settle`, {
      act: 'release',
    });
    const job = await finished(ann, started.body);
    const undone = await ann.send('POST', `/queue/causes/${cause.key}/settle/${job.job}/undo`);
    expect(undone.body).toMatchObject({ state: 'undone', done: 0, refused: [], undo_until: null });
    gate.advance(60_000);
    expect((await gate.deliveries()).every((d) => d.state === 'held')).toBe(true);
    expect(upstream.received).toEqual([]);
    expect((await ann.get(`/queue/causes/${cause.key}/settle/nothing`)).status).toBe(404);
  });

  test('of one template is told from other mail of the same rule, and a stale CRM is one cause for all engines', async () => {
    const desk = await startDesk();
    const { gate, ann } = desk;
    const template = (name: string): string =>
      `Hello ${name}, ${RUMOUR} We help growing companies to staff whole engineering teams within three weeks, with people who stay for years. Would a short call next week be useful to talk about it?`;
    for (const i of [1, 2, 3]) {
      await hold(desk, `p${i}@template.example`, { text: template(`Person p${i}@template.example`) });
    }
    for (const i of [1, 2, 3]) {
      await hold(desk, `other${i}@rumour.example`, {
        text: `${RUMOUR} ${'quite different words here '.repeat(i)}`,
      });
    }
    await flood(desk, 2);
    const found = await causes(ann);
    expect(found.map((one) => [one.kind, one.count])).toEqual([
      ['template', 3],
      ['rule', 3],
    ]);
    for (const cause of found) {
      const page = await queue(ann, `?cause=${encodeURIComponent(cause.key)}`);
      expect(page.items.map((one) => one.id).toSorted()).toEqual(cause.sample.toSorted());
      expect(page.items.every((one) => one.cause === cause.key)).toBe(true);
    }
    await gate.app.database.transact((trx) =>
      addEngine(
        trx,
        { name: 'second', senderDomains: ['second.example'], secretHash: null },
        { actor: 'test', now: gate.now() },
      ),
    );
    const second = await gate.app.database.db
      .selectFrom('engines')
      .select('id')
      .where('name', '=', 'second')
      .executeTakeFirstOrThrow();
    const rows = await gate.deliveries();
    for (const [i, row] of rows.slice(0, 6).entries()) {
      await gate.app.database.db
        .updateTable('deliveries')
        .set({ hold_reason: 'stale_record', ...(i < 3 ? { engine_id: second.id } : {}) })
        .where('id', '=', row.id)
        .execute();
    }
    expect(await causes(ann)).toMatchObject([{ kind: 'stale_record', key: 'stale_record', count: 6 }]);
  });
});

test('a release of many lets nothing go that was edited while it was under way', async () => {
  const desk = await startDesk();
  const { gate, ann } = desk;
  const { database, review } = gate.app;
  const { id } = await hold(desk);
  await open(ann, id);
  const release = review.release.bind(review);
  review.release = async (one, by) => {
    await database.transact((trx) =>
      trx
        .updateTable('deliveries')
        .set((eb) => ({ lease_token: eb('lease_token', '+', 1) }))
        .where('id', '=', one)
        .execute(),
    );
    return release(one, by);
  };
  const result = await bulk(ann, { ids: [id], act: 'release' });
  expect(result).toMatchObject({
    done: [],
    refused: [{ id, why: expect.stringContaining('look at it again') }],
  });
});

describe('four-eyes', () => {
  const options = {
    config: { review: { four_eyes: ['low_confidence_funding', 'ESCALATE'] } },
  };

  test('a release needs two different people at the present text and verdict', async () => {
    const desk = await startDesk(options);
    const { gate, upstream, ann, bob } = desk;
    const { id, approvals } = await hold(desk);
    expect(approvals).toEqual({ given: [], needed: 2 });
    const first = await act(ann, id, 'release', { label: 'wrong' });
    expect(first.body).toMatchObject({
      awaiting_approval: true,
      undo_until: null,
      item: { state: 'held', approvals: { given: [{ name: 'Ann' }], needed: 1 } },
    });
    const again = await act(ann, id, 'release');
    expect([again.status, again.body.error.message]).toEqual([
      409,
      expect.stringContaining('another person'),
    ]);
    expect((await ann.get(`/deliveries/${id}`)).body.allowed.release.ok).toBe(false);

    const edited = await act(bob, id, 'edit', { text: 'Would a short call be useful?' });
    expect(edited.body.item.approvals, 'void: it was for another text').toEqual({ given: [], needed: 2 });
    expect((await act(bob, id, 'release')).body.awaiting_approval).toBe(true);
    const second = await act(ann, id, 'release');
    expect(second.body).toMatchObject({ awaiting_approval: false, item: { state: 'relaying' } });
    gate.app.wake();
    await gate.until(([d]) => d.state === 'relayed', 'relayed');
    expect(upstream.last.raw.toString()).toContain('Would a short call be useful?');
  });

  test('counts every finding, not only the one that decided, and what a stopped engine hides', async () => {
    const desk = await startDesk({ config: { review: { four_eyes: ['generic_peers'] } } });
    const { gate, ann } = desk;
    const text = `${RUMOUR}\n\nWe work with companies like Acme Corp, Example Inc and XYZ Company.`;
    const { id, approvals } = await hold(desk, 'low@rumour.example', { text });
    expect(
      (await ann.get(`/deliveries/${id}`)).body.verdict.findings.map((one: { rule: string }) => one.rule),
    ).toContain('generic_peers');
    expect(approvals).toEqual({ given: [], needed: 2 });
    expect((await act(ann, id, 'release')).body).toMatchObject({ awaiting_approval: true });
    expect((await gate.deliveries())[0].state).toBe('held');
  });

  test('is respected by bulk acts and by the terminal', async () => {
    const desk = await startDesk(options);
    const { gate, ann, bob } = desk;
    const { id } = await hold(desk);
    await open(ann, id);
    expect(await bulk(ann, { ids: [id], act: 'release' })).toMatchObject({
      done: [],
      awaiting_approval: [id],
    });
    expect((await bulk(ann, { ids: [id], act: 'release' })).refused).toHaveLength(1);
    await open(bob, id);
    expect(await bulk(bob, { ids: [id], act: 'release' })).toMatchObject({
      done: [id],
      awaiting_approval: [],
    });

    const other = await hold(desk, 'other@rumour.example');
    const { review } = gate.app;
    expect((await review.release(other.id, { actor: 'cli:root' })).state).toBe('held');
    await expect(review.release(other.id, { actor: 'cli:root' })).rejects.toThrow(/another person/);
    expect(
      (await review.release(other.id, { actor: 'ann@gate.test (token)', person: ann.account })).state,
    ).toBe('relaying');
  });

  test('is respected by the signed links of an escalation', async () => {
    const desk = await startDesk(options);
    const { gate, upstream, bob } = desk;
    const { prospect_id } = await hold(desk, 'cto@large.example');
    await gate.app.database.transact((trx) =>
      updateProspect(trx, prospect_id!, { recipient_role: 'CTO' }, { actor: 'test', at: gate.now() }),
    );
    const [{ id }] = (await queue(bob)).items;
    await act(bob, id, 'escalate');
    gate.app.wake();
    await gate.until(([d]) => d.state === 'escalated', 'escalated');
    const text = upstream.last.raw.toString().replace(/=\r\n/g, '').replace(/=3D/g, '=');
    const [release] = [...new Set(text.match(/http:\/\/127\.0\.0\.1:\d+\/act\/[\w.-]+/g))];
    const look = /name="look" value="([^"]*)"/.exec(await (await fetch(release)).text())![1];
    const body = new URLSearchParams({ look, label: 'wrong' });
    const page = await fetch(release, { method: 'POST', body });
    expect(await page.text()).toMatch(/another person/i);
    expect((await gate.deliveries())[0].state).toBe('escalated');
    expect((await act(bob, id, 'release')).body).toMatchObject({ item: { state: 'relaying' } });
  });

  test('a misspelt rule in the configuration is refused', async () => {
    await expect(startDesk({ config: { review: { four_eyes: ['thread-leak'] } } })).rejects.toThrow(
      /thread_leak/,
    );
  });
});
