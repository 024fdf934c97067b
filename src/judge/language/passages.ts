import type { FoldedText } from '../../message/fold.ts';
import type { Segment, Span } from '../../message/types.ts';
import type { RuleInput } from '../rule.ts';
import { PARAGRAPH_BREAK, type Sentence, splitSentences } from './sentences.ts';

/** The sentences of the subject or the body that were written for this mail. */
export interface Passage {
  part: Span['part'];
  folded: FoldedText;
  /** Offsets are into `folded.text`. */
  sentences: Sentence[];
}

/**
 * What the draft itself says: the subject and the body without quoted mail. A quotation was written by
 * somebody else or judged when it was sent. Signatures stay in, since anything can be put below "-- ".
 */
export function ownPassages(input: Pick<RuleInput, 'subject' | 'body' | 'draft'>): Passage[] {
  const body: Sentence[] = [];
  const text = withBreaks(input.body);
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

/** The folded text with the line breaks that the fold collapsed put back, offsets unchanged. */
function withBreaks({ text, shown, map }: FoldedText): string {
  return text.replace(/ /g, (space, at: number) => {
    const collapsed = shown.slice(map[at], map[at + 1]);
    const lines = collapsed.match(/\n|\r(?!\n)|[\u2028\u2029]/g)?.length ?? 0;
    return lines === 0 ? space : lines === 1 ? '\n' : PARAGRAPH_BREAK;
  });
}

function sentencesIn(text: string, start: number, end: number): Sentence[] {
  if (end <= start) return [];
  if (start === 0 && end === text.length) return splitSentences(text);
  return splitSentences(text.slice(start, end)).map((sentence) => ({
    ...sentence,
    start: sentence.start + start,
    end: sentence.end + start,
    clauses: sentence.clauses.map((clause) => ({
      ...clause,
      start: clause.start + start,
      end: clause.end + start,
    })),
  }));
}
