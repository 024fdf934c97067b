import { splitWords } from './sentences.ts';
import { stem } from './stem.ts';
import { wordWeight } from './word-weight.ts';

/** Words of a commitment's subject that name no skill: "the backend bench team" is about backend. */
const HOLLOW = new Set(
  'one two three four five all both every bench team squad pod pool engineers engineer developers developer capacity people senior junior mid lead our the all of and group staff resources resource unit sender own tenacious full time part'.split(
    ' ',
  ),
);
const PERSON = /^\p{Lu}[\p{L}'’-]+(?: (?:\p{Lu}[\p{L}'’.-]*|bin|de|van|von|al|el)){1,3}$/u;

/** True for "Tigist Haile": capitalised words, none of them a role or skill. */
export function isPersonName(subject: string): boolean {
  if (!PERSON.test(subject.trim())) return false;
  return !splitWords(subject).some(
    (word) =>
      HOLLOW.has(word.lower) ||
      /^(?:engineering|platform|data|cloud|frontend|backend|devops|security|mobile|design|product|delivery|services?)$/.test(
        word.lower,
      ),
  );
}

/**
 * A pattern that finds a commitment's subject in a text: for a person the full name, the first or the
 * last name; for a role, skill or team all its telling words within one stretch of a sentence. Null when
 * the subject says nothing that could be found.
 */
export function subjectPattern(subject: string): RegExp | null {
  const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  if (isPersonName(subject)) {
    const names = subject
      .trim()
      .split(/\s+/)
      .filter((name) => name.length >= 3);
    return new RegExp(
      String.raw`(?<![\p{L}\p{N}])(?:${[escaped(subject.trim()), ...names.map(escaped)].join('|')})(?![\p{L}\p{N}])`,
      'gu',
    );
  }
  const telling = splitWords(subject).filter((word) => !HOLLOW.has(word.lower) && !/^\d+$/.test(word.text));
  if (telling.length === 0) return null;
  const parts = telling.map((word) => {
    const root = wordWeight(word.lower) === 0 || word.text.length <= 3 ? word.lower : stem(word.lower);
    const caseless = /^go$/i.test(word.text)
      ? 'G[oO](?:lang)?'
      : Array.from(root, (char) => `[${escaped(char.toLowerCase())}${escaped(char.toUpperCase())}]`).join('');
    return String.raw`(?<![\p{L}\p{N}])${caseless}${word.text.length <= 3 ? 's?' : String.raw`[\p{L}-]*`}(?![\p{L}\p{N}])`;
  });
  const ahead = parts
    .slice(1)
    .map((part) => `(?=[^.!?\\n]{0,60}${part})`)
    .join('');
  const found = `${parts[0] ?? ''}${ahead}`;
  return new RegExp(found, 'gu');
}

/** For a role or team, the words next to the mention must speak of people who do the work. */
export const WORKERS =
  /\b(?:engineers?|developers?|devs?|team|squad|pod|bench|specialists?|consultants?|contractors?|designers?|analysts?|architects?|scientists?|testers?|capacity|people|talent|experts?|profiles?|candidates?|hires?|engineering)\b/i;
