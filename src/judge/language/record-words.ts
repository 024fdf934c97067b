import type { ProspectSnapshot } from '../../crm/prospect.ts';
import type { IsWord } from './disguise.ts';
import { properNames } from './names.ts';

/** What of a record may stand in a mail as a word. */
const FIELDS = [
  'name',
  'company',
  'title',
  'industry',
  'city',
  'country',
  'available_signals',
  'commitments',
  'thread',
  'foreign',
  'peers',
] as const satisfies readonly (keyof ProspectSnapshot)[];

const LONGEST_TEXT = 20_000;
const DEEPEST = 6;

/** The words of a record, names included: what a disguised word may stand for besides English. */
export function recordWords(prospect: ProspectSnapshot): IsWord {
  const words = new Set<string>();
  for (const text of textsOf(prospect)) {
    for (const word of text.toLowerCase().match(/\p{L}{3,}/gu) ?? []) words.add(word);
  }
  return (word) => words.has(word);
}

/** The names in a record as it writes them; those that begin with a usual first word of a sentence are not told apart. */
export function recordNames(prospect: ProspectSnapshot): string[] {
  const whole = [prospect.name, prospect.company, ...prospect.peers.map(({ name }) => name)];
  const found = textsOf(prospect).flatMap((text) => properNames(text).map(({ name }) => name));
  const people = [prospect.name, ...prospect.commitments.map(({ subject }) => subject)];
  return [
    ...new Set(
      [...whole, ...people, ...people.map((name) => name?.split(' ')[0]), ...found].filter(
        (name) => name != null,
      ),
    ),
  ];
}

/** All texts of a record, keys of its signals included. */
function textsOf(prospect: ProspectSnapshot): string[] {
  const texts: string[] = [];
  const add = (value: unknown, depth = 0): void => {
    if (typeof value === 'string') texts.push(value.slice(0, LONGEST_TEXT));
    else if (depth < DEEPEST && typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (!Array.isArray(value)) texts.push(key);
        add(inner, depth + 1);
      }
    }
  };
  for (const field of FIELDS) add(prospect[field]);
  return texts;
}
