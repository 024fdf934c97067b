import {
  type Part,
  customHeader,
  filePart,
  mailDate,
  mailboxHeader,
  message,
  multipart,
  rawHeader,
  textPart,
} from '../message/mime-writer.ts';
import type { MailAttachment, OutgoingMail } from './outgoing-mail.ts';

/**
 * The mail as MIME (RFC 5322, 2045), Bcc left out. It is built in one go: what streams would cost for the small mails of
 * outreach is several times the rest of accepting.
 *
 * @param id.messageId with angle brackets; used unless the mail brings its own
 */
export function composeMime(mail: OutgoingMail, id: { messageId: string; date: Date }): Buffer {
  const own = mail.headers.find(({ name }) => name.toLowerCase() === 'message-id');
  const boxes = (name: string, list: OutgoingMail['to']): string[] =>
    list.length === 0 ? [] : [mailboxHeader(name, list)];
  const headers = [
    ...boxes('From', [mail.from]),
    ...boxes('To', mail.to),
    ...boxes('Cc', mail.cc),
    ...boxes('Reply-To', mail.replyTo),
    customHeader('Subject', mail.subject),
    rawHeader('Message-ID', own?.value ?? id.messageId),
    rawHeader('Date', mailDate(id.date.getTime())),
    ...mail.headers.filter((header) => header !== own).map(({ name, value }) => customHeader(name, value)),
  ];
  return message(headers, contentOf(mail, id.messageId));
}

/** mixed(alternative(text, related(html, inline files)), files), each level only where it is needed. */
function contentOf({ text, html, attachments }: OutgoingMail, seed: string): Part {
  const inline = html === null ? [] : attachments.filter(({ contentId }) => contentId !== null);
  const files = attachments.filter((file) => !inline.includes(file));
  const shown: Part[] = [];
  if (text !== null || html === null) shown.push(textPart('plain', text ?? ''));
  if (html !== null)
    shown.push(together('related', [textPart('html', html), ...parts(inline)], `${seed} related`));
  const body = together('alternative', shown, `${seed} alternative`);
  return together('mixed', [body, ...parts(files)], `${seed} mixed`);
}

const parts = (files: MailAttachment[]): Part[] => files.map((file) => filePart(file));

function together(type: string, list: Part[], seed: string): Part {
  return list.length === 1 ? list[0]! : multipart(type, list, seed);
}
