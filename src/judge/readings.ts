import type { ProspectSnapshot } from '../crm/prospect.ts';
import { fold } from '../message/fold.ts';
import { PARSE_LIMITS } from '../message/limits.ts';
import type { Draft } from '../message/types.ts';
import { undisguise } from './language/disguise.ts';
import { recordWords } from './language/record-words.ts';
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

/** Letters one by one are no initials any more. Where words end among them is anybody's guess, so they weigh as much as several. */
const SPELT_OUT = /(?<![\p{L}\p{N}])(?:\p{L}[^\p{L}\p{N}]{1,4}){6,}\p{L}(?![\p{L}\p{N}])/u;
const SPELT_WORDS = 5;
/** Subjects of fewer words are no sentence. */
const SENTENCE_WORDS = 5;

/**
 * The other ways in which a person may read this draft: with its subject, signature and quotes that nobody is known to have written
 * as part of the text; with disguised spelling undone; in lines put together; and whatever else the mail shows to some
 * (`Draft.versions`). The draft itself is not among them. No reading is a decision: where a rule fires on one and not on the draft,
 * that is doubt.
 */
export function readingsOf(draft: Draft, prospect: ProspectSnapshot): Readings {
  // The parser holds such a mail as too complex, whatever it says.
  if (draft.body.length > PARSE_LIMITS.bodyChars) return { readings: [], disguised: [], count: 0 };
  const isRecordWord = recordWords(prospect);
  const seen = new Set([keyOf(draft)]);
  const readings: Reading[] = [];
  const disguised = new Set<string>();
  let count = 0;
  const add = (how: string, read: Draft): void => {
    const key = keyOf(read);
    if (seen.has(key)) return;
    seen.add(key);
    readings.push({ how, draft: read });
  };
  const whole = wholeDraft(draft, prospect);
  const texts = [
    { how: 'with its subject, quotes and signature', body: whole },
    ...(draft.versions ?? []).map(({ how, text }) => ({ how, body: text })),
  ];
  for (const { how, body } of texts) {
    add(how, plainDraft(body));
    const folded = fold(body).text;
    const { text, disguised: words, count: found } = undisguise(folded, isRecordWord);
    if (body === whole) {
      for (const word of words) disguised.add(word);
      count += found;
    }
    if (text !== folded) add(`${how} and with its spelling undone`, plainDraft(text));
    const level = levelled(text);
    if (level !== text) add(`${how} and in one line`, plainDraft(undisguise(level, isRecordWord).text));
  }
  const spelt = SPELT_OUT.exec(draft.body.normalize('NFKC'))?.[0].replace(/\s+/g, ' ').slice(0, 40);
  if (spelt !== undefined) disguised.add(spelt);
  return { readings, disguised: [...disguised], count: count + (spelt === undefined ? 0 : SPELT_WORDS) };
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
  const body = unknownQuotes(draft, prospect);
  return ended === '' ? body : `${ended}\n\n${body}`;
}

/** A few words name a subject, which a reply keeps whatever it says; a sentence in this place is part of the text. */
function saysSomething(subject: string | null): subject is string {
  const own = (subject ?? '').replace(/^(?:\s*(?:re|fwd?|aw|wg|sv)\s*(?:\[\d+\])?:)+/i, '');
  return (own.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) >= SENTENCE_WORDS;
}

/** Lines that end in the middle of a sentence go on in the next one: cells of a table, a word a line, a block in a sentence. */
function levelled(text: string): string {
  return text.replaceAll('\t', ' ').replace(/(?<=[^\s.!?:;,])[ ]*\n+[ ]*(?=\S)/g, ' ');
}
