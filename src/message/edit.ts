import { encodeWords, foldLines } from 'nodemailer/lib/mime-funcs';
import { encode, wrap } from 'nodemailer/lib/qp';
import { PARSE_LIMITS } from './limits.ts';
import { scanMime } from './mime.ts';
import type { MimePart } from './mime.ts';
import { parseMessage } from './parse.ts';
import { textToHtml } from './text-to-html.ts';

/** A reviewer's new text. Lines of `text` are the lines that are shown. */
export interface BodyEdit {
  subject?: string | undefined;
  text: string;
}

/** The message has no text that can be replaced without touching the rest. */
export class EditError extends Error {
  override readonly name = 'EditError';
}

/** A range of bytes and what stands there instead. */
interface Splice {
  start: number;
  end: number;
  bytes: Buffer;
}

/** Signatures over the text that is replaced (RFC 6376, 8617): broken ones look like tampering. */
const STALE = /^(?:(?:x-[\w-]*)?dkim-signature|domainkey-signature|arc-[\w-]+|content-md5|content-length)$/;
/** Alternatives that would go on showing the old text. */
const OTHER_VERSION = /^text\/(?!plain$|html$|calendar$)/;

/**
 * Puts a new text, and if given a new subject, in place of what the message shows, in the text and the
 * HTML part. Every other byte stays: headers, Message-ID, References, List-Unsubscribe, attachments.
 * Stale signatures are removed, S/MIME and PGP ones with their part.
 *
 * @returns the edited raw message
 * @throws EditError where there is no text part to replace, or the result would not show the new text
 */
export async function replaceBody(raw: Buffer, edit: BodyEdit): Promise<Buffer> {
  const { root, tooComplex } = scanMime(raw, PARSE_LIMITS);
  if (tooComplex !== null) throw new EditError(`the message is too complex to edit: ${tooComplex}`);
  const splices: Splice[] = [];
  if (!placeText(root, edit.text, splices)) throw new EditError('the message has no text to edit');
  editRootHeader(root, edit.subject, splices);
  const edited = applySplices(raw, splices);
  // What the reviewer typed must be all that is shown, whatever the structure was.
  const { draft } = await parseMessage(edited);
  if (squeeze(draft.body) !== squeeze(edit.text)) throw new EditError('the message cannot be edited');
  return edited;
}

/** Replaces the text of the part, or of parts in it. False where there is none. */
function placeText(part: MimePart, text: string, splices: Splice[]): boolean {
  if (part.children.length === 0) return replaceLeaf(part, text, splices);
  let placed = false;
  for (const [index, child] of part.children.entries()) {
    const isSignature = part.contentType === 'multipart/signed' && index > 0;
    const alternative = part.contentType === 'multipart/alternative';
    if (isSignature || (alternative && OTHER_VERSION.test(child.contentType))) {
      splices.push(removal(part, index));
      continue;
    }
    // Alternatives all say the new text; of parts one below the other the first does.
    if (placeText(child, placed && !alternative ? '' : text, splices)) placed = true;
  }
  if (part.contentType === 'multipart/signed') {
    const type = `Content-Type: multipart/mixed; boundary="${part.boundary ?? ''}"\r\n`;
    replaceHeaders(part, /^content-type$/, type, splices);
  }
  return placed;
}

function replaceLeaf(part: MimePart, text: string, splices: Splice[]): boolean {
  const html = part.contentType === 'text/html';
  if (!html && part.contentType !== 'text/plain') return false;
  if (part.disposition !== null && part.disposition !== 'inline') return false;
  const header =
    `Content-Type: ${part.contentType}; charset=utf-8\r\n` +
    'Content-Transfer-Encoding: quoted-printable\r\n';
  replaceHeaders(part, /^content-(?:type|transfer-encoding|md5|length)$/, header, splices);
  const lines = oneLineBreakAtEnd(text.replace(/\r\n?/g, '\n'));
  const shown = (html && lines !== '' ? textToHtml(lines) : lines).replaceAll('\n', '\r\n');
  // A mail may end with its header; the body needs the empty line before it.
  const gap = part.header.lines.at(-1)?.end === part.bodyStart ? '\r\n' : '';
  splices.push({
    start: part.bodyStart,
    end: part.bodyEnd,
    bytes: Buffer.from(gap + quotedPrintable(shown)),
  });
  return true;
}

/** By hand: an expression would look at a long run of line breaks inside the text once for each of them. */
function oneLineBreakAtEnd(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n') end -= 1;
  return text === '' ? '' : `${text.slice(0, end)}\n`;
}

/** Quoted-printable (RFC 2045 6.7) in which no line can be taken for a boundary (RFC 2046 5.1.1). */
function quotedPrintable(text: string): string {
  const safe = (lines: string): string => lines.replace(/^--/gm, '=2D-');
  // Once more after wrapping, which may begin a line anywhere.
  return safe(wrap(safe(encode(text))));
}

/** The fields' lines go; `replacement` stands where the first was, or on top. */
function replaceHeaders(part: MimePart, keys: RegExp, replacement: string, splices: Splice[]): void {
  const lines = part.header.lines.filter(({ key }) => keys.test(key));
  for (const [index, { start, end }] of lines.entries()) {
    splices.push({ start, end, bytes: Buffer.from(index === 0 ? replacement : '') });
  }
  if (lines.length > 0 || replacement === '') return;
  splices.push({ start: part.start, end: part.start, bytes: Buffer.from(replacement) });
}

/** From the part's opening delimiter to the next. */
function removal(parent: MimePart, index: number): Splice {
  const start = parent.delimiters[index];
  const end = parent.delimiters[index + 1] ?? parent.closing?.start;
  if (start === undefined || end === undefined) throw new EditError('the message has a part without end');
  return { start, end, bytes: Buffer.alloc(0) };
}

function editRootHeader(root: MimePart, subject: string | undefined, splices: Splice[]): void {
  replaceHeaders(root, STALE, '', splices);
  if (subject !== undefined) {
    const oneLine = subject.replace(/\s*[\r\n]\s*/g, ' ').trim();
    const line = foldLines(`Subject: ${encodeWords(oneLine, 'Q', 52)}`, 76);
    replaceHeaders(root, /^subject$/, `${line}\r\n`, splices);
  }
  if (!root.header.lines.some(({ key }) => key === 'mime-version')) {
    replaceHeaders(root, /^mime-version$/, 'MIME-Version: 1.0\r\n', splices);
  }
}

function applySplices(raw: Buffer, splices: readonly Splice[]): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  // Sorting is stable: insertions at one place keep their order.
  for (const { start, end, bytes } of splices.toSorted((a, b) => a.start - b.start)) {
    if (end < at) continue;
    pieces.push(raw.subarray(at, Math.max(start, at)), bytes);
    at = Math.max(end, at);
  }
  return Buffer.concat([...pieces, raw.subarray(at)]);
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
