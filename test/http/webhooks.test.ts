import { expect, test } from 'vitest';
import { PROVIDERS, type ProviderName } from '../../src/message/provider.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import { openDatabase } from '../crm/open.ts';
import { eventServer } from '../feedback/server.ts';
import { signed } from '../feedback/sign.ts';

const TO = 'jane@prospect.example';

/** One bounce or complaint of each provider, which suppresses its recipient. */
const STOPS: Record<ProviderName, unknown> = {
  resend: { type: 'email.complained', data: { email_id: 'e1', to: [TO] } },
  sendgrid: [{ event: 'spamreport', email: TO, sg_event_id: 'e1' }],
  postmark: { RecordType: 'SpamComplaint', Email: TO, ID: 7, MessageID: 'abc1' },
  mailgun: { 'event-data': { event: 'complained', id: 'e1', recipient: TO } },
  mailersend: {
    type: 'activity.spam_complaint',
    data: { id: 'e1', email: { recipient: { email: TO } } },
  },
  ses: {
    eventType: 'Complaint',
    mail: { messageId: 'm1' },
    complaint: { complainedRecipients: [{ emailAddress: TO }], feedbackId: 'f1' },
  },
};

test.each([
  ...PROVIDERS,
])('%s: the same request again is answered and counts for nothing', async (provider) => {
  const database = await openDatabase();
  const server = await eventServer(database);
  const request = await signed(provider, STOPS[provider], { at: Date.now() });
  const kept = async () => [
    await database.db.selectFrom('suppressions').selectAll().execute(),
    await database.db.selectFrom('write_backs').selectAll().execute(),
    await server.count('providerEvents', { provider }),
  ];
  expect((await server.post(provider, request)).status).toBe(200);
  const once = await kept();
  expect(once[0]).toHaveLength(1);
  expect(once[2]).toBe(1);
  for (let i = 0; i < 3; i += 1) expect((await server.post(provider, request)).status).toBe(200);
  expect(await kept()).toEqual(once);
});

/** These sign the bytes of the request. Postmark signs nothing (a password), Mailgun not the body (a token counts for one content). */
const SIGNING = ['resend', 'sendgrid', 'mailersend'] as const;

test.each(SIGNING)('%s: a body that differs by one bit anywhere is refused', async (provider) => {
  const database = await openDatabase();
  const server = await eventServer(database);
  const { headers, body } = await signed(provider, STOPS[provider], { at: Date.now() });
  const random = randomFrom(20_261_127);
  for (let i = 0; i < 40; i += 1) {
    const changed = Buffer.from(body);
    changed[Math.floor(random() * changed.length)] ^= 1 << Math.floor(random() * 8);
    expect((await server.post(provider, { headers, body: changed })).status).toBe(401);
  }
  for (const other of [body.subarray(0, -1), Buffer.concat([body, Buffer.from(' ')]), Buffer.alloc(0)]) {
    expect((await server.post(provider, { headers, body: other })).status).toBe(401);
  }
  expect(await database.db.selectFrom('suppressions').selectAll().execute()).toEqual([]);
});

test.each([
  ...PROVIDERS,
])('%s: what is signed for it proves nothing to another provider’s address', async (provider) => {
  const database = await openDatabase();
  const server = await eventServer(database);
  for (const other of PROVIDERS.filter((one) => one !== provider)) {
    const { status } = await server.post(other, await signed(provider, STOPS[other], { at: Date.now() }));
    expect(status, other).toBe(401);
  }
  expect(await database.db.selectFrom('suppressions').selectAll().execute()).toEqual([]);
});

test.each([
  'resend',
  'sendgrid',
  'mailgun',
  'ses',
] as const)('%s: a request that was signed long ago is refused though nothing about it was ever heard', async (provider) => {
  const database = await openDatabase();
  const server = await eventServer(database);
  for (const hours of [-2, 2]) {
    const at = Date.now() + hours * 3_600_000;
    const old = await signed(provider, STOPS[provider], { at });
    expect((await server.post(provider, old)).status).toBe(401);
  }
  expect(await database.db.selectFrom('suppressions').selectAll().execute()).toEqual([]);
});
