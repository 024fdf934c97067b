import { simpleParser } from 'mailparser';
import { decodeWords } from './encoded-words.ts';
import { PARSE_LIMITS } from './limits.ts';
import { scanMime } from './mime.ts';
import { parseHeaderBlock } from './mime-headers.ts';
import type { HeaderBlock } from './mime-headers.ts';
import { parseMessage, unreadMessage } from './parse.ts';
import type { Draft } from './types.ts';

/** A part that is not shown as the text, with its content. */
export interface AttachedPart {
  filename: string | null;
  /** Lower case, as the sender says. */
  contentType: string;
  /** Content-ID without angle brackets; null = nothing can refer to it. */
  contentId: string | null;
  content: Buffer;
}

/** A mail as a person reads it, beside the draft that the judge read. */
export interface MailToRead {
  draft: Draft;
  /** The HTML part as it is, unsanitised, `cid:` links kept; null = there is none. */
  html: string | null;
  /** The plain text part, or the shown text of the HTML. */
  text: string;
  /** In their order, encoded words read. */
  headers: { name: string; value: string }[];
  attachments: AttachedPart[];
}

/** Reads raw bytes for showing. Never throws for what the sender wrote: a broken mail is shown as far as it can be read. */
export async function readMail(raw: Buffer): Promise<MailToRead> {
  const { root, tooComplex } = scanMime(raw, PARSE_LIMITS);
  const { draft } = await parseMessage(raw);
  const headers = headersOf(raw, root.header);
  const parsed = tooComplex === null ? await partsOf(raw) : null;
  return {
    draft,
    html: parsed?.html ?? null,
    text: parsed?.text ?? draft.body,
    headers,
    attachments: parsed?.attachments ?? [],
  };
}

/** Of a mail that is not read any further: its header fields, as far as they are read at all, and no more. */
export function readHeaderOnly(raw: Buffer): MailToRead {
  const headers = headersOf(raw, parseHeaderBlock(raw, 0, raw.length, PARSE_LIMITS));
  const { draft } = unreadMessage({ kind: 'too_complex', detail: '' });
  return { draft, html: null, text: '', headers, attachments: [] };
}

function headersOf(raw: Buffer, { lines }: HeaderBlock): MailToRead['headers'] {
  return lines.map(({ value, start }) => ({
    name: raw.subarray(start, raw.indexOf(0x3a, start)).toString('latin1').trim(),
    value: decodeWords(value),
  }));
}

async function partsOf(raw: Buffer): Promise<Pick<MailToRead, 'html' | 'attachments'> & { text?: string }> {
  try {
    const mail = await simpleParser(raw, {
      skipTextToHtml: true,
      skipHtmlToText: true,
      skipImageLinks: true,
      skipTextLinks: true,
      keepDeliveryStatus: true,
    });
    return {
      html: mail.html || null,
      ...(mail.text === undefined ? {} : { text: mail.text }),
      attachments: mail.attachments.map((one) => ({
        filename: one.filename ?? null,
        contentType: one.contentType.toLowerCase(),
        contentId: one.cid ?? null,
        content: one.content,
      })),
    };
  } catch {
    return { html: null, attachments: [] };
  }
}
