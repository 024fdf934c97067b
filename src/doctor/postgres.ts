import { bytes } from '../insight/words.ts';
import { shownStore } from '../config/store.ts';
import type { Database } from '../store/database.ts';
import { type Check, failed, ok, warning } from './check.ts';
import { schemaFinding } from './database.ts';
import { type ServerFacts, serverFacts } from './postgres-store.ts';

/** Claims, identity columns and normalisation are used as this version has them. */
const OLDEST = 150_000;

/** A lease that is taken by one gate's clock and lapses by another's must not be off by much. */
const CLOCK_MS = 2_000;

/** The database server: reachable, new enough, durable, of this schema, on time. */
export function postgresChecks(database: Database, store: string): Check[] {
  const { db } = database;
  return [
    {
      id: 'integrity',
      title: 'Database',
      look: async () => {
        try {
          return serverFinding(await serverFacts(db), Date.now());
        } catch (error) {
          return failed(
            `${shownStore(store)} does not answer as it should: ${(error as Error).message}.`,
            'See whether the server runs and lets this machine in: address, name of the database, password (store_password_file, PGPASSWORD), pg_hba.conf.',
          );
        }
      },
    },
    {
      id: 'schema',
      title: 'Schema',
      look: async () => schemaFinding((await database.schemaState()).applied),
    },
  ];
}

/** @param at this machine's time when the server told its own, milliseconds since the epoch */
export function serverFinding(facts: ServerFacts, at: number) {
  const { version, number, size, encoding, fsync, synchronous, standby, now } = facts;
  if (number < OLDEST)
    return failed(`PostgreSQL ${version}; presend needs 15 or newer.`, 'Update the server (pg_upgrade).');
  if (encoding !== 'UTF8')
    return failed(
      `Its encoding is ${encoding}, in which not every mail can be written down.`,
      "Make a database with encoding 'UTF8' and move there: presend store copy.",
    );
  if (standby) return failed('It is a standby, which takes no changes.', 'Name the primary in store.');
  if (fsync === 'off' || synchronous === 'off')
    return failed(
      `${fsync === 'off' ? 'fsync' : 'synchronous_commit'} is off: mail that was accepted may be lost when the server crashes.`,
      'Switch it on in postgresql.conf, and reload.',
    );
  const apart = Math.abs(now - at);
  if (apart > CLOCK_MS)
    return warning(
      `Its clock and this machine's are ${(apart / 1000).toFixed(1)} s apart.`,
      'Keep the clocks of all gates and of the server by NTP: leases and undo times are told by them.',
    );
  return ok(`PostgreSQL ${version}, ${bytes(size)}.`);
}
