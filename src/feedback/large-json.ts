import { PARSE_LIMITS } from '../message/limits.ts';
import { PROVIDER_TITLES, type ProviderName } from '../message/provider.ts';
import { UnreadableEventError } from './errors.ts';
import { readJson } from './fields.ts';
import type { Received } from './received.ts';
import { shortenJson } from './shorten-json.ts';
import { EVENT_BYTES, type HeldBody } from './source.ts';

/** The body of a mail in Postmark's words and in MailerSend's: as much as is read of the same text in MIME. */
const TEXTS = { names: new Set(['HtmlBody', 'TextBody', 'html', 'text']), bytes: PARSE_LIMITS.htmlBytes };

/** Any other string may be a header; where that leaves too much, a line. */
const KEPT_BYTES = [PARSE_LIMITS.headerBytes, 1_000];

/** Two texts, and everything else of a mail but its files. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Reads the body of a webhook that brings events and, with its files, mail that came in. Of a large one, which only mail may be, the
 * files are left out before it is read, and it is not passed on.
 *
 * @throws UnreadableEventError
 */
export async function readMailOrEvent(
  body: HeldBody,
  provider: ProviderName,
  read: (payload: unknown) => Promise<Received>,
): Promise<Received> {
  if (body.bytes.length <= EVENT_BYTES) return read(readJson(body.bytes));
  const payload = readJson(withoutFiles(body.bytes));
  body.letGo();
  const { events, inbound } = await read(payload);
  if (events.length > 0) {
    throw new UnreadableEventError(`the event is larger than any that ${PROVIDER_TITLES[provider]} sends`);
  }
  return { events, inbound: inbound.map((one) => ({ ...one, payload: null })) };
}

function withoutFiles(body: Buffer): Buffer {
  for (const bytes of KEPT_BYTES) {
    const short = shortenJson(body, { named: TEXTS, bytes });
    if (short.length <= MOST_BYTES) return short;
  }
  throw new UnreadableEventError('there is more in it than in any mail, even without its files');
}
