import { PARSE_LIMITS } from './limits.ts';
import { type MimePart, entitiesOf, headersOf, scanMime } from './mime.ts';

/** More than this is no forwarded conversation. */
const MAX_ATTACHED = 20;

/** The mails attached to a mail, byte for byte, in their order; of more than 20 the first. */
export function attachedMails(raw: Buffer): Buffer[] {
  return entitiesOf(scanMime(raw, PARSE_LIMITS).root)
    .filter(({ contentType }) => contentType === 'message/rfc822' || contentType === 'message/global')
    .slice(0, MAX_ATTACHED)
    .map((part) => decoded(raw, part));
}

/** RFC 2046 5.2.1 allows no encoding here; some programs use base64 all the same. */
function decoded(raw: Buffer, part: MimePart): Buffer {
  const body = raw.subarray(part.bodyStart, part.bodyEnd);
  const [encoding] = headersOf(part, 'content-transfer-encoding');
  return encoding?.value.trim().toLowerCase() === 'base64'
    ? Buffer.from(body.toString('latin1'), 'base64')
    : body;
}
