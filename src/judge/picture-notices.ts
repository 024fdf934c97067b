import { counted } from '../message/counted.ts';
import type { Draft, Picture } from '../message/types.ts';
import { wordsOf } from '../message/words.ts';
import type { Notice } from './verdict.ts';

/** Square CSS pixels: what a picture without a size is taken for, and how much may carry a sentence or a whole mail. */
const UNKNOWN_AREA = 100_000;
const SENTENCE_AREA = 40_000;
const MAIL_AREA = 300_000;
/** Words of a mail with hardly any text, and of a short one. */
const FEW_WORDS = 30;
const SHORT_WORDS = 80;
const HOSTS = 3;

/**
 * What pictures do in a mail beside being looked at: tell their host that it was opened, and carry text that nobody judged.
 * Kinds: `tracking_pixel`, `tracking_only`, `text_in_pictures`.
 */
export function pictureNotices({ body, pictures = [], subject }: Draft): Notice[] {
  if (pictures.length === 0) return [];
  const notices: Notice[] = [];
  const pixels = pictures.filter(({ from, seen }) => from === 'elsewhere' && !seen);
  const seen = pictures.filter((picture) => picture.seen);
  const words = wordsOf(body).length;
  if (pixels.length > 0) {
    notices.push({
      kind: 'tracking_pixel',
      detail: `${pixels.length === 1 ? 'A picture that nobody sees tells' : `${pixels.length} pictures that nobody sees tell`} ${hostsOf(pixels)} when the mail is opened.`,
    });
    if (seen.length === 0 && words === 0) {
      notices.push({
        kind: 'tracking_only',
        detail: `The mail shows nothing${subject ? ' but its subject' : ''}: all that is in it is for tracking.`,
      });
    }
  }
  const area = seen.reduce((sum, picture) => sum + areaOf(picture), 0);
  if ((words < FEW_WORDS && area >= SENTENCE_AREA) || (words < SHORT_WORDS && area >= MAIL_AREA)) {
    const elsewhere = seen.filter(({ from }) => from === 'elsewhere');
    const where = elsewhere.length === 0 ? '' : ` from ${hostsOf(elsewhere)}`;
    notices.push({
      kind: 'text_in_pictures',
      detail: `The text has ${counted(words, 'word')} beside ${counted(seen.length, 'picture')}${where}${largest(seen)}: what pictures say was not read.`,
    });
  }
  return notices;
}

function areaOf({ width, height }: Picture): number {
  if (width === null && height === null) return UNKNOWN_AREA;
  // A picture keeps its shape where one side is told.
  return (width ?? height ?? 0) * (height ?? width ?? 0);
}

function largest(pictures: readonly Picture[]): string {
  const [first] = pictures
    .filter(({ width, height }) => width !== null && height !== null)
    .toSorted((a, b) => areaOf(b) - areaOf(a));
  return first === undefined ? '' : `, the largest ${first.width} × ${first.height} pixels`;
}

function hostsOf(pictures: readonly Picture[]): string {
  const hosts = [...new Set(pictures.map(({ host }) => host ?? ''))];
  const more = hosts.length - HOSTS;
  return `${hosts.slice(0, HOSTS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
