import { wordsBeyond, wordsOf } from './words.ts';

/** Lines that a composer adds to one alternative only, and that say nothing to the recipient. */
const BOILERPLATE =
  /unsubscribe|opt[ -]?out|view (?:this|it|the)? ?(?:e-?mail|message|online|in)|in (?:your|a) browser|preferences|privacy policy|©|copyright|all rights reserved|^\s*\[(?:image|cid|logo)\b|sent to you because|html (?:e-?mail|client|view)/i;

/** A text part that only points at the HTML part. */
const PLACEHOLDER = /\bhtml\b|\b(?:view|see|read|open)\b.{0,60}\b(?:browser|online|web|client|program)\b/is;

/** Words that turn a sentence round or hedge it: one of them missing is a difference in substance. */
const TURNING =
  /^(?:not|no|never|cannot|can|don|won|isn|doesn|without|unless|reportedly|rumou?red|may|might|allegedly)$/;

const MAX_PLACEHOLDER_WORDS = 25;

/**
 * How two alternatives of one body differ in substance, or null. Word order, web addresses, image
 * texts and boilerplate lines do not count: composers make the text part from the HTML in many ways,
 * and a text part often leaves out the footer. Words that only one part has do. `preheader` is hidden
 * in the HTML, and composers that do not read styles put it into the text part.
 */
export function differenceOf(text: string, html: string, preheader = ''): string | null {
  const allText = wordsOf(text);
  const allHtml = wordsOf(html);
  if (allText.length === 0 || allHtml.length === 0 || isPlaceholder(allText, text)) return null;
  // Boilerplate is left out on one side only: lines are wrapped differently in the other.
  const textWords = wordsOf(withoutBoilerplate(text));
  const htmlWords = wordsOf(withoutBoilerplate(html));
  const onlyText = wordsBeyond(textWords, [...allHtml, ...wordsOf(preheader)]);
  const onlyHtml = wordsBeyond(htmlWords, allText);
  const few = (words: string[], of: string[], free: number, share: number) =>
    words.length <= Math.max(free, of.length * share);
  if (!few(onlyText, textWords, 3, 0.05)) return `only the text part says: ${sample(onlyText)}`;
  if (!few(onlyHtml, htmlWords, 8, 0.25)) return `only the HTML part says: ${sample(onlyHtml)}`;
  const telling = [...onlyText, ...onlyHtml].filter((word) => TURNING.test(word));
  if (telling.length > 0) return `only one part says: ${sample(telling)}`;
  const figures = [...figuresBeyond(text, html), ...figuresBeyond(html, text)];
  return figures.length > 0 ? `only one part says: ${sample(figures)}` : null;
}

/** Short, points elsewhere, and states no figure. */
function isPlaceholder(words: readonly string[], text: string): boolean {
  return (
    words.length <= MAX_PLACEHOLDER_WORDS && PLACEHOLDER.test(text) && !words.some((w) => /\p{N}/u.test(w))
  );
}

function withoutBoilerplate(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.length > 400 || !BOILERPLATE.test(line))
    .join('\n');
}

/** Amounts, shares and headcounts, but no addresses, years or telephone numbers. */
function figuresBeyond(a: string, b: string): string[] {
  const pattern =
    /[$€£]\s?\d+(?:[.,]\d+)*\s?(?:[kmb]\b|million|billion)?|\b\d+(?:[.,]\d+)*\s?(?:%|[kmb]\b|million|billion|engineers|developers|weeks?|days?|months?)/gi;
  const found = (text: string) =>
    Array.from(text.matchAll(pattern), ([match]) => match.toLowerCase().replace(/\s+/g, ''));
  const other = new Set(found(b));
  return found(withoutBoilerplate(a)).filter((figure) => !other.has(figure));
}

function sample(words: readonly string[]): string {
  return [...new Set(words)].slice(0, 8).join(' ');
}
