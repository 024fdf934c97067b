import { sample } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey } from '../../src/crm/address.ts';
import { createProspect } from '../../src/crm/store.ts';
import { addSuppression, suppressionTarget } from '../../src/crm/suppression-store.ts';
import type { Delivery } from '../../src/queue/settle.ts';
import { INTAKES } from '../contract/intakes.ts';
import { FINE } from '../support/front.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { DOTS, PERHAPS, SAME, SAME_BY_API, type Spelling } from '../support/address-spellings.ts';
import { SmtpSession } from '../support/smtp-session.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

const SEED = Number(process.env['SEED'] ?? 20_260_301);

/** Whom no mail may reach, each for another reason; letters that have lookalikes. */
const STOPPED: Record<string, [local: string, domain: string]> = {
  'an address that opted out': ['peace', 'copy.example'],
  'an address of a domain that opted out': ['oxeye', 'apex.example'],
  'a prospect that opted out': ['yoyo', 'peco.example'],
  'a prospect that is disqualified': ['axio', 'coax.example'],
};

async function startWithStopped() {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({
    config: {
      upstreams: [upstreamConfig(upstream)],
      recipients: { same_domains: [['copy.example', 'kopie.example']], ignore_dots: ['copy.example'] },
      // Own domains are not judged, unless the address leads on.
      internal: { domains: ['own.example'] },
    },
  });
  await gate.app.database.transact(async (trx) => {
    for (const target of ['peace@copy.example', '@apex.example']) {
      const change = { actor: 'test', at: gate.now() };
      const suppression = { ...suppressionTarget(target), channel: 'email', reason: null, source: 'test' };
      await addSuppression(trx, suppression, change);
    }
  });
  await addProspect(gate, 'yoyo@peco.example', { prospect: { opt_out_channels: ['email'] } });
  await addProspect(gate, 'axio@coax.example', { prospect: { disqualifiers: ['do_not_contact'] } });
  await addProspect(gate, 'fine@fine.example');
  return { gate, upstream };
}

/** One message by SMTP to an envelope spelled as given. @returns the reply that decided */
async function sendRaw(session: SmtpSession, to: string): Promise<string> {
  await session.say('RSET');
  await session.say('MAIL FROM:<ann@sender.example> SMTPUTF8');
  const taken = await session.say(`RCPT TO:<${to}>`);
  if (!taken.startsWith('250')) return taken;
  await session.say('DATA');
  return session.say(
    `From: ann@sender.example\r\nTo: fine@fine.example\r\nSubject: Hello\r\n\r\n${FINE.replaceAll('\n', '\r\n')}\r\n.`,
  );
}

/** A record of its own that every rule lets pass, so that a hold is not for an unknown recipient. */
async function knowAs(gate: TestGate, alias: string): Promise<void> {
  const key = addressKey(alias);
  if (key === null) return;
  await gate.app.database.transact(async (trx) => {
    const taken = await trx
      .selectFrom('prospects')
      .select('id')
      .where('address_key', '=', key)
      .executeTakeFirst();
    if (taken) return;
    const company = await trx
      .selectFrom('prospects')
      .select('company_id')
      .where('address_key', '=', 'fine@fine.example')
      .executeTakeFirstOrThrow();
    await createProspect(
      trx,
      { address: alias.trim(), company_id: company.company_id, recipient_role: 'vp_eng' },
      { actor: 'test', at: gate.now() },
    );
  });
}

const draw = (spellings: Record<string, Spelling>, times: number) =>
  Object.entries(spellings).flatMap(([name, spelling]) =>
    sample(spelling, { numRuns: times, seed: SEED }).map((spell) => ({ name, spell })),
  );

const newest = async (gate: TestGate, than: readonly Delivery[]): Promise<Delivery[]> => {
  const before = new Set(than.map(({ id }) => id));
  return (await gate.deliveries()).filter(({ id, kind }) => kind === 'mail' && !before.has(id));
};

test.each(Object.entries(STOPPED))('by SMTP %s is reached by no spelling', async (_why, [local, domain]) => {
  const { gate, upstream } = await startWithStopped();
  const session = await SmtpSession.open(gate.port);
  await session.say('EHLO test');
  let taken = 0;
  for (const { name, spell } of draw({ ...SAME, ...(domain === 'copy.example' ? { dots: DOTS } : {}) }, 1)) {
    const reply = await sendRaw(session, spell(local, domain));
    expect(reply, name).toMatch(/^550 5\.7\.1 Suppressed: (opt_out|disqualifier)/);
  }
  for (const { name, spell } of draw(PERHAPS, 1)) {
    const alias = spell(local, domain);
    await knowAs(gate, alias);
    const before = await gate.deliveries();
    const reply = await sendRaw(session, alias);
    const [delivery] = await newest(gate, before);
    if (delivery) taken += 1;
    // In a domain that opted out every spelling is suppressed.
    if (delivery && alias.endsWith('@apex.example')) expect(delivery.state).toBe('suppressed');
    else if (delivery) {
      expect([name, alias, delivery.state, delivery.hold_reason]).toEqual([
        name,
        alias,
        'held',
        'possible_alias',
      ]);
    } else expect(reply, name).toMatch(/^5\d\d/);
  }
  expect(taken, 'most are addresses').toBeGreaterThan(8);
  expect(await sendRaw(session, 'fine@fine.example')).toMatch(/^250 2\.0\.0 Relaying/);
  await gate.until((ds) => ds.some(({ state }) => state === 'relayed'), 'the fine one is relayed');
  expect(upstream.received.flatMap(({ to }) => to)).toEqual(['fine@fine.example']);
  session.close();
});

describe('by the HTTP fronts', () => {
  test.each(INTAKES.filter(({ http }) => http))('$name', async (intake) => {
    const { gate, upstream } = await startWithStopped();
    const submit = await intake.connect(gate);
    const [local, domain] = STOPPED['a prospect that opted out'];
    const heard = async (alias: string) => {
      const before = await gate.deliveries();
      // What a client library refuses by itself never left it.
      const answer = await submit({ to: [alias], text: `${FINE} ${alias}` }).catch(() => null);
      return { answer, made: await newest(gate, before) };
    };
    for (const { name, spell } of draw({ ...SAME, ...SAME_BY_API }, 1)) {
      const { made } = await heard(spell(local, domain));
      for (const { state } of made) expect([name, state]).toEqual([name, 'suppressed']);
    }
    for (const { name, spell } of draw(PERHAPS, 1)) {
      const alias = spell(local, domain);
      await knowAs(gate, alias);
      const { made } = await heard(alias);
      for (const { state, hold_reason } of made) {
        expect([name, state, hold_reason]).toEqual([name, 'held', 'possible_alias']);
      }
    }
    expect((await gate.deliveries()).length).toBeGreaterThan(8);
    expect((await heard('fine@fine.example')).answer).toEqual({ told: 'relaying' });
    await gate.until((ds) => ds.some(({ state }) => state === 'relayed'), 'the fine one is relayed');
    expect(upstream.received.flatMap(({ to }) => to)).toEqual(['fine@fine.example']);
  });
});

test('headers decide nothing: groups, comments, Bcc and Resent fields reach nobody the envelope does not name', async () => {
  const { gate, upstream } = await startWithStopped();
  const session = await SmtpSession.open(gate.port);
  await session.say('EHLO test');
  await session.say('MAIL FROM:<ann@sender.example>');
  await session.say('RCPT TO:<fine@fine.example>');
  await session.say('DATA');
  const reply = await session.say(
    [
      'From: ann@sender.example',
      'To: Everyone: yoyo@peco.example, peace@copy.example;, fine@fine.example (axio@coax.example)',
      'Cc: "yoyo@peco.example" <fine@fine.example>',
      'Bcc: peace@copy.example',
      'Resent-To: yoyo@peco.example',
      'Resent-From: ann@sender.example',
      'Apparently-To: peace@copy.example',
      'Subject: Hello',
      '',
      FINE.replaceAll('\n', '\r\n'),
      '.',
    ].join('\r\n'),
  );
  expect(reply).toMatch(/^250/);
  const [only, ...others] = await gate.deliveries();
  expect(only?.recipient).toBe('fine@fine.example');
  expect(others).toEqual([]);
  for (const { to } of upstream.received) expect(to).toEqual(['fine@fine.example']);
  session.close();
});

test('an opt-out that comes after the judgement stops the mail to an alias too, unless a person released it', async () => {
  const { gate, upstream } = await startWithStopped();
  const alias = 'newco%late.example@relay.example';
  await knowAs(gate, alias);
  const session = await SmtpSession.open(gate.port);
  await session.say('EHLO test');
  // Its upstream is away for now.
  upstream.script = { connect: { reply: '421 4.3.2 later' } };
  expect(await sendRaw(session, alias)).toMatch(/Relaying/);
  await gate.until(([one]) => one?.state === 'deferred', 'deferred');
  await gate.app.database.transact((trx) =>
    addSuppression(
      trx,
      { ...suppressionTarget('newco@late.example'), channel: 'email', reason: null, source: 'test' },
      { actor: 'test', at: gate.now() },
    ),
  );
  upstream.script = {};
  gate.advance(3_600_000);
  const [held] = await gate.until(([one]) => one?.state === 'held', 'held');
  expect(held?.hold_reason).toBe('possible_alias');
  expect(upstream.received).toEqual([]);
  await gate.app.review.release(held.id, { actor: 'ann' });
  await gate.until(([one]) => one?.state === 'relayed', 'relayed after the release');
  session.close();
});
