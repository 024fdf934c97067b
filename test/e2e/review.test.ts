import { describe, expect, test } from 'vitest';
import { updateCompany, getProspect } from '../../src/crm/store.ts';
import { createJudge, createRejudge } from '../../src/pipeline/judge-delivery.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { editDelivery } from '../../src/review/edit.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

const RUMOUR = 'Congratulations on closing your $20M Series B last month!';
const DAY = 86_400_000;

async function gateWithUpstream(config: NonNullable<Parameters<typeof startGate>[0]>['config'] = {}) {
  const upstream = await SmtpUpstream.start();
  return {
    upstream,
    gate: await startGate({ config: { upstreams: [upstreamConfig(upstream)], ...config } }),
  };
}

/** A mail held for a funding rumour. */
async function held(gate: TestGate, address = 'low@rumour.example') {
  const prospectId = await addProspect(gate, address, { company: { funding_confidence: 'low' } });
  await gate.send({ to: address, text: RUMOUR });
  const delivery = (await gate.deliveries()).find((d) => d.recipient === address)!;
  expect(delivery).toMatchObject({ state: 'held', hold_reason: 'low_confidence_funding' });
  return { delivery, prospectId };
}

describe('a hold', () => {
  test('that a CRM edit turns into an opt-out is suppressed; one that passes now stays held', async () => {
    const { gate, upstream } = await gateWithUpstream();
    const { delivery, prospectId } = await held(gate);
    const { company_id } = (await getProspect(gate.app.database.db, prospectId))!;
    const edit = (patch: Parameters<typeof updateCompany>[2]) =>
      gate.app.database.transact((trx) =>
        updateCompany(trx, company_id!, patch, { actor: 'test', at: Date.now() }),
      );

    await edit({ funding_confidence: 'high' });
    await gate.until(([d]) => d.decision === 'PASS', 'judged again');
    expect((await gate.deliveries())[0]).toMatchObject({
      state: 'held',
      hold_reason: 'low_confidence_funding',
    });

    await edit({ disqualifiers: ['do_not_contact'] });
    const [after] = await gate.until(([d]) => d.state === 'suppressed', 'suppressed by the edit');
    expect(after).toMatchObject({ id: delivery.id, hold_reason: 'disqualifier' });
    expect(upstream.received).toHaveLength(0);
  });

  test('expires after its age, is never sent, and the engine is told', async () => {
    const { gate, upstream } = await gateWithUpstream();
    await held(gate);
    gate.advance(15 * DAY);
    await gate.until(
      (ds) =>
        ds[0].state === 'expired' && ds.some((d) => d.kind === 'report_failed' && d.state === 'relayed'),
      'expired and reported',
    );
    expect(upstream.received).toHaveLength(1);
    expect(upstream.received[0].raw.toString()).toMatch(/Action: failed/);
  });

  test('reminds the deputy once before it expires', async () => {
    const { gate, upstream } = await gateWithUpstream({
      review: { deputy: 'deputy@sender.example', remind_days: 3 },
    });
    await held(gate);
    gate.advance(4 * DAY);
    await gate.until((ds) => ds.some((d) => d.kind === 'reminder' && d.state === 'relayed'), 'reminded');
    gate.advance(DAY);
    await new Promise((resolve) => setImmediate(resolve));
    expect(upstream.received.map((m) => m.to)).toEqual([['deputy@sender.example']]);
    expect(upstream.received[0].raw.toString()).toContain('Held for: low_confidence_funding');
  });

  test('can be edited: the new text is judged and relayed with the same Message-ID, the accepted bytes stay', async () => {
    const { gate, upstream } = await gateWithUpstream();
    const { delivery } = await held(gate);
    const { database, review } = gate.app;
    const rubric = loadRubric(`${PROJECT_ROOT}/config/rubric.yaml`);
    const rejudge = createRejudge({
      database,
      judge: createJudge({ database, rubric: () => rubric }),
      bench: null,
      accounts: new Set(),
      now: Date.now,
    });
    const edit = (text: string) =>
      editDelivery({ database, config: { providers: {} }, now: Date.now, rejudge }, delivery.id, {
        text,
        actor: 'ann',
      });

    expect((await edit('Great to see your $20M Series B!')).decision).toBe('BLOCK');
    expect((await edit('Would a short call about your hiring plans be useful?')).decision).toBe('PASS');
    await expect(edit('  ')).rejects.toThrow(/empty/);
    await review.release(delivery.id, { actor: 'ann' });
    gate.app.wake();
    await gate.until(([d]) => d.state === 'relayed', 'relayed');
    const sent = upstream.received[0].raw.toString();
    expect(sent).toContain('Would a short call about your hiring plans be useful?');
    expect(sent).not.toContain('Series B');
    const bodies = await database.db
      .selectFrom('bodies')
      .select(['revision', 'raw'])
      .orderBy('revision')
      .execute();
    expect(bodies.map((b) => b.revision)).toEqual([0, 1, 2]);
    const id = /^Message-ID: (.*)$/im;
    expect(id.exec(sent)?.[1]).toBe(id.exec(bodies[0].raw.toString())?.[1]);
    await expect(edit('again')).rejects.toThrow(/relayed; only a held mail/);
  });

  test('to an opted-out person cannot be released, only suppressed', async () => {
    const { gate } = await gateWithUpstream({ decisions: { SUPPRESS: 'hold' } });
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    await gate.send({ to: 'otto@out.example' });
    const [delivery] = await gate.deliveries();
    expect(delivery).toMatchObject({ state: 'held', decision: 'SUPPRESS' });
    await expect(gate.app.review.release(delivery.id, { actor: 'ann' })).rejects.toThrow(
      /cannot be released/,
    );
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'suppressed' });
  });

  test('released by two reviewers at once is sent once', async () => {
    const { gate, upstream } = await gateWithUpstream();
    const { delivery } = await held(gate);
    const results = await Promise.allSettled(
      ['ann', 'bob', 'cem'].map((actor) => gate.app.review.release(delivery.id, { actor })),
    );
    expect(results.map((r) => r.status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    gate.app.wake();
    await gate.until(([d]) => d.state === 'relayed', 'relayed');
    expect(upstream.received).toHaveLength(1);
  });
});

describe('the signed links of an escalation', () => {
  async function escalated() {
    const { gate, upstream } = await gateWithUpstream();
    const prospectId = await addProspect(gate, 'cto@large.example', {
      prospect: { recipient_role: 'CTO' },
      company: { headcount: 5000 },
    });
    await gate.send({ to: 'cto@large.example' });
    await gate.until(([d]) => d.state === 'escalated', 'escalated');
    const text = upstream.received[0].raw.toString().replace(/=\r\n/g, '').replace(/=3D/g, '=');
    const links = [...new Set(text.match(/http:\/\/127\.0\.0\.1:\d+\/act\/[\w.-]+/g))];
    expect(links).toHaveLength(3);
    return { gate, upstream, prospectId, links };
  }

  /** Opens the page behind a link and presses its button. */
  async function press(link: string) {
    const page = await (await fetch(link)).text();
    const look = /name="look" value="([^"]*)"/.exec(page)?.[1] ?? '';
    return fetch(link, { method: 'POST', body: new URLSearchParams({ look, label: 'right' }) });
  }

  test('show on GET and act on POST, once', async () => {
    const { gate, upstream, links } = await escalated();
    const page = await fetch(links[0]);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Release this mail');
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'escalated' });
    const done = await press(links[0]);
    expect(await done.text()).toContain('Released');
    gate.app.wake();
    await gate.until(([d]) => d.state === 'relayed', 'relayed');
    expect(upstream.received.at(-1)!.to).toEqual(['cto@large.example']);
    expect((await press(links[0])).status).toBe(409);
    expect((await press(links[2])).status).toBe(409);
  });

  test('take over closes the mail and pauses every engine for that prospect', async () => {
    const { gate, links, prospectId } = await escalated();
    expect((await press(links[1])).status).toBe(200);
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'closed' });
    expect((await getProspect(gate.app.database.db, prospectId))?.taken_over_by).toBe('owner@sender.example');
  });

  test('that were changed, or have expired, do nothing', async () => {
    const { gate, links } = await escalated();
    expect((await fetch(`${links[0]}x`, { method: 'POST' })).status).toBe(410);
    gate.advance(20 * DAY);
    expect((await fetch(links[0])).status).toBe(410);
    expect((await fetch(links[0], { method: 'POST' })).status).toBe(410);
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'escalated' });
  });
});

describe('mailbox limits', () => {
  test('a daily cap lets so many out and the rest wait for the next day', async () => {
    const { gate, upstream } = await gateWithUpstream({ mailboxes: { default: { daily_cap: 2 } } });
    for (const i of [1, 2, 3]) {
      await addProspect(gate, `p${i}@cap.example`, { company: { name: `Cap ${i}` } });
      await gate.send({ to: `p${i}@cap.example`, subject: `Mail ${i}` });
    }
    const all = await gate.until(
      (ds) => ds.filter((d) => d.state === 'relayed').length === 2 && ds[2].state === 'deferred',
      'two of three out',
    );
    expect(all[2].note).toMatch(/daily cap of 2/);
    gate.advance(DAY);
    await gate.until((ds) => ds.every((d) => d.state === 'relayed'), 'the third a day later');
    expect(upstream.received).toHaveLength(3);
  });
});

describe('trusted headers', () => {
  test('X-Prospect-Id finds the record only for an engine that is trusted for it', async () => {
    for (const trustedHeaders of [true, false]) {
      const upstream = await SmtpUpstream.start();
      const gate = await startGate({
        config: { upstreams: [upstreamConfig(upstream)] },
        engine: { trustedHeaders },
      });
      const id = await addProspect(gate, 'maria@fine.example');
      await gate.send({ to: 'maria@private.example', headers: { 'X-Prospect-Id': id } });
      const [delivery] = await gate.deliveries();
      expect(delivery.prospect_id).toBe(trustedHeaders ? id : null);
    }
  });
});
