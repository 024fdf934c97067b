import { counted } from '../message/counted.ts';
import type { AttachmentSummary, Draft, ParsedHeaders } from '../message/types.ts';
import { pictureNotices } from './picture-notices.ts';
import type { Notice } from './verdict.ts';

const UNSUBSCRIBE =
  /\bunsubscrib|\bopt[- ]?out\b|\b(?:stop|no longer|not) (?:receiv|hear|get|want)\w* (?:from (?:me|us)|these|further|any (?:more|further))|\bmanage (?:your )?(?:email )?preferences\b|\breply (?:with )?["']?(?:stop|no)\b/i;
const POSTAL =
  /\b(?:p\.?\s?o\.? box \d|\d{1,5}[a-z]?,? (?:\p{Lu}[\p{L}'.-]+ ){1,4}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|way|boulevard|blvd|square|sq|place|pl|court|ct|floor|suite)\b|(?:suite|floor|unit) \d|\p{Lu}[\p{L}-]*(?:stra(?:ß|ss)e|gasse|weg|platz) \d|(?:rue|via|calle|avenida) \p{Lu})/iu;

/** What is told to the reviewer but not judged. */
export function noticesOf(draft: Draft, headers: Pick<ParsedHeaders, 'listUnsubscribe'> | null): Notice[] {
  const notices: Notice[] = [];
  if (headers && !headers.listUnsubscribe && !UNSUBSCRIBE.test(draft.body)) {
    notices.push({
      kind: 'missing_unsubscribe',
      detail: 'There is neither a List-Unsubscribe header nor a way to unsubscribe in the text.',
    });
  }
  if (headers && !POSTAL.test(draft.body)) {
    notices.push({
      kind: 'missing_postal_address',
      detail: 'The text shows no postal address of the sender.',
    });
  }
  for (const { reason, text } of draft.hidden) {
    if (text.trim() !== '')
      notices.push({ kind: 'hidden_text', detail: `${reason}: ${text.trim().slice(0, 200)}` });
  }
  notices.push(...pictureNotices(draft));
  for (const { filename, contentType, size, ...attachment } of draft.attachments) {
    const read = howMuchRead(attachment);
    notices.push({
      kind: contentType.startsWith('image/') ? 'image' : 'attachment',
      detail: `${filename ?? 'without a name'} (${contentType}, ${counted(size, 'byte')}): ${read}.`,
    });
  }
  for (const { text, href } of draft.links) {
    const shown = hostIn(text);
    const target = hostOf(href);
    if (target !== null && /(?:^|\.)xn--|[^\x20-\x7e]/.test(target)) {
      notices.push({
        kind: 'lookalike_host',
        detail: `A link leads to ${target}, whose letters are not all plain ones.`,
      });
    }
    if (shown !== null && target !== null && !related(shown, target)) {
      notices.push({ kind: 'link_mismatch', detail: `The link shows ${shown} and leads to ${target}.` });
    }
  }
  return notices;
}

function howMuchRead({ text, cut }: Pick<AttachmentSummary, 'text' | 'cut'>): string {
  if (text === null) return 'it was not read';
  if (text.trim() === '') return 'no text was found in it';
  return cut === true
    ? `only the first ${text.length.toLocaleString('en')} characters of its text were read`
    : 'its text was read';
}

/** The first host that a link's text names, also inside a sentence: "go to bank.example now". */
function hostIn(text: string): string | null {
  const whole = hostOf(text);
  if (whole !== null) return whole;
  const named = /(?:https?:\/\/|www\.)([\w-]+(?:\.[\w-]+)*\.[a-z]{2,})/i.exec(text);
  return named?.[1]?.toLowerCase().replace(/^www\./, '') ?? null;
}

/** Host of a URL, or of a text that is one ("www.example.com/pricing"); null for other text. */
function hostOf(text: string): string | null {
  const match =
    /^\s*(?:https?:\/\/)?([\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*\.[\p{L}\p{N}-]{2,})(?::\d+)?(?:[/?#]\S*)?\s*$/iu.exec(
      text,
    );
  return match?.[1]?.toLowerCase().replace(/^www\./, '') ?? null;
}

function related(a: string, b: string): boolean {
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);
}
