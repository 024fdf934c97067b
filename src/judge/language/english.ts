import { languageDetector } from './detector.ts';
import { rememberSentences } from './remember.ts';

/** Words that any English paragraph is full of and that few other languages share. */
const FUNCTION_WORDS = new Set(
  `the of and to a is that it for you with as be are this have or by from but not they we your our can will would at if
  about which when there their what who how has been were was i'd i'm we're you're it's i'll we'll let's could should
  any some more than into just also i my me his her them us did do does`.split(/\s+/),
);
/** Share of function words below which a paragraph is not English prose; English mail lies at 0.3 to 0.5. */
const ENGLISH_SHARE = 0.12;
/** Letters a paragraph needs before a detector can be believed. */
const LONG = 70;
const SHORT = 32;
/** Longer paragraphs are looked at in pieces of this length, which bounds the work on each. */
const LONGEST = 1500;
const FOREIGN_SCRIPT_LETTERS = 12;

/**
 * The part of a text that is confidently in another language; null when there is none. Names, greetings,
 * code and short lines are never enough.
 *
 * @param text what was newly written, shown form (folding maps other scripts to Latin letters)
 * @returns ISO 639-1 code, or the script's name, and the paragraph
 */
export function otherLanguage(text: string): { language: string; paragraph: string } | null {
  for (const paragraph of paragraphsOf(text)) {
    const doubt = doubtOf(paragraph);
    const language = doubt && languageOf(doubt);
    if (language !== null) return { language, paragraph: paragraph.trim() };
  }
  return null;
}

/** True when `otherLanguage` finds nothing without asking the detector, which costs time and memory to load. */
export function isPlainlyEnglish(text: string): boolean {
  return paragraphsOf(text).every((paragraph) => doubtOf(paragraph) === null);
}

function paragraphsOf(text: string): string[] {
  return [...text.split(/\n\s*\n|\n(?=\S)/).flatMap(chunks), text.slice(0, LONGEST)];
}

function chunks(paragraph: string): string[] {
  const list: string[] = [];
  for (let at = 0; at < paragraph.length; at += LONGEST) list.push(paragraph.slice(at, at + LONGEST));
  return list;
}

interface Doubt {
  prose: string;
  /** Enough of it is in another script than Latin. */
  foreignScript: boolean;
}

/** What of a paragraph does not look like English; null for what does, or is too short to tell. */
const doubtOf = rememberSentences((paragraph): Doubt | null => {
  // Addresses and links look like no language at all.
  const prose = paragraph.replace(/\S*(?:@|:\/\/|www\.)\S*/g, ' ').normalize('NFC');
  const others = prose.replace(/[A-Za-z]+/g, '');
  const plain = prose.length - others.length;
  const letters = plain + (others.match(/\p{L}/gu)?.length ?? 0);
  const latin = plain + (others.match(/\p{Script=Latin}/gu)?.length ?? 0);
  if (letters - latin >= FOREIGN_SCRIPT_LETTERS && (letters - latin) * 3 > letters) {
    return { prose, foreignScript: true };
  }
  if (latin < SHORT) return null;
  const words = prose.toLowerCase().match(/\p{L}+(?:'\p{L}+)?/gu) ?? [];
  if (words.length < 6) return null;
  const english = words.filter((word) => FUNCTION_WORDS.has(word)).length / words.length;
  if (english >= ENGLISH_SHARE || (latin < LONG && english > 0)) return null;
  // A list of names or technologies has few function words in any language.
  const capital = (prose.match(/(?<!\p{L})\p{Lu}/gu)?.length ?? 0) / words.length;
  return capital > 0.5 ? null : { prose, foreignScript: false };
});

function languageOf({ prose, foreignScript }: Doubt): string | null {
  const detected = languageDetector().detect(prose);
  const { language } = detected;
  if (foreignScript) return language === '' || language === 'en' ? 'non-Latin script' : language;
  if (language === '' || language === 'en' || !detected.isReliable()) return null;
  const scores = detected.getScores();
  return (scores[language] ?? 0) > (scores['en'] ?? 0) * 1.15 ? language : null;
}
