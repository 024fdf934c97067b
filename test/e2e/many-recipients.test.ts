import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { addSuppression, suppressionTarget } from '../../src/crm/suppression-store.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { SmtpSession } from '../support/smtp-session.ts';

const MANY = Number(process.env['RECIPIENTS'] ?? 1_000);
const MAIL =
  'From: ann@sender.example\r\nTo: a@fine.example\r\nSubject: Hi\r\n\r\nWould a call be useful?\r\n.';

test('recipients beyond the limit hear 452, and the message goes to those before', async () => {
  const gate = await startGate({ config: { smtp: { max_recipients: 3 } } });
  const session = await SmtpSession.open(gate.port);
  await session.say('EHLO test');
  await session.say('MAIL FROM:<ann@sender.example>');
  for (let i = 0; i < 3; i += 1) expect(await session.say(`RCPT TO:<p${i}@many.example>`)).toMatch(/^250/);
  expect(await session.say('RCPT TO:<p3@many.example>')).toMatch(/^452 4\.5\.3/);
  expect(await session.say('RCPT TO:<P0@many.example>'), 'one that is there already').toMatch(/^250/);
  await session.say('DATA');
  expect(await session.say(MAIL)).toMatch(/^250/);
  expect((await gate.deliveries()).map(({ recipient }) => recipient)).toEqual([
    'P0@many.example',
    'p1@many.example',
    'p2@many.example',
  ]);
  session.close();
});

test(`${MANY} recipients are each judged, suppressed ones suppressed, while others are served`, {
  timeout: 120_000 + 10 * MANY,
}, async () => {
  const gate = await startGate({ config: { smtp: { max_recipients: MANY }, answer: { mode: 'async' } } });
  await addProspect(gate, 'a@fine.example');
  await gate.app.database.transact((trx) =>
    addSuppression(
      trx,
      { ...suppressionTarget(`p7@many.example`), channel: 'email', reason: null, source: 'test' },
      { actor: 'test', at: gate.now() },
    ),
  );
  const session = await SmtpSession.open(gate.port);
  await session.say('EHLO test');
  session.write('MAIL FROM:<ann@sender.example>\r\n');
  for (let i = 0; i < MANY; i += 1) session.write(`RCPT TO:<p${i}@many.example>\r\n`);
  for (let i = 0; i <= MANY; i += 1) expect(await session.next()).toMatch(/^250/);
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  await session.say('DATA');
  const began = performance.now();
  expect(await session.say(MAIL)).toMatch(/^250 2\.0\.0 Queued/);
  const accepted = performance.now();
  // Others, one after the other, until all is judged.
  const waits: number[] = [];
  const { db } = gate.app.database;
  const waiting = async (): Promise<number> => {
    const { count } = await db
      .selectFrom('deliveries')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('state', '=', 'received')
      .where('recipient', 'like', '%@many.example')
      .executeTakeFirstOrThrow();
    return count;
  };
  let done = false;
  for (let i = 0; !done; i += 1) {
    const at = performance.now();
    const other = await SmtpSession.open(gate.port);
    await other.say('EHLO other');
    await other.say('MAIL FROM:<ann@sender.example>');
    await other.say('RCPT TO:<a@fine.example>');
    await other.say('DATA');
    expect(await other.say(MAIL.replace('Hi', `Hi ${i}`))).toMatch(/^250/);
    other.close();
    waits.push(performance.now() - at);
    done = (await waiting()) === 0;
  }
  const took = performance.now() - accepted;
  loop.disable();
  const all = (await gate.deliveries()).filter(({ recipient }) => recipient.endsWith('@many.example'));
  expect(all.length).toBe(MANY);
  expect(loop.max / 1e6, 'it is not done in one turn of the event loop').toBeLessThan(took / 2);
  expect(all.filter(({ state }) => state === 'suppressed').map(({ recipient }) => recipient)).toEqual([
    'p7@many.example',
  ]);
  expect(all.filter(({ hold_reason }) => hold_reason === 'unknown_recipient').length).toBe(MANY - 1);
  console.log(
    `${MANY} recipients: accepted in ${Math.round(accepted - began)} ms, judged in ${Math.round(took)} ms; longest stall ${Math.round(loop.max / 1e6)} ms; other mail answered within ${Math.round(Math.max(...waits))} ms (${waits.length})`,
  );
  session.close();
});
