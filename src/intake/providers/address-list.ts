import { decodeWords } from '../../message/encoded-words.ts';
import { type Mailbox, readMailbox } from '../outgoing-mail.ts';
import { readMailboxes } from './mailbox-list.ts';
import { namedMailbox } from './named-mailbox.ts';

/**
 * Reads an address whose name may be written as encoded words (RFC 2047), which is how many clients bring names into ASCII.
 *
 * @throws Refusal `invalid_field`
 */
export function readEncodedMailbox(text: string, field: string): Mailbox {
  return decoded(readMailbox(text, field), field);
}

function decoded({ name, address }: Mailbox, field: string): Mailbox {
  return namedMailbox({ email: address, name: decodeWords(name) }, field);
}

/**
 * Reads `Jane <jane@example.com>, joe@example.com`. Commas separate addresses, but not inside quotes.
 *
 * @throws Refusal `invalid_field`
 */
export function readAddressList(text: string, field: string): Mailbox[] {
  return readMailboxes(text, field).map((box) => decoded(box, field));
}
