import { fold } from './fold.ts';
import type { HiddenPiece } from './html.ts';
import { wordsOf } from './words.ts';

/** A preheader's worth, in characters: about what a list of mails shows as preview. */
export const PREHEADER_LENGTH = 150;
/** Letters of new words that a piece of hidden text may have elsewhere: an icon's label, not a sentence. */
const LABEL_LETTERS = 20;
/** … and all of them together: a sentence can be hidden word by word. */
const LABELS_LETTERS = 60;
const LABELS = 4;

/** Text written to steer a program that reads the mail. */
const INSTRUCTION =
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|above|prior|earlier|all|instructions?|rules?|rubric)\b|\b(?:system|assistant|developer)\s*(?:prompt|message|note)?\s*:|\byou are (?:an?|now)\b.{0,30}\b(?:assistant|model|judge|ai)\b|\b(?:answer|respond|reply|output|return|decision|verdict)\b.{0,20}\b(?:pass|approved?|allow)\b/i;

/**
 * Why the hidden text is more than ordinary practice, or null. A hidden preheader of usual length,
 * filler, template comments, and text that is visible elsewhere are ordinary. What is left could say
 * something to the recipient (a preview, Outlook) or to a program, without having been judged.
 */
export function hiddenSubstance(pieces: readonly HiddenPiece[], visible: string): string | null {
  const seen = new Set(wordsOf(visible));
  let preheader = 0;
  let preheaderNew = 0;
  let labels = 0;
  let hiddenPlaces = 0;
  for (const piece of pieces) {
    const text = fold(piece.text).text.trim();
    const added = wordsOf(text).filter((word) => !seen.has(word));
    if (added.length === 0) continue;
    const told = `${piece.reason}: ${text.slice(0, 120)}`;
    if (INSTRUCTION.test(text.slice(0, 20_000))) return told;
    if (piece.place === 'comment') {
      if (lettersIn(added) > PREHEADER_LENGTH) return told;
      continue;
    }
    // A figure is a claim, also in a preview.
    if (added.some((word) => /\p{N}/u.test(word) && word.length <= 20)) return told;
    if (piece.place === 'preheader') {
      preheader += text.length;
      preheaderNew += added.length;
      if (preheader > PREHEADER_LENGTH && preheaderNew > 5) return told;
    } else {
      labels += lettersIn(added);
      hiddenPlaces += 1;
      if (lettersIn(added) > LABEL_LETTERS || labels > LABELS_LETTERS || hiddenPlaces > LABELS) return told;
    }
  }
  return null;
}

function lettersIn(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + word.length, 0);
}
