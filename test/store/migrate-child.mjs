/** Brings a database up to date, as a gate and a command that start at once do; run by migrations.test.ts, against the build. */
import { SqliteDatabase } from '../../dist/store/sqlite-database.js';

const database = new SqliteDatabase(process.argv[2]);
process.stdout.write(JSON.stringify(await database.migrate()));
await database.close();
