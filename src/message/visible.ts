import { differenceOf } from './compare-parts.ts';
import { renderHtml } from './html.ts';
import type { HiddenPiece, MarkedRange } from './html.ts';
import type { ParseLimits } from './limits.ts';
import { wordsOf } from './words.ts';
import type { DraftVersion, Link, ParsedMessage, Picture } from './types.ts';

type Trouble = ParsedMessage['trouble'][number];

/** A MIME part with its text decoded; `text` is null for attachments and multiparts. */
export interface TextNode {
  contentType: string;
  text: string | null;
  children: TextNode[];
}

/** What a part, or several one below the other, show. */
export interface Shown {
  text: string;
  fromHtml: boolean;
  hidden: HiddenPiece[];
  links: Link[];
  pictures: Picture[];
  ranges: MarkedRange[];
  versions: DraftVersion[];
  trouble: Trouble[];
}

/** Stands in the body between alternatives that differ. */
export const OTHER_VERSION = '----- other version of the same mail -----';

/** Lists of its own each time: what one part shows is added to. */
const nothing = (): Shown => ({
  text: '',
  fromHtml: false,
  hidden: [],
  links: [],
  pictures: [],
  ranges: [],
  versions: [],
  trouble: [],
});

/** What mail programs show of a mail. Some join its HTML parts to one page, so that what one leaves open goes on in the next. */
export function showMail(mail: TextNode, limits: ParseLimits): Shown {
  const shown = showNode(mail, limits);
  const pages = pagesOf(mail);
  if (pages.length < 2) return shown;
  const joined = renderHtml(pages.join('\n'), limits);
  const apart = pages.map((page) => renderHtml(page, limits).text);
  if (wordsOf(joined.text).join(' ') !== wordsOf(apart.join('\n')).join(' ')) {
    shown.trouble.push({ kind: 'ambiguous_mime', detail: 'HTML that goes on in the next part' });
  }
  return shown;
}

function pagesOf({ contentType, text, children }: TextNode): string[] {
  if (text !== null) return contentType === 'text/html' ? [text] : [];
  const pages = children.flatMap(pagesOf);
  return contentType === 'multipart/alternative' ? pages.slice(-1) : pages;
}

/**
 * What mail programs show of a part: of alternatives the HTML one (RFC 2046 5.1.4 says the last that
 * is understood), of other multiparts all text parts one below the other.
 */
function showNode(
  node: TextNode,
  limits: ParseLimits,
  // Two alternatives of full length that differ are both shown.
  left = { chars: limits.bodyChars * 2 },
): Shown {
  if (node.text !== null) {
    const bounded = { ...limits, bodyChars: Math.min(limits.bodyChars, left.chars) };
    const shown =
      node.contentType === 'text/html' ? showHtml(node.text, bounded) : showText(node.text, bounded);
    left.chars -= Math.min(shown.text.length, left.chars);
    return shown;
  }
  const children = node.children.map((child) => showNode(child, limits, left));
  if (node.contentType === 'multipart/alternative') return choose(children);
  const all = stack(children);
  // Some programs show one text and list the others as files.
  const [first, ...others] = children.filter(({ text }) => text.trim() !== '');
  if (first !== undefined && others.length > 0) {
    all.versions.push({ how: 'where only the first of its text parts is shown', text: first.text });
  }
  return all;
}

/** Tags, which stand as they are in plain text: a person reads past them. */
const MARKUP = /<\/?[a-z][a-z0-9]*(?:\s[^<>]{0,500})?>/i;

function showText(text: string, limits: ParseLimits): Shown {
  const body = text.slice(0, limits.bodyChars).replace(/\r\n?/g, '\n').trimEnd();
  const trouble: Trouble[] = [];
  if (text.length > limits.bodyChars) {
    trouble.push({ kind: 'too_complex', detail: 'more text than anyone reads' });
  }
  const links = Array.from(body.matchAll(/\bhttps?:\/\/[^\s<>"]+/gi), ([url]) => {
    const href = url.replace(/[.,;:!?)\]}'*]+$/, '');
    return { text: href, href };
  });
  if (links.length > limits.links) {
    links.length = limits.links;
    trouble.push({ kind: 'too_complex', detail: `more than ${limits.links} links` });
  }
  const versions: DraftVersion[] = [];
  if (MARKUP.test(body)) {
    versions.push({ how: 'with its markup taken for markup', text: renderHtml(body, limits).text });
  }
  return { ...nothing(), text: body, links, versions, trouble };
}

function showHtml(html: string, limits: ParseLimits): Shown {
  const { tooComplex, distorted, ...shown } = renderHtml(html, limits);
  const trouble = distorted.map((detail): Trouble => ({ kind: 'hidden_text', detail }));
  if (tooComplex !== null) trouble.push({ kind: 'too_complex', detail: tooComplex });
  return { ...shown, fromHtml: true, trouble };
}

function choose(alternatives: Shown[]): Shown {
  const readable = alternatives.filter(({ text }) => text.trim() !== '');
  const html = alternatives.findLast(({ fromHtml }) => fromHtml);
  const chosen = readable.findLast(({ fromHtml }) => fromHtml) ?? readable.at(-1);
  if (chosen === undefined) return stack(alternatives);
  const shown = [chosen];
  const trouble: Trouble[] = [];
  if (html !== undefined && html.text.trim() === '') {
    trouble.push({ kind: 'unreadable', detail: 'the HTML part shows no text' });
  }
  const preheader = chosen.hidden
    .filter(({ place }) => place === 'preheader')
    .map(({ text }) => text)
    .join(' ');
  for (const other of readable) {
    if (other === chosen) continue;
    if (other.text !== chosen.text) {
      chosen.versions.push({
        how: other.fromHtml ? 'in another HTML part' : 'in its plain text part',
        text: other.text,
      });
    }
    const difference = differenceOf(other.text, chosen.text, preheader);
    if (difference === null) continue;
    trouble.push({ kind: 'parts_differ', detail: difference });
    shown.push({ ...nothing(), text: OTHER_VERSION }, other);
  }
  const kept = stack(shown);
  // What the other alternatives hide, or could not be read for, counts as well.
  for (const other of alternatives) {
    if (shown.includes(other)) continue;
    kept.hidden.push(...other.hidden);
    kept.versions.push(...other.versions);
    kept.trouble.push(...other.trouble);
  }
  kept.trouble.push(...trouble);
  return kept;
}

/** One below the other, a blank line between. */
function stack(parts: readonly Shown[]): Shown {
  const all = nothing();
  for (const part of parts) {
    if (part.text !== '' && all.text !== '') all.text += '\n\n';
    const offset = all.text.length;
    all.text += part.text;
    all.fromHtml ||= part.fromHtml;
    all.hidden.push(...part.hidden);
    all.links.push(...part.links);
    all.pictures.push(...part.pictures);
    all.versions.push(...part.versions);
    all.trouble.push(...part.trouble);
    for (const { kind, start, end } of part.ranges) {
      all.ranges.push({ kind, start: start + offset, end: end + offset });
    }
  }
  return all;
}
