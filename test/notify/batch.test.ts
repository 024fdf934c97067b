import { describe, expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { answerItem } from '../../src/kill-switch/spot-check/answer.ts';
import { SpotChecks } from '../../src/kill-switch/spot-check/spot-checks.ts';
import { changeEngine, findEngine } from '../../src/intake/engine-store.ts';
import type { MonitorReading } from '../../src/kill-switch/monitor.ts';
import { saveReadings } from '../../src/kill-switch/monitor-store.ts';
import { trip } from '../../src/kill-switch/switch-store.ts';
import { startGate } from '../support/gate.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import {
  DAY,
  HOUR,
  MINUTE,
  RUMOUR,
  aRound,
  eventually,
  gather,
  hold,
  linkOf,
  notifications,
  startNotifying,
  untilTold,
  waitForTen,
} from './setup.ts';

describe('a held mail', () => {
  test('in a quiet time is told after a short gather; what is held next waits for the window', async () => {
    const { gate, upstream } = await startNotifying({ email: ['Ann@Reviewer.example'] });
    await hold(gate, 'one@rumour.example');
    await aRound(gate);
    expect(await notifications(upstream)).toHaveLength(0);

    await hold(gate, 'two@rumour.example');
    await gather(gate);
    const [first] = await untilTold(upstream, 1);
    expect(first.to).toBe('ann@reviewer.example');
    expect(first.text).toContain('2 mails held since');
    expect(first.text).toContain('2 for funding stated with low confidence, engine engine');
    expect(first.text).toContain('one@rumour.example · “Capacity”');

    await hold(gate, 'three@rumour.example');
    gate.advance(13 * MINUTE);
    await aRound(gate);
    expect(await notifications(upstream)).toHaveLength(1);
    gate.advance(2 * MINUTE);
    const [, second] = await untilTold(upstream, 2);
    expect(second.text).toContain('1 mail held since');
    expect(second.text).toContain('three@rumour.example');
    expect(second.text).not.toContain('one@rumour.example');
  });

  test('that somebody settled meanwhile is not told', async () => {
    const { gate, upstream } = await startNotifying({ email: ['ann@reviewer.example'] });
    const held = await hold(gate, 'one@rumour.example');
    await gate.app.review.reject(held.id, { actor: 'ben' });
    await gather(gate);
    await aRound(gate);
    await hold(gate, 'two@rumour.example');
    await gather(gate);
    // The first told of nothing, so it began no window.
    const [mail] = await untilTold(upstream, 1);
    expect(mail.text).toContain('1 mail held');
    expect(mail.text).not.toContain('one@rumour.example');
  });

  test('makes a mail of two parts that answers nobody, and one thread a day', async () => {
    const { gate, upstream } = await startNotifying({ email: ['ann@reviewer.example'] });
    waitForTen(gate);
    await hold(gate, 'one@rumour.example', 'Tom & <b>Jerry</b>');
    await gather(gate);
    await untilTold(upstream, 1);
    await hold(gate, 'two@rumour.example');
    gate.advance(16 * MINUTE);
    const [first, second] = await untilTold(upstream, 2);
    expect(first.header('auto-submitted')).toBe('auto-generated');
    expect(first.header('from')).toBe('presend <presend@gate.example>');
    expect(first.html).toContain('Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;');
    expect(first.text).toContain('Tom & <b>Jerry</b>');
    expect(second.header('references')).toBe(first.header('references'));
    expect(second.subject).toBe(first.subject);
    expect(second.header('message-id')).not.toBe(first.header('message-id'));
    for (const label of ['Open', 'Release', 'Reject', 'Forward to the account owner']) {
      expect(linkOf(first, label)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/(act|app\/deliveries)\//);
    }
  });

  test('is only counted where the configuration says so', async () => {
    const { gate, upstream } = await startNotifying({ email: ['ann@reviewer.example'], detail: 'counts' });
    await hold(gate, 'one@rumour.example', 'Secret subject');
    await gather(gate);
    const [mail] = await untilTold(upstream, 1);
    expect(mail.text).toContain('1 for funding stated with low confidence');
    expect(upstream.last.raw.toString()).not.toMatch(/rumour\.example|Secret subject|\/act\//);
  });

  test('is told to two people by links of their own', async () => {
    const { gate, upstream } = await startNotifying({
      email: ['ann@reviewer.example', 'ben@reviewer.example'],
    });
    await hold(gate, 'one@rumour.example');
    await gather(gate);
    const mails = await untilTold(upstream, 2);
    expect(mails.map(({ to }) => to).toSorted()).toEqual(['ann@reviewer.example', 'ben@reviewer.example']);
    expect(linkOf(mails[0], 'Release')).not.toBe(linkOf(mails[1], 'Release'));
  });

  test('is told after the quiet hours, and the kill switch in them', async () => {
    const hour = new Date().getUTCHours();
    const at = (h: number): string => `${String((h + 24) % 24).padStart(2, '0')}:00`;
    const { gate, upstream } = await startNotifying({
      email: ['ann@reviewer.example'],
      quiet_hours: { from: at(hour - 1), to: at(hour + 3) },
    });
    await hold(gate, 'one@rumour.example');
    await gather(gate);
    await aRound(gate);
    expect(await notifications(upstream)).toHaveLength(0);

    await gate.app.database.transact(async (trx) => {
      const engine = await findEngine(trx, 'engine');
      await changeEngine(trx, engine!.id, { mode: 'stopped' }, { actor: 'ben', now: Date.now() });
    });
    await gather(gate);
    const [first] = await untilTold(upstream, 1);
    expect(first.text).toContain('Engine engine is stopped: all its mail is held');
    await hold(gate, 'two@rumour.example');
    gate.advance(4 * HOUR);
    const [, second] = await untilTold(upstream, 2);
    expect(second.text).toContain('two@rumour.example');
  });
});

test('a flood of 500 holds makes two messages, and one line each', async () => {
  const { gate, upstream } = await startNotifying({ email: ['ann@reviewer.example'] });
  waitForTen(gate);
  const flood = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, i) =>
        gate.send({ to: `who${from + i}@nowhere.example`, text: 'Hello, would a call be useful?' }),
      ),
    );
  const heldNow = async () => (await gate.deliveries()).filter(({ state }) => state === 'held').length;
  await hold(gate, 'one@rumour.example');
  for (let i = 0; i < 250; i += 50) await flood(i, i + 50);
  await eventually(async () => (await heldNow()) === 251, '251 holds');
  await gather(gate);
  const [first] = await untilTold(upstream, 1);
  expect(first.text).toMatch(/250 held since \d\d:\d\d for one cause: recipient not in the CRM\n/);
  // What stands alone is shown before a sample of the flood.
  expect(first.text.match(/ · “/g)).toHaveLength(2);
  expect(first.text.indexOf('one@rumour.example')).toBeLessThan(first.text.indexOf('@nowhere.example'));

  for (let i = 250; i < 500; i += 50) await flood(i, i + 50);
  await eventually(async () => (await heldNow()) === 501, '501 holds');
  await aRound(gate);
  gate.advance(15 * MINUTE);
  const [, second] = await untilTold(upstream, 2);
  expect(second.text).toMatch(
    /500 held since \d\d:\d\d for one cause: recipient not in the CRM, 250 of them new\n/,
  );
  gate.advance(16 * MINUTE);
  await aRound(gate);
  expect(await notifications(upstream)).toHaveLength(2);
}, 60_000);

test('who hears of floods alone hears of a flood, and of no single hold', async () => {
  const { gate, upstream } = await startNotifying({
    email: ['ann@reviewer.example'],
    about: ['flood'],
    flood: 3,
  });
  await hold(gate, 'one@rumour.example');
  await hold(gate, 'two@rumour.example');
  await gather(gate);
  await aRound(gate);
  expect(await notifications(upstream)).toHaveLength(0);
  await hold(gate, 'three@rumour.example');
  await gather(gate);
  const [mail] = await untilTold(upstream, 1);
  expect(mail.text).toMatch(/3 held since .* for one cause: funding stated with low confidence/);
});

test('a hold about to expire is told once, and that it expired', async () => {
  const { gate, upstream } = await startNotifying({
    email: ['ann@reviewer.example'],
    about: ['due_soon', 'expired'],
  });
  await hold(gate, 'one@rumour.example');
  gate.advance(13 * DAY + HOUR);
  await gather(gate);
  const [due] = await untilTold(upstream, 1);
  expect(due.text).toContain('1 held mail due soon, and then not sent');
  gate.advance(16 * MINUTE);
  await aRound(gate);
  expect(await notifications(upstream)).toHaveLength(1);
  gate.advance(DAY);
  await gate.until((ds) => ds.some(({ state }) => state === 'expired'), 'expired');
  await gather(gate);
  const [, expired] = await untilTold(upstream, 2);
  expect(expired.text).toContain('1 held mail expired and not sent');
});

test('an uncertain mail is told, and an uncertain notification is not', async () => {
  const { gate, upstream } = await startNotifying({ email: ['ann@reviewer.example'], about: ['uncertain'] });
  const held = await hold(gate, 'one@rumour.example');
  upstream.script = { end: { cut: true, times: 1 } };
  await gate.app.review.release(held.id, { actor: 'ben' });
  gate.app.wake();
  await gate.until((ds) => ds.some(({ state }) => state === 'uncertain'), 'uncertain');
  upstream.script = { end: { cut: true, times: 1 } };
  await gather(gate);
  await gate.until(
    (ds) => ds.some(({ kind, state }) => kind === 'notification' && state === 'uncertain'),
    'the notification uncertain',
  );
  gate.advance(HOUR);
  await aRound(gate);
  gate.advance(HOUR);
  await aRound(gate);
  expect((await gate.deliveries()).filter(({ kind }) => kind === 'notification')).toHaveLength(1);
});

describe('when the upstream is down', () => {
  test('one notification waits, and the next one tells all that came meanwhile', async () => {
    const { gate, upstream } = await startNotifying({ email: ['ann@reviewer.example'] });
    upstream.script = { mail: { reply: '451 4.3.0 later' } };
    await hold(gate, 'one@rumour.example');
    await gather(gate);
    await gate.until(
      (ds) => ds.some(({ kind, state }) => kind === 'notification' && state === 'deferred'),
      'deferred',
    );
    for (const name of ['two', 'three']) {
      await hold(gate, `${name}@rumour.example`);
      gate.advance(16 * MINUTE);
      await aRound(gate);
    }
    expect((await gate.deliveries()).filter(({ kind }) => kind === 'notification')).toHaveLength(1);
    upstream.script = {};
    gate.advance(2 * HOUR);
    const [first, second] = await untilTold(upstream, 2);
    expect(first.text).toContain('1 mail held');
    expect(second.text).toContain('2 mails held');
  });
});

test('a gate that stops in the middle neither repeats nor loses what it was to tell', async () => {
  const upstream = await SmtpUpstream.start();
  onTestFinished(() => upstream.close());
  const { gate } = await startNotifying({ email: ['ann@reviewer.example'] }, { upstream });
  await hold(gate, 'one@rumour.example');
  // Told, and the upstream never answers: the mail is queued and not sent.
  upstream.script = { mail: { reply: '451 4.3.0 later' } };
  await gather(gate);
  await gate.until(
    (ds) => ds.some(({ kind, state }) => kind === 'notification' && state === 'deferred'),
    'deferred',
  );
  // Held, and not told yet.
  await hold(gate, 'two@rumour.example');
  await gate.app.stop();
  upstream.script = {};

  const again = await startNotifying(
    { email: ['ann@reviewer.example'] },
    { upstream, dataDir: gate.dataDir, keepEngines: true },
  );
  again.gate.advance(20 * MINUTE);
  const mails = await untilTold(upstream, 2);
  again.gate.advance(HOUR);
  await aRound(again.gate);
  expect(await notifications(upstream)).toHaveLength(2);
  expect(mails.map(({ text }) => /(one|two)@rumour/.exec(text)?.[1])).toEqual(['one', 'two']);
});

test('the engine that carries notifications can submit nothing and is in no list', async () => {
  const { gate, upstream } = await startNotifying({ email: ['ann@reviewer.example'] });
  await hold(gate, 'one@rumour.example');
  await gather(gate);
  await untilTold(upstream, 1);
  expect(gate.app.openEngines).not.toContain('presend (notifications)');
  await expect(
    gate.send({ from: 'presend@gate.example', to: 'one@rumour.example', text: RUMOUR }),
  ).rejects.toThrow(/5\.\d\.\d/);
});

test('a gate that would tell itself does not start', async () => {
  await expect(
    startGate({
      config: {
        escalation: { from: 'presend@gate.example' },
        notify: { email: ['Presend@gate.example'] },
      },
    }),
  ).rejects.toThrow(/is the gate's own address/);
});

test('a drawn spot check is told with what is left to answer, and not once all is answered', async () => {
  const { gate, upstream } = await startNotifying({
    email: ['ann@reviewer.example'],
    about: ['spot_check'],
  });
  const { database } = gate.app;
  const { spot_check: config } = configSchema.parse({}).kill_switch;
  const checks = new SpotChecks({ database, config, now: () => gate.now(), random: () => 0.5 });
  const answerOne = (item: number) =>
    answerItem(database, {
      item,
      person: { key: 'ann', name: 'Ann', actor: 'ann' },
      answer: { decision: 'PASS', rule: null, note: null },
      again: false,
      now: gate.now(),
    });
  await hold(gate, 'one@rumour.example');
  await hold(gate, 'two@rumour.example');
  gate.advance(1_000);
  await checks.draw('timer');
  await answerOne(1);
  await gather(gate);
  const [mail] = await untilTold(upstream, 1);
  expect(mail.text).toContain('1 decision drawn for a spot check');
  expect(mail.text).toContain('presend spot-check label');

  await hold(gate, 'three@rumour.example');
  gate.advance(16 * MINUTE);
  await checks.draw('kim');
  await answerOne(3);
  await gather(gate);
  await aRound(gate);
  expect(await notifications(upstream)).toHaveLength(1);
});

describe('a monitor', () => {
  test('that warns of the judge wakes nobody: it is told after the quiet hours', async () => {
    const hour = new Date().getUTCHours();
    const at = (h: number): string => `${String((h + 24) % 24).padStart(2, '0')}:00`;
    const { gate, upstream } = await startNotifying({
      email: ['ann@reviewer.example'],
      quiet_hours: { from: at(hour - 1), to: at(hour + 3) },
    });
    const slow: MonitorReading = {
      monitor: 'latency',
      title: 'Adapter latency',
      state: 'warn',
      value: 9_000,
      interval: null,
      limit: 5_000,
      unit: 'ms',
      counted: 200,
      needed: 20,
      says: '95 % of the last 200 readings took 9000 ms or less, limit 5000 ms.',
    };
    await gate.app.database.transact((trx) => saveReadings(trx, [slow], gate.now()));
    await gather(gate);
    await aRound(gate);
    expect(await notifications(upstream)).toHaveLength(0);
    gate.advance(4 * HOUR);
    const [mail] = await untilTold(upstream, 1);
    expect(mail.text).toContain('The kill switch warns; the adapter judges on');
    expect(mail.text).toContain('Adapter latency: 95 % of the last 200 readings took 9000 ms or less');
  });

  test('that trips the switch is told at once with its condition, in quiet hours too', async () => {
    const hour = new Date().getUTCHours();
    const at = (h: number): string => `${String((h + 24) % 24).padStart(2, '0')}:00`;
    const { gate, upstream } = await startNotifying({
      email: ['ann@reviewer.example'],
      quiet_hours: { from: at(hour - 1), to: at(hour + 3) },
    });
    await gate.app.database.transact(async (trx) => {
      await trip(trx, {
        by: 'monitor:failures',
        reason: 'Failed calls over the limit',
        condition: '31 of the last 1000 questions got no reading',
        at: gate.now(),
      });
    });
    await gather(gate);
    const [mail] = await untilTold(upstream, 1);
    expect(mail.text).toContain(
      'The kill switch was tripped by monitor:failures: Failed calls over the limit; 31 of the last 1000 questions got no reading',
    );
  });
});
