import { expect, test } from 'vitest';
import type { TestMailView, WelcomeView } from '../../src/access/web-types.ts';
import { DEMO_MAILS } from '../../src/cli/demo-mails.ts';
import { type TestGate, startGate } from '../support/gate.ts';
import { type SignedIn, signIn } from '../support/sign-in.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

async function settled(admin: SignedIn, id: string): Promise<TestMailView> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const { body } = await admin.get<TestMailView>(`/welcome/test-mail/${id}`);
    if (body.settled) return body;
    if (performance.now() > deadline) throw new Error(`the test mail stays ${body.state}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const welcome = async (admin: SignedIn): Promise<WelcomeView> =>
  (await admin.get<WelcomeView>('/welcome')).body;

async function newcomer(): Promise<{ gate: TestGate; admin: SignedIn }> {
  const gate = await startGate({ keepEngines: true });
  return { gate, admin: await signIn(gate, { role: 'admin', name: 'Ann Smith' }) };
}

test('A test mail to an example prospect is judged and captured in the outbox for real', async () => {
  const { admin } = await newcomer();
  const view = await welcome(admin);
  expect(view).toMatchObject({ dismissed: false, upstreams: [], last_test: null, crm: { example: true } });
  expect(view.engines.map(({ name, open }) => [name, open])).toEqual([['demo', true]]);
  const sent = await admin.send('POST', '/welcome/test-mail', { prospect: view.recipients[0].id });
  const mail = await settled(admin, sent.body.message_id);
  expect(mail).toMatchObject({ state: 'relayed', decision: 'PASS', upstream: 'outbox' });
  expect(mail.captured).toContain('Subject: A test mail through the gate');
  expect(mail.captured).toContain(`To: ${view.recipients[0].name} <${view.recipients[0].address}>`);
  expect(mail.steps.map(({ action }) => action)).toEqual(expect.arrayContaining(['accepted', 'judged']));
  expect((await welcome(admin)).last_test).toBe(sent.body.message_id);
  // Asking again is another mail, not a retry of the first.
  const again = await admin.send('POST', '/welcome/test-mail', { prospect: view.recipients[0].id });
  expect(again.body.message_id).not.toBe(sent.body.message_id);
});

test('People whose mail would be stopped are offered last, those with earlier mail that is held among them', async () => {
  const { gate, admin } = await newcomer();
  const first = async (): Promise<string> => (await welcome(admin)).recipients[0].id;
  const before = await first();
  const { address } = (await welcome(admin)).recipients[0];
  const leak = DEMO_MAILS.find(({ to }) => to === address)!;
  await gate.send({ from: 'test@demo.example', to: address, subject: leak.subject, text: leak.text });
  await gate.until((all) => all.some(({ state }) => state === 'held'), 'held for its leak');
  expect(await first()).not.toBe(before);
  const sent = await admin.send('POST', '/welcome/test-mail', { prospect: await first() });
  expect((await settled(admin, sent.body.message_id)).state).toBe('relayed');
});

test('A test mail to somebody who opted out is stopped, and the page can say why', async () => {
  const { gate, admin } = await newcomer();
  const opted = await gate.app.database.db
    .selectFrom('prospects')
    .select('id')
    .where('address', 'like', 'oliver.hart%')
    .executeTakeFirstOrThrow();
  const sent = await admin.send('POST', '/welcome/test-mail', { prospect: opted.id });
  const mail = await settled(admin, sent.body.message_id);
  expect(mail).toMatchObject({ state: 'suppressed', reason: 'opt_out', captured: null });
  expect(mail.rationale).toMatch(/\w/u);
});

test('Where mail really leaves, a test mail needs a word that it may', async () => {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({ keepEngines: true, config: { upstreams: [upstreamConfig(upstream)] } });
  const admin = await signIn(gate, { role: 'admin' });
  const [first] = (await welcome(admin)).recipients;
  const refused = await admin.send('POST', '/welcome/test-mail', { prospect: first.id });
  expect([refused.status, Object.keys(refused.body.error.fields)]).toEqual([409, ['really']]);
  expect(await gate.deliveries()).toEqual([]);
  const sent = await admin.send('POST', '/welcome/test-mail', { prospect: first.id, really: true });
  const mail = await settled(admin, sent.body.message_id);
  expect(mail).toMatchObject({ state: 'relayed', captured: null });
});

test('The checklist is put away for good, and only admins see it', async () => {
  const { gate, admin } = await newcomer();
  expect((await admin.send('POST', '/welcome/dismiss')).status).toBe(204);
  expect((await welcome(admin)).dismissed).toBe(true);
  const reviewer = await signIn(gate, { role: 'reviewer' });
  expect((await reviewer.get('/welcome')).status).toBe(403);
});
