import addressparser from 'nodemailer/lib/addressparser';
import { headerOf, headersOf } from './mime.ts';
import type { MimePart } from './mime.ts';
import type { ParsedHeaders } from './types.ts';

/**
 * The header fields the gate uses, from the top header block. Of a field given twice the first counts
 * (such a message is held as ambiguous). Addresses are split by the parser that also sends them.
 */
export function readHeaders(root: MimePart): ParsedHeaders {
  const auto = headerOf(root, 'auto-submitted')?.trim().toLowerCase() ?? 'no';
  return {
    messageId: messageIds(root, 'message-id')[0] ?? nonEmpty(headerOf(root, 'message-id')),
    inReplyTo: messageIds(root, 'in-reply-to')[0] ?? null,
    references: messageIds(root, 'references'),
    from: addresses(root, 'from'),
    to: addresses(root, 'to'),
    cc: addresses(root, 'cc'),
    date: nonEmpty(headerOf(root, 'date')),
    prospectId: nonEmpty(headerOf(root, 'x-prospect-id')),
    threadId: nonEmpty(headerOf(root, 'x-thread-id')),
    listUnsubscribe: headerOf(root, 'list-unsubscribe') !== null,
    autoSubmitted: !/^no\b/.test(auto),
    hops: headersOf(root, 'received').length,
  };
}

function addresses(root: MimePart, key: string): string[] {
  return addressparser(headerOf(root, key), { flatten: true })
    .map(({ address }) => address)
    .filter((address) => address !== '');
}

function messageIds(root: MimePart, key: string): string[] {
  return headerOf(root, key)?.match(/<[^<>\s]{1,995}>/g) ?? [];
}

function nonEmpty(value: string | null): string | null {
  const trimmed = value?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
