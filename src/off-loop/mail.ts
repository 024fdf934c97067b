import { attachedMails } from '../message/attached-mails.ts';
import { EditError, replaceBody } from '../message/edit.ts';
import type { BodyEdit } from '../message/edit.ts';
import { textsOf } from '../message/edited-text.ts';
import type { Texts } from '../message/edited-text.ts';
import { renderHtml } from '../message/html.ts';
import { PARSE_LIMITS } from '../message/limits.ts';
import { parseMessage, unreadMessage } from '../message/parse.ts';
import { readHeaderOnly, readMail } from '../message/reading.ts';
import type { MailToRead } from '../message/reading.ts';
import type { ParsedMessage } from '../message/types.ts';
import { inCrowd } from './crowd.ts';
import { JobLimitError } from './job-limit-error.ts';
import { asBuffer } from './jobs.ts';
import { SMALL_MAIL_BYTES } from './limits.ts';
import type { Workers } from './pool.ts';
import { judges, readers } from './shared-pool.ts';
import { inTurn } from './turns.ts';

/**
 * `parseMessage` without holding up the event loop: small mail is read at once unless there is a crowd of it, larger mail by a worker
 * within its limits.
 *
 * @returns never rejects for what the mail is: one that goes beyond a limit is `too_complex`, unread, and says which limit
 */
export function parseMail(raw: Buffer, workers: () => Workers = readers): Promise<ParsedMessage> {
  return parse(raw, workers, copyOf);
}

/** The same of a mail that nobody needs any more: a large one is given away instead of copied, and `raw` is empty afterwards. */
export function parseGivenMail(raw: Buffer, workers: () => Workers = readers): Promise<ParsedMessage> {
  return parse(raw, workers, (bytes) => wholeOf(bytes) ?? copyOf(bytes));
}

async function parse(
  raw: Buffer,
  workers: () => Workers,
  bytesOf: (raw: Buffer) => Uint8Array<ArrayBuffer>,
): Promise<ParsedMessage> {
  const isSmall = raw.length <= SMALL_MAIL_BYTES;
  if (isSmall && !inCrowd()) return parseMessage(raw);
  try {
    // The one that judges reads it too: one worker more for a crowd, not two.
    const pool = isSmall ? judges : workers;
    return await withBytes(raw, (bytes) => pool().run('parse', bytes, [bytes.buffer]), bytesOf);
  } catch (error) {
    return unreadMessage({ kind: 'too_complex', detail: `reading it ${limitOf(error)}` });
  }
}

/** `readMail` in the same way: of a mail beyond a limit only the header is shown, and its draft is empty. */
export async function openMail(raw: Buffer, workers: () => Workers = readers): Promise<MailToRead> {
  if (raw.length <= SMALL_MAIL_BYTES) return readMail(raw);
  try {
    const read = await withBytes(raw, (bytes) => workers().run('read', bytes, [bytes.buffer]));
    const attachments = read.attachments.map((one) => ({ ...one, content: asBuffer(one.content) }));
    return { ...read, attachments };
  } catch (error) {
    limitOf(error);
    return readHeaderOnly(raw);
  }
}

/** `textsOf` in the same way. @throws JobLimitError for a mail beyond a limit */
export async function textsOfMail(raw: Buffer, workers: () => Workers = readers): Promise<Texts> {
  if (raw.length <= SMALL_MAIL_BYTES) return textsOf(raw);
  return withBytes(raw, (bytes) => workers().run('texts', bytes, [bytes.buffer]));
}

/**
 * `replaceBody` in the same way.
 *
 * @throws EditError as it does, and for a mail beyond a limit
 */
export async function editMail(
  raw: Buffer,
  edit: BodyEdit,
  workers: () => Workers = readers,
): Promise<Buffer> {
  if (raw.length + edit.text.length <= SMALL_MAIL_BYTES) return replaceBody(raw, edit);
  try {
    const answer = await withBytes(raw, (bytes) =>
      workers().run('edit', { raw: bytes, edit }, [bytes.buffer]),
    );
    if ('refused' in answer) throw new EditError(answer.refused);
    return asBuffer(answer.edited);
  } catch (error) {
    if (error instanceof EditError) throw error;
    throw new EditError(`the message is too complex to edit: editing it ${limitOf(error)}`);
  }
}

/** `attachedMails` in the same way; of a mail beyond a limit none. */
export async function attachedTo(raw: Buffer, workers: () => Workers = readers): Promise<Buffer[]> {
  if (raw.length <= SMALL_MAIL_BYTES) return attachedMails(raw);
  try {
    const mails = await withBytes(raw, (bytes) => workers().run('attached', bytes, [bytes.buffer]));
    return mails.map(asBuffer);
  } catch (error) {
    limitOf(error);
    return [];
  }
}

/** The visible text of HTML in the same way; '' for HTML beyond a limit. */
export async function textOfHtml(html: string, workers: () => Workers = readers): Promise<string> {
  if (html.length <= SMALL_MAIL_BYTES) return renderHtml(html, PARSE_LIMITS).text;
  try {
    return await inTurn(html.length, () => workers().run('render', html.slice(0, PARSE_LIMITS.htmlChars)));
  } catch (error) {
    limitOf(error);
    return '';
  }
}

/** Runs a job that is given bytes of its own, which are made when its turn has come. */
function withBytes<T>(
  raw: Buffer,
  job: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>,
  bytesOf = copyOf,
): Promise<T> {
  return inTurn(raw.length, () => job(bytesOf(raw)));
}

/** One copy that can be given away; a message between threads would copy the bytes twice. */
function copyOf(raw: Buffer): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(raw.length);
  bytes.set(raw);
  return bytes;
}

/** All of the memory that a buffer stands in; null where it is not alone in it. */
function wholeOf({ buffer, byteLength }: Buffer): Uint8Array<ArrayBuffer> | null {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? new Uint8Array(buffer) : null;
}

/** @throws what is no limit: gate trouble, after which the mail is tried again */
function limitOf(error: unknown): string {
  if (error instanceof JobLimitError) return error.message;
  throw error;
}
