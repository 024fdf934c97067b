import type { FoldedText } from '../../message/fold.ts';
import type { Segment, Span } from '../../message/types.ts';
import type { RuleInput } from '../rule.ts';
import { movedSentence, type Sentence, splitSentences } from './sentences.ts';

/** The sentences of the subject or the body that were written for this mail. */
export interface Passage {
  part: Span['part'];
  folded: FoldedText;
  /** Offsets are into `folded.text`. */
  sentences: readonly Sentence[];
}

/**
 * What the draft itself says: the subject and the body without quoted mail. A quotation was written by
 * somebody else or judged when it was sent. Signatures stay in, since anything can be put below "-- ".
 */
export function ownPassages(input: Pick<RuleInput, 'subject' | 'body' | 'draft'>): Passage[] {
  const body: Sentence[] = [];
  const { text } = input.body;
  let from = 0;
  for (const quote of input.draft.segments.filter((segment) => segment.kind === 'quote')) {
    const { start, end } = foldedRange(input.body, quote);
    body.push(...sentencesIn(text, from, start));
    from = end;
  }
  body.push(...sentencesIn(text, from, text.length));
  return [
    {
      part: 'subject',
      folded: input.subject,
      sentences: sentencesIn(input.subject.text, 0, input.subject.text.length),
    },
    { part: 'body', folded: input.body, sentences: body },
  ];
}

/** Where a segment of the shown text lies in the folded text. */
export function foldedRange(folded: FoldedText, segment: Segment): { start: number; end: number } {
  const firstAt = (shown: number): number => {
    let low = 0;
    let high = folded.text.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((folded.map[middle] ?? 0) < shown) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { start: firstAt(segment.start), end: firstAt(segment.end) };
}

function sentencesIn(text: string, start: number, end: number): readonly Sentence[] {
  if (end <= start) return [];
  return splitSentences(text.slice(start, end)).map((sentence) => movedSentence(sentence, start));
}
