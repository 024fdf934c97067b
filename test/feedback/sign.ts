import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { generate } from 'selfsigned';
import { Webhook } from 'standardwebhooks';
import type { ProviderName } from '../../src/message/provider.ts';

/** Requests as the providers would send and sign them, made with their documented schemes and keys of the test's own. */
export interface SignedRequest {
  headers: Record<string, string>;
  body: Buffer;
}

const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const CERTIFICATE_URL =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0000000000000000.pem';
export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:ses-events';

export const SECRETS = {
  resend: `whsec_${randomBytes(24).toString('base64')}`,
  sendgrid: ecdsa.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  sendgridInbound: 'parse pass: wörd',
  postmark: 'post:mark pass',
  mailgun: 'key-of-mailgun',
  mailersend: 'secret-of-mailersend',
};

/** The certificate that SNS would sign with, made once. */
export const sns = generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], {
  keyType: 'rsa',
  keySize: 2048,
  algorithm: 'sha256',
  notBeforeDate: new Date('2020-01-01'),
  notAfterDate: new Date('2045-01-01'),
});

export interface SignOptions {
  /** Milliseconds since the epoch. */
  at: number;
  /** Id of the request, where the scheme has one. */
  id?: string;
}

export async function signed(
  provider: ProviderName,
  payload: unknown,
  { at, id = randomBytes(8).toString('hex') }: SignOptions,
): Promise<SignedRequest> {
  const json = (body: unknown, headers: Record<string, string> = {}): SignedRequest => ({
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  });
  const seconds = String(Math.floor(at / 1000));
  switch (provider) {
    case 'resend': {
      const { body } = json(payload);
      const signature = new Webhook(SECRETS.resend).sign(id, new Date(at), body);
      return json(payload, {
        'svix-id': id,
        'svix-timestamp': seconds,
        'svix-signature': `v1a,AAAA ${signature}`,
      });
    }
    case 'sendgrid': {
      const data = Buffer.concat([Buffer.from(seconds), json(payload).body]);
      const signature = sign('sha256', data, { key: ecdsa.privateKey, dsaEncoding: 'der' });
      return json(payload, {
        'x-twilio-email-event-webhook-signature': signature.toString('base64'),
        'x-twilio-email-event-webhook-timestamp': seconds,
      });
    }
    case 'postmark':
      return json(payload, { authorization: basic('anybody', SECRETS.postmark) });
    case 'mailgun':
      return json({ ...(payload as object), signature: mailgunSignature({ at, token: id }) });
    case 'mailersend': {
      const { body } = json(payload);
      return json(payload, {
        signature: createHmac('sha256', SECRETS.mailersend).update(body).digest('hex'),
      });
    }
    case 'ses':
      return json(await snsMessage({ MessageId: id, Message: JSON.stringify(payload) }, { at }));
  }
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

export function mailgunSignature({ at, token }: { at: number; token: string }) {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', SECRETS.mailgun).update(`${timestamp}${token}`).digest('hex');
  return { timestamp, token, signature };
}

/** An SNS message of any type, with everything that `fields` leaves out, signed by version 1 or 2. */
export async function snsMessage(
  fields: Record<string, string>,
  { at, version = '2' }: { at: number; version?: '1' | '2' },
): Promise<Record<string, string>> {
  const message: Record<string, string> = {
    Type: 'Notification',
    MessageId: 'sns-1',
    TopicArn: TOPIC,
    Message: '{}',
    Timestamp: new Date(at).toISOString(),
    SignatureVersion: version,
    SigningCertURL: CERTIFICATE_URL,
    ...fields,
  };
  const names =
    message['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
  const { private: key } = await sns;
  const algorithm = version === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  return { ...message, Signature: sign(algorithm, Buffer.from(text), key).toString('base64') };
}

/** A form as a provider posts it. */
export async function form(
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<SignedRequest> {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  data.set('attachment1', new Blob(['not read']), 'report.pdf');
  const response = new Response(data);
  return {
    headers: { 'content-type': response.headers.get('content-type')!, ...headers },
    body: Buffer.from(await response.arrayBuffer()),
  };
}
