import type { ProspectSnapshot } from '../../crm/prospect.ts';
import type { IsWord } from './disguise.ts';

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

/** The words of a record, names included: what a disguised word may stand for besides English. */
export function recordWords(prospect: ProspectSnapshot): IsWord {
  const words = new Set<string>();
  const add = (value: unknown, depth = 0): void => {
    if (typeof value === 'string') {
      for (const word of value
        .slice(0, 20_000)
        .toLowerCase()
        .match(/\p{L}{3,}/gu) ?? [])
        words.add(word);
    } else if (depth < 6 && typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (!Array.isArray(value)) add(key, depth + 1);
        add(inner, depth + 1);
      }
    }
  };
  for (const field of FIELDS) add(prospect[field]);
  return (word) => words.has(word);
}
