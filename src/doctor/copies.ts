import { oldCopies } from '../backup/copies.ts';
import { counted } from '../message/counted.ts';
import { type Check, ok, warning } from './check.ts';

const DAY_MS = 86_400_000;
/** Where nothing says how long they are kept. */
const OLD_DAYS = 30;

/**
 * Copies of the whole data that restores and updates left in the data folder.
 *
 * @param days `retention.copies_days`; null = kept for ever
 */
export function copiesCheck(dataDir: string, days: number | null, now: number): Check {
  return {
    id: 'old_copies',
    title: 'Old copies',
    look: async () => {
      const copies = await oldCopies(dataDir);
      if (copies.length === 0) return null;
      // A gate that runs deletes once an hour; a day allows for one that was off over night.
      const old = copies.filter(({ at }) => at <= now - ((days ?? OLD_DAYS) + 1) * DAY_MS);
      if (old.length === 0)
        return ok(
          `${counted(copies.length, 'copy', 'copies')} of the data from before a restore or update${days === null ? '' : `, deleted after ${counted(days, 'day')}`}.`,
        );
      const names = old.map(({ path }) => path).join(', ');
      return warning(
        `${names}: from before a restore or update, and with texts and people that were removed since.`,
        days === null
          ? 'Delete them, or let the gate do it: retention.copies_days.'
          : 'A running gate deletes them within the hour; start it, or delete them by hand.',
      );
    },
  };
}
