import { addressKey } from '../crm/address.ts';
import { Refusal } from './refusal.ts';

/** A name and an address, apart: nobody has to split them again. */
export interface Mailbox {
  name: string;
  address: string;
}

export interface MailAttachment {
  filename: string;
  content: Buffer;
  contentType: string | null;
  /** Without angle brackets; given, it is shown inside the HTML. */
  contentId: string | null;
}

/** A mail as the providers' APIs describe one. */
export interface OutgoingMail {
  from: Mailbox;
  to: Mailbox[];
  cc: Mailbox[];
  bcc: Mailbox[];
  replyTo: Mailbox[];
  subject: string;
  text: string | null;
  html: string | null;
  headers: { name: string; value: string }[];
  attachments: MailAttachment[];
  /** Relay not before, milliseconds since the epoch; null = at once. */
  scheduledAt: number | null;
}

/** A mail that came as MIME. */
export interface RawMail {
  raw: Buffer;
  from: string;
  recipients: string[];
  scheduledAt: number | null;
}

/** What parsers agree on: no quotes, comments, groups or routes. */
const ADDR_SPEC = String.raw`[^\s"(),:;<>@[\]\\\p{Cc}]+@[^\s"(),:;<>@[\]\\\p{Cc}]+`;
const BARE = new RegExp(`^${ADDR_SPEC}$`, 'u');
const NAMED = new RegExp(String.raw`^(?<name>[^<>\p{Cc}]*?)\s*<(?<address>${ADDR_SPEC})>$`, 'u');

/** A display name and an address; as `addressKey` bounds it. Also bounds the work on hostile input. */
const MAX_MAILBOX = 1_000;

/**
 * Reads `jane@example.com` or `Jane <jane@example.com>`. Spellings that mail parsers read differently are refused: the
 * mail must not go to somebody else than the one who was looked up.
 *
 * @throws Refusal `invalid_field`
 */
export function readMailbox(text: string, field: string): Mailbox {
  const trimmed = text.length > MAX_MAILBOX ? '' : text.trim();
  const named = NAMED.exec(trimmed)?.groups;
  const address = named?.['address'] ?? (BARE.test(trimmed) ? trimmed : null);
  if (address === null || addressKey(address) === null) {
    throw new Refusal(
      'invalid_field',
      `The \`${field}\` field is not an address. It must be written like jane@example.com or Jane <jane@example.com>.`,
      { field },
    );
  }
  return { name: displayName(named?.['name'] ?? '', field), address };
}

function displayName(written: string, field: string): string {
  const quoted = /^"(.*)"$/s.exec(written)?.[1];
  const name = quoted === undefined ? written : quoted.replaceAll(/\\(.)/gs, '$1');
  // A comma outside quotes separates addresses: another parser may see two.
  if (quoted === undefined && /[",;:]/.test(name)) {
    throw new Refusal(
      'invalid_field',
      `Put the name in the \`${field}\` field in quotes: it holds a comma, colon or quote.`,
      {
        field,
      },
    );
  }
  return name.trim();
}

/** Fields that say how a mail is put together or where it goes; set apart from custom headers. */
const OWN_HEADERS =
  /^(?:from|to|cc|bcc|subject|sender|date|mime-version|content-.*|received|return-path|resent-.*|(?:x-)?dkim-signature|arc-.*|apparently-to|errors-to)$/i;
const HEADER_NAME = /^[!-9;-~]{1,200}$/;

/**
 * A custom header.
 *
 * @throws Refusal for line breaks (header injection), and for fields that have a place of their own in the request
 */
export function readHeader(name: string, value: string, field: string): { name: string; value: string } {
  if (!HEADER_NAME.test(name)) {
    throw new Refusal('invalid_field', `The \`${field}\` field names a header that cannot be one.`, {
      field,
    });
  }
  if (/[\r\n\0]/.test(value)) {
    throw new Refusal(
      'invalid_field',
      `The header ${name} holds a line break or NUL; a header is one line.`,
      { field },
    );
  }
  if (OWN_HEADERS.test(name)) {
    throw new Refusal(
      'invalid_field',
      `The header ${name} cannot be set here; use the field of that name, or leave it out.`,
      {
        field,
      },
    );
  }
  return { name, value };
}

/**
 * Strict base64 (RFC 4648 4), line breaks allowed.
 *
 * @throws Refusal `invalid_field`
 */
export function readBase64(text: string, field: string): Buffer {
  const compact = /\s/.test(text) ? text.replaceAll(/\s+/g, '') : text;
  const bytes = Buffer.from(compact, 'base64');
  if (compact.length % 4 !== 0 || !isWrittenAs(bytes, compact)) {
    throw new Refusal('invalid_field', `The \`${field}\` field is not base64.`, { field });
  }
  return bytes;
}

/** Bytes compared at once, whole groups of three: a large file written again as one text would take its size once more. */
const BLOCK_BYTES = 57_000;

/** Whether these bytes have this text as their base64. */
function isWrittenAs(bytes: Buffer, text: string): boolean {
  for (let at = 0, from = 0; from < text.length; at += BLOCK_BYTES) {
    const block = bytes.toString('base64', at, at + BLOCK_BYTES);
    if (block === '' || !text.startsWith(block, from)) return false;
    from += block.length;
  }
  return true;
}

/** Everybody who gets it, each once, in the order to, cc, bcc. */
export function recipientsOf({ to, cc, bcc }: Pick<OutgoingMail, 'to' | 'cc' | 'bcc'>): string[] {
  const seen = new Set<string | null>();
  const all = [...to, ...cc, ...bcc].map(({ address }) => address);
  return all.filter((address) => {
    const key = addressKey(address);
    return !seen.has(key) && seen.add(key);
  });
}
