import type { FetchText } from './bounded-fetch.ts';
import { FeedbackTroubleError } from './errors.ts';
import type { InboundMail } from './event.ts';
import { readJson } from './fields.ts';
import { readReceivedEmail } from './providers/resend.ts';

/** Text and HTML of one mail in JSON; attachments are not in it. */
const MAX_BYTES = 5 * 1024 * 1024;

/**
 * Fetches mail that Resend took in (`GET /emails/receiving/:id`). It is Resend that tries again later: until the mail is here the
 * event is answered 503, and Resend repeats it for more than a day.
 */
export function createFetchReceived({
  baseUrl,
  apiKey,
  fetchText,
  now,
}: {
  baseUrl: string;
  apiKey: string | null;
  fetchText: FetchText;
  now: () => number;
}): (path: string) => Promise<InboundMail | null> {
  return async (path) => {
    if (apiKey === null) {
      throw new FeedbackTroubleError(
        'mail that Resend received cannot be fetched: set providers.resend.api_key',
      );
    }
    const { status, text } = await fetchText(`${baseUrl.replace(/\/+$/, '')}${path}`, {
      maxBytes: MAX_BYTES,
      headers: { Authorization: `Bearer ${apiKey}`, Accept: 'application/json' },
    });
    if (status !== 200) {
      throw new FeedbackTroubleError(`Resend answered ${status} when asked for a mail it had received`);
    }
    return readReceivedEmail(parsed(text), now());
  };
}

function parsed(text: string): unknown {
  try {
    return readJson(Buffer.from(text, 'utf8'));
  } catch (error) {
    throw new FeedbackTroubleError('Resend answered with something else than a mail', { cause: error });
  }
}
