import { X509Certificate, verify } from 'node:crypto';
import { SignatureError } from '../errors.ts';
import { checkWindow } from './window.ts';

/** An HTTP request of SNS, its fields checked for their types. Sources for all here: docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages". */
export interface SnsEnvelope {
  Type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  MessageId: string;
  TopicArn: string;
  Message: string;
  Timestamp: string;
  Signature: string;
  SignatureVersion: '1' | '2';
  SigningCertURL: string;
  Subject?: string;
  Token?: string;
  SubscribeURL?: string;
}

/** SNS keeps trying for up to an hour under the time of the first try ("Amazon SNS message delivery retries"). */
export const SNS_WINDOW_MS = 60 * 60_000;

const NEEDED = [
  'MessageId',
  'TopicArn',
  'Message',
  'Timestamp',
  'Signature',
  'SignatureVersion',
  'SigningCertURL',
] as const;

/** @throws SignatureError when it is not signed by SNS at all, as with raw message delivery */
export function readSnsEnvelope(given: unknown): SnsEnvelope {
  const envelope = (given ?? {}) as Record<string, unknown>;
  const type = envelope['Type'];
  const missing = NEEDED.filter((name) => typeof envelope[name] !== 'string');
  if (missing.length > 0) {
    throw new SignatureError(
      `the SNS message lacks ${missing.join(', ')}; turn raw message delivery off, it is not signed`,
    );
  }
  if (type !== 'Notification' && type !== 'SubscriptionConfirmation' && type !== 'UnsubscribeConfirmation') {
    throw new SignatureError('the type of the SNS message is unknown');
  }
  if (envelope['SignatureVersion'] !== '1' && envelope['SignatureVersion'] !== '2') {
    throw new SignatureError('the signature version of the SNS message is unknown');
  }
  if (type !== 'Notification' && typeof envelope['SubscribeURL'] !== 'string') {
    throw new SignatureError('the SNS message lacks SubscribeURL');
  }
  return envelope as unknown as SnsEnvelope;
}

/**
 * What can be checked without the certificate: a configured topic, a recent time, a certificate on SNS's own host.
 *
 * @throws SignatureError
 */
export function checkSnsEnvelope(
  envelope: SnsEnvelope,
  { topics, now }: { topics: readonly string[]; now: number },
): void {
  if (!topics.includes(envelope.TopicArn)) {
    throw new SignatureError('the topic is not among providers.ses.topic_arns');
  }
  checkWindow(Date.parse(envelope.Timestamp), now, SNS_WINDOW_MS);
  if (!isSnsUrl(envelope.SigningCertURL, '.pem')) {
    throw new SignatureError('the certificate is not on a host of Amazon SNS');
  }
}

/** https on `sns.<region>.amazonaws.com` or `.com.cn`, no other port, no credentials. */
export function isSnsUrl(text: string, pathEnds = ''): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    url.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?$/.test(url.hostname) &&
    url.pathname.endsWith(pathEnds)
  );
}

/** @throws SignatureError when it is no certificate */
export function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new SignatureError('the certificate of the SNS message cannot be read');
  }
}

/**
 * Checks the signature: version 1 is RSA with SHA-1, version 2 with SHA-256.
 *
 * @param certificate from `SigningCertURL`
 * @throws SignatureError
 */
export function verifySns(envelope: SnsEnvelope, certificate: X509Certificate, now: number): void {
  if (Date.parse(certificate.validFrom) > now || Date.parse(certificate.validTo) < now) {
    throw new SignatureError('the certificate of the SNS message is not valid now');
  }
  const algorithm = envelope.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  const signature = Buffer.from(envelope.Signature, 'base64');
  const key = certificate.publicKey;
  if (key.asymmetricKeyType !== 'rsa' || !verify(algorithm, canonical(envelope), key, signature)) {
    throw new SignatureError('the signature does not fit the SNS message');
  }
}

/** The string that is signed: names and values, each on its line, in this order, what is not given left out. */
function canonical(envelope: SnsEnvelope): Buffer {
  const names: (keyof SnsEnvelope)[] =
    envelope.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const lines = names
    .filter((name) => envelope[name] !== undefined && envelope[name] !== null)
    .map((name) => `${name}\n${envelope[name]}\n`);
  return Buffer.from(lines.join(''), 'utf8');
}
