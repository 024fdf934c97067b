import type { ProspectSnapshot } from '../crm/prospect.ts';
import { fold } from '../message/fold.ts';
import { attachedText } from './language/attached-text.ts';
import { PARSE_LIMITS } from '../message/limits.ts';
import type { Draft } from '../message/types.ts';
import { type IsWord, type Undisguised, undisguise } from './language/disguise.ts';
import { caseReadings } from './language/letter-case.ts';
import { nameList } from './language/name-list.ts';
import { daysInFigures } from './language/number-words.ts';
import { recordNames, recordWords } from './language/record-words.ts';
import { unknownQuotes } from './language/known-quotes.ts';

/** A draft as somebody may read it who does not read it as the rules do. */
export interface Reading {
  /** How it is read, to follow "Read ". */
  how: string;
  draft: Draft;
}

export interface Readings {
  readings: Reading[];
  /** Words written so that a program does not read them. */
  disguised: string[];
  /** How many they are. */
  count: number;
}

/** A letter, also as a regional indicator or in a black circle or square, with marks on it. */
const LETTER = String.raw`(?:\p{L}|\p{Regional_Indicator}|[\u{1F150}-\u{1F189}])\p{M}*`;
/** Letters one by one are no initials any more. Where words end among them is anybody's guess, so they weigh as much as several. */
const SPELT_OUT = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:${LETTER}[^\p{L}\p{N}\p{M}\p{Regional_Indicator}]{1,4}){6,}${LETTER}(?![\p{L}\p{N}])`,
  'u',
);
/** Regional indicators stand in pairs, as flags; so many in a row are letters. */
const SPELT_IN_FLAGS = /(?:\p{Regional_Indicator}\P{Regional_Indicator}{0,2}){7,}/u;
const FLAGS =
  /(?<!\p{Regional_Indicator}\p{M}*)(?:\p{Regional_Indicator}{2}[^\p{Regional_Indicator}\p{M}]+)*\p{Regional_Indicator}{2}(?!\p{M}*\p{Regional_Indicator})/gu;
const SPELT_WORDS = 5;
/** Subjects of fewer words are no sentence; so many are one in any case. */
const SENTENCE_WORDS = 5;
const ANY_SENTENCE_WORDS = 8;
/** What a sentence has and a heading has not: somebody as its subject, or a verb that can be told by its form. */
const HAS_VERB =
  /\b(?:i|you|we|he|she|they|it|there|is|are|was|were|am|be|been|has|have|had|do|does|did|can|could|will|would|shall|should|may|might|must|\p{L}+ed|\p{L}+(?:'ve|'ll|'re|'d|'m|n't))\b/iu;

/**
 * The other ways in which a person may read this draft: with its subject, signature and quotes that nobody is known to have written
 * as part of the text; with disguised spelling undone; in lines put together; and whatever else the mail shows to some
 * (`Draft.versions`). The draft itself is not among them. No reading is a decision: where a rule fires on one and not on the draft,
 * that is doubt.
 */
export function readingsOf(
  draft: Draft,
  prospect: ProspectSnapshot,
  placeholders: readonly string[] = [],
): Readings {
  // The judge holds such a draft as too complex, whatever it says.
  if (draft.body.length > PARSE_LIMITS.bodyChars) return { readings: [], disguised: [], count: 0 };
  const ofRecord = recordWords(prospect);
  const ofPlaceholders = new Set(placeholders.flatMap((name) => name.split(' ')));
  const isRecordWord: IsWord = (word) => ofRecord(word) || ofPlaceholders.has(word);
  const names = nameList(recordNames(prospect), placeholders);
  const seen = new Set([keyOf(draft)]);
  const readings: Reading[] = [];
  const add = (how: string, body: string): void => {
    const read = plainDraft(body);
    const key = keyOf(read);
    if (seen.has(key)) return;
    seen.add(key);
    readings.push({ how, draft: read });
  };
  const texts = [
    { how: 'with its subject, quotes and signature', body: wholeDraft(draft, prospect) },
    ...(draft.versions ?? []).map(({ how, text }) => ({ how, body: attachedText(text) })),
  ];
  let most: Undisguised = { text: '', disguised: [], count: 0 };
  for (const { how, body } of texts) {
    add(how, body);
    const folded = fold(body).text;
    const undone = undisguise(folded, isRecordWord);
    const found = [undone.disguised, spelledOut(body)];
    let count = undone.count + (found[1]!.length > 0 ? SPELT_WORDS : 0);
    if (undone.text !== folded) add(`${how} and with its spelling undone`, undone.text);
    const level = levelled(undone.text);
    const one = level === undone.text ? level : undisguise(level, isRecordWord).text;
    if (level !== undone.text) add(`${how} and in one line`, one);
    for (const text of new Set([undone.text, one])) {
      const cased = caseReadings(text, names);
      for (const other of cased.texts) add(`${how} and with its capitals put right`, other);
      add(`${how} and with its dates in figures`, daysInFigures(text));
      if (text !== undone.text) continue;
      found.push(cased.odd);
      count += cased.odd.length;
    }
    // What is disguised in two versions of a text is disguised once.
    if (count > most.count) most = { text: body, disguised: found.flat(), count };
  }
  return { readings, disguised: most.disguised, count: most.count };
}

function spelledOut(body: string): string[] {
  const plain = body.normalize('NFKC');
  const flags = /\p{Regional_Indicator}/u.test(plain) ? plain.replace(FLAGS, ' ') : '';
  const letters = SPELT_OUT.exec(plain) ?? SPELT_IN_FLAGS.exec(flags);
  const spelt = letters?.[0].replace(/\s+/g, ' ').slice(0, 40);
  return spelt === undefined ? [] : [spelt];
}

function keyOf({ subject, body, segments }: Draft): string {
  const all = segments.every(({ kind }) => kind === 'new');
  return `${all ? '' : JSON.stringify(segments)}\n${subject ?? ''}\n${body.trim()}`;
}

function plainDraft(body: string): Draft {
  return {
    subject: null,
    body,
    segments: body === '' ? [] : [{ kind: 'new', start: 0, end: body.length }],
    hidden: [],
    links: [],
    attachments: [],
  };
}

/** All that the recipient reads as this mail's own words. */
function wholeDraft(draft: Draft, prospect: ProspectSnapshot): string {
  const subject = saysSomething(draft.subject) ? draft.subject.trim() : '';
  const ended = subject === '' || /[.!?]$/.test(subject) ? subject : `${subject}.`;
  // A mark of a quote within a line quotes nothing.
  const body = unknownQuotes(draft, prospect).replace(/(?<=^|[.!?:][ \t]+)(?:>[ \t]?)+/gm, '');
  return ended === '' ? body : `${ended}\n\n${body}`;
}

/** A few words name a subject, which a reply keeps whatever it says; a sentence in this place is part of the text. */
function saysSomething(subject: string | null): subject is string {
  const own = (subject ?? '').replace(/^(?:\s*(?:re|fwd?|aw|wg|sv)\s*(?:\[\d+\])?:)+/i, '');
  const words = own.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  return (
    words >= ANY_SENTENCE_WORDS ||
    (words >= SENTENCE_WORDS && (/[.!]\s*$/.test(own) || HAS_VERB.test(fold(own).text)))
  );
}

/** Lines that end in the middle of a sentence go on in the next one: cells of a table, a word a line, a block in a sentence. */
function levelled(text: string): string {
  return text.replaceAll('\t', ' ').replace(/(?<=[^\s.!?:;,])[ ]*\n+[ ]*(?=\S)/g, ' ');
}
