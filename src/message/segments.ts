import type { Segment } from './types.ts';

type Kind = Segment['kind'];

interface Line {
  start: number;
  /** End with the line break. */
  end: number;
  text: string;
  kind: Kind;
}

const ORIGINAL_MESSAGE =
  /^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original)\s*-{2,}|begin forwarded message:)\s*$/i;
/** How mail programs introduce a quote, in the languages met most; the line may be wrapped once or twice. */
const ATTRIBUTION =
  /^\s*(?:on\b.{4,300}\bwrote|am\b.{4,300}\bschrieb.{0,100}|le\b.{4,300}\ba écrit|el\b.{4,300}\bescribió|il\b.{4,300}\bha scritto)\s*:\s*$/is;
const OUTLOOK_FROM = /^\s*\*?(?:from|von|de)\s*:\*?\s*\S/i;
const OUTLOOK_FIELD = /^\s*\*?(?:sent|date|to|cc|subject|gesendet|an|betreff|envoyé|à|objet)\s*:\*?/i;
const CLOSING =
  /^\s*(?:(?:with\s+)?(?:best|kind|warm|warmest|many|all the|cheers|thanks|thank you|sincerely|regards|respectfully|talk soon|yours)\b(?:[\s\w]{0,25}))[,!.]?\s*$/i;
const POSTSCRIPT = /^\s*p\.?\s?(?:p\.?\s?)?s\b/i;

const SIGNATURE_LINES = 6;
const SIGNATURE_WIDTH = 80;
/** Below a `-- ` line, which may head a company's address and disclaimer. */
const MAX_SIGNATURE_LINES = 15;

/**
 * Cuts the body into new text, quotes of earlier mail and signatures, without gaps or overlaps.
 * `marked` are ranges that the HTML part's markup names (blockquotes and the like). Time is linear.
 */
export function segmentsOf(body: string, marked: readonly Segment[]): Segment[] {
  const lines = linesOf(body);
  markQuotes(lines);
  markSignatures(lines);
  markRanges(lines, marked);
  return merge(lines);
}

function linesOf(body: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < body.length; ) {
    const lf = body.indexOf('\n', start);
    const end = lf < 0 ? body.length : lf + 1;
    lines.push({ start, end, text: body.slice(start, Math.min(end, start + 500)).trimEnd(), kind: 'new' });
    start = end;
  }
  return lines;
}

function markQuotes(lines: Line[]): void {
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as Line;
    if (line.text.startsWith('>')) {
      line.kind = 'quote';
      continue;
    }
    const attribution = attributionLength(lines, i);
    if (attribution > 0) {
      for (let k = i; k < i + attribution; k++) (lines[k] as Line).kind = 'quote';
      const next = nextText(lines, i + attribution);
      // Without `>` there is no telling where the quote ends: it is the rest.
      if (next !== undefined && !next.text.startsWith('>')) return markRest(lines, i);
      i += attribution - 1;
    } else if (ORIGINAL_MESSAGE.test(line.text) || isOutlookHeader(lines, i)) return markRest(lines, i);
  }
  // Blank lines between quoted lines belong to the quote.
  for (let i = 1; i < lines.length - 1; i++) {
    const line = lines[i] as Line;
    if (line.text === '' && lines[i - 1]?.kind === 'quote' && nextText(lines, i)?.kind === 'quote') {
      line.kind = 'quote';
    }
  }
}

/** The number of lines (1 to 3) of an attribution that starts here, or 0. */
function attributionLength(lines: readonly Line[], at: number): number {
  const first = lines[at]?.text ?? '';
  if (!/^\s*(?:on|am|le|el|il)\b/i.test(first)) return 0;
  let text = '';
  for (let count = 1; count <= 3; count++) {
    const line = lines[at + count - 1]?.text ?? '';
    if (line === '') return 0;
    text = `${text} ${line}`;
    // A date, time or address tells an attribution from a sentence that ends in "wrote:".
    if (ATTRIBUTION.test(text) && /\d|@/.test(text)) return count;
  }
  return 0;
}

/** Outlook puts the quoted mail's header above it: From, then Sent, To, Subject. */
function isOutlookHeader(lines: readonly Line[], at: number): boolean {
  if (!OUTLOOK_FROM.test(lines[at]?.text ?? '')) return false;
  let fields = 0;
  for (const line of lines.slice(at + 1, at + 6)) if (OUTLOOK_FIELD.test(line.text)) fields++;
  return fields >= 2;
}

function nextText(lines: readonly Line[], from: number): Line | undefined {
  for (let i = from; i < Math.min(lines.length, from + 5); i++) if (lines[i]?.text !== '') return lines[i];
  return undefined;
}

function markRest(lines: Line[], from: number): void {
  for (let i = from; i < lines.length; i++) (lines[i] as Line).kind = 'quote';
}

/** In each stretch of new text: from the `-- ` line (RFC 3676 4.3), or a short block after a closing. */
function markSignatures(lines: Line[]): void {
  for (let from = 0; from < lines.length; ) {
    let to = from;
    while (to < lines.length && lines[to]?.kind === lines[from]?.kind) to++;
    if (lines[from]?.kind === 'new') markSignature(lines.slice(from, to));
    from = to;
  }
}

function markSignature(lines: readonly Line[]): void {
  const delimiter = lines.findIndex((line) => line.text === '--' || line.text === '\u2014');
  const closing = delimiter < 0 ? closingAt(lines) : -1;
  const start = delimiter < 0 ? closing : delimiter;
  if (start < 0) return;
  let count = 0;
  for (const line of lines.slice(start)) {
    // What stands below a signature as postscript is written for this mail, and so is what is longer
    // than any signature.
    if (POSTSCRIPT.test(line.text)) return;
    if (line.text !== '' && ++count > MAX_SIGNATURE_LINES) return;
    line.kind = 'signature';
  }
}

/** The last closing line ("Best,") that only a short block follows, or -1. */
function closingAt(lines: readonly Line[]): number {
  let below = 0;
  for (let i = lines.length - 1; i >= 0; i--) {
    const text = lines[i]?.text ?? '';
    if (text === '') continue;
    if (CLOSING.test(text) && below > 0) return i;
    const postscript = POSTSCRIPT.test(text);
    if (postscript) below = 0;
    else if (++below > SIGNATURE_LINES || text.length > SIGNATURE_WIDTH) return -1;
  }
  return -1;
}

/** Marked ranges take whole lines: the markup ends where its last line does. */
function markRanges(lines: readonly Line[], ranges: readonly Segment[]): void {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  let next = 0;
  let until = { quote: 0, signature: 0, new: 0 };
  for (const line of lines) {
    for (let range = sorted[next]; range !== undefined && range.start <= line.start; range = sorted[++next]) {
      until = { ...until, [range.kind]: Math.max(until[range.kind], range.end) };
    }
    if (line.start < until.quote) line.kind = 'quote';
    else if (line.start < until.signature && line.kind === 'new') line.kind = 'signature';
  }
}

function merge(lines: readonly Line[]): Segment[] {
  const segments: Segment[] = [];
  for (const { kind, start, end } of lines) {
    const last = segments.at(-1);
    if (last?.kind === kind) last.end = end;
    else segments.push({ kind, start, end });
  }
  return segments;
}
