import type { FetchText } from './bounded-fetch.ts';
import { FeedbackTroubleError, SignatureError } from './errors.ts';
import { readJson } from './fields.ts';
import { readSes } from './providers/ses.ts';
import { NOTHING } from './received.ts';
import {
  type SnsEnvelope,
  checkSnsEnvelope,
  isSnsUrl,
  readSnsEnvelope,
  verifySns,
} from './signatures/sns.ts';
import { SnsCertificates } from './sns-certificates.ts';
import { EVENT_BYTES, type EventSource, nothingInHeaders } from './source.ts';

/** The answer to a confirmation is a few lines of XML. */
const CONFIRMATION_BYTES = 64 * 1024;

/** SES through SNS: one notification a request. A subscription of a configured topic is confirmed by the gate itself. */
export function sesSource({
  topics,
  fetchText,
  now,
}: {
  topics: readonly string[];
  fetchText: FetchText;
  now: () => number;
}): EventSource {
  const certificates = new SnsCertificates(fetchText);
  return {
    // SNS messages have at most 256 KiB.
    limit: () => EVENT_BYTES,
    checkHeaders: nothingInHeaders,
    async receive(_headers, body) {
      const envelope = readSnsEnvelope(readJson(body.bytes));
      checkSnsEnvelope(envelope, { topics, now: now() });
      verifySns(envelope, await certificates.get(envelope.SigningCertURL), now());
      if (envelope.Type === 'Notification') return readSes(envelope, now());
      if (envelope.Type === 'SubscriptionConfirmation') await confirm(envelope, fetchText);
      return NOTHING;
    },
  };
}

async function confirm({ SubscribeURL = '' }: SnsEnvelope, fetchText: FetchText): Promise<void> {
  if (!isSnsUrl(SubscribeURL)) throw new SignatureError('SubscribeURL is not on a host of Amazon SNS');
  const { status } = await fetchText(SubscribeURL, { maxBytes: CONFIRMATION_BYTES });
  if (status !== 200)
    throw new FeedbackTroubleError(`Amazon SNS answered ${status} to the confirmation of the subscription`);
}
