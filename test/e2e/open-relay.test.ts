import { afterEach, describe, expect, test } from 'vitest';
import { hashPassword } from '../../src/intake/credentials.ts';
import { addEngine, changeEngine, requireEngine } from '../../src/intake/engine-store.ts';
import { PASSWORD, type TestGate, addProspect, startGate } from '../support/gate.ts';
import { SmtpSession } from '../support/smtp-session.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

afterEach(() => SmtpSession.closeAll());

const AUTHS = ['none', 'wrong', 'right', 'revoked', 'another engine'] as const;
type Auth = (typeof AUTHS)[number];

/** Sender domains of engine `engine` are sender.example and .team.example. */
const SENDERS = {
  own: 'ann@sender.example',
  'own in capitals': 'Ann@SENDER.example',
  'an own subdomain': 'ann@eu.team.example',
  empty: '',
  foreign: 'ceo@victim.example',
  'a subdomain of one without subdomains': 'ann@sub.sender.example',
  'one that ends like it': 'ann@notsender.example',
  'one that begins like it': 'ann@sender.example.evil.example',
  lookalike: 'ann@sеnder.example',
  'own in the local part': '"ann@sender.example"@victim.example',
  routed: 'ann%sender.example@victim.example',
  "another engine's": 'bob@other.example',
} as const;
type Sender = keyof typeof SENDERS;
const OWN: readonly Sender[] = ['own', 'own in capitals', 'an own subdomain', 'empty'];

const RECIPIENTS = [
  'maria@fine.example',
  'maria%fine.example@gate.test',
  'maria@[127.0.0.1]',
  'postmaster',
  'x@gate.test',
];

/** Where the client is. Only loopback may send without AUTH, and only where a proxy does not stand before it. */
const PLACES = {
  'plain port': { implicit: false, startTls: false, proxied: false },
  STARTTLS: { implicit: false, startTls: true, proxied: false },
  'TLS port': { implicit: true, startTls: false, proxied: false },
  'plain port, through a proxy': { implicit: false, startTls: false, proxied: true },
  'STARTTLS, through a proxy': { implicit: false, startTls: true, proxied: true },
} as const;

async function start({ loopbackWithoutAuth }: { loopbackWithoutAuth: boolean }) {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({
    config: {
      upstreams: [upstreamConfig(upstream)],
      smtp: { implicit_tls_port: 0, proxy_from: ['127.0.9.1'], max_errors: 1000 },
      engine_login: { account_failures: 10_000, address_failures: 10_000 },
    },
    engine: { loopbackWithoutAuth, senderDomains: ['sender.example', '.team.example'] },
  });
  await addProspect(gate, 'maria@fine.example');
  const secretHash = await hashPassword('of the other');
  const revoked = await hashPassword('no longer');
  await gate.app.database.transact(async (trx) => {
    const by = { actor: 'test', now: gate.now() };
    await addEngine(trx, { name: 'other', senderDomains: ['other.example'], secretHash }, by);
    const gone = await addEngine(
      trx,
      { name: 'gone', senderDomains: ['sender.example'], secretHash: revoked },
      by,
    );
    await changeEngine(trx, gone.id, { secretHash: null }, by);
    // The demo engine of a first start is open to this machine.
    if (!loopbackWithoutAuth) await trx.updateTable('engines').set({ loopback_without_auth: 0 }).execute();
  });
  return { gate, upstream };
}

async function connectTo(gate: TestGate, place: keyof typeof PLACES): Promise<SmtpSession> {
  const { implicit, startTls, proxied } = PLACES[place];
  const session = SmtpSession.connect(gate.app.addresses.smtp[implicit ? 1 : 0].port, {
    ...(implicit ? { tls: {} } : {}),
    ...(proxied ? { from: '127.0.9.1', first: 'PROXY TCP4 127.0.0.1 127.0.0.1 4000 25\r\n' } : {}),
  });
  await session.next();
  await session.say('EHLO test');
  if (startTls) {
    await session.startTls();
    await session.say('EHLO test');
  }
  return session;
}

async function authenticate(session: SmtpSession, auth: Auth): Promise<void> {
  if (auth === 'wrong') await session.login('engine', 'wrong');
  else if (auth === 'right') await session.login('engine', PASSWORD);
  else if (auth === 'revoked') await session.login('gone', 'no longer');
  else if (auth === 'another engine') await session.login('other', 'of the other');
}

/** Whether the gate may take mail from this sender. */
function mayRelay({
  auth,
  place,
  sender,
  open,
}: {
  auth: Auth;
  place: keyof typeof PLACES;
  sender: Sender;
  open: boolean;
}): boolean {
  const { implicit, startTls, proxied } = PLACES[place];
  const loggedIn = implicit || startTls ? auth : 'none';
  if (loggedIn === 'right') return OWN.includes(sender);
  if (loggedIn === 'another engine') return sender === 'empty' || sender === "another engine's";
  return open && !proxied && OWN.includes(sender);
}

describe.each([true, false])('loopback without AUTH: %s', (open) => {
  test.each(
    Object.keys(PLACES) as (keyof typeof PLACES)[],
  )('on the %s only engines send, and only as their own domains', async (place) => {
    const { gate, upstream } = await start({ loopbackWithoutAuth: open });
    const wrong: string[] = [];
    for (const auth of AUTHS) {
      const session = await connectTo(gate, place);
      await authenticate(session, auth);
      for (const sender of Object.keys(SENDERS) as Sender[]) {
        const expected = mayRelay({ auth, place, sender, open });
        const reply = await session.say(`MAIL FROM:<${SENDERS[sender]}> SMTPUTF8`);
        if (reply.startsWith('250') !== expected) wrong.push(`${auth}, ${sender}: ${reply}`);
        // Without a sender no recipient is taken, own or foreign.
        for (const to of RECIPIENTS) {
          const taken = await session.say(`RCPT TO:<${to}>`);
          if (!expected && !/^5\d\d /.test(taken)) wrong.push(`${auth}, ${sender} to ${to}: ${taken}`);
        }
        if (!expected) expect(await session.say('DATA')).toMatch(/^503/);
        await session.say('RSET');
      }
      session.close();
    }
    expect(wrong).toEqual([]);
    expect(await gate.deliveries()).toEqual([]);
    expect(upstream.received).toEqual([]);
  });
});

describe('the headers that say whose a mail is', () => {
  const FIELDS = ['From', 'Sender', 'Resent-From', 'Resent-Sender', 'Return-Path'];
  const FOREIGN = [
    'ceo@victim.example',
    'CEO <ceo@victim.example>',
    '"ann@sender.example" <ceo@victim.example>',
    'ann@sender.example, ceo@victim.example',
    'Us: ann@sender.example, ceo@victim.example;',
    '<@sender.example:ceo@victim.example>',
    'ann@sender.example.victim.example',
    '=?utf-8?q?ann=40sender=2Eexample?= <ceo@victim.example>',
    'ann@sub.sender.example',
  ];
  test.each(FIELDS)('%s names own domains only', async (field) => {
    const { gate, upstream } = await start({ loopbackWithoutAuth: true });
    const session = await connectTo(gate, 'STARTTLS');
    await session.login('engine', PASSWORD);
    const send = async (value: string): Promise<string> => {
      await session.say('RSET');
      await session.say('MAIL FROM:<ann@sender.example>');
      await session.say('RCPT TO:<maria@fine.example>');
      await session.say('DATA');
      const from = field === 'From' ? [] : ['From: ann@sender.example'];
      return session.say(
        [...from, `${field}: ${value}`, 'To: maria@fine.example', 'Subject: Hi', '', 'A call?', '.'].join(
          '\r\n',
        ),
      );
    };
    for (const value of FOREIGN) expect(await send(value), value).toMatch(/^550 5\.7\.1 The /);
    expect(await gate.deliveries()).toEqual([]);
    expect(await send('Ann <ann@sender.example>')).toMatch(/^250/);
    expect(await send('Ann <ann@eu.team.example>')).toMatch(/^250/);
    await gate.until((ds) => ds.every(({ state }) => state === 'relayed'), 'relayed');
    expect(upstream.received.map(({ from }) => from)).toEqual(['ann@sender.example', 'ann@sender.example']);
  });

  test('Reply-To may name anybody', async () => {
    const { gate } = await start({ loopbackWithoutAuth: true });
    const session = await connectTo(gate, 'plain port');
    await session.say('MAIL FROM:<ann@sender.example>');
    await session.say('RCPT TO:<maria@fine.example>');
    await session.say('DATA');
    expect(
      await session.say(
        'From: ann@sender.example\r\nReply-To: desk@other.example\r\nTo: maria@fine.example\r\n\r\nA call?\r\n.',
      ),
    ).toMatch(/^250/);
  });
});

test('an engine that loses its password or a domain loses it inside a session too', async () => {
  const { gate } = await start({ loopbackWithoutAuth: false });
  const session = await connectTo(gate, 'STARTTLS');
  await session.login('engine', PASSWORD);
  expect(await session.say('MAIL FROM:<ann@sender.example>')).toMatch(/^250/);
  await session.say('RSET');
  const engine = await requireEngine(gate.app.database.db, 'engine');
  const by = { actor: 'test', now: gate.now() };
  await gate.app.database.transact((trx) =>
    changeEngine(trx, engine.id, { senderDomains: ['new.example'] }, by),
  );
  expect(await session.say('MAIL FROM:<ann@sender.example>')).toMatch(/^550 5\.7\.1/);
  expect(await session.say('MAIL FROM:<ann@new.example>')).toMatch(/^250/);
  await session.say('RSET');
  await gate.app.database.transact((trx) => changeEngine(trx, engine.id, { secretHash: null }, by));
  expect(await session.say('MAIL FROM:<ann@new.example>')).toMatch(/^530/);
});
