/** Commits two rows at a time, without a pause; run by backup.test.ts, against the build. */
import { join } from 'node:path';
import { SqliteDatabase } from '../../dist/store/sqlite-database.js';

const database = new SqliteDatabase(join(process.argv[2], 'presend.db'));
for (let number = 0; ; number += 1) {
  await database.transact(async (trx) => {
    for (const half of ['a', 'b']) {
      await trx
        .insertInto('settings')
        .values({ key: `pair-${number}-${half}`, value: '' })
        .execute();
    }
  });
  if (number === 0) process.stdout.write('writing\n');
}
