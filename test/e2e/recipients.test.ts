import { expect, test } from 'vitest';
import { addProspect, startGate } from '../support/gate.ts';
import { SmtpSession } from '../support/smtp-session.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

async function gateWithUpstream() {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({
    config: {
      upstreams: [upstreamConfig(upstream)],
      internal: { addresses: ['Log+crm@dropbox.example'], domains: ['sender.example'] },
    },
  });
  await addProspect(gate, 'fine@a.example');
  await addProspect(gate, 'out@b.example', { prospect: { opt_out_channels: ['email'] } });
  await addProspect(gate, 'low@c.example', { company: { funding_confidence: 'low' } });
  return { upstream, gate };
}

const RUMOUR = 'Congratulations on closing your $20M Series B!';
const states = (deliveries: { recipient: string; state: string; hold_reason: string | null }[]) =>
  deliveries.map((d) => [d.recipient, d.state, d.hold_reason]);

/** Sends with an envelope of its own, whatever To says. */
async function submit(port: number, envelope: string[], to: string, text = 'Would a call be useful?') {
  const session = await SmtpSession.open(port);
  await session.say('EHLO test');
  await session.say('MAIL FROM:<ann@sender.example>');
  for (const address of envelope) await session.say(`RCPT TO:<${address}>`);
  await session.say('DATA');
  const reply = await session.say(
    `From: ann@sender.example\r\nTo: ${to}\r\nSubject: Hello\r\n\r\n${text}\r\n.`,
  );
  session.close();
  return reply;
}

test('internal addresses and dropboxes get the mail when a prospect does, unjudged', async () => {
  const { gate, upstream } = await gateWithUpstream();
  await submit(gate.port, ['fine@a.example', 'boss@sender.example', 'log@dropbox.example'], 'fine@a.example');
  await gate.until((ds) => ds.length === 3 && ds.every((d) => d.state === 'relayed'), 'all relayed');
  expect(upstream.received.flatMap((m) => m.to).toSorted()).toEqual([
    'boss@sender.example',
    'fine@a.example',
    'log@dropbox.example',
  ]);
  expect(await gate.app.database.db.selectFrom('verdicts').select('id').execute()).toHaveLength(1);
});

test('internal addresses do not get what every prospect is suppressed for, and the engine hears 550', async () => {
  const { gate, upstream } = await gateWithUpstream();
  expect(await submit(gate.port, ['out@b.example', 'boss@sender.example'], 'out@b.example')).toMatch(
    /^550 5\.7\.1 Suppressed: opt_out/,
  );
  expect(upstream.received).toHaveLength(0);
});

test('internal mail alone is relayed without a judgement', async () => {
  const { gate } = await gateWithUpstream();
  expect(await submit(gate.port, ['boss@sender.example'], 'boss@sender.example')).toMatch(/Relaying/);
  await gate.until((ds) => ds.every((d) => d.state === 'relayed'), 'relayed');
});

test('a Bcc recipient is judged too, and stops only its own copy', async () => {
  const { gate, upstream } = await gateWithUpstream();
  expect(await submit(gate.port, ['fine@a.example', 'low@c.example'], 'fine@a.example', RUMOUR)).toMatch(
    /Held/,
  );
  const all = await gate.until((ds) => ds[0].state === 'relayed', 'the visible one relayed');
  expect(states(all)).toEqual([
    ['fine@a.example', 'relayed', null],
    ['low@c.example', 'held', 'low_confidence_funding'],
  ]);
  expect(upstream.received.map((m) => m.to)).toEqual([['fine@a.example']]);
});

test('a stopped visible recipient holds the whole message, internal copies too', async () => {
  const { gate, upstream } = await gateWithUpstream();
  const to = 'fine@a.example, low@c.example';
  await submit(gate.port, ['fine@a.example', 'low@c.example', 'boss@sender.example'], to, RUMOUR);
  expect(states(await gate.deliveries())).toEqual([
    ['fine@a.example', 'held', 'whole_message'],
    ['low@c.example', 'held', 'low_confidence_funding'],
    ['boss@sender.example', 'held', 'whole_message'],
  ]);
  expect(upstream.received).toHaveLength(0);
});

test('To names nobody the envelope does not: headers never decide who gets a mail', async () => {
  const { gate, upstream } = await gateWithUpstream();
  await submit(gate.port, ['fine@a.example'], 'fine@a.example, somebody@else.example');
  await gate.until((ds) => ds.length === 1 && ds[0].state === 'relayed', 'relayed');
  expect(upstream.received.flatMap((m) => m.to)).toEqual(['fine@a.example']);
});
