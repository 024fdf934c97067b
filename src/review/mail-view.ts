import type { Kysely } from 'kysely';
import { ApiError } from '../http/api-error.ts';
import type { AttachedPart } from '../message/reading.ts';
import { openMail } from '../off-loop/mail.ts';
import { readRaw, textRemoval } from '../queue/store.ts';
import type { Schema } from '../store/schema.ts';
import { revisionsOf } from './delivery-view-store.ts';
import type { MailView } from './web-types.ts';

/** A message's bytes at a revision that exists. @throws ApiError for another */
export async function rawAt(
  db: Kysely<Schema>,
  messageId: string,
  revision: number,
): Promise<{ raw: Buffer; revisions: MailView['revisions'] }> {
  const removed = await textRemoval(db, messageId);
  if (removed !== null) throw new ApiError('not_found', removed);
  const revisions = await revisionsOf(db, messageId);
  if (!revisions.some((one) => one.revision === revision)) {
    throw new ApiError('not_found', `There is no revision ${revision} of this mail.`);
  }
  return { raw: await readRaw(db, messageId, revision), revisions };
}

/** The mail as a reviewer reads it. */
export async function mailView(db: Kysely<Schema>, messageId: string, revision: number): Promise<MailView> {
  const removed = await textRemoval(db, messageId);
  if (removed !== null) return withoutText(revision, removed);
  const { raw, revisions } = await rawAt(db, messageId, revision);
  const read = await openMail(raw);
  const { draft, headers, attachments } = read;
  const header = (name: string): string | null =>
    headers.find((one) => one.name.toLowerCase() === name)?.value ?? null;
  const { subject, body, segments, hidden, links } = draft;
  return {
    revision,
    revisions,
    subject,
    from: header('from') ?? '',
    to: header('to') ?? '',
    cc: header('cc'),
    reply_to: header('reply-to'),
    date: header('date'),
    html: read.html,
    text: read.text,
    draft: { subject, body, segments, hidden, links },
    headers,
    attachments: attachments.map(({ filename, contentType, content }, index) => ({
      index,
      filename,
      content_type: contentType,
      size: content.length,
    })),
    inline: inlineOf(attachments),
    editable_text: body,
    size: raw.length,
  };
}

/** Where the text was removed: a sentence stands in its place, and nothing else is known. */
function withoutText(revision: number, sentence: string): MailView {
  return {
    revision,
    revisions: [],
    subject: null,
    from: '',
    to: '',
    cc: null,
    reply_to: null,
    date: null,
    html: null,
    text: sentence,
    draft: { subject: null, body: '', segments: [], hidden: [], links: [] },
    headers: [],
    attachments: [],
    inline: {},
    editable_text: '',
    size: 0,
  };
}

function inlineOf(attachments: readonly AttachedPart[]): Record<string, number> {
  const inline: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const [index, { contentId }] of attachments.entries()) {
    if (contentId !== null) inline[contentId] ??= index;
  }
  return inline;
}
