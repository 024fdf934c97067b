import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { providersSchema } from '../../src/config/providers.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { createJudge, createRejudge } from '../../src/pipeline/judge-delivery.ts';
import { releaseLeases } from '../../src/queue/store.ts';
import { editDelivery } from '../../src/review/edit.ts';
import { FINE } from '../support/front.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { ProviderStandIn } from '../support/provider-stand-in.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';
import type { ProviderWire, WireMail, WireRequest } from './provider-wire.ts';

const RUMOUR = 'Congratulations on closing your $20M Series B last month!';
const MARIA: WireMail = { to: ['maria@passing.example'], text: FINE };
const UNKNOWN: WireMail = { to: ['who@nowhere.example'], text: FINE };

type Check = Parameters<TestGate['until']>[0];
const every =
  (state: string, count = 1): Check =>
  (all) => {
    const mails = all.filter(({ kind }) => kind === 'mail');
    return mails.length >= count && mails.every((d) => d.state === state);
  };

/** What every provider's API must do as an upstream: a mail in its shape leaves by its account. */
export function upstreamContract(wire: ProviderWire): void {
  /** A gate with an account at the provider, who is a stand-in, and an SMTP upstream beside it. */
  const start = async () => {
    const [api, smtp] = [await ProviderStandIn.start(), await SmtpUpstream.start()];
    api.answer = (n) => wire.taken(n);
    const account = { ...wire.account, base_url: api.baseUrl, answer_seconds: 1, attempt_seconds: 2 };
    const gate = await startGate({
      config: { upstreams: [upstreamConfig(smtp)], providers: { [wire.name]: account } },
    });
    await addProspect(gate, 'maria@passing.example');
    await addProspect(gate, 'tom@passing.example');
    const engine = { moved: 0, headers: {} as Record<string, string> };
    const advance = (ms: number) => {
      engine.moved += ms;
      gate.advance(ms);
    };
    const post = async (request: WireRequest, more: Record<string, string> = {}) => {
      engine.headers = await wire.authorize(gate, request, Date.now() + engine.moved);
      const answer = await fetch(`${gate.httpBase}${request.path}`, {
        method: 'POST',
        headers: { ...more, ...engine.headers, 'Content-Type': request.contentType },
        body: request.body,
      });
      const text = await answer.text();
      expect(answer.status, text).toBeLessThan(300);
      return answer;
    };
    return { api, smtp, gate, engine, advance, post, submit: (mail: WireMail) => post(wire.request(mail)) };
  };
  const release = async (gate: TestGate, id: string) => {
    await gate.app.review.release(id, { actor: 'ann' });
    gate.app.wake();
  };
  /** Moves the clock until the state has come; deferred mail is tried again meanwhile. */
  const untilRetried = (gate: TestGate, check: Check, what: string) =>
    gate.until((all) => {
      if (all.some(({ state }) => state === 'deferred')) gate.advance(60_000);
      return check(all);
    }, what);
  const arrived = (api: ProviderStandIn) =>
    api.sent.map(({ method, url, headers, body }) => ({
      request: `${method} ${url}`,
      contentType: headers['content-type'],
      body: body.toString(),
    }));
  const asItCame = ({ path, contentType, body }: WireRequest) => ({
    request: `POST ${path}`,
    contentType,
    body,
  });

  describe(`the ${wire.name} upstream${wire.way ? ` (${wire.way})` : ''}`, () => {
    test('gets a mail that passes byte for byte as it came, once, by the account’s key', async () => {
      const { api, smtp, gate, submit } = await start();
      const html = `<p>${FINE.replaceAll('\n\n', '</p><p>')}</p>`;
      const mail = { ...MARIA, cc: ['tom@passing.example'], html };
      await submit(mail);
      await gate.until(every('relayed', 2), 'relayed');
      gate.advance(60_000);
      await submit(mail);
      await gate.until(every('relayed', 2), 'still relayed');
      expect(arrived(api)).toEqual([asItCame(wire.request(mail))]);
      expect(api.seen).toHaveLength(1);
      expect(wire.isAccounts(api.sent[0])).toBe(true);
      expect(smtp.received).toHaveLength(0);
    });

    test('sees no header of the engine’s request', async () => {
      const { api, gate, engine, post } = await start();
      await post(wire.request(MARIA), { 'X-Engine': 'x-of-the-engine', Cookie: 'session=of-the-engine' });
      await gate.until(every('relayed'), 'relayed');
      const seen = JSON.stringify(api.sent[0].headers);
      expect(seen).not.toContain('of-the-engine');
      const secrets = Object.values(engine.headers).filter((value) => value.length > 20);
      expect(secrets).not.toEqual([]);
      for (const value of secrets) expect(seen).not.toContain(value);
    });

    test('names the mail, and the attempt of each recipient is known by that name', async () => {
      const { gate, submit } = await start();
      await submit({ ...MARIA, bcc: ['tom@passing.example'] });
      await gate.until(every('relayed', 2), 'relayed');
      const attempts = await gate.app.database.db
        .selectFrom('attempts')
        .select(['upstream', 'upstream_id', 'outcome'])
        .execute();
      const attempt = { upstream: wire.name, upstream_id: wire.idOf(1), outcome: 'delivered' };
      expect(attempts).toEqual([attempt, attempt]);
    });

    test('gets a held mail when a person releases it, as it came', async () => {
      const { api, gate, submit } = await start();
      await submit(UNKNOWN);
      const [held] = await gate.until(every('held'), 'held');
      expect(api.seen).toHaveLength(0);
      await release(gate, held.id);
      await gate.until(every('relayed'), 'relayed');
      expect(arrived(api)).toEqual([asItCame(wire.request(UNKNOWN))]);
    });

    test('gets nothing of a held mail that a person rejects', async () => {
      const { api, gate, submit } = await start();
      await submit(UNKNOWN);
      const [held] = await gate.until(every('held'), 'held');
      await gate.app.review.reject(held.id, { actor: 'ann' });
      gate.advance(3_600_000);
      await gate.until(every('rejected'), 'rejected');
      expect(api.seen).toHaveLength(0);
    });

    test('gets the reviewer’s text in every part, and the old one in none', async () => {
      const { api, gate, submit } = await start();
      await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
      await submit({ to: ['low@rumour.example'], text: RUMOUR, html: `<p>${RUMOUR}</p>` });
      const [held] = await gate.until(every('held'), 'held');
      const edit = { text: 'Wäre ein Gespräch next week useful?', subject: 'A cäll', actor: 'ann' };
      await editDelivery(editing(gate, wire), held.id, edit);
      await release(gate, held.id);
      await gate.until(every('relayed'), 'relayed');
      expect(await wire.read(api.sent[0])).toEqual({
        recipients: ['low@rumour.example'],
        subject: 'A cäll',
        text: expect.stringContaining('Wäre ein Gespräch next week useful?'),
        html: expect.stringMatching(/W(?:ä|&auml;|&#xe4;)re ein Gespr/i),
      });
      expect(api.sent[0].body.toString()).not.toContain('Series B');
      expect(wire.isAccounts(api.sent[0])).toBe(true);
    });

    test('gets a mail without its suppressed recipient once a person releases the others', async () => {
      const { api, gate, submit } = await start();
      await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
      await submit({ ...MARIA, to: ['otto@out.example', ...MARIA.to], cc: ['tom@passing.example'] });
      const states = (await gate.deliveries()).filter(({ kind }) => kind === 'mail');
      expect(states.map((d) => [d.recipient, d.state, d.hold_reason])).toEqual([
        ['otto@out.example', 'suppressed', 'opt_out'],
        ['maria@passing.example', 'held', 'whole_message'],
        ['tom@passing.example', 'held', 'whole_message'],
      ]);
      expect(api.seen).toHaveLength(0);
      await release(gate, states[1].id);
      await gate.until((all) => all.filter(({ state }) => state === 'relayed').length >= 2, 'relayed');
      expect(api.sent).toHaveLength(1);
      const left = await wire.read(api.sent[0]);
      expect(left.recipients).toEqual(['maria@passing.example', 'tom@passing.example']);
      expect(left.text).toContain('a short call next week');
    });

    test('that asks for a pause gets nothing before it is over', async () => {
      const { api, gate, submit } = await start();
      api.script = {
        ...wire.throttled,
        headers: { ...wire.throttled.headers, 'retry-after': '30' },
        times: 1,
      };
      await submit(MARIA);
      const [deferred] = await gate.until(every('deferred'), 'deferred');
      expect(deferred.next_attempt_at! - deferred.updated_at).toBeGreaterThanOrEqual(30_000);
      await submit({ ...MARIA, text: `${FINE}!` });
      await gate.until(every('deferred', 2), 'both deferred');
      expect(api.seen).toHaveLength(1);
      gate.advance(31_000);
      await gate.until(every('relayed', 2), 'relayed');
      expect(api.sent).toHaveLength(2);
    });

    test('that refuses the mail ends it, its words are kept, and the sender is told', async () => {
      const { api, gate, submit } = await start();
      const { words, ...refused } = wire.refused;
      api.script = refused;
      await submit(MARIA);
      const [failed] = await gate.until(
        (all) => all.some(({ kind, state }) => kind === 'report_failed' && state === 'relayed'),
        'reported',
      );
      expect(failed.state).toBe('failed');
      expect(failed.note).toBe(`${wire.name}: ${words}`);
      expect(api.seen).toHaveLength(1);
    });

    test('that refuses the account’s key keeps the mail waiting until it is mended', async () => {
      const { api, gate, submit } = await start();
      api.script = wire.wrongKey;
      await submit(MARIA);
      await gate.until(every('deferred'), 'deferred');
      api.script = null;
      await untilRetried(gate, every('relayed'), 'relayed');
      expect(api.sent).toHaveLength(1);
    });

    test('that cannot be reached gets it when it can be, once', async () => {
      const { api, gate, submit } = await start();
      await api.goAway();
      await submit(MARIA);
      await gate.until(every('deferred'), 'deferred');
      await api.comeBack();
      await untilRetried(gate, every('relayed'), 'relayed');
      expect(arrived(api)).toEqual([asItCame(wire.request(MARIA))]);
    });

    const { keyHeader } = wire;
    const unanswered: [how: string, script: NonNullable<ProviderStandIn['script']>][] = [
      ['breaks off after the request', { cut: 'late', times: 1 }],
      ['never answers', { stall: true, times: 1 }],
    ];
    for (const [how, script] of unanswered) {
      test.runIf(keyHeader)(`that ${how} gets it again under the same key, and sends one mail`, async () => {
        const { api, gate, submit } = await start();
        api.script = { ...script };
        await submit(MARIA);
        await untilRetried(gate, every('relayed'), 'relayed');
        expect(api.seen).toHaveLength(2);
        expect(new Set(api.seen.map(({ headers }) => headers[keyHeader!])).size).toBe(1);
        expect(arrived(api)).toEqual([asItCame(wire.request(MARIA))]);
      });

      test.runIf(!keyHeader)(`that ${how} leaves it uncertain, and gets it no second time`, async () => {
        const { api, gate, advance, submit } = await start();
        api.script = { ...script };
        await submit(MARIA);
        await gate.until(every('uncertain'), 'uncertain');
        advance(3 * 86_400_000);
        await submit({ ...MARIA, text: `${FINE}!` });
        await gate.until((all) => all.some(({ state }) => state === 'relayed'), 'the next relayed');
        expect(api.seen).toHaveLength(2);
        expect((await gate.deliveries())[0].state).toBe('uncertain');
      });
    }

    test('that had the mail in hand when the gate was killed does not send it twice', async () => {
      const { api, gate, submit } = await start();
      api.script = { stall: true, times: 1 };
      await submit(MARIA);
      await gate.until(() => api.seen.length === 1, 'handed over');
      // As a gate that starts again does: nobody holds the lease, and the attempt is still open.
      await gate.app.database.transact((trx) => releaseLeases(trx));
      gate.app.wake();
      await gate.until(every(keyHeader ? 'relayed' : 'uncertain'), keyHeader ? 'relayed' : 'uncertain');
      expect(api.sent).toHaveLength(1);
    });

    test.runIf(wire.schedules)('gets a scheduled mail when its time has come, without the time', async () => {
      const { api, gate, submit } = await start();
      const answer = await submit({ ...MARIA, at: Math.ceil(Date.now() / 1000) + 3600 });
      expect(answer.headers.get('x-presend-disposition')).toBe('scheduled');
      gate.advance(3_500_000);
      await gate.until(every('scheduled'), 'scheduled');
      expect(api.seen).toHaveLength(0);
      gate.advance(101_000);
      await gate.until(every('relayed'), 'relayed');
      expect(arrived(api)).toEqual([asItCame(wire.request(MARIA))]);
    });

    test.runIf(wire.batch)('gets the mails of a batch one by one, each as it stood there', async () => {
      const { api, gate, post } = await start();
      const mails = [MARIA, { ...UNKNOWN, subject: 'Other' }, { ...MARIA, to: ['tom@passing.example'] }];
      const { all, each } = wire.batch!(mails);
      await post(all);
      await gate.until((ds) => ds.filter(({ state }) => state === 'relayed').length === 2, 'two relayed');
      const byBody = (a: { body: string }, b: { body: string }) => a.body.localeCompare(b.body);
      const expected = each.map(asItCame);
      expect(arrived(api).toSorted(byBody)).toEqual([expected[0], expected[2]].toSorted(byBody));
      const [held] = (await gate.deliveries()).filter(({ state }) => state === 'held');
      await release(gate, held.id);
      await gate.until(every('relayed', 3), 'all relayed');
      expect(arrived(api)[2]).toEqual(expected[1]);
    });
  });
}

function editing(gate: TestGate, { name, account }: ProviderWire): Parameters<typeof editDelivery>[0] {
  const { database } = gate.app;
  const rubric = loadRubric(`${PROJECT_ROOT}/config/rubric.yaml`);
  const judge = createJudge({ database, rubric: () => rubric });
  const rejudge = createRejudge({ database, judge, bench: null, accounts: new Set([name]), now: Date.now });
  return {
    database,
    config: { providers: providersSchema.parse({ [name]: account }) },
    now: Date.now,
    rejudge,
  };
}
