import { createHash } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { UserError } from '../../src/config/user-error.ts';
import type { FetchText } from '../../src/feedback/bounded-fetch.ts';
import { FeedbackTroubleError, SignatureError } from '../../src/feedback/errors.ts';
import type { Received } from '../../src/feedback/received.ts';
import { HeldBody } from '../../src/feedback/source.ts';
import { sendgridKey } from '../../src/feedback/signatures/sendgrid.ts';
import { isSnsUrl } from '../../src/feedback/signatures/sns.ts';
import { svixWebhooks } from '../../src/feedback/signatures/svix.ts';
import { PROVIDERS, type ProviderName } from '../../src/message/provider.ts';
import { NOW, openDatabase } from '../crm/open.ts';
import { testSources } from './sources-setup.ts';
import {
  CERTIFICATE_URL,
  SECRETS,
  type SignedRequest,
  basic,
  form,
  mailgunSignature,
  signed,
  sns,
  snsMessage,
} from './sign.ts';

const PAYLOADS: Record<ProviderName, unknown> = {
  resend: { type: 'email.delivered', data: { email_id: 'e1', to: ['jane@prospect.example'] } },
  sendgrid: [{ event: 'delivered', email: 'jane@prospect.example', sg_event_id: 'e1' }],
  postmark: { RecordType: 'Delivery', Recipient: 'jane@prospect.example', MessageID: 'abc1' },
  mailgun: { 'event-data': { event: 'delivered', id: 'e1', recipient: 'jane@prospect.example' } },
  mailersend: {
    type: 'activity.delivered',
    data: { id: 'e1', email: { recipient: { email: 'jane@prospect.example' } } },
  },
  ses: { eventType: 'Delivery', mail: {}, delivery: { recipients: ['jane@prospect.example'] } },
};

async function receiver(now = NOW, fetchText?: FetchText) {
  const database = await openDatabase();
  const sources = testSources({ database, now: () => now, ...(fetchText ? { fetchText } : {}) });
  return async (provider: ProviderName, { headers, body }: SignedRequest): Promise<Received> => {
    const source = sources.get(provider)!;
    source.checkHeaders(headers);
    return source.receive(headers, new HeldBody(body));
  };
}

describe('the body of a request is let go of by whoever reads a mail out of it', () => {
  const mail = { from: 'jane@prospect.example', 'body-plain': 'Stop.', recipient: 'ann@sender.example' };
  const reply = { RecordType: 'Inbound', FromFull: { Email: mail.from }, TextBody: 'Stop. '.repeat(200_000) };
  it.each<[ProviderName, () => Promise<SignedRequest>]>([
    ['mailgun', () => form({ ...mail, ...mailgunSignature({ at: NOW, token: 'large' }) })],
    [
      'sendgrid',
      () => form({ ...mail, text: 'Stop.' }, { authorization: basic('presend', SECRETS.sendgridInbound) }),
    ],
    ['postmark', () => signed('postmark', reply, { at: NOW })],
  ])('%s', async (provider, make) => {
    const { headers, body } = await make();
    const sources = testSources({ database: await openDatabase(), now: () => NOW });
    let done = 0;
    const held = new HeldBody(body, ({ length }) => (done += length));
    const { inbound } = await sources.get(provider)!.receive(headers, held);
    expect(inbound).toHaveLength(1);
    expect(held.bytes).toHaveLength(0);
    held.letGo();
    expect(done).toBe(body.length);
  });
});

/** Why it is refused; the test fails when it is believed, or refused for another reason than its signature. */
async function refusal(received: Promise<Received>): Promise<string> {
  const error = await received.then(
    () => 'it was believed',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SignatureError);
  return (error as Error).message;
}

/** The same request with something else in its body. */
function tampered({ headers, body }: SignedRequest): SignedRequest {
  const text = body.toString('utf8').replace('jane@prospect', 'june@prospect');
  expect(text).not.toBe(body.toString('utf8'));
  return { headers, body: Buffer.from(text) };
}

describe.each([...PROVIDERS])('%s', (provider) => {
  test('believes what is signed rightly', async () => {
    const receive = await receiver();
    const { events } = await receive(provider, await signed(provider, PAYLOADS[provider], { at: NOW }));
    expect(events).toMatchObject([{ kind: 'delivered', recipients: ['jane@prospect.example'] }]);
  });

  test('refuses what carries no proof', async () => {
    const receive = await receiver();
    const body = Buffer.from(JSON.stringify(PAYLOADS[provider]));
    await refusal(receive(provider, { headers: { 'content-type': 'application/json' }, body }));
  });
});

describe.each(['resend', 'sendgrid', 'mailersend', 'ses'] as const)('%s', (provider) => {
  test('refuses a body that was changed after it was signed', async () => {
    const receive = await receiver();
    const request = await signed(provider, PAYLOADS[provider], { at: NOW });
    if (provider === 'ses') {
      // SNS signs the text of the notification.
      const envelope = JSON.parse(request.body.toString()) as { Message: string };
      const other = { ...envelope, Message: envelope.Message.replace('jane', 'june') };
      await refusal(receive(provider, { ...request, body: Buffer.from(JSON.stringify(other)) }));
    } else await refusal(receive(provider, tampered(request)));
  });
});

describe.each([
  ['resend', 5],
  ['sendgrid', 5],
  ['mailgun', 5],
  ['ses', 60],
] as const)('%s', (provider, minutes) => {
  test.each([
    ['kept for too long', -1],
    ['from the future', 1],
  ] as const)(`refuses what is %s and takes what is within ${minutes} minutes`, async (_, sign) => {
    const receive = await receiver();
    const at = (seconds: number) => NOW + sign * (minutes * 60 + seconds) * 1000;
    expect(
      await refusal(receive(provider, await signed(provider, PAYLOADS[provider], { at: at(2) }))),
    ).toMatch(/minutes/);
    await receive(provider, await signed(provider, PAYLOADS[provider], { at: at(-2) }));
  });
});

test('resend: a signature of another secret, and one of an unknown version, are refused; the newer header names are read', async () => {
  const receive = await receiver();
  const { headers, body } = await signed('resend', PAYLOADS.resend, { at: NOW, id: 'msg_1' });
  const [, right] = headers['svix-signature'].split(' ');
  await refusal(
    receive('resend', { headers: { ...headers, 'svix-signature': `v1,${'A'.repeat(43)}=` }, body }),
  );
  await refusal(
    receive('resend', { headers: { ...headers, 'svix-signature': right.replace('v1,', 'v9,') }, body }),
  );
  await refusal(receive('resend', { headers: { ...headers, 'svix-id': 'msg_2' }, body }));
  const renamed = Object.fromEntries(
    Object.entries(headers).map(([k, v]) => [k.replace('svix-', 'webhook-'), v]),
  );
  expect((await receive('resend', { headers: renamed, body })).events).toMatchObject([{ eventId: 'msg_1' }]);
});

test('sendgrid: a signature that is no signature, and one over another time, are refused', async () => {
  const receive = await receiver();
  const { headers, body } = await signed('sendgrid', PAYLOADS.sendgrid, { at: NOW });
  const signature = 'x-twilio-email-event-webhook-signature';
  await refusal(receive('sendgrid', { headers: { ...headers, [signature]: 'bm90IGEgc2lnbmF0dXJl' }, body }));
  const later = String(Math.floor(NOW / 1000) + 1);
  await refusal(
    receive('sendgrid', { headers: { ...headers, 'x-twilio-email-event-webhook-timestamp': later }, body }),
  );
});

test('basic authentication takes any user, and refuses wrong, empty and malformed passwords', async () => {
  const receive = await receiver();
  const { body } = await signed('postmark', PAYLOADS.postmark, { at: NOW });
  const post = (authorization: string) => receive('postmark', { headers: { authorization }, body });
  await post(basic('', SECRETS.postmark));
  for (const wrong of [
    basic('a', 'wrong'),
    basic('a', ''),
    'Basic !!!',
    'Bearer x',
    `Basic ${SECRETS.postmark}`,
  ]) {
    await refusal(post(wrong));
  }
});

test('sendgrid inbound parse: the form needs the password, and a signature of events does not replace it', async () => {
  const receive = await receiver();
  const fields = { from: 'jane@prospect.example', to: 'ann@sender.example', subject: 'Re', text: 'Stop.' };
  const right = await form(fields, { authorization: basic('presend', SECRETS.sendgridInbound) });
  expect((await receive('sendgrid', right)).inbound).toMatchObject([
    { content: { mail: { from: 'jane@prospect.example', text: 'Stop.' } } },
  ]);
  await refusal(
    receive('sendgrid', await form(fields, { authorization: basic('presend', SECRETS.postmark) })),
  );
  const { headers } = await signed('sendgrid', PAYLOADS.sendgrid, { at: NOW });
  await refusal(receive('sendgrid', await form(fields, { ...headers, ...(await form(fields)).headers })));
});

describe('mailgun', () => {
  test('refuses a wrong signature', async () => {
    const receive = await receiver();
    const signature = { ...mailgunSignature({ at: NOW, token: 't' }), token: 'u' };
    const body = Buffer.from(JSON.stringify({ ...(PAYLOADS.mailgun as object), signature }));
    await refusal(receive('mailgun', { headers: {}, body }));
  });

  test('a token vouches for one content only; the same request may come again', async () => {
    const receive = await receiver();
    const request = await signed('mailgun', PAYLOADS.mailgun, { at: NOW, id: 'token-1' });
    await receive('mailgun', request);
    await receive('mailgun', request);
    expect(await refusal(receive('mailgun', tampered(request)))).toMatch(/token/);
    // The signature covers neither the body nor its kind.
    const fields = { ...mailgunSignature({ at: NOW, token: 'token-1' }), from: 'jane@prospect.example' };
    await refusal(receive('mailgun', await form({ ...fields, 'body-plain': 'Stop.' })));
  });

  test('a route’s form is signed by its fields', async () => {
    const receive = await receiver();
    const fields = { from: 'jane@prospect.example', recipient: 'ann@sender.example', 'body-plain': 'Stop.' };
    const right = await form({ ...fields, ...mailgunSignature({ at: NOW, token: 'token-2' }) });
    expect((await receive('mailgun', right)).inbound).toMatchObject([
      { content: { mail: { text: 'Stop.' } } },
    ]);
    await refusal(receive('mailgun', await form(fields)));
  });

  test('a long form is known by the JSON of its fields, wherever it is cut for that', async () => {
    const database = await openDatabase();
    const fields = {
      from: 'jane@prospect.example',
      recipient: 'ann@sender.example',
      // Pairs of surrogates, from each of two places on.
      'body-plain': '😀'.repeat(100_000),
      'stripped-text': `"${'😀'.repeat(100_000)}`,
      short: '',
    };
    const source = testSources({ database, now: () => NOW }).get('mailgun')!;
    const { headers, body } = await form({
      ...fields,
      ...mailgunSignature({ at: NOW, token: 'long' }),
    });
    await source.receive(headers, new HeldBody(body));
    const { effect } = await database.db
      .selectFrom('provider_events')
      .select('effect')
      .where('event_id', '=', 'token:long')
      .executeTakeFirstOrThrow();
    expect(effect).toBe(`signed ${createHash('sha256').update(JSON.stringify(fields)).digest('hex')}`);
  });
});

describe('ses', () => {
  const post = (message: Record<string, string>): SignedRequest => ({
    headers: {},
    body: Buffer.from(JSON.stringify(message)),
  });

  test('takes both versions of the signature, with and without a subject', async () => {
    const receive = await receiver();
    const Message = JSON.stringify(PAYLOADS.ses);
    for (const version of ['1', '2'] as const) {
      const named = { Message, Subject: 'Amazon SES Email Event' };
      for (const fields of [{ Message } as Record<string, string>, named]) {
        expect(
          (await receive('ses', post(await snsMessage(fields, { at: NOW, version })))).events,
        ).toHaveLength(1);
      }
    }
  });

  test('refuses a topic that is not configured, however well signed', async () => {
    const receive = await receiver();
    const fields = { TopicArn: 'arn:aws:sns:eu-west-1:999999999999:other' };
    expect(await refusal(receive('ses', post(await snsMessage(fields, { at: NOW }))))).toMatch(/topic/);
  });

  test.each([
    'http://sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem',
    'https://evil.example/sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com@evil.example/a.pem',
    'https://x.sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/a.pem',
    'https://sns.eu-west-1.amazonaws.com/a.txt',
    'not a url',
  ])('never fetches a certificate from %s', async (SigningCertURL) => {
    const asked: string[] = [];
    const receive = await receiver(NOW, async (url) => {
      asked.push(url);
      return { status: 200, text: (await sns).cert };
    });
    await refusal(receive('ses', post(await snsMessage({ SigningCertURL }, { at: NOW }))));
    expect(asked).toEqual([]);
  });

  test('knows the hosts of China’s regions', () => {
    expect(isSnsUrl('https://sns.cn-north-1.amazonaws.com.cn/a.pem', '.pem')).toBe(true);
  });

  test('fetches a certificate once for many messages, and again after a failure', async () => {
    let up = false;
    const asked: string[] = [];
    const receive = await receiver(NOW, async (url) => {
      asked.push(url);
      return up ? { status: 200, text: (await sns).cert } : { status: 503, text: '' };
    });
    const request = post(await snsMessage({ Message: JSON.stringify(PAYLOADS.ses) }, { at: NOW }));
    await expect(receive('ses', request)).rejects.toBeInstanceOf(FeedbackTroubleError);
    up = true;
    await Promise.all([receive('ses', request), receive('ses', request)]);
    await receive('ses', request);
    expect(asked).toEqual([CERTIFICATE_URL, CERTIFICATE_URL]);
  });

  test.each([
    ['is no certificate', async () => 'something else', NOW],
    ['has expired', async () => (await sns).cert, Date.parse('2050-01-01T00:00:00Z')],
  ])('refuses a certificate that %s', async (_, text, now) => {
    const receive = await receiver(now, async () => ({ status: 200, text: await text() }));
    expect(await refusal(receive('ses', post(await snsMessage({}, { at: now }))))).toMatch(/certificate/);
  });

  test('confirms the subscription of a configured topic, only when signed and only at SNS itself', async () => {
    const asked: string[] = [];
    const receive = await receiver(NOW, async (url) => {
      asked.push(url);
      return { status: 200, text: (await sns).cert };
    });
    const confirmation = (SubscribeURL: string) =>
      snsMessage({ Type: 'SubscriptionConfirmation', Token: 'k', SubscribeURL }, { at: NOW });
    const SubscribeURL = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=k';
    const right = await confirmation(SubscribeURL);

    await refusal(receive('ses', post({ ...right, Token: 'other' })));
    await refusal(
      receive('ses', post(await confirmation('https://evil.example/?Action=ConfirmSubscription'))),
    );
    expect(asked.filter((url) => url !== CERTIFICATE_URL)).toEqual([]);
    expect(await receive('ses', post(right))).toEqual({ events: [], inbound: [] });
    expect(asked.filter((url) => url !== CERTIFICATE_URL)).toEqual([SubscribeURL]);
  });
});

test('keys that cannot be read are told at the start, in a sentence without the key', () => {
  const told = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return (error as Error).message;
    }
    throw new Error('nothing was told');
  };
  expect(told(() => sendgridKey('c2VjcmV0'))).toMatch(
    /^providers\.sendgrid\.webhook_public_key (?!.*c2VjcmV0)/,
  );
  expect(told(() => svixWebhooks('whsec_%%%'))).toMatch(/^providers\.resend\.webhook_secret (?!.*%%%)/);
});
