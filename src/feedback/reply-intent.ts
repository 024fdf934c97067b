import { splitSentences } from '../judge/language/sentences.ts';
import { CONFIDENTIALITY_NOTICE, EVERY_CHANNEL, NO_OPT_OUT, OPT_OUT_PHRASES } from './opt-out-phrases.ts';

/** A request not to be written to any more. */
export interface OptOut {
  /** Of the writer, or of everybody at the writer's company. */
  scope: 'address' | 'company';
  /** `all`: claims on personal data, or "in any way". */
  channel: 'email' | 'all';
  /** The sentence that says so, as written, one line. */
  sentence: string;
}

/** Longer replies are read in part: somebody who opts out says so early. */
const READ_CHARS = 8_000;

/**
 * The opt-out in a reply, if there is one. It must speak of mail, a list, contact or the writer, or be nothing but a
 * word such as "stop"; anything else is left to a person. Declined subjects are read from the thread by
 * `rejectionsOf` (judge/language/rejection.ts) when mail is judged.
 *
 * @param text new text only (`replyText`): a quoted footer says "reply STOP" too
 * @param companyNames what the writer's company is called, for "take Acme off your list"
 */
export function optOutIn(text: string, companyNames: readonly string[] = []): OptOut | null {
  // Phones wrap short lines, which splitting would take for sentences.
  const unwrapped = text.slice(0, READ_CHARS).replace(/(?<=[\p{L}\p{N},]) ?\n(?=\p{Ll})/gu, ' ');
  const sentences = splitSentences(unwrapped)
    .map(({ text: said }) => ({ said, plain: plainSentence(said) }))
    .filter(({ plain }) => plain !== '');
  const own: OptOut[] = [];
  for (const { said, plain } of sentences) {
    if (NO_OPT_OUT.test(plain) || CONFIDENTIALITY_NOTICE.test(plain)) continue;
    const erases = OPT_OUT_PHRASES.erasure.test(plain);
    const channel = erases || EVERY_CHANNEL.test(plain) ? 'all' : 'email';
    const found = { channel, sentence: oneLine(said) } as const;
    // What is asked for the whole company outweighs what else is asked.
    if (OPT_OUT_PHRASES.company.test(withCompany(plain, companyNames))) return { ...found, scope: 'company' };
    if (erases || OPT_OUT_PHRASES.own.test(plain) || OPT_OUT_PHRASES.abroad.test(plain)) {
      own.push({ ...found, scope: 'address' });
    }
  }
  return own.find(({ channel }) => channel === 'all') ?? own[0] ?? bareOptOut(sentences);
}

/** The company's names as the words that stand for it. */
function withCompany(plain: string, names: readonly string[]): string {
  return names
    .map((name) => plainSentence(name))
    .filter((name) => name.length > 2)
    .reduce((text, name) => text.replaceAll(name, 'our company'), plain);
}

const FOREIGN_COURTESY =
  'bitte|danke|merci|svp|s il vous plait|por favor|gracias|aub|alstublieft|graag|per favore|grazie|obrigad[oa]';
const COURTESY = new RegExp(
  `^(?:(?:no|nope|nah|ok|okay|yes|hi|hello|hey|dear|thanks?|thank you|thx|ty|cheers|regards|please|kindly|now|asap|immediately|today|not interested|no thanks?|no thank you|sorry|all|sir|madam|team|${FOREIGN_COURTESY})[ ,]*)+$`,
  'iu',
);
const AROUND = new RegExp(
  `^(?:(?:please|kindly|just|no thanks?|no thank you|no|nope|not interested|hi|hello|hey|ok|thanks|${FOREIGN_COURTESY})[ ,-]+)+|(?:[ ,-]+(?:please|now|asap|immediately|thanks?|thank you|thx|today|at once|already|all|it|${FOREIGN_COURTESY}))+$`,
  'giu',
);

/** A reply that is "stop" and courtesies, or has "unsubscribe" as a sentence of its own. */
function bareOptOut(sentences: readonly { said: string; plain: string }[]): OptOut | null {
  const words = sentences.map(({ said, plain }) => ({
    said,
    plain,
    core: plain
      .replace(/[^\p{L}\p{N}\s,'-]+/gu, ' ')
      .trim()
      .replace(AROUND, '')
      .replace(AROUND, '')
      .trim(),
  }));
  const told = words.filter(({ plain }) => !COURTESY.test(plain.replace(/[^\p{L}\s]+/gu, ' ').trim()));
  const first = told.findIndex(({ said }) => !isGreeting(said));
  const rest = first < 0 ? [] : told.slice(first);
  const [only, ...after] = rest;
  const found = (said: string): OptOut => ({ scope: 'address', channel: 'email', sentence: oneLine(said) });
  if (only && OPT_OUT_PHRASES.bare.test(only.core) && after.every(({ said }) => isSignOff(said))) {
    return found(only.said);
  }
  // "STOP STOP STOP"
  if (only && after.length === 0 && /^(?:(?:stop+|unsubscribe)[ ,]*){2,}$/iu.test(only.core))
    return found(only.said);
  const own = words.find(({ core }) => OPT_OUT_PHRASES.bareSentence.test(core));
  return own ? found(own.said) : null;
}

const isGreeting = (said: string): boolean =>
  /^(?:hi|hello|hey|dear|hallo|bonjour|hola|ciao|ol[áa]|guten tag)\b[^.!?]{0,40}[,!.]?$/iu.test(said) ||
  /^\p{Lu}\p{L}+,$/u.test(said);

/** A name below a reply. */
const isSignOff = (said: string): boolean =>
  said.length <= 40 && /^[-–—~ ]*\p{Lu}[\p{L}.'’-]*(?: \p{Lu}[\p{L}.'’-]*){0,3}[.,]?$/u.test(said);

const SLIPS: readonly [RegExp, string][] = [
  [/[’‘`´]/g, "'"],
  [/[–—]/g, '-'],
  [/[“”"«»*_]/g, ''],
  [/\be-? ?mail(?=s?\b|ed\b|ing\b)/g, 'email'],
  [/\bemial(?=s?\b|ed\b|ing\b)/g, 'email'],
  [/\b(?:pls|plz|plese|pleae|plase|pleas)\b/g, 'please'],
  [/\bdont\b/g, "don't"],
  [/\bdidnt\b/g, "didn't"],
  [/\bwont\b/g, "won't"],
  [/\bcant\b/g, "can't"],
  [/\b(?:recieve|recive)\b/g, 'receive'],
  [/\b(?:remve|remov|reomve|remvoe)\b/g, 'remove'],
  [/\bcontac\b|\bcontcat\b/g, 'contact'],
  [/\b(?:stp|sotp|stpo)\b/g, 'stop'],
  [/\bunsub\b/g, 'unsubscribe'],
  [/\bopt ?out\b/g, 'opt out'],
  [/\bun[- ]s(?=ub)/g, 'uns'],
  [/\bun-?s\w{5,11}\b/g, 'word'],
];

/** One sentence in the form that phrases are matched in. */
function plainSentence(said: string): string {
  let plain = said.normalize('NFKC').toLowerCase();
  for (const [slip, right] of SLIPS) {
    plain = right === 'word' ? plain.replace(slip, spelledRight) : plain.replace(slip, right);
  }
  return plain.replace(/\s+/g, ' ').trim();
}

const UNSUBSCRIBE = [
  'unsubscribe',
  'unsubscribed',
  'unsubscribing',
  'unsubscribes',
  'unsubscriber',
  'unsubscribers',
];

/** "unsubcribe" and its like. */
function spelledRight(word: string): string {
  let best = word;
  let least = 3;
  for (const right of UNSUBSCRIBE) {
    const off = editDistance(word, right);
    if (off < least) [best, least] = [right, off];
  }
  return best;
}

function editDistance(one: string, two: string): number {
  let row = Array.from({ length: two.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= two.length; j++) {
      const swap = (row[j - 1] ?? 0) + (one[i - 1] === two[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[two.length] ?? 0;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
