import { decodeWords } from '../../message/encoded-words.ts';
import { type Mailbox, type OutgoingMail, readMailbox } from '../outgoing-mail.ts';
import { namedMailbox } from './named-mailbox.ts';

/**
 * Reads an address whose name may be written as encoded words (RFC 2047), which is how many clients bring names into ASCII.
 *
 * @throws Refusal `invalid_field`
 */
export function readEncodedMailbox(text: string, field: string): Mailbox {
  const { name, address } = readMailbox(text, field);
  return namedMailbox({ email: address, name: decodeWords(name) }, field);
}

/**
 * Reads `Jane <jane@example.com>, joe@example.com`. Commas separate addresses, but not inside quotes.
 *
 * @throws Refusal `invalid_field`
 */
export function readAddressList(text: string, field: string): Mailbox[] {
  return splitAddresses(text).map((one) => readEncodedMailbox(one, field));
}

/** Reply-To among custom headers, in the place where composing looks for it. */
export function withReplyTo(mail: OutgoingMail): OutgoingMail {
  const lines = mail.headers.filter(({ name }) => /^reply-to$/i.test(name));
  if (lines.length === 0) return mail;
  return {
    ...mail,
    headers: mail.headers.filter((line) => !lines.includes(line)),
    replyTo: [...mail.replyTo, ...lines.flatMap(({ name, value }) => readAddressList(value, name))],
  };
}

function splitAddresses(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    if (quoted && text[i] === '\\') i += 1;
    else if (text[i] === '"') quoted = !quoted;
    else if (text[i] === ',' && !quoted) {
      pieces.push(text.slice(from, i));
      from = i + 1;
    }
  }
  pieces.push(text.slice(from));
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '');
}
