import { simpleParser } from 'mailparser';

/** Subject and both texts of a mail as they stand, for APIs that take them apart; null = there is no such part. */
export interface Texts {
  subject: string;
  text: string | null;
  html: string | null;
}

export async function textsOf(raw: Buffer): Promise<Texts> {
  const mail = await simpleParser(raw, { skipTextToHtml: true, skipHtmlToText: true, skipImageLinks: true });
  return { subject: mail.subject ?? '', text: mail.text ?? null, html: mail.html || null };
}
