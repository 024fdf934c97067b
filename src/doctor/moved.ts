import type { Database } from '../store/database.ts';
import { readCopyNote, readMoved, time } from '../store/moved-store.ts';
import { type Check, failed } from './check.ts';

/** Whether a gate may work on the store at all; silent where it may. */
export function movedCheck(database: Database): Check {
  return {
    id: 'moved',
    title: 'Store',
    look: async () => {
      if ((await database.schemaState()).applied.length === 0) return null;
      const moved = await readMoved(database.db);
      if (moved)
        return failed(
          moved.state === 'moved'
            ? `Its gate was moved to ${moved.to} on ${time(moved.at)}.`
            : `Its gate is being moved to ${moved.to} since ${time(moved.at)}.`,
          moved.state === 'moved'
            ? `Write store: ${moved.to} into the configuration; the way back: presend store reopen --help`
            : 'Bring it to its end: presend store copy; or take it back: presend store reopen',
        );
      const note = await readCopyNote(database.db);
      return note?.state === 'copying'
        ? failed(
            `It is a copy of ${note.from} that is not finished.`,
            'Bring it to its end: presend store copy.',
          )
        : null;
    },
  };
}
