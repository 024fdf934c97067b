import { Refusal } from '../refusal.ts';

/** SendGrid's limit for the tags and values of one personalization, bytes. */
const MAX_TABLE = 10_000;
/** SendGrid's limit for a whole mail, here in characters. */
const MAX_RESULT = 30_000_000;

/** Tags and the words that stand for them, in the order given. */
export type Substitutions = readonly (readonly [tag: string, value: string])[];

/**
 * Puts the words in place of the tags, everywhere, as SendGrid's legacy substitutions do.
 *
 * Nobody says in which order it replaces them, nor whether tags inside words are replaced too. Where that makes a
 * difference the text is not certain.
 *
 * @throws Refusal `invalid_field` when a tag is empty or there are too many, `too_large` when the text becomes so
 */
export function substitute(text: string, table: Substitutions): { text: string; certain: boolean } {
  if (table.length === 0) return { text, certain: true };
  const once = atOnce(text, table);
  const certain = once === inTurn(text, table) && once === inTurn(text, table.toReversed());
  return { text: once, certain };
}

/** @throws Refusal `invalid_field` */
export function readSubstitutions(value: Record<string, string>, field: string): Substitutions {
  const table = Object.entries(value);
  const size = table.reduce(
    (sum, [tag, words]) => sum + Buffer.byteLength(tag) + Buffer.byteLength(words),
    0,
  );
  if (size > MAX_TABLE || table.some(([tag]) => tag === '')) {
    throw new Refusal(
      'invalid_field',
      `The \`${field}\` field holds an empty tag or more than ${MAX_TABLE} bytes of tags and values.`,
      { field },
    );
  }
  return table;
}

/** Does one of the tags stand in the text? */
export function holdsTag(text: string, table: Substitutions): boolean {
  return table.some(([tag]) => text.includes(tag));
}

/** One pass, of several tags at one place the longest. */
function atOnce(text: string, table: Substitutions): string {
  const words = new Map(table);
  const tags = table.map(([tag]) => tag).toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(tags.map((tag) => tag.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
  let grown = text.length;
  return text.replace(pattern, (tag) => {
    const word = words.get(tag)!;
    grown += word.length - tag.length;
    if (grown > MAX_RESULT) throw tooLarge();
    return word;
  });
}

function inTurn(text: string, table: Substitutions): string {
  let result = text;
  for (const [tag, words] of table) {
    if (result.length + occurrences(result, tag) * (words.length - tag.length) > MAX_RESULT) throw tooLarge();
    result = result.replaceAll(tag, () => words);
  }
  return result;
}

function occurrences(text: string, tag: string): number {
  let count = 0;
  for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + tag.length)) count += 1;
  return count;
}

const tooLarge = (): Refusal =>
  new Refusal('too_large', 'The mail becomes larger than 30 MB once its substitutions are filled in.');
