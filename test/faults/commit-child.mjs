/**
 * Commits on command: each line of input is a key, answered by `ok` or the error's code. With `secure` it does first what a gate does
 * at start, with `plain` it does not. Run against the build by power-cut.test.ts, on a disk that fails on demand.
 */
import { createInterface } from 'node:readline';
import { SqliteDatabase } from '../../dist/store/sqlite-database.js';

const [path, secure] = process.argv.slice(2);
const database = new SqliteDatabase(path);
if (secure === 'secure') database.secureLog();
await database.migrate();
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  const key = line.trim();
  const answer = await database
    .transact((trx) => trx.insertInto('settings').values({ key, value: key.repeat(300) }).execute())
    .then(
      () => 'ok',
      (error) => error.code,
    );
  process.stdout.write(`${answer}\n`);
}
