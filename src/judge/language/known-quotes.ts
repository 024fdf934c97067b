import type { ProspectSnapshot } from '../../crm/prospect.ts';
import type { Draft } from '../../message/types.ts';
import { wordsOf } from '../../message/words.ts';

/** Words in a row that two texts share only if one is taken from the other. */
const RUN = 4;
/** Mail programs add lines of their own to what they quote. */
const KNOWN_SHARE = 0.7;

/**
 * The body with quotes as part of its text, without quote marks, but for quotes of what the record's thread holds: anything can be
 * written below "Kim wrote:", and the recipient reads it.
 */
export function unknownQuotes(draft: Draft, { thread }: Pick<ProspectSnapshot, 'thread'>): string {
  if (draft.segments.every(({ kind }) => kind !== 'quote')) return draft.body;
  const known = new Set(thread.flatMap(({ text }) => runsOf(text)));
  return draft.segments
    .map(({ kind, start, end }) => {
      const text = draft.body.slice(start, end);
      if (kind !== 'quote') return text;
      const plain = text.replace(/^(?:[ \t]*>)+ ?/gm, '');
      return isKnown(plain, known) ? '\n' : plain;
    })
    .join('');
}

function isKnown(text: string, known: ReadonlySet<string>): boolean {
  const runs = runsOf(text);
  return runs.length > 0 && runs.filter((run) => known.has(run)).length >= runs.length * KNOWN_SHARE;
}

function runsOf(text: string): string[] {
  const words = wordsOf(text);
  const runs: string[] = [];
  for (let at = 0; at + RUN <= words.length; at++) runs.push(words.slice(at, at + RUN).join(' '));
  return runs;
}
