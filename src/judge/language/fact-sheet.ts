import type { Claim } from './hedge.ts';
import { amountsIn } from './money.ts';
import type { Sentence } from './sentences.ts';

/** "Funding: €20M Series B (2025)": a line of a summary states its value as flatly as a sentence does. */
const LABELLED =
  /^(?:[-*+>•·]|\d{1,2}[.)])?\s*(?:the |your |their )?(?:(?:total|latest|last|most recent|recent|current|company|known|estimated)\s+)?(?<label>funding(?: (?:to date|so far|stage|round|status))?|fundrais\w+|financing|raised(?: (?:to date|so far))?|(?:total|amount|money|capital|cash) raised(?: (?:in \w+|to date|so far|(?:19|20)\d\d))?|capital|backing|round|raise|stage|valuation|war chest|investment)(?:\s*\([^)]{0,30}\))?\s*(?:[:=|]|\s--?\s)\s*(?<value>\S.*)$/is;
const ROUND = /\b(?:(?:pre-?)?series[- ]?[a-k]\b|(?:pre-?)?seed\b|IPO\b|[a-e] round\b|growth round|bridge)/i;
const NOT_SAID =
  /\?|\b(?:un(?:known|confirmed|verified|disclosed|announced|clear|sure)|not (?:disclosed|public|known|confirmed|announced|verified|found|sure|yet|applicable)|n\/?a|tbc|tbd|none|nothing|no (?:public|figure|data|record|round)|bootstrapp?ed|self-funded|couldn't|could not|cannot|can't|reported(?:ly)?|rumou?red|alleged(?:ly)?|apparently|estimated?|maybe|perhaps|possibly|probably|likely|guess|to be (?:confirmed|checked)|please (?:confirm|check|correct)|we|our|us|ours|companies|startups|start-ups|clients|customers|teams|founders)\b/i;
/** A list item that is nothing but a round with its size and date. */
const BARE_ITEM =
  /^(?:[-*+>•·]|\d{1,2}[.)])\s*(?:(?:series [a-k]|(?:pre-?)?seed)(?: round)?|[$€£]\s?\d[\d.,]*\s?(?:k|m|mn|bn|million)?(?: (?:series [a-k]|(?:pre-?)?seed|round|raise|raised|funding))(?: round)?)\b[^.?!]{0,60}$/i;
const ABOUT_US =
  /\b(?:us|we|our|ours|ourselves|who we are|about me)\b|\b(?:clients|customers|case stud\w+|examples?)\b/i;
const ABOUT_THEM = /\b(?:you|your|yours)\b/i;

/**
 * The claim a line of a summary makes about the reader's funding; null for prose. Offsets are into the
 * sentence. `lead` is what stands above the list: a summary of the sender says nothing of the reader.
 */
export function sheetClaim(sentence: string, lead: string): Claim | null {
  if (ABOUT_US.test(lead) && !ABOUT_THEM.test(lead)) return null;
  const labelled = LABELLED.exec(sentence);
  const value = labelled?.groups?.['value'];
  if (labelled !== null && value !== undefined) {
    const first = /^[^.;]*(?:\.\d[^.;]*)*/.exec(value)?.[0] ?? value;
    const round = ROUND.test(first);
    const money = amountsIn(first).length > 0 && !/^(?:stage|round)$/i.test(labelled.groups?.['label'] ?? '');
    if ((!round && !money) || NOT_SAID.test(value)) return null;
    const start = sentence.length - value.length;
    return { start: labelled.index, end: start + first.trimEnd().length, form: 'possessive' };
  }
  if (BARE_ITEM.test(sentence) && !NOT_SAID.test(sentence) && ABOUT_THEM.test(lead))
    return { start: 0, end: sentence.length, form: 'possessive' };
  return null;
}

/** The last line before the list that `sentences[at]` stands in. */
export function leadOf(sentences: readonly Sentence[], at: number): string {
  for (let before = at - 1; before >= Math.max(0, at - 12); before -= 1) {
    const text = sentences[before]?.text ?? '';
    if (!/^(?:[-*+>•·]|\d{1,2}[.)])\s|^[\p{L} ]{2,24}\s?[:|=] ?\S/u.test(text)) return text;
  }
  return '';
}
