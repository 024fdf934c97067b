import { describe, expect, test, vi } from 'vitest';
import {
  addSuppression,
  possibleOptOut,
  suppressionTarget,
  UNCLEAR,
} from '../../src/crm/suppression-store.ts';
import { takeInbound } from '../../src/feedback/take-reply.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { addThreadMessage } from '../../src/crm/thread-store.ts';
import { updateProspect } from '../../src/crm/store.ts';
import { changeEngine, requireEngine } from '../../src/intake/engine-store.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

const FINE = 'Hi Maria,\n\nwould a short call next week about your hiring plans be useful?\n\nBest,\nAnn';
/** The engine's one mail stands so; the gate's own reports about it do not count. */
const only = (state: string) => (deliveries: { kind: string; state: string }[]) => {
  const mails = deliveries.filter((d) => d.kind === 'mail');
  return mails.length === 1 && mails[0].state === state;
};
const sentTo = (upstream: SmtpUpstream, address: string) =>
  upstream.received.filter((m) => m.to.includes(address));

async function gateWithUpstream(config: Parameters<typeof startGate>[0] = {}) {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({
    ...config,
    config: { upstreams: [upstreamConfig(upstream)], ...config.config },
  });
  return { upstream, gate };
}

describe('a message through the gate', () => {
  test('that passes is relayed with its own bytes under one Received line', async () => {
    const { upstream, gate } = await gateWithUpstream();
    await addProspect(gate, 'maria@passing.example');
    const raw = [
      'From: Ann <ann@sender.example>',
      'To: maria@passing.example',
      'Subject: =?utf-8?Q?H=C3=A9llo?=',
      'Message-ID: <a1@sender.example>',
      'X-Odd:   spacing   kept ',
      '',
      FINE.replaceAll('\n', '\r\n'),
      '.a line that starts with a dot',
      '',
    ].join('\r\n');
    expect(await gate.send({ to: 'maria@passing.example', raw })).toMatch(/^250 2\.0\.0 Relaying as \w+$/);
    await gate.until(only('relayed'), 'relayed');
    expect(upstream.received).toHaveLength(1);
    const got = upstream.received[0].raw.toString();
    expect(got).toMatch(/^Received: from [^\r]+\r\n\tby gate\.test with ESMTP id \w+;\r\n\t[^\r]+\r\n/);
    expect(got.replace(/^Received:(?:.*\r\n)(?:\t.*\r\n)*/, '')).toBe(raw);
  });

  test('to an opted-out person is refused with 550 and never reaches the upstream', async () => {
    const { upstream, gate } = await gateWithUpstream();
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    await expect(gate.send({ to: 'Otto+news@OUT.example' })).rejects.toThrow(
      /550 5\.7\.1 Suppressed: opt_out \(\w+\)/,
    );
    expect((await gate.deliveries())[0]).toMatchObject({
      state: 'suppressed',
      decision: 'SUPPRESS',
      hold_reason: 'opt_out',
    });
    expect(upstream.received).toHaveLength(0);
  });

  test('to an unknown address whose domain is suppressed is suppressed, to another unknown one held', async () => {
    const { gate } = await gateWithUpstream();
    await gate.app.database.transact((trx) =>
      addSuppression(
        trx,
        { ...suppressionTarget('@gone.example'), channel: 'all', reason: 'asked', source: 'test' },
        { actor: 'test', at: Date.now() },
      ),
    );
    await expect(gate.send({ to: 'who@sub.gone.example' })).rejects.toThrow(
      /550 5\.7\.1 Suppressed: opt_out/,
    );
    expect(await gate.send({ to: 'who@nowhere.example' })).toMatch(/^250 2\.0\.0 Held for review as/);
    const [, second] = await gate.deliveries();
    expect(second).toMatchObject({ state: 'held', decision: null, hold_reason: 'unknown_recipient' });
  });

  test('to a CTO of a large company is forwarded to the account owner with the original attached', async () => {
    const { upstream, gate } = await gateWithUpstream();
    await addProspect(gate, 'cto@large.example', {
      prospect: { recipient_role: 'CTO' },
      company: { headcount: 2001 },
    });
    expect(await gate.send({ to: 'cto@large.example', subject: 'Capacity' })).toMatch(
      /^250 2\.0\.0 Forwarded to a person as/,
    );
    await gate.until(only('escalated'), 'escalated');
    expect(upstream.received.map((m) => m.to)).toEqual([['owner@sender.example']]);
    const mail = upstream.received[0].raw.toString();
    expect(mail).toContain('message/rfc822');
    expect(mail).toContain('/act/');
  });

  test('is held when the text stops it, released by a reviewer, and then relayed once', async () => {
    const { upstream, gate } = await gateWithUpstream();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    expect(
      await gate.send({
        to: 'low@rumour.example',
        text: 'Congratulations on closing your $20M Series B last month!',
      }),
    ).toMatch(/^250 2\.0\.0 Held for review as/);
    const [held] = await gate.deliveries();
    expect(held).toMatchObject({ state: 'held', decision: 'BLOCK', hold_reason: 'low_confidence_funding' });
    await gate.app.review.release(held.id, { actor: 'ann', label: 'wrong' });
    gate.app.wake();
    await gate.until(only('relayed'), 'relayed');
    expect(upstream.received).toHaveLength(1);
    await expect(gate.app.review.release(held.id, { actor: 'ann' })).rejects.toThrow(
      /relayed cannot be released/,
    );
  });

  test('with several recipients answers 250 unless all are suppressed, and stops the others when a visible one is stopped', async () => {
    const { upstream, gate } = await gateWithUpstream();
    await addProspect(gate, 'fine@a.example');
    await addProspect(gate, 'out@b.example', { prospect: { opt_out_channels: ['all'] } });
    expect(await gate.send({ to: ['fine@a.example', 'out@b.example'] })).toMatch(/^250 2\.0\.0 Held/);
    const all = (await gate.deliveries()).filter((d) => d.kind === 'mail');
    expect(all.map((d) => [d.recipient, d.state, d.hold_reason])).toEqual([
      ['fine@a.example', 'held', 'whole_message'],
      ['out@b.example', 'suppressed', 'opt_out'],
    ]);
    expect(upstream.received).toHaveLength(0);
  });
});

describe('what changed after the judgement wins before every attempt', () => {
  /** Held by a tier mismatch, so that a reviewer has to release it. */
  async function heldMail() {
    const { upstream, gate } = await gateWithUpstream({ config: { delivery: { undo_seconds: 30 } } });
    const prospectId = await addProspect(gate, 'eve@later.example', {
      company: { funding_confidence: 'low' },
    });
    await gate.send({ to: 'eve@later.example', text: 'Congratulations on your $20M Series B!' });
    const [held] = await gate.deliveries();
    await gate.app.review.release(held.id, { actor: 'ann' });
    return { upstream, gate, prospectId };
  }

  test('an opt-out that arrives while a release waits suppresses it', async () => {
    const { upstream, gate, prospectId } = await heldMail();
    await gate.app.database.transact((trx) =>
      updateProspect(trx, prospectId, { opt_out_channels: ['email'] }, { actor: 'test', at: Date.now() }),
    );
    gate.advance(31_000);
    await gate.until(only('suppressed'), 'suppressed');
    expect(sentTo(upstream, 'eve@later.example')).toHaveLength(0);
  });

  test('a reply that arrives while a release waits holds it again', async () => {
    const { upstream, gate, prospectId } = await heldMail();
    await gate.app.database.transact((trx) =>
      addThreadMessage(
        trx,
        {
          threadId: 't1',
          prospectId,
          companyId: null,
          messageId: null,
          direction: 'in',
          person: 'Eve',
          role: null,
          at: Date.now() + 5_000,
          text: 'Please wait until spring.',
          subject: null,
        },
        fingerprints,
      ),
    );
    gate.advance(31_000);
    const [after] = await gate.until(only('held'), 'held');
    expect(after).toMatchObject({ hold_reason: 'reply_arrived', released_by: null });
    expect(sentTo(upstream, 'eve@later.example')).toHaveLength(0);
  });

  test('a stopped engine holds what was on its way, and its new mail', async () => {
    const { upstream, gate } = await heldMail();
    const engine = await requireEngine(gate.app.database.db, 'engine');
    await gate.app.database.transact((trx) =>
      changeEngine(trx, engine.id, { mode: 'stopped' }, { actor: 'test', now: Date.now() }),
    );
    gate.advance(31_000);
    const [after] = await gate.until(only('held'), 'held');
    expect(after).toMatchObject({ hold_reason: 'engine_stopped' });
    expect(await gate.send({ to: 'eve@later.example' })).toMatch(/Held for review/);
    expect(sentTo(upstream, 'eve@later.example')).toHaveLength(0);
  });

  test('a release can be undone until it is sent', async () => {
    const { upstream, gate } = await heldMail();
    const [waiting] = await gate.deliveries();
    await gate.app.review.undo(waiting.id, { actor: 'ann' });
    gate.advance(60_000);
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'held', released_by: null });
    expect(sentTo(upstream, 'eve@later.example')).toHaveLength(0);
  });
});

describe('a reply that may be an opt-out', () => {
  test('holds mail to its writer until a person has let one go', async () => {
    const { upstream, gate } = await gateWithUpstream();
    await addProspect(gate, 'eve@later.example');
    await gate.app.database.transact((trx) =>
      addSuppression(
        trx,
        {
          kind: 'address',
          value: 'eve@later.example',
          channel: UNCLEAR,
          reason: '"Off limits."',
          source: 'reply:1',
        },
        { actor: 'reply:1', at: Date.now() },
      ),
    );
    expect(await gate.send({ to: 'eve@later.example', text: FINE })).toMatch(/Held for review/);
    const [held] = await gate.deliveries();
    expect(held).toMatchObject({ state: 'held', decision: null, hold_reason: 'possible_opt_out' });
    expect(upstream.received).toHaveLength(0);
    await gate.app.review.release(held.id, { actor: 'ann' });
    gate.app.wake();
    await gate.until(only('relayed'), 'relayed');
    await vi.waitFor(async () => {
      expect(await possibleOptOut(gate.app.database.db, ['eve@later.example'])).toBeNull();
    });
    await gate.send({ to: 'eve@later.example', text: FINE });
    await gate.until((all) => all.filter(({ state }) => state === 'relayed').length === 2, 'both relayed');
    expect(upstream.received).toHaveLength(2);
  });

  test('stays when it came after the release: whoever released that mail has not read it', async () => {
    const { upstream, gate } = await gateWithUpstream();
    const { database } = gate.app;
    await addProspect(gate, 'eve@later.example', { company: { funding_confidence: 'low' } });
    await gate.send({ to: 'eve@later.example', text: 'Congratulations on your $20M Series B!' });
    const [held] = await gate.deliveries();
    upstream.script = { end: { delayMs: 700, times: 1 } };
    await gate.app.review.release(held.id, { actor: 'ann' });
    gate.app.wake();
    await vi.waitFor(async () => {
      const open = await database.db.selectFrom('attempts').select('handover_at').execute();
      expect(open.some(({ handover_at }) => handover_at !== null)).toBe(true);
    });
    await takeInbound(
      {
        database,
        config: {
          internal: { addresses: [], domains: [] },
          escalation: { from: 'gate@gate.test' },
          replies: { address: null },
        } as never,
        now: () => gate.now(),
        log: createLogger('silent'),
        fingerprint: fingerprints,
        queueWriteBacks: async () => {},
      },
      {
        from: 'eve@later.example',
        to: ['ann@sender.example'],
        name: 'Eve',
        subject: 'Re: Engineering capacity',
        text: 'Off limits.',
        at: gate.now(),
        messageId: '<r1@later.example>',
        inReplyTo: null,
        references: [],
        automatic: false,
      },
    );
    expect(await possibleOptOut(database.db, ['eve@later.example'])).not.toBeNull();
    await gate.until(only('relayed'), 'relayed');
    await vi.waitFor(async () => {
      const joined = await database.db
        .selectFrom('thread_messages')
        .select('id')
        .where('direction', '=', 'out')
        .where('prospect_id', '=', held.prospect_id)
        .execute();
      expect(joined).toHaveLength(1);
    });
    expect(await possibleOptOut(database.db, ['eve@later.example'])).not.toBeNull();
  });
});

describe('what a record says in its signals counts before every attempt too', () => {
  test('an unsubscription there suppresses a deferred mail, and the engine is told', async () => {
    const { upstream, gate } = await gateWithUpstream();
    upstream.script = { rcpt: { reply: '451 4.7.1 later', times: 1 } };
    const id = await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example', text: FINE });
    await gate.until(only('deferred'), 'deferred');
    await gate.app.database.transact((trx) =>
      updateProspect(
        trx,
        id,
        { available_signals: { anti_offshore: true } },
        { actor: 'test', at: Date.now() },
      ),
    );
    gate.advance(5_000);
    await gate.until(only('suppressed'), 'suppressed');
    await gate.until((ds) => ds.some((d) => d.kind === 'report_failed' && d.state === 'relayed'), 'reported');
    expect(sentTo(upstream, 'maria@passing.example')).toHaveLength(0);
  });
});

describe('engine modes', () => {
  test('a mail judged stopped under observe does not slip out when the engine is enforced', async () => {
    const { upstream, gate } = await gateWithUpstream({ engine: { mode: 'observe' } });
    upstream.script = { rcpt: { reply: '451 4.7.1 later', times: 1 } };
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    await gate.send({ to: 'low@rumour.example', text: 'Congratulations on closing your $20M Series B!' });
    await gate.until(only('deferred'), 'deferred');
    const engine = await requireEngine(gate.app.database.db, 'engine');
    await gate.app.database.transact((trx) =>
      changeEngine(trx, engine.id, { mode: 'enforce' }, { actor: 'test', now: Date.now() }),
    );
    gate.advance(5_000);
    const [held] = await gate.until(only('held'), 'held');
    expect(held.hold_reason).toBe('judged_in_observe');
  });

  test('observe judges and records, and relays as before', async () => {
    const { upstream, gate } = await gateWithUpstream({ engine: { mode: 'observe' } });
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    expect(await gate.send({ to: 'otto@out.example' })).toMatch(/^250 2\.0\.0 Relaying/);
    await gate.until(only('relayed'), 'relayed');
    expect(upstream.received).toHaveLength(1);
    const verdict = await gate.app.database.db.selectFrom('verdicts').selectAll().executeTakeFirstOrThrow();
    expect(verdict.decision).toBe('SUPPRESS');
  });

  test('async answers at once, and a suppression is told by a delivery report', async () => {
    const { upstream, gate } = await gateWithUpstream({ engine: { answer: 'async' } });
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    expect(await gate.send({ to: 'otto@out.example' })).toMatch(/^250 2\.0\.0 Queued as/);
    await gate.until(
      (ds) => ds.some((d) => d.kind === 'report_failed' && d.state === 'relayed'),
      'report sent',
    );
    expect(upstream.received).toHaveLength(1);
    const [report] = upstream.received;
    expect(report).toMatchObject({ from: '', to: ['ann@sender.example'] });
    expect(report.raw.toString()).toMatch(/multipart\/report/);
    expect(report.raw.toString()).toMatch(/Status: 5\.7\.1/);
  });
});

describe('mail to a prospect with unsettled mail', () => {
  test('is held behind it, from any engine', async () => {
    const { gate } = await gateWithUpstream();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    await gate.send({ to: 'low@rumour.example', text: 'Congratulations on closing your $20M Series B!' });
    await gate.send({ to: 'low@rumour.example', subject: 'Second', text: FINE });
    const [first, second] = await gate.deliveries();
    expect(second).toMatchObject({
      state: 'held',
      hold_reason: 'held_behind',
      held_behind: first.id,
      decision: 'PASS',
    });
  });

  test('waits behind an escalation whose forward is still being tried', async () => {
    const { upstream, gate } = await gateWithUpstream();
    upstream.script = { rcpt: { reply: '451 4.7.1 later', times: 1 } };
    await addProspect(gate, 'cto@large.example', {
      prospect: { recipient_role: 'CTO' },
      company: { headcount: 5000 },
    });
    await gate.send({ to: 'cto@large.example' });
    await gate.until(only('deferred'), 'forward deferred');
    await gate.app.database.transact((trx) => trx.updateTable('companies').set({ headcount: 10 }).execute());
    await gate.send({ to: 'cto@large.example', subject: 'Second', text: FINE });
    const [, second] = await gate.deliveries();
    expect(second).toMatchObject({ decision: 'PASS', state: 'held', hold_reason: 'held_behind' });
  });

  test('once the account owner has taken it over is held, and the client hears so', async () => {
    const { gate } = await gateWithUpstream();
    await addProspect(gate, 'maria@passing.example', { prospect: { taken_over_by: 'owner@sender.example' } });
    expect(await gate.send({ to: 'maria@passing.example', text: FINE })).toMatch(
      /^250 2\.0\.0 Held for review/,
    );
    const [held] = await gate.deliveries();
    expect(held).toMatchObject({ state: 'held', hold_reason: 'taken_over', decision: 'PASS' });
    await expect(gate.app.review.release(held.id, { actor: 'ann' })).rejects.toThrow(
      /has taken the prospect over/,
    );
  });
});

describe('an upstream in trouble', () => {
  test('a temporary failure is retried and then relayed once', async () => {
    const { upstream, gate } = await gateWithUpstream();
    upstream.script = { rcpt: { reply: '451 4.7.1 later', times: 1 } };
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example', text: FINE });
    await gate.until(only('deferred'), 'deferred');
    gate.advance(5_000);
    await gate.until(only('relayed'), 'relayed');
    expect(upstream.received).toHaveLength(1);
  });

  test('a permanent failure ends in a report to the return address', async () => {
    const { upstream, gate } = await gateWithUpstream();
    upstream.script = { rcpt: { reply: '550 5.1.1 no such user', times: 1 } };
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example', text: FINE });
    await gate.until(
      (ds) => ds.some((d) => d.kind === 'report_failed' && d.state === 'relayed'),
      'report sent',
    );
    const [mail] = await gate.deliveries();
    expect(mail).toMatchObject({ state: 'failed' });
    expect(upstream.received[0].raw.toString()).toContain('5.1.1');
  });

  test('mail that stays undeliverable is given up after the configured age', async () => {
    const { upstream, gate } = await gateWithUpstream({
      config: { delivery: { give_up_hours: 1, undo_seconds: 0 } },
    });
    upstream.script = { rcpt: { reply: '451 4.7.1 later' } };
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example', text: FINE });
    await gate.until(only('deferred'), 'deferred');
    gate.advance(2 * 3_600_000);
    const after = await gate.until((ds) => ds[0].state === 'failed', 'failed');
    expect(after[0].note).toMatch(/given up after 1 hours/);
  });

  test('an answer lost after the hand-over is uncertain, never sent again by itself, and settled by a person', async () => {
    const { upstream, gate } = await gateWithUpstream();
    upstream.script = { end: { cut: true, times: 1 } };
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example', text: FINE });
    const [uncertain] = await gate.until(only('uncertain'), 'uncertain');
    gate.advance(48 * 3_600_000);
    await gate.send({ to: 'maria@passing.example', subject: 'Another', text: FINE });
    await gate.until((ds) => ds[1]?.state === 'relayed', 'the other mail relayed');
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'uncertain' });
    await gate.app.review.resend(uncertain.id, { actor: 'ann' });
    gate.app.wake();
    await gate.until((ds) => ds[0].state === 'relayed', 'sent again');
  });
});
