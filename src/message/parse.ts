import { MailParser } from 'mailparser';
import type { AttachmentStream, Headers, MessageText } from 'mailparser';
import { actingHeaders } from './acting-headers.ts';
import { type Attached, attachedTexts, readAttached } from './attachment-text.ts';
import { findAmbiguities } from './ambiguity.ts';
import { fold } from './fold.ts';
import { readHeaders } from './headers.ts';
import { hiddenSubstance } from './hidden-text.ts';
import { PARSE_LIMITS } from './limits.ts';
import type { ParseLimits } from './limits.ts';
import { headerOf, leavesOf, scanMime } from './mime.ts';
import type { MimePart } from './mime.ts';
import { segmentsOf } from './segments.ts';
import type { AttachmentSummary, Draft, ParsedMessage, Picture } from './types.ts';
import { showMail } from './visible.ts';
import type { TextNode } from './visible.ts';

type Trouble = ParsedMessage['trouble'][number];

/** The parts of mailparser's tree that are read here; it is built while parsing but not in its types. */
interface ParserNode {
  contentType: string | false;
  charset?: string;
  disposition?: string;
  isAttachment?: boolean;
  textContent?: string;
  children: ParserNode[];
}

interface ReadMail {
  headers: Headers | null;
  tree: ParserNode | null;
  attachments: Attached[];
  error: string | null;
}

const EMPTY_DRAFT: Draft = {
  subject: null,
  body: '',
  segments: [],
  hidden: [],
  links: [],
  attachments: [],
};

/** Beyond this mailparser is stuck: within the limits it takes a second at most. */
const PARSE_TIMEOUT = 20_000;

/**
 * Reads raw bytes (RFC 5322, MIME) into what the recipient would see. Never throws and never rejects:
 * whatever keeps the draft from being certain is in `trouble`, with the best draft available.
 */
export async function parseMessage(
  raw: Buffer,
  limits: Readonly<ParseLimits> = PARSE_LIMITS,
): Promise<ParsedMessage> {
  try {
    return await parse(raw, limits, limits.attachedMessages);
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'unknown error';
    return unreadMessage({ kind: 'malformed_mime', detail });
  }
}

/** What is known of a message that nobody read: why. */
export function unreadMessage(why: Trouble): ParsedMessage {
  const { root } = scanMime(Buffer.alloc(0), PARSE_LIMITS);
  return { headers: readHeaders(root), draft: EMPTY_DRAFT, trouble: [why] };
}

async function parse(raw: Buffer, limits: ParseLimits, attachedLevels: number): Promise<ParsedMessage> {
  const scan = scanMime(raw, limits);
  const { root } = scan;
  const headers = readHeaders(root);
  const tooComplex = scan.tooComplex ?? tooLargeText(root, limits);
  if (tooComplex !== null) {
    const subject = headerOf(root, 'subject')?.slice(0, limits.subjectChars) ?? null;
    const draft = { ...EMPTY_DRAFT, subject };
    return { headers, draft, trouble: [{ kind: 'too_complex', detail: tooComplex }] };
  }
  const trouble = findAmbiguities(raw, root);
  if (headers.from.length > 1) trouble.push({ kind: 'ambiguous_mime', detail: 'several From addresses' });

  const mail = await readMail(raw, limits);
  if (mail.error !== null) trouble.push({ kind: 'malformed_mime', detail: mail.error });
  if (!sameStructure(root, mail.tree)) {
    trouble.push({ kind: 'ambiguous_mime', detail: 'the structure can be read in two ways' });
  }
  const wholeSubject = subjectOf(mail, root);
  const subject = wholeSubject?.slice(0, limits.subjectChars) ?? null;
  if (subject !== wholeSubject) {
    trouble.push({ kind: 'too_complex', detail: 'a subject longer than anyone reads' });
  }
  const shown = showMail(textNodeOf(mail.tree), limits);
  const body = shown.text;
  trouble.push(...shown.trouble);
  if (body.length > limits.bodyChars) {
    trouble.push({ kind: 'too_complex', detail: 'more text than anyone reads' });
  }
  const substance = hiddenSubstance(shown.hidden, `${subject ?? ''}\n${body}`);
  if (substance !== null) trouble.push({ kind: 'hidden_text', detail: substance });
  if (/[\u202d\u202e]/.test(`${subject ?? ''}${body}`)) {
    trouble.push({ kind: 'hidden_text', detail: 'text shown in reverse order' });
  }
  if (`${subject ?? ''}${body}`.includes('\ufffd')) {
    trouble.push({ kind: 'malformed_mime', detail: 'characters that cannot be decoded' });
  }
  const unreadable = unreadableBecause(body, root, shown.pictures);
  if (unreadable !== null) trouble.push({ kind: 'unreadable', detail: unreadable });
  for (const name of actingHeaders(root)) {
    const detail = `mail providers act on the header ${name} after the mail was judged`;
    trouble.push({ kind: 'unreadable', detail });
  }
  const attachments: AttachmentSummary[] = [];
  const readInner = attachedLevels > 0 ? (inner: Buffer) => parse(inner, limits, attachedLevels - 1) : null;
  for (const attachment of mail.attachments) {
    const read = await readAttached(attachment, limits, readInner);
    attachments.push(read.summary);
    trouble.push(...read.trouble);
  }
  const hidden = shown.hidden.map(({ reason, text }) => ({ reason, text: text.trim() }));
  const segments = segmentsOf(body, shown.ranges);
  const versions = [...shown.versions, ...attachedTexts(attachments)];
  if (versions.length > limits.versions) {
    versions.length = limits.versions;
    trouble.push({ kind: 'too_complex', detail: `more than ${limits.versions} texts besides the body` });
  }
  return {
    headers,
    draft: {
      subject,
      body,
      segments,
      hidden,
      links: shown.links,
      attachments,
      ...(shown.pictures.length > 0 ? { pictures: shown.pictures } : {}),
      ...(versions.length > 0 ? { versions } : {}),
    },
    trouble: unique(trouble),
  };
}

/** Before it is decoded: a large text takes mailparser tens of times its size in memory. */
function tooLargeText(root: MimePart, limits: ParseLimits): string | null {
  const inline = leavesOf(root).filter(({ disposition }) => disposition !== 'attachment');
  const over = inline.find(({ contentType, bodyStart, bodyEnd }) => {
    if (contentType === 'text/html') return bodyEnd - bodyStart > limits.htmlBytes;
    return contentType === 'text/plain' && bodyEnd - bodyStart > limits.textBytes;
  });
  if (over === undefined) return null;
  return over.contentType === 'text/html' ? 'HTML too large' : 'more text than anyone reads';
}

/** Runs mailparser to its end, however the bytes are broken. */
async function readMail(raw: Buffer, limits: ParseLimits): Promise<ReadMail> {
  const mail: ReadMail = { headers: null, tree: null, attachments: [], error: null };
  const parser = new MailParser({
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
    keepDeliveryStatus: true,
    ignoreEmbedded: true,
    checksumAlgo: false,
    maxChildNodes: limits.parts * 2,
    maxHeadSize: limits.headerBytes * 2,
  });
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      mail.error ??= 'parsing took too long';
      resolve();
    }, PARSE_TIMEOUT);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    parser.on('headers', (headers: Headers) => {
      mail.headers = headers;
    });
    parser.on('data', (data: AttachmentStream | MessageText) => {
      if (data.type !== 'attachment') return;
      const chunks: Buffer[] = [];
      data.content.on('data', (chunk: Buffer) => chunks.push(chunk));
      data.content.on('end', () => {
        // A copy of an attached mail for each mail around it adds up.
        const content = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        mail.attachments.push({ node: data, content });
        data.release?.();
      });
    });
    parser.on('end', done);
    parser.on('error', (error: Error) => {
      mail.error ??= error.message;
      done();
    });
    parser.end(raw);
  });
  mail.tree = (parser as unknown as { tree: ParserNode | false }).tree || null;
  return mail;
}

/** Whether mailparser and the scan found the same parts in the same order. */
function sameStructure(root: MimePart, tree: ParserNode | null): boolean {
  const leaves: ParserNode[] = [];
  const open = tree === null ? [] : [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.children.length === 0) leaves.push(node);
    open.push(...node.children.toReversed());
  }
  const scanned = leavesOf(root);
  if (scanned.length !== leaves.length) return false;
  return scanned.every((part, index) => {
    // Without a type mailparser guesses from the file name.
    if (headerOf(part, 'content-type') === null) return true;
    return part.contentType === (leaves[index]?.contentType || 'text/plain');
  });
}

/** mailparser's tree with the text of what is shown in the body. */
function textNodeOf(node: ParserNode | null): TextNode {
  if (node === null) return { contentType: 'text/plain', text: '', children: [] };
  const contentType = node.contentType || 'text/plain';
  const multipart = contentType.startsWith('multipart/');
  return {
    contentType,
    text: multipart || node.isAttachment === true ? null : (node.textContent ?? ''),
    children: node.children.map((child) => textNodeOf(child)),
  };
}

function subjectOf(mail: ReadMail, root: MimePart): string | null {
  const decoded = mail.headers?.get('subject');
  const subject = typeof decoded === 'string' ? decoded : headerOf(root, 'subject');
  return subject === null ? null : subject.replace(/\s*[\r\n]\s*|\t/g, ' ').trim();
}

function unreadableBecause(body: string, root: MimePart, pictures: readonly Picture[]): string | null {
  if (/^-----BEGIN PGP MESSAGE-----/m.test(body)) return 'encrypted text';
  if (/[\p{L}\p{N}]/u.test(fold(body).text)) return null;
  const types = [root.contentType, ...leavesOf(root).map(({ contentType }) => contentType)];
  if (types.some((type) => /^(?:multipart\/encrypted|application\/(?:x-)?pkcs7-mime)$/.test(type))) {
    return 'encrypted';
  }
  const seen = pictures.some((picture) => picture.seen);
  if (seen || (pictures.length === 0 && types.some((type) => type.startsWith('image/'))))
    return 'images only';
  return pictures.some(({ from }) => from === 'elsewhere')
    ? 'nothing but tracking pixels'
    : 'no visible text';
}

function unique(trouble: readonly Trouble[]): Trouble[] {
  const seen = new Map(trouble.map((entry) => [`${entry.kind} ${entry.detail}`, entry]));
  return [...seen.values()];
}
