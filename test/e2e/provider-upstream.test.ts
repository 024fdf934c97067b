import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { addSuppression, suppressionTarget } from '../../src/crm/suppression-store.ts';
import { claimDeliveries, releaseLeases } from '../../src/queue/store.ts';
import { readDetails } from '../../src/review/read.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { ProviderStandIn } from '../support/provider-stand-in.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

/** Made up for this test. */
const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret for this test only').toString('base64')}`;
const FINE = 'Hi Maria,\n\nwould a short call next week about your hiring plans be useful?\n\nBest,\nAnn';

async function gateToResend(options: Parameters<typeof startGate>[0] = {}) {
  const [api, smtp] = [await ProviderStandIn.start(), await SmtpUpstream.start()];
  const gate = await startGate({
    ...options,
    config: {
      upstreams: [upstreamConfig(smtp)],
      providers: {
        resend: { api_key: 're_real', base_url: api.baseUrl, answer_seconds: 1, attempt_seconds: 2 },
      },
      ...options.config,
    },
  });
  const key = await apiKeyFor(gate);
  const post = async (body: string | object, headers: Record<string, string> = {}) =>
    fetch(`${gate.httpBase}/emails`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { api, smtp, gate, post, key };
}

const mail = (to: string | string[], more: object = {}) => ({
  from: 'Ann <ann@sender.example>',
  to,
  subject: 'Hiring plans',
  text: FINE,
  ...more,
});
const states = async (gate: TestGate) =>
  (await gate.deliveries())
    .filter((d) => d.kind === 'mail')
    .map((d) => [d.recipient, d.state, d.hold_reason]);
const every = (state: string) => (ds: { kind: string; state: string }[]) =>
  ds.filter((d) => d.kind === 'mail').length > 0 && ds.every((d) => d.kind !== 'mail' || d.state === state);

// What every provider's API must do as an upstream is in contract/upstream.case.ts; this is Resend alone, and the way between.
describe('a mail in the shape of the API that it leaves by', () => {
  test('leaves by SMTP when its engine names an SMTP upstream', async () => {
    const { api, smtp, gate, post } = await gateToResend({ engine: { upstreams: ['provider'] } });
    await addProspect(gate, 'maria@passing.example');
    await post(mail('maria@passing.example'));
    await gate.until(every('relayed'), 'relayed');
    expect(api.seen).toHaveLength(0);
    expect(smtp.received.map((m) => m.to)).toEqual([['maria@passing.example']]);
  });

  test('is held whole unless every delivery passes, and leaves without the suppressed one when released', async () => {
    const { api, gate, post } = await gateToResend();
    await addProspect(gate, 'maria@passing.example');
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    await addProspect(gate, 'cto@large.example', {
      prospect: { recipient_role: 'CTO' },
      company: { headcount: 5000 },
    });
    const answer = await post(
      mail(['maria@passing.example', 'otto@out.example'], { bcc: ['cto@large.example'] }),
    );
    expect(answer.headers.get('x-presend-disposition')).toBe('held');
    expect(await states(gate)).toEqual([
      ['maria@passing.example', 'held', 'whole_message'],
      ['otto@out.example', 'suppressed', 'opt_out'],
      ['cto@large.example', 'held', 'c_level'],
    ]);
    const [maria] = await gate.deliveries();
    await gate.app.review.release(maria.id, { actor: 'ann' });
    gate.app.wake();
    await gate.until(
      (ds) => ds.filter((d) => d.state === 'relayed' && d.kind === 'mail').length === 2,
      'both relayed',
    );
    expect(api.sent).toHaveLength(1);
    expect(JSON.parse(api.sent[0].body.toString())).toEqual(
      mail(['maria@passing.example'], { bcc: ['cto@large.example'] }),
    );
  });

  test('with a field nobody knows is held, since it goes on to the provider', async () => {
    const { gate, post } = await gateToResend();
    await addProspect(gate, 'maria@passing.example');
    await post(mail('maria@passing.example', { footer_id: 'f_1' }));
    const [held] = await gate.deliveries();
    expect(held).toMatchObject({ state: 'held', hold_reason: 'unknown_field' });
    expect(held.note).toContain('footer_id');
  });
});

describe('a mail that left by an API', () => {
  test('is found by every name that somebody has of it, and shows the bounce that its provider reported', async () => {
    const { gate, post } = await gateToResend({
      config: {
        providers: {
          resend: {
            api_key: 're_real',
            base_url: (await ProviderStandIn.start()).baseUrl,
            webhook_secret: WEBHOOK_SECRET,
          },
        },
      },
    });
    const { database } = gate.app;
    const key = await apiKeyFor(gate);
    const stand = await gateUpstreamId(gate, post);
    const names = [stand.given, stand.upstream, stand.messageId, stand.messageId.slice(1, -1), stand.id];
    for (const name of names) {
      expect((await readDetails(database.db, name)).map(({ message }) => message.id)).toEqual([stand.id]);
    }
    const event = JSON.stringify({
      type: 'email.bounced',
      created_at: new Date().toISOString(),
      data: {
        email_id: stand.upstream,
        to: ['maria@passing.example'],
        subject: 'Hiring plans',
        bounce: { type: 'Permanent', message: 'no such mailbox' },
      },
    });
    const at = new Date();
    const signed = {
      'svix-id': 'msg_1',
      'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
      'svix-signature': new Webhook(WEBHOOK_SECRET).sign('msg_1', at, event),
    };
    const told = await fetch(`${gate.httpBase}/events/resend`, {
      method: 'POST',
      headers: signed,
      body: event,
    });
    expect(told.status).toBe(200);
    const view = await fetch(`${gate.httpBase}/emails/${stand.given}`, {
      headers: { Authorization: `Bearer ${key}` },
    });
    expect(await view.json()).toMatchObject({ last_event: 'bounced' });
    const [{ timeline }] = await readDetails(database.db, stand.id);
    expect(timeline.at(-1)).toMatchObject({
      actor: 'provider:resend',
      action: 'hard_bounce',
      detail: { note: expect.stringContaining('no such mailbox') },
    });
    const next = await post(mail('maria@passing.example', { subject: 'Again' }));
    expect(next.status).toBe(422);
    expect((await gate.deliveries()).at(-1)?.note).toBe(
      'Mail to this address bounced for good, so it is suppressed.',
    );
  });
});

/** Sends one mail and waits until it is relayed. */
async function gateUpstreamId(gate: TestGate, post: (body: object) => Promise<Response>) {
  await addProspect(gate, 'maria@passing.example');
  const { id: given } = (await (await post(mail('maria@passing.example'))).json()) as { id: string };
  await gate.until(every('relayed'), 'relayed');
  const { db } = gate.app.database;
  const attempt = await db.selectFrom('attempts').select('upstream_id').executeTakeFirstOrThrow();
  const message = await db.selectFrom('messages').select(['id', 'message_id']).executeTakeFirstOrThrow();
  return { given, upstream: attempt.upstream_id!, messageId: message.message_id!, id: message.id };
}

describe('a provider in trouble', () => {
  test('whose answer is lost before an opt-out arrives leaves the mail uncertain, not suppressed as unsent', async () => {
    const { api, gate, post } = await gateToResend();
    await addProspect(gate, 'maria@passing.example');
    api.script = { cut: 'late', times: 1 };
    await post(mail('maria@passing.example'));
    await gate.until(every('deferred'), 'deferred');
    await gate.app.database.transact((trx) =>
      addSuppression(
        trx,
        { ...suppressionTarget('maria@passing.example'), channel: 'email', reason: 'asked', source: 'test' },
        { actor: 'test', at: Date.now() },
      ),
    );
    gate.advance(5_000);
    await gate.until(every('uncertain'), 'uncertain');
    expect(api.seen).toHaveLength(1);
  });

  test('that had the mail in hand when the gate was killed gets it again under the same key', async () => {
    const { api, gate, post } = await gateToResend();
    await addProspect(gate, 'maria@passing.example');
    api.script = { stall: true, times: 1 };
    const { database } = gate.app;
    await post(mail('maria@passing.example'));
    await gate.until(() => api.seen.length === 1, 'handed over');
    // As a gate that starts again does, which has nothing in hand: nobody holds the lease, and the attempt is still open.
    await database.transact(async (trx) => {
      await releaseLeases(trx);
      await claimDeliveries(trx, { now: gate.now(), leaseMs: 0, limit: 10, inHand: [] });
    });
    await gate.until(every('relayed'), 'relayed');
    expect(api.sent).toHaveLength(1);
    const attempts = await database.db
      .selectFrom('attempts')
      .select(['outcome', 'idempotency_key'])
      .execute();
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['lost', 'delivered']);
    expect(new Set(attempts.map((one) => one.idempotency_key)).size).toBe(1);
  });

  test('whose account is gone by the next try leaves the mail uncertain, and does not send it by SMTP', async () => {
    const { api, smtp, gate, post } = await gateToResend();
    await addProspect(gate, 'maria@passing.example');
    api.script = { cut: 'late', times: 1 };
    await post(mail('maria@passing.example'));
    await gate.until(every('deferred'), 'deferred');
    await gate.app.database.transact((trx) =>
      trx.updateTable('engines').set({ upstreams: '["provider"]' }).where('name', '=', 'engine').execute(),
    );
    gate.advance(5_000);
    const [uncertain] = await gate.until(every('uncertain'), 'uncertain');
    expect(smtp.received).toHaveLength(0);
    // A person who knows that it did not arrive sends it on.
    await gate.app.review.resend(uncertain.id, { actor: 'ann' });
    gate.app.wake();
    await gate.until(every('relayed'), 'relayed');
    expect(smtp.received).toHaveLength(1);
  });

  test('that forgets keys before the next try leaves the mail uncertain', async () => {
    const { api, gate, post } = await gateToResend({
      config: { delivery: { first_retry_seconds: 86_000, max_retry_seconds: 90_000 } },
    });
    await addProspect(gate, 'maria@passing.example');
    api.script = { cut: 'late', times: 1 };
    await post(mail('maria@passing.example'));
    await gate.until(every('deferred'), 'deferred');
    gate.advance(30 * 3_600_000);
    await gate.until(every('uncertain'), 'uncertain');
    expect(api.seen).toHaveLength(1);
  });

  test('whose answer is lost is not passed by: by another upstream it would be a second mail', async () => {
    const { api, smtp, gate, post } = await gateToResend();
    await addProspect(gate, 'maria@passing.example');
    api.script = { cut: 'late', times: 1 };
    await post(mail('maria@passing.example'));
    await gate.until(every('deferred'), 'deferred');
    const upstreams = JSON.stringify(['provider']);
    await gate.app.database.transact((trx) => trx.updateTable('engines').set({ upstreams }).execute());
    gate.advance(5_000);
    await gate.until(every('uncertain'), 'uncertain');
    expect([api.sent.length, smtp.received.length]).toEqual([1, 0]);
  });

  test('that has the mail in hand does not get it again with a recipient who is released meanwhile', async () => {
    const { api, gate, post } = await gateToResend();
    await addProspect(gate, 'maria@passing.example');
    await addProspect(gate, 'cto@large.example', {
      prospect: { recipient_role: 'CTO' },
      company: { headcount: 5000 },
    });
    await post(mail(['maria@passing.example', 'cto@large.example']));
    const [maria, cto] = await gate.deliveries();
    const { review } = gate.app;
    await review.escalate(cto.id, { actor: 'ann' });
    gate.app.wake();
    await gate.until((ds) => ds.some(({ state }) => state === 'escalated'), 'escalated');
    api.script = { stall: true, times: 1 };
    await review.release(maria.id, { actor: 'ann' });
    gate.app.wake();
    await gate.until(() => api.seen.length === 1, 'handed over');
    await review.release(cto.id, { actor: 'owner' });
    gate.app.wake();
    await gate.until(() => api.sent.length > 1, 'the other one sent');
    const to = api.sent.map(({ body }) => (JSON.parse(body.toString()) as { to: string[] }).to);
    expect(to).toEqual([['maria@passing.example'], ['cto@large.example']]);
  });

  test('that breaks the connection before the whole request came is tried again', async () => {
    const { api, gate, post } = await gateToResend();
    await addProspect(gate, 'maria@passing.example');
    api.script = { cut: 'early', times: 1 };
    await post(mail('maria@passing.example'));
    gate.advance(5_000);
    await gate.until((ds) => {
      if (ds[0]?.state === 'deferred') gate.advance(60_000);
      return every('relayed')(ds);
    }, 'relayed');
    expect(api.sent).toHaveLength(1);
  });
});
