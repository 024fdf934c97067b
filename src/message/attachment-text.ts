import type { AttachmentStream, StructuredHeader } from 'mailparser';
import { isKnownCharset } from './charsets.ts';
import { renderHtml } from './html.ts';
import type { ParseLimits } from './limits.ts';
import type { AttachmentSummary, DraftVersion, ParsedMessage } from './types.ts';

type Trouble = ParsedMessage['trouble'][number];

/** An attachment as mailparser hands it over, decoded. */
export interface Attached {
  node: AttachmentStream;
  content: Buffer;
}

/** What was read of an attachment, and what keeps its text from being certain. */
export interface AttachmentRead {
  summary: AttachmentSummary;
  trouble: Trouble[];
}

interface TextRead {
  text: string | null;
  cut: boolean;
  trouble: Trouble[];
}

/** What mail programs show below the text, or at a touch; data files are opened by other programs. */
const SHOWN = /^(?:text\/(?:plain|html|calendar)|application\/ics|message\/.*)$/;
const READ = /^(?:text\/|message\/|application\/(?:ics|json|xml|xhtml\+xml|rtf)$|image\/svg)/;
const MESSAGE = /^message\/(?:rfc822|global)$/;

/**
 * Reads the text of an attachment that the recipient's program opens by itself.
 *
 * @param readMessage reads an attached message; null where it would be one too many inside each other
 */
export async function readAttached(
  { node, content }: Attached,
  limits: ParseLimits,
  readMessage: ((raw: Buffer) => Promise<ParsedMessage>) | null,
): Promise<AttachmentRead> {
  const contentType = node.contentType.toLowerCase();
  const { text, cut, trouble } = MESSAGE.test(contentType)
    ? await messageText(content, limits, readMessage)
    : plainText(contentType, node, content, limits);
  const filename = node.filename ?? null;
  const shown = text?.slice(0, limits.attachmentChars) ?? null;
  const isCut = cut || (text ?? '').length > limits.attachmentChars;
  if (isCut && SHOWN.test(contentType)) {
    trouble.push({
      kind: 'too_complex',
      detail: `more text in the attachment ${filename ?? contentType} than is read`,
    });
  }
  return {
    summary: { filename, contentType, size: content.length, text: shown, ...(isCut ? { cut: true } : {}) },
    trouble,
  };
}

async function messageText(
  content: Buffer,
  limits: ParseLimits,
  readMessage: ((raw: Buffer) => Promise<ParsedMessage>) | null,
): Promise<TextRead> {
  if (readMessage === null) {
    const detail = `messages attached inside each other deeper than ${limits.attachedMessages}`;
    return { text: null, cut: false, trouble: [{ kind: 'too_complex', detail }] };
  }
  const { draft, trouble } = await readMessage(content);
  const inner = draft.attachments.map(({ text }) => text ?? '');
  return {
    text: [draft.subject ?? '', draft.body, ...inner].filter((text) => text !== '').join('\n\n'),
    cut: draft.attachments.some(({ cut }) => cut === true),
    // Pictures, ciphers and what relays act on stop an attached message no more than any other file that is not read.
    trouble: trouble
      .filter(({ kind }) => kind !== 'unreadable')
      .map(({ kind, detail }) => ({ kind, detail: `in an attached message: ${detail}` })),
  };
}

function plainText(
  contentType: string,
  node: AttachmentStream,
  content: Buffer,
  limits: ParseLimits,
): TextRead {
  if (!READ.test(contentType)) return { text: null, cut: false, trouble: [] };
  const most = limits.attachmentChars * 4;
  const cut = content.length > most;
  const text = decodeText(content.subarray(0, most), node);
  if (/^text\/html$|xml$|^image\/svg/.test(contentType)) {
    const shown = renderHtml(text, limits);
    return { text: shown.text, cut: cut || shown.tooComplex !== null, trouble: [] };
  }
  const calendar = contentType === 'text/calendar' || contentType === 'application/ics';
  return { text: calendar ? calendarText(text) : text, cut, trouble: [] };
}

/** RFC 5545 3.1 and 3.3.11: long lines are folded, line breaks and commas escaped. */
function calendarText(text: string): string {
  return text
    .replace(/\r?\n[ \t]/g, '')
    .replace(/\\n/gi, '\n')
    .replace(/\\([,;\\])/g, '$1');
}

function decodeText(content: Buffer, node: AttachmentStream): string {
  const header = node.headers.get('content-type') as StructuredHeader | undefined;
  const label = header?.params?.['charset'] ?? '';
  return new TextDecoder(label !== '' && isKnownCharset(label) ? label : 'utf-8').decode(content);
}

/** The texts of attachments, each as another one of the same mail: many programs show them below the text. */
export function attachedTexts(attachments: readonly AttachmentSummary[]): DraftVersion[] {
  return attachments.flatMap(({ filename, contentType, text }) =>
    text === null || text.trim() === ''
      ? []
      : [{ how: `in the attachment ${filename ?? contentType}`, text }],
  );
}
