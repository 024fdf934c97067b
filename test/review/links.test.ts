import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { gateSecret } from '../../src/config/gate-secret.ts';
import { getProspect, updateCompany } from '../../src/crm/store.ts';
import { PAGE_POLICY, page } from '../../src/http/page.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { createJudge, createRejudge } from '../../src/pipeline/judge-delivery.ts';
import type { Delivery } from '../../src/queue/settle.ts';
import { editDelivery } from '../../src/review/edit.ts';
import { seenState } from '../../src/review/link-state-store.ts';
import { type LinkAct, readLink, signLink } from '../../src/review/links.ts';
import { HOUR, RUMOUR, gather, hold, linkOf, startNotifying, untilTold } from '../notify/setup.ts';
import { type TestGate, addProspect } from '../support/gate.ts';

const KEY = Buffer.alloc(32, 7);
const CLAIMS = { deliveryId: 'd1', act: 'release', person: 'ann@a.example', expires: 2_000 } as const;

describe('a token', () => {
  test('gives its claims back until it expires', () => {
    const token = signLink(KEY, { ...CLAIMS, state: 'held', seen: 'x' });
    expect(readLink(KEY, token, 1_999)).toEqual({ ...CLAIMS, state: 'held', seen: 'x' });
    expect(readLink(KEY, token, 2_000)).toBeNull();
  });

  test('that was forged, cut or signed with another key is none', () => {
    const token = signLink(KEY, { ...CLAIMS, state: 'held', seen: 'x' });
    const [payload, signature] = token.split('.') as [string, string];
    const other = Buffer.from(
      JSON.stringify({ ...CLAIMS, state: 'held', seen: 'x', act: 'reject' }),
    ).toString('base64url');
    for (const bad of [
      '',
      '.',
      payload,
      `${payload}.`,
      `.${signature}`,
      `${other}.${signature}`,
      `${token}.x`,
      token.slice(0, -2),
      signLink(Buffer.alloc(32, 8), { ...CLAIMS }),
    ]) {
      expect(readLink(KEY, bad, 0)).toBeNull();
    }
  });

  test('from before links knew what their mail showed is one of an escalation', () => {
    expect(readLink(KEY, signLink(KEY, CLAIMS), 0)).toMatchObject({ state: 'escalated', seen: null });
  });
});

test('the style of the pages is the one their policy allows', () => {
  const style = /<style>([\s\S]*)<\/style>/.exec(page('x', ''))![1];
  const hash = createHash('sha256').update(style).digest('base64');
  expect(PAGE_POLICY).toContain(`'sha256-${hash}'`);
});

/** A link to an act on a delivery as it is now, as a notification to this person would carry it. */
async function linkTo(
  gate: TestGate,
  delivery: Delivery,
  act: LinkAct,
  expires = Date.now() + HOUR,
): Promise<string> {
  const token = signLink(gateSecret(gate.dataDir, 'link'), {
    deliveryId: delivery.id,
    act,
    person: 'ann@reviewer.example',
    expires,
    state: 'held',
    seen: await seenState(gate.app.database.db, delivery),
  });
  return `${gate.httpBase}/act/${token}`;
}

async function open(url: string, init: RequestInit = {}) {
  const response = await fetch(url, { redirect: 'manual', ...init });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** The proof of having looked that the page's form carries. */
async function lookAt(url: string): Promise<string> {
  const { text } = await open(url);
  return /name="look" value="([^"]*)"/.exec(text)?.[1] ?? '';
}

function press(url: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return open(url, { method: 'POST', body: new URLSearchParams(fields), headers });
}

/** Opens the page and presses its button, as a person does. */
async function follow(url: string, fields: Record<string, string> = {}) {
  return press(url, { look: await lookAt(url), label: 'wrong', ...fields });
}

const stateOf = async (gate: TestGate, id: string): Promise<string> =>
  (await gate.deliveries()).find((one) => one.id === id)!.state;

describe('GET', () => {
  test('shows the mail, why it is held and the verdict, and does nothing, however often', async () => {
    const { gate } = await startNotifying({});
    const held = await hold(gate, 'one@rumour.example', 'Tom & <Jerry>');
    const url = await linkTo(gate, held, 'release');
    for (let i = 0; i < 3; i += 1) {
      const { status, text } = await open(url);
      expect(status).toBe(200);
      expect(text).toContain('one@rumour.example');
      expect(text).toContain('Tom &amp; &lt;Jerry&gt;');
      expect(text).toContain('Congratulations on closing your $20M Series B');
      expect(text).toContain('low_confidence_funding');
      expect(text).toContain('Was the judge right');
      expect(text).toContain(`/app/deliveries/${held.id}`);
    }
    expect((await open(url, { method: 'HEAD' })).status).toBe(200);
    expect(await stateOf(gate, held.id)).toBe('held');
    expect(await gate.app.database.db.selectFrom('link_uses').selectAll().execute()).toEqual([]);
  });

  test('cannot be framed, cached, or run a script', async () => {
    const { gate } = await startNotifying({});
    const { headers } = await open(await linkTo(gate, await hold(gate, 'one@rumour.example'), 'release'));
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe-inline|script-src/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('of a forged or expired link tells nothing of any mail, and POST does nothing', async () => {
    const { gate } = await startNotifying({});
    const held = await hold(gate, 'one@rumour.example');
    const expired = await linkTo(gate, held, 'release', Date.now() - 1);
    for (const url of [expired, `${gate.httpBase}/act/x.y`, `${expired}x`]) {
      for (const method of ['GET', 'POST']) {
        const { status, text } = await open(url, { method });
        expect(status).toBe(410);
        expect(text).toContain('no longer valid');
        expect(text).not.toContain('rumour');
      }
    }
    expect(await stateOf(gate, held.id)).toBe('held');
  });
});

describe('POST', () => {
  test('releases once, with the label, under the name of whom the link was sent to', async () => {
    const { gate, upstream } = await startNotifying({});
    const held = await hold(gate, 'one@rumour.example');
    const url = await linkTo(gate, held, 'release');
    const done = await follow(url);
    expect(done).toMatchObject({ status: 200, text: expect.stringContaining('on its way') });
    gate.app.wake();
    await gate.until(([d]) => d.state === 'relayed', 'relayed');
    expect(upstream.received).toHaveLength(1);
    const { db } = gate.app.database;
    expect(await db.selectFrom('labels').selectAll().execute()).toMatchObject([
      { delivery_id: held.id, actor: 'ann@reviewer.example', right: 'wrong', act: 'release' },
    ]);

    const again = await follow(url);
    expect(again.text).toMatch(
      /ann@reviewer\.example used it on \d{4}-\d\d-\d\d at \d\d:\d\d UTC to release the mail/,
    );
    expect((await open(url)).text).toContain('used already');
    expect(upstream.received).toHaveLength(1);
  });

  test('of five at the same moment acts once', async () => {
    const { gate } = await startNotifying({}, { config: { delivery: { undo_seconds: 30 } } });
    const held = await hold(gate, 'one@rumour.example');
    const url = await linkTo(gate, held, 'release');
    const look = await lookAt(url);
    const answers = await Promise.all(Array.from({ length: 5 }, () => press(url, { look, label: 'wrong' })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409, 409]);
  });

  test('needs the page to have been opened, and an answer no scanner gives', async () => {
    const { gate } = await startNotifying({});
    const held = await hold(gate, 'one@rumour.example');
    const url = await linkTo(gate, held, 'release');
    const other = await linkTo(gate, held, 'reject');
    const look = await lookAt(url);
    const tries: [Record<string, string>, Record<string, string>][] = [
      [{}, {}],
      [{ label: 'wrong' }, {}],
      [{ label: 'wrong', look: await lookAt(other) }, {}],
      [{ look }, {}],
      [{ look, label: 'everything' }, {}],
      [{ look, label: 'wrong' }, { 'sec-fetch-site': 'cross-site' }],
    ];
    for (const [fields, headers] of tries) {
      const { status, text } = await press(url, fields, headers);
      expect(status).toBe(400);
      expect(text).toContain('Nothing was done');
    }
    expect(await stateOf(gate, held.id)).toBe('held');
    const done = await press(url, { look, label: 'wrong' }, { 'sec-fetch-site': 'same-origin' });
    expect(done.status).toBe(200);
  });

  test('rejects with the reason that was written', async () => {
    const { gate } = await startNotifying({});
    const held = await hold(gate, 'one@rumour.example');
    await follow(await linkTo(gate, held, 'reject'), { label: 'right', reason: ' Wrong round. ' });
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'rejected', note: 'Wrong round.' });
  });

  test('forwards to the account owner; a refused act has not used its link', async () => {
    const { gate, upstream } = await startNotifying({});
    await addProspect(gate, 'one@rumour.example', {
      company: { funding_confidence: 'low', account_owner: null },
    });
    await gate.send({ to: 'one@rumour.example', text: RUMOUR });
    const [held] = await gate.deliveries();
    const url = await linkTo(gate, held, 'escalate');
    const refused = await follow(url);
    expect(refused).toMatchObject({ status: 409, text: expect.stringContaining('no account owner') });
    const { company_id } = (await getProspect(gate.app.database.db, held.prospect_id!))!;
    await gate.app.database.transact((trx) =>
      updateCompany(
        trx,
        company_id!,
        { account_owner: 'owner@sender.example' },
        { actor: 'test', at: Date.now() },
      ),
    );
    await gate.until(([d]) => d.judged_revision > held.judged_revision, 'judged again');
    expect((await follow(url)).status).toBe(200);
    await gate.until(([d]) => d.state === 'escalated', 'escalated');
    expect(upstream.last.to).toEqual(['owner@sender.example']);
  });

  test('of two people’s links acts by the first; the second hears that it is settled', async () => {
    const { gate, upstream } = await startNotifying({
      email: ['ann@reviewer.example', 'ben@reviewer.example'],
    });
    const held = await hold(gate, 'one@rumour.example');
    await gather(gate);
    const mails = await untilTold(upstream, 2);
    const of = (address: string): string => linkOf(mails.find(({ to }) => to === address)!, 'Reject');
    expect((await follow(of('ben@reviewer.example'))).status).toBe(200);
    const late = await follow(of('ann@reviewer.example'));
    expect(late).toMatchObject({ text: expect.stringContaining('the mail is rejected') });
    const entries = await gate.app.database.db
      .selectFrom('audit')
      .select('actor')
      .where('subject_id', '=', held.id)
      .where('action', '=', 'reject')
      .execute();
    expect(entries).toEqual([{ actor: 'ben@reviewer.example' }]);
  });

  test('is too much after so many requests in a minute', async () => {
    const { gate } = await startNotifying({});
    const statuses = new Set<number>();
    for (let i = 0; i < 65; i += 1) statuses.add((await open(`${gate.httpBase}/act/x.y`)).status);
    expect(statuses).toEqual(new Set([410, 429]));
  });
});

describe('a mail that changed since its link was sent', () => {
  test('by an edit must be looked at anew: the link does nothing', async () => {
    const { gate } = await startNotifying({});
    const held = await hold(gate, 'one@rumour.example');
    const url = await linkTo(gate, held, 'release');
    const look = await lookAt(url);
    const { database } = gate.app;
    const rubric = loadRubric(`${PROJECT_ROOT}/config/rubric.yaml`);
    const judge = createJudge({ database, rubric: () => rubric });
    const rejudge = createRejudge({ database, judge, bench: null, accounts: new Set(), now: Date.now });
    await editDelivery({ database, config: { providers: {} }, now: Date.now, rejudge }, held.id, {
      text: 'Congratulations on closing your $30M Series C last month!',
      actor: 'ben',
    });
    const seen = await open(url);
    expect(seen.text).toContain('edited or judged again since');
    expect(seen.text).toContain('$30M Series C');
    expect(seen.text).not.toContain('<form');
    expect((await press(url, { look, label: 'wrong' })).status).toBe(409);
    expect(await stateOf(gate, held.id)).toBe('held');
  });

  test('by a verdict that says something else must be; one that says the same changes nothing', async () => {
    const { gate } = await startNotifying({});
    const held = await hold(gate, 'one@rumour.example');
    const url = await linkTo(gate, held, 'release');
    const prospect = (await getProspect(gate.app.database.db, held.prospect_id!))!;
    const edit = async (patch: Parameters<typeof updateCompany>[2]): Promise<void> => {
      const before = (await gate.deliveries())[0].judged_revision;
      await gate.app.database.transact((trx) =>
        updateCompany(trx, prospect.company_id!, patch, { actor: 'test', at: Date.now() }),
      );
      await gate.until(([d]) => d.judged_revision > before, 'judged again');
    };
    await edit({ headcount: 301 });
    expect((await open(url)).text).toContain('<form');
    await edit({ funding_confidence: 'high' });
    expect((await open(url)).text).toContain('edited or judged again since');
  });
});

describe('an escalation’s link', () => {
  async function escalated() {
    const { gate, upstream } = await startNotifying({});
    await addProspect(gate, 'cto@large.example', {
      prospect: { recipient_role: 'CTO' },
      company: { headcount: 2001 },
    });
    await gate.send({ to: 'cto@large.example', subject: 'Capacity' });
    await gate.until(([d]) => d.state === 'escalated', 'escalated');
    const raw = upstream.last.raw.toString().replaceAll('=\r\n', '').replaceAll('=3D', '=');
    const links = new Map(
      [...raw.matchAll(/- (Release|Take over|Close)[^\n]*?(http\S+\/act\/\S+)/g)].map((m) => [m[1], m[2]]),
    );
    return { gate, links };
  }

  test('is the same kind: it shows first, asks, and works once', async () => {
    const { gate, links } = await escalated();
    const url = links.get('Close')!;
    expect((await open(url)).text).toContain('Close without sending');
    expect((await follow(url, { label: 'right' })).status).toBe(200);
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'closed' });
    expect((await open(url)).text).toContain('owner@sender.example used it');
    const other = await follow(links.get('Release')!);
    expect(other).toMatchObject({ status: 409, text: expect.stringContaining('settled already') });
  });

  test('does nothing once the mail is settled', async () => {
    const { gate, links } = await escalated();
    const [one] = await gate.deliveries();
    await gate.app.review.release(one.id, { actor: 'ben' });
    gate.app.wake();
    await gate.until(([d]) => d.state === 'relayed', 'relayed');
    const { status, text } = await follow(links.get('Close')!);
    expect({ status, text }).toMatchObject({ status: 409, text: expect.stringContaining('settled already') });
  });
});
