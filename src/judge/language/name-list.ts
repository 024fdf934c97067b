import { KNOWN_COMPANIES } from './known-companies.ts';
import { placeholderShapes } from './peer-fit.ts';
import { isEnglishWord } from './vocabulary.ts';
import { isFunctionWord } from './word-weight.ts';

interface Name {
  lower: string;
  written: string;
  /** A single word that is an ordinary one too ("Square"): a name only where nothing else tells. */
  everyday: boolean;
}

/** Names as they are written, found again where their letters are in lower case. */
export interface NameList {
  /**
   * `text` with the names of the list written as in the list.
   *
   * @param everyday those that are ordinary words too
   */
  restore: (text: string, options?: { everyday?: boolean }) => string;
}

const LONGEST_NAME = 80;

/** The names of a record, what stands for a company without being one, and well-known companies. */
export function nameList(ofRecord: readonly string[], placeholders: readonly string[]): NameList {
  const own = byFirstWord([...ofRecord, ...placeholders.map(titled)]);
  const merged = new Map<string, Name[]>();
  const candidates = (first: string): readonly Name[] | undefined => {
    const [ofOwn, known] = [own.get(first), KNOWN.get(first)];
    if (ofOwn === undefined && known === undefined) return undefined;
    let names = merged.get(first);
    if (names === undefined) {
      names = [...(ofOwn ?? []), ...(known ?? [])].toSorted(longestFirst);
      merged.set(first, names);
    }
    return names;
  };
  return { restore: (text, { everyday = false } = {}) => restored(text, candidates, everyday) };
}

const longestFirst = (a: Name, b: Name): number => b.lower.length - a.lower.length;

function titled(name: string): string {
  return name.replace(/(?<![\p{L}\p{N}])\p{L}+/gu, (word) =>
    isFunctionWord(word) && word.length > 1 && !/^(?:one|two|three|four|five|first|second|name)$/.test(word)
      ? word
      : word.charAt(0).toUpperCase() + word.slice(1),
  );
}

function byFirstWord(written: readonly string[]): ReadonlyMap<string, Name[]> {
  const index = new Map<string, Name[]>();
  for (const one of written) {
    const name = one.trim().replace(/\s+/g, ' ');
    const lower = name.toLowerCase();
    const first = /^[\p{L}\p{N}]+/u.exec(lower)?.[0];
    if (first === undefined || lower === name || name.length < 2 || name.length > LONGEST_NAME) continue;
    const everyday = !name.includes(' ') && (isEnglishWord(lower) || isFunctionWord(lower));
    const same = index.get(first) ?? [];
    same.push({ lower, written: name, everyday });
    index.set(first, same);
  }
  return index;
}

const KNOWN = byFirstWord(KNOWN_COMPANIES.map(({ name }) => name));

function restored(
  text: string,
  candidates: (first: string) => readonly Name[] | undefined,
  everyday: boolean,
): string {
  let result = '';
  let done = 0;
  for (const match of text.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]+/gu)) {
    if (match.index < done) continue;
    const name = candidates(match[0])?.find((one) => {
      if (one.everyday && !everyday) return false;
      const end = match.index + one.lower.length;
      return text.startsWith(one.lower, match.index) && !/[\p{L}\p{N}]/u.test(text.charAt(end));
    });
    if (name === undefined) continue;
    result += text.slice(done, match.index) + name.written;
    done = match.index + name.lower.length;
  }
  return placeholderShapes(result + text.slice(done), titled);
}
