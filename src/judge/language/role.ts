/** Title words: lower case, "C.T.O." as "cto", punctuation as spaces. Parts of a joint title apart. */
function titleParts(title: string): { text: string; joined: boolean }[] {
  const plain = title
    .replace(/\b(?:[A-Za-z]\.){2,}/g, (dotted) => dotted.replaceAll('.', ''))
    .replace(/([a-z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\bc[-_ ](level|suite|exec)/g, 'c_$1')
    .replace(/\b(ex|co)-/g, '$1 ')
    .replace(/_(?!level|suite)/g, ' ')
    // "Chief People & Culture Officer" is one title.
    .replace(/\b(chief \w+)\s*(?:&|\/|,|\band\b)\s*(\w+(?: \w+)? officer)\b/g, '$1 $2');
  const parts: { text: string; joined: boolean }[] = [];
  let joined = false;
  for (const piece of plain.split(/(,|;|\||\(|\)|\/|&|\+|\s-\s|\s–\s|\s—\s|\band\b)/)) {
    if (/^(?:&|\+|and|\/)$/.test(piece)) joined = true;
    else if (/^(?:,|;|\||\(|\)|\s.\s)$/.test(piece)) joined = false;
    else {
      const text = piece.replace(/[^\p{L}\p{N}_]+/gu, ' ').trim();
      if (text !== '') parts.push({ text, joined });
    }
  }
  return parts;
}

/** Somebody who works for, or used to be, what follows. */
const NOT_HOLDER =
  /\b(?:former|formerly|ex|previous|previously|past|retired|emeritus|aspiring|future|incoming advisor|deputy|associate|field|virtual assistant|assistant|secretary|advis[eo]r|aide|coach|consultant|recruiter|candidate|shadow|reporting|reports?|works?|working|supporting|office of|vice|not)\b/;
/** "… to the CEO" makes the rest of a joint title somebody else's too. */
const SERVES = /\b(?:to|for|under|with|of) (?:the |our |a )?$/;
const NOT_TITLE_AFTER =
  /^ (?:office|advis\w+|services?|program\w*|coach\w*|assistant|staff|team|communit\w+|relations|communications|support|liaison|delegate|organi[sz]ation|org|department|group|practice|forum|council)\b/;

/**
 * Whether a title or role names its holder as C-level.
 *
 * @param titles spellings in lower case; `*` stands for one to four words
 * @returns the title found, null when the holder is not C-level
 */
export function cLevelTitle(title: string, titles: readonly string[]): string | null {
  let serving = false;
  for (const { text, joined } of titleParts(title)) {
    if (!joined) serving = false;
    for (const match of text.matchAll(titlePattern(titles))) {
      const before = text.slice(0, match.index);
      const after = text.slice(match.index + match[0].length);
      if (SERVES.test(before)) serving = true;
      if (serving || NOT_HOLDER.test(before) || NOT_TITLE_AFTER.test(after)) continue;
      return match[0];
    }
  }
  return null;
}

const patterns = new WeakMap<readonly string[], RegExp>();

function titlePattern(titles: readonly string[]): RegExp {
  const known = patterns.get(titles);
  if (known) return known;
  const spelled = titles.map((title) => {
    const words = title.replace(/[^\p{L}\p{N}_*]+/gu, ' ').trim();
    return words.replace(/\bc (level|suite)\b/, 'c_$1').replaceAll('*', String.raw`(?:\w+ ){0,3}\w+`);
  });
  const pattern = new RegExp(String.raw`\b(?:${spelled.join('|')})\b`, 'g');
  patterns.set(titles, pattern);
  return pattern;
}

/** Employees from to, both inclusive; equal for one number. */
export interface Headcount {
  min: number;
  max: number;
}

/** Reads "3,800", "2.5k", "1,001-5,000", "10,000+" and plain numbers; null when there is no number. */
export function readHeadcount(value: unknown): Headcount | null {
  if (typeof value === 'number') {
    return Number.isFinite(value) && value >= 0 ? { min: value, max: value } : null;
  }
  if (typeof value !== 'string') return null;
  const numbers = Array.from(
    value.replace(/(\d)[,' ](?=\d{3}\b)/g, '$1').matchAll(/(\d+(?:\.\d+)?)\s*(k\b|thousand)?/gi),
    ([, digits, scale]) => Math.round(Number(digits) * (scale ? 1000 : 1)),
  );
  const [first, second] = numbers;
  if (first === undefined) return null;
  if (second !== undefined && second >= first) return { min: first, max: second };
  if (/\d\s*(?:k|thousand)?\s*\+|more than|over|above|>/i.test(value)) {
    return { min: first + (/\+/.test(value) ? 0 : 1), max: Number.POSITIVE_INFINITY };
  }
  return { min: first, max: first };
}
