import { describe, expect, test } from 'vitest';
import type { Told } from '../../src/intake/answer.ts';
import { expectNothingStored } from '../intake/stored.ts';
import { breakAccepting, mendAccepting, messageCount } from '../support/front.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

export interface ContractMail {
  from?: string;
  to: string[];
  cc?: string[];
  bcc?: string[];
  subject?: string;
  text?: string;
  html?: string;
  headers?: Record<string, string>;
}

/** What the client heard: taken (and what becomes of it), or refused for good or for now. */
export type Heard =
  | { told: Told }
  | { refused: 'suppressed' | 'sender' | 'later' | 'other'; sentence: string };

/** One way into the gate, spoken by a real client. */
export interface IntakeDriver {
  name: string;
  /** Knows a retry by its content; a mail that comes by SMTP has an id of its own, by which a retry is known. */
  http: boolean;
  /** @returns a client of the gate's engine; each call of it submits one mail */
  connect(gate: TestGate): Promise<(mail: ContractMail) => Promise<Heard>>;
}

const FINE = 'Hi Maria,\n\nwould a short call next week about your hiring plans be useful?\n\nBest,\nAnn';
const RUMOUR = 'Congratulations on closing your $20M Series B last month!';

/** What every intake must do, whatever it speaks. */
export function intakeContract(driver: IntakeDriver): void {
  const start = async (options: Parameters<typeof startGate>[0] = {}) => {
    const upstream = await SmtpUpstream.start();
    const gate = await startGate({
      ...options,
      config: { upstreams: [upstreamConfig(upstream)], ...options.config },
    });
    const submit = await driver.connect(gate);
    await addProspect(gate, 'maria@passing.example');
    return { gate, upstream, submit };
  };
  const mails = async (gate: TestGate) => (await gate.deliveries()).filter((d) => d.kind === 'mail');

  describe(`the ${driver.name} intake`, () => {
    test('takes a mail that passes, which is relayed once, to its recipient, from its sender', async () => {
      const { gate, upstream, submit } = await start();
      expect(await submit({ to: ['maria@passing.example'], text: FINE })).toEqual({ told: 'relaying' });
      await gate.until(([one]) => one?.state === 'relayed', 'relayed');
      expect(upstream.received.map(({ from, to }) => ({ from, to }))).toEqual([
        { from: 'ann@sender.example', to: ['maria@passing.example'] },
      ]);
      const raw = upstream.last.raw.toString();
      expect(raw).toContain('would a short call next week about your hiring plans be useful?');
      expect(raw).toMatch(/^Received: /);
      expect(raw.match(/^Message-ID: <[^<>\s]+>\r$/gim)).toHaveLength(1);
    });

    test('tells a hold as taken', async () => {
      const { gate, submit } = await start();
      await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
      expect(await submit({ to: ['low@rumour.example'], text: RUMOUR })).toEqual({ told: 'held' });
      expect(await mails(gate)).toMatchObject([{ state: 'held', hold_reason: 'low_confidence_funding' }]);
    });

    test('holds mail to somebody the CRM does not know', async () => {
      const { gate, submit } = await start();
      expect(await submit({ to: ['who@nowhere.example'], text: FINE })).toEqual({ told: 'held' });
      expect(await mails(gate)).toMatchObject([{ state: 'held', hold_reason: 'unknown_recipient' }]);
    });

    test('tells an escalation as taken', async () => {
      const { gate, submit } = await start();
      await addProspect(gate, 'cto@large.example', {
        prospect: { recipient_role: 'CTO' },
        company: { headcount: 2001 },
      });
      expect(await submit({ to: ['cto@large.example'], text: FINE })).toEqual({ told: 'escalated' });
      await gate.until((ds) => ds.some((d) => d.state === 'escalated'), 'escalated');
    });

    test('refuses suppressed mail, and nothing leaves', async () => {
      const { gate, upstream, submit } = await start();
      await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
      const heard = await submit({ to: ['otto@out.example'], text: FINE });
      expect(heard).toMatchObject({ refused: 'suppressed' });
      expect((heard as { sentence: string }).sentence).toContain('opt_out');
      expect(await mails(gate)).toMatchObject([{ state: 'suppressed', decision: 'SUPPRESS' }]);
      expect(upstream.received).toHaveLength(0);
    });

    test('takes suppressed mail silently where the configuration says so', async () => {
      const { gate, upstream, submit } = await start({ config: { answer: { suppressed: 'accept' } } });
      await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
      expect(await submit({ to: ['otto@out.example'], text: FINE })).toEqual({ told: 'suppressed' });
      expect(upstream.received).toHaveLength(0);
    });

    test('judges every recipient, blind copies too, and stops all where a visible one is stopped', async () => {
      const { gate, submit } = await start();
      await addProspect(gate, 'tom@passing.example');
      await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
      await submit({
        to: ['maria@passing.example'],
        cc: ['otto@out.example'],
        bcc: ['tom@passing.example'],
        text: FINE,
      });
      const all = (await mails(gate)).map((d) => [d.recipient, d.state, d.hold_reason]);
      expect(all.toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
        ['maria@passing.example', 'held', 'whole_message'],
        ['otto@out.example', 'suppressed', 'opt_out'],
        ['tom@passing.example', 'held', 'whole_message'],
      ]);
    });

    test('keeps blind copies out of what the others see', async () => {
      const { gate, upstream, submit } = await start();
      await addProspect(gate, 'tom@passing.example');
      await submit({ to: ['maria@passing.example'], bcc: ['tom@passing.example'], text: FINE });
      await gate.until((ds) => ds.length === 2 && ds.every((d) => d.state === 'relayed'), 'both relayed');
      for (const { raw } of upstream.received) expect(raw.toString()).not.toContain('tom@passing');
    });

    test('refuses a sender that is not the engine’s, and stores nothing', async () => {
      const { gate, submit } = await start();
      expect(
        await submit({ from: 'ann@other.example', to: ['maria@passing.example'], text: FINE }),
      ).toMatchObject({
        refused: 'sender',
      });
      expect(await gate.deliveries()).toEqual([]);
    });

    test('answers at once in async mode, and judges after', async () => {
      const { gate, submit } = await start({ engine: { answer: 'async' } });
      expect(await submit({ to: ['maria@passing.example'], text: FINE })).toEqual({ told: 'queued' });
      await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    });

    test('relays what it would stop while the engine is observed', async () => {
      const { gate, upstream, submit } = await start({ engine: { mode: 'observe' } });
      await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
      expect(await submit({ to: ['otto@out.example'], text: FINE })).toEqual({ told: 'relaying' });
      await gate.until(([one]) => one?.state === 'relayed', 'relayed');
      expect(upstream.received).toHaveLength(1);
    });

    test('holds everything of a stopped engine', async () => {
      const { gate, submit } = await start({ engine: { mode: 'stopped' } });
      expect(await submit({ to: ['maria@passing.example'], text: FINE })).toEqual({ told: 'held' });
      expect(await mails(gate)).toMatchObject([{ hold_reason: 'engine_stopped' }]);
    });

    test('carries non-ASCII text, subjects and custom headers through', async () => {
      const { gate, upstream, submit } = await start();
      await submit({
        to: ['maria@passing.example'],
        subject: 'Gespräch über Ihr Team?',
        text: `${FINE}\n\nViele Grüße 👋`,
        headers: { 'X-Campaign': 'q4', 'List-Unsubscribe': '<https://sender.example/u/1>' },
      });
      await gate.until(([one]) => one?.state === 'relayed' || one?.state === 'held', 'judged');
      const [body] = await gate.app.database.db.selectFrom('bodies').selectAll().execute();
      const raw = body.raw.toString();
      expect(raw).toMatch(/^X-Campaign: q4\r$/m);
      expect(raw).toMatch(/^List-Unsubscribe: <https:\/\/sender\.example\/u\/1>\r$/m);
      const { subject } = await gate.app.database.db
        .selectFrom('messages')
        .select('subject')
        .executeTakeFirstOrThrow();
      expect(subject).toBe('Gespräch über Ihr Team?');
      expect(upstream.connections).toBeLessThanOrEqual(1);
    });

    test('says "later" when the gate cannot store, and has stored nothing', async () => {
      const { gate, submit } = await start();
      const { database } = gate.app;
      const transact = database.transact.bind(database);
      database.transact = () => Promise.reject(new Error('disk full'));
      const heard = await submit({ to: ['maria@passing.example'], text: FINE });
      database.transact = transact;
      expect(heard).toMatchObject({ refused: 'later' });
      expect((heard as { sentence: string }).sentence).not.toMatch(/disk full|at .*\.ts/);
      expect(await gate.deliveries()).toEqual([]);
    });

    if (driver.http) requestContract(start);
  });
}

/** What an HTTP intake must do besides: its clients try again, with or without being told to. */
function requestContract(
  start: (options?: Parameters<typeof startGate>[0]) => Promise<{
    gate: TestGate;
    upstream: SmtpUpstream;
    submit: (mail: ContractMail) => Promise<Heard>;
  }>,
): void {
  const passing: ContractMail = { to: ['maria@passing.example'], text: FINE };
  const unknown: ContractMail = { to: ['who@nowhere.example'], text: FINE };

  test('takes the same request soon after for a retry: one message, one mail, told as the first', async () => {
    const { gate, upstream, submit } = await start();
    expect(await submit(passing)).toEqual({ told: 'relaying' });
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    expect(await submit(passing)).toEqual({ told: 'relayed' });
    expect(await submit(unknown)).toEqual({ told: 'held' });
    expect(await submit(unknown)).toEqual({ told: 'held' });
    expect(await messageCount(gate)).toBe(2);
    expect(upstream.received).toHaveLength(1);
  });

  test('takes a request that differs in one word for another mail', async () => {
    const { gate, submit } = await start();
    await submit(unknown);
    await submit({ ...unknown, text: `${FINE}!` });
    expect(await messageCount(gate)).toBe(2);
  });

  test('takes the same request for another mail once the time for retries is over', async () => {
    const { gate, submit } = await start({ config: { http: { retry_minutes: 1 } } });
    await submit(unknown);
    gate.advance(61_000);
    await submit(unknown);
    expect(await messageCount(gate)).toBe(2);
  });

  test('makes one message of the same request a hundred times at once', async () => {
    const { gate, upstream, submit } = await start();
    const heard = await Promise.all(Array.from({ length: 100 }, () => submit(passing)));
    expect(heard.filter((one) => 'refused' in one)).toEqual([]);
    expect(await messageCount(gate)).toBe(1);
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    expect(upstream.received).toHaveLength(1);
  });

  test('takes the same request anew after a person has rejected the first', async () => {
    const { gate, submit } = await start();
    expect(await submit(unknown)).toEqual({ told: 'held' });
    const [held] = await gate.deliveries();
    await gate.app.review.reject(held.id, { actor: 'ann' });
    expect(await submit(unknown)).toEqual({ told: 'held' });
    expect(await messageCount(gate)).toBe(2);
    const states = (await gate.deliveries()).filter((d) => d.kind === 'mail').map((d) => d.state);
    expect(states).toEqual(['rejected', 'held']);
  });

  test('tells trouble where its clients read errors, stores nothing, and takes the retry when it is over', async () => {
    const { gate, submit } = await start();
    await breakAccepting(gate);
    expect(await submit(passing)).toEqual({
      refused: 'later',
      sentence: expect.stringMatching(/presend cannot take mail just now; nothing was stored, try again/),
    });
    await expectNothingStored(gate);
    await mendAccepting(gate);
    expect(await submit(passing)).toEqual({ told: 'relaying' });
    expect(await messageCount(gate)).toBe(1);
  });
}
