import { describe, expect, test } from 'vitest';
import type { SavedView } from '../../src/review/web-types.ts';
import { addProspect } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { DAY, HOUR, act, hold, open, queue, startDesk } from './desk.ts';

async function recipients(person: Parameters<typeof queue>[0], query: string): Promise<string[]> {
  return (await queue(person, query)).items.map((item) => item.recipient);
}

describe('the queue', () => {
  test('lists what is held with who it goes to, why and until when', async () => {
    const desk = await startDesk();
    await hold(desk, 'maria@one.example', { subject: 'Capacity in May' });
    const page = await queue(desk.ann);
    expect(page).toMatchObject({ total: 1, next: null });
    expect(page.items[0]).toMatchObject({
      recipient: 'maria@one.example',
      recipient_name: 'Person maria@one.example',
      company: { name: 'Company of maria@one.example' },
      subject: 'Capacity in May',
      engine: 'engine',
      state: 'held',
      decision: 'BLOCK',
      reason: 'low_confidence_funding',
      due: 'ok',
      opened: false,
      assigned: null,
      approvals: null,
    });
    const [{ held_at, due_at, received_at }] = page.items;
    expect(held_at).toBeGreaterThanOrEqual(received_at);
    expect(due_at! - held_at!).toBe(14 * DAY);
    desk.gate.advance(13 * DAY + HOUR);
    const ann = await signIn(desk.gate, { email: 'ann@gate.test' });
    expect((await queue(ann)).items[0].due).toBe('amber');
    expect((await queue(ann, '?due=red')).total).toBe(0);
    desk.gate.advance(20 * HOUR);
    const again = await signIn(desk.gate, { email: 'ann@gate.test' });
    expect((await queue(again, '?due=red')).items[0].due).toBe('red');
  });

  test('finds words in recipients, names, companies, subjects, texts, headers, rationales, engines and ids', async () => {
    const desk = await startDesk();
    const item = await hold(desk, 'maria@one.example', {
      subject: 'Zebra capacity',
      text: 'Congratulations on closing your $20M Series B last month! The quokka asks.',
    });
    await hold(desk, 'other@two.example');
    for (const q of [
      'maria@one',
      'person maria',
      'company of maria',
      'zebra',
      'quokka',
      'ann@sender.example zebra',
      item.id.toLowerCase(),
      item.message_id,
    ]) {
      expect(await recipients(desk.ann, `?q=${encodeURIComponent(q)}`), q).toEqual(['maria@one.example']);
    }
    for (const q of ['funding', 'engine', 'congratulations']) {
      expect(await recipients(desk.ann, `?q=${q}`), q).toHaveLength(2);
    }
    expect(await recipients(desk.ann, '?q=zebra%20two')).toEqual([]);
    // No wildcard of the database's.
    expect(await recipients(desk.ann, '?q=m%25ria')).toEqual([]);
    expect(await recipients(desk.ann, '?q=%22%27)')).toEqual([]);
  });

  test('filters by reason, engine, person and company, and counts each under the others', async () => {
    const desk = await startDesk();
    const first = await hold(desk, 'a@one.example');
    await hold(desk, 'b@two.example');
    await desk.gate.send({ to: 'stranger@nowhere.example' });
    await act(desk.bob, first.id, 'claim');

    const all = await queue(desk.ann);
    expect(all.total).toBe(3);
    expect(all.facets.reasons).toEqual([
      { key: 'low_confidence_funding', label: 'low_confidence_funding', count: 2 },
      { key: 'unknown_recipient', label: 'unknown_recipient', count: 1 },
    ]);
    expect(all.facets.assigned).toContainEqual({ key: desk.bob.account.id, label: 'Bob', count: 1 });

    const bobs = await queue(desk.ann, `?assigned=${desk.bob.account.id}`);
    expect(bobs.items.map((one) => one.recipient)).toEqual(['a@one.example']);
    expect(bobs.facets.reasons).toEqual([
      { key: 'low_confidence_funding', label: 'low_confidence_funding', count: 1 },
    ]);
    expect(bobs.facets.assigned).toHaveLength(2);
    expect(await recipients(desk.bob, '?assigned=me')).toEqual(['a@one.example']);
    expect(await recipients(desk.ann, '?assigned=me')).toEqual([]);
    expect(await recipients(desk.ann, '?assigned=none&reason=low_confidence_funding')).toEqual([
      'b@two.example',
    ]);
    expect(await recipients(desk.ann, `?company=${first.company!.id}`)).toEqual(['a@one.example']);
    expect((await queue(desk.ann, '?engine=engine')).total).toBe(3);
    expect((await queue(desk.ann, '?engine=nobody')).total).toBe(0);
  });

  test('is paged in each order without a row twice or missing', async () => {
    const desk = await startDesk();
    for (const i of [1, 2, 3, 4, 5]) await hold(desk, `p${i}@page.example`);
    for (const sort of ['oldest', 'newest', 'due']) {
      for (const state of ['held', 'held,escalated', 'all']) {
        const seen: string[] = [];
        let cursor = '';
        do {
          const page = await queue(desk.ann, `?state=${state}&sort=${sort}&limit=2${cursor}`);
          expect(page.total).toBe(5);
          seen.push(...page.items.map((one) => one.recipient));
          cursor = page.next === null ? '' : `&cursor=${page.next}`;
        } while (cursor !== '');
        const expected = [1, 2, 3, 4, 5].map((i) => `p${i}@page.example`);
        expect(seen, `${sort} ${state}`).toEqual(sort === 'newest' ? expected.toReversed() : expected);
      }
    }
  });

  test('says which field of a query is wrong', async () => {
    const desk = await startDesk();
    for (const [query, field] of [
      ['?state=nonsense', 'state'],
      ['?limit=0', 'limit'],
      ['?limit=500', 'limit'],
      ['?cursor=nonsense', 'cursor'],
      ['?sort=random', 'sort'],
    ]) {
      const { status, body } = await desk.ann.get(`/queue${query}`);
      expect([status, Object.keys(body.error.fields)], query).toEqual([400, [field]]);
    }
    expect((await desk.ann.get('/queue?nonsense=1')).status).toBe(400);
    expect((await desk.ann.get('/queue?cause=nonsense')).body.items).toEqual([]);
  });

  test('shows what an account has opened until the text changes', async () => {
    const desk = await startDesk();
    const { id } = await hold(desk);
    await open(desk.ann, id);
    expect((await queue(desk.ann)).items[0].opened).toBe(true);
    expect((await queue(desk.bob)).items[0].opened).toBe(false);
    await act(desk.bob, id, 'edit', { text: 'Would a short call be useful?' });
    expect((await queue(desk.ann)).items[0].opened).toBe(false);
    expect((await act(desk.ann, id, 'opened', { revision: 0 })).status).toBe(409);
  });
});

describe('snoozed mail', () => {
  test('is out of sight until its time, and wakes when the prospect writes or the verdict changes', async () => {
    const desk = await startDesk();
    const { gate, ann } = desk;
    const { id, due_at } = await hold(desk);
    const until = gate.now() + 2 * HOUR;
    const snoozed = await act(ann, id, 'snooze', { until });
    expect(snoozed.body.item).toMatchObject({ snoozed_until: until, due_at });
    expect((await queue(ann)).total).toBe(0);
    expect((await queue(ann, '?snoozed=1')).total).toBe(1);
    expect((await queue(ann, '?snoozed=only')).items[0].id).toBe(id);
    gate.advance(2 * HOUR + 1);
    expect((await queue(ann)).items[0]).toMatchObject({ id, snoozed_until: null });

    await act(ann, id, 'snooze', { until: gate.now() + HOUR });
    expect((await queue(ann)).total).toBe(0);
    const { database } = gate.app;
    const [{ prospect_id }] = await gate.deliveries();
    const reply = (at: number) =>
      database.db
        .insertInto('thread_messages')
        .values({
          thread_id: 't1',
          company_id: null,
          prospect_id,
          message_id: null,
          direction: 'in',
          person: null,
          role: null,
          at,
          text: 'Tell me more',
          fingerprint_count: 0,
        })
        .execute();
    await database.db
      .insertInto('threads')
      .values({ id: 't1', company_id: null, prospect_id, subject: null, open: 1, updated_at: 0 })
      .execute();
    await reply(gate.now() - 3 * HOUR);
    expect((await queue(ann)).total, 'an older reply does not wake it').toBe(0);
    await reply(gate.now() + 1);
    expect((await queue(ann)).total).toBe(1);

    gate.advance(10);
    await act(ann, id, 'snooze', { until: gate.now() + HOUR });
    expect((await queue(ann)).total).toBe(0);
    await act(desk.bob, id, 'edit', { text: 'Would a short call be useful?' });
    expect((await queue(ann)).total).toBe(1);
  });

  test('cannot be snoozed into the past or beyond its expiry', async () => {
    const desk = await startDesk();
    const { id } = await hold(desk);
    for (const until of [desk.gate.now() - 1, desk.gate.now() + 30 * DAY]) {
      const { status, body } = await act(desk.ann, id, 'snooze', { until });
      expect([status, Object.keys(body.error.fields)]).toEqual([400, ['until']]);
    }
    await act(desk.ann, id, 'snooze', { until: desk.gate.now() + HOUR });
    expect((await act(desk.ann, id, 'snooze', { until: null })).body.item.snoozed_until).toBeNull();
  });
});

describe('views', () => {
  test('count what they find now; own ones are saved, shared, changed and deleted', async () => {
    const desk = await startDesk();
    const { ann, bob } = desk;
    await hold(desk, 'a@one.example');
    await addProspect(desk.gate, 'b@two.example');
    await desk.gate.send({ to: 'stranger@nowhere.example' });
    const views = async (person = ann): Promise<Record<string, SavedView>> =>
      Object.fromEntries((await person.get<SavedView[]>('/views')).body.map((one) => [one.name, one]));

    expect(await views()).toMatchObject({
      'All held': { count: 2, builtin: true },
      Mine: { count: 0 },
      Unassigned: { count: 2 },
      'Due soon': { count: 0 },
      Doubts: { count: 1 },
    });
    const made = await ann.send('POST', '/views', {
      name: 'Rumours',
      query: { reason: 'low_confidence_funding', sort: 'due' },
      shared: false,
    });
    expect(made).toMatchObject({ status: 200, body: { count: 1, mine: true, shared: false } });
    expect((await views(bob)).Rumours).toBeUndefined();
    await ann.send('PATCH', `/views/${made.body.id}`, { shared: true });
    expect((await views(bob)).Rumours).toMatchObject({ count: 1, mine: false, shared: true });
    await ann.send('PATCH', `/views/${made.body.id}`, { name: 'Funding' });
    expect((await views(bob)).Funding).toMatchObject({ shared: true });
    expect((await bob.send('DELETE', `/views/${made.body.id}`)).status).toBe(403);
    expect((await ann.send('DELETE', `/views/${made.body.id}`)).status).toBe(204);
    expect((await views(ann)).Funding).toBeUndefined();
    expect((await ann.send('PATCH', '/views/held', { name: 'x' })).status).toBe(400);
    const bad = await ann.send('POST', '/views', { name: ' ', query: { state: 'x' }, shared: false });
    expect(bad.body.error.fields).toHaveProperty('name');
    const auditor = await signIn(desk.gate, { role: 'auditor' });
    expect((await auditor.get('/views')).status).toBe(200);
    expect((await auditor.send('POST', '/views', { name: 'x', query: {}, shared: false })).status).toBe(403);
  });
});
