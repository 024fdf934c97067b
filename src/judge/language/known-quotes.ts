import type { ProspectSnapshot } from '../../crm/prospect.ts';
import type { Draft } from '../../message/types.ts';
import { wordsOf } from '../../message/words.ts';

/** Words in a row that two texts share only if one is taken from the other. */
const RUN = 4;
/** A quote of less than this share is taken as the mail's own words, all of it. */
const KNOWN_SHARE = 0.7;
/** Where a sentence or paragraph ends; a sentence may go on in the next line. */
const SENTENCE_END = /(?<=[.!?:])\s|\n[ \t]*\n/;

/**
 * The body with quotes as part of its text, without quote marks, but for what the record's thread holds of them, sentence by
 * sentence: anything can be written below "Kim wrote:" or between what Kim did write, and the recipient reads it.
 */
export function unknownQuotes(draft: Draft, { thread }: Pick<ProspectSnapshot, 'thread'>): string {
  if (draft.segments.every(({ kind }) => kind !== 'quote')) return draft.body;
  const known = new Set(thread.flatMap(({ text }) => runsOf(wordsOf(text))));
  return draft.segments
    .map(({ kind, start, end }) => {
      const text = draft.body.slice(start, end);
      if (kind !== 'quote') return text;
      const plain = text.replace(/^(?:[ \t]*>)+ ?/gm, '');
      return unknownSentences(plain, known);
    })
    .join('');
}

/** The sentences with a word, or words put together, that are not in the thread; a line break if there are none. */
function unknownSentences(quote: string, known: ReadonlySet<string>): string {
  const sentences = quote.split(SENTENCE_END).map((text) => ({ text, words: wordsOf(text) }));
  const words = sentences.flatMap((sentence) => sentence.words.map((word) => ({ word, sentence })));
  const runs = runsOf(words.map(({ word }) => word)).map((run) => known.has(run));
  const share = runs.filter(Boolean).length / runs.length;
  if (!(share >= KNOWN_SHARE)) return quote;
  const covered = new Set<number>();
  for (const [at, isKnown] of runs.entries()) {
    if (isKnown) for (let word = at; word < at + RUN; word++) covered.add(word);
  }
  const unknown = new Set(words.filter((_, at) => !covered.has(at)).map(({ sentence }) => sentence));
  for (const [at, isKnown] of runs.entries()) {
    const here = Array.from({ length: RUN }, (_, offset) => at + offset);
    // Known words in an order of their own are put together from several places.
    if (isKnown || !here.every((word) => covered.has(word))) continue;
    for (const word of here) unknown.add(words[word]!.sentence);
  }
  const kept = sentences.filter((sentence) => unknown.has(sentence)).map(({ text }) => text);
  return kept.length === 0 ? '\n' : `${kept.join('\n\n')}\n`;
}

function runsOf(words: readonly string[]): string[] {
  const runs: string[] = [];
  for (let at = 0; at + RUN <= words.length; at++) runs.push(words.slice(at, at + RUN).join(' '));
  return runs;
}
