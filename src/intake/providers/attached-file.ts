import { type MailAttachment, readBase64 } from '../outgoing-mail.ts';
import { Refusal } from '../refusal.ts';

/** A type and parameters (RFC 2045 5.1), on one line. */
const CONTENT_TYPE = /^[\w.+-]{1,100}\/[\w.+-]{1,100}(?:\s*;[^\p{Cc}]{0,300})?$/u;
const CONTENT_ID = /^[^\s<>\p{Cc}]{1,200}$/u;

/** An attachment as the providers' JSON describes one, with the names its fields have there. */
export interface DescribedFile {
  filename: [field: string, value: string];
  /** Base64, or the bytes. */
  content: [field: string, value: string | Buffer];
  contentType: [field: string, value: string | null | undefined];
  contentId: [field: string, value: string | null | undefined];
}

/**
 * Reads an attachment. What stands in a MIME header later may hold no line break (header injection).
 *
 * @throws Refusal `invalid_field`
 */
export function readAttachedFile({
  filename,
  content,
  contentType,
  contentId,
}: DescribedFile): MailAttachment {
  if (filename[1] === '' || filename[1].length > 500 || /\p{Cc}/u.test(filename[1])) {
    throw invalid(filename[0], 'is not a file name');
  }
  if (contentType[1] != null && !CONTENT_TYPE.test(contentType[1])) {
    throw invalid(contentType[0], 'is not a content type like application/pdf');
  }
  const id = contentId[1]?.replace(/^<(.*)>$/, '$1') ?? null;
  if (id !== null && !CONTENT_ID.test(id)) {
    throw invalid(contentId[0], 'is not a content id: it holds blanks, brackets or nothing');
  }
  return {
    filename: filename[1],
    content: typeof content[1] === 'string' ? readBase64(content[1], content[0]) : content[1],
    contentType: contentType[1] ?? null,
    contentId: id,
  };
}

function invalid(field: string, what: string): Refusal {
  return new Refusal('invalid_field', `The \`${field}\` field ${what}.`, { field });
}
