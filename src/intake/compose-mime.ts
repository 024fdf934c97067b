import MailComposer from 'nodemailer/lib/mail-composer';
import type { OutgoingMail } from './outgoing-mail.ts';

/**
 * The mail as MIME (RFC 5322, 2045), Bcc left out. Files and URLs are never opened.
 *
 * @param id.messageId with angle brackets; used unless the mail brings its own
 */
export function composeMime(mail: OutgoingMail, id: { messageId: string; date: Date }): Promise<Buffer> {
  const own = mail.headers.find(({ name }) => name.toLowerCase() === 'message-id');
  const composer = new MailComposer({
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    // An empty list would silence a Reply-To among the custom headers.
    ...(mail.replyTo.length > 0 ? { replyTo: mail.replyTo } : {}),
    subject: mail.subject,
    ...(mail.text === null ? {} : { text: mail.text }),
    ...(mail.html === null ? {} : { html: mail.html }),
    messageId: own?.value ?? id.messageId,
    date: id.date,
    headers: mail.headers.filter((header) => header !== own).map(({ name, value }) => ({ key: name, value })),
    attachments: mail.attachments.map(({ filename, content, contentType, contentId }) => ({
      filename,
      content,
      ...(contentType === null ? {} : { contentType }),
      ...(contentId === null ? {} : { cid: contentId, contentDisposition: 'inline' as const }),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: '\r\n',
  });
  return new Promise((resolve, reject) => {
    composer.compile().build((error, message) => (error ? reject(error) : resolve(message)));
  });
}
