/** Commits one row after another; run under the fsync counter by durability.test.ts, against the build. */
import { once } from 'node:events';
import { sql } from 'kysely';
import { SqliteDatabase } from '../../dist/store/sqlite-database.js';

const [path, commits, synchronous] = process.argv.slice(2);
const database = new SqliteDatabase(path);
await database.migrate();
if (synchronous) await sql`pragma synchronous = ${sql.raw(synchronous)}`.execute(database.db);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
for (let i = 0; i < Number(commits); i++) {
  await database.transact((trx) => trx.insertInto('settings').values({ key: `k${i}`, value: 'v' }).execute());
}
process.stdout.write('done\n');
// The parent ends this process: closing the database would checkpoint, which syncs for another reason.
process.stdin.resume();
