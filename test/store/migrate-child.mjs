/** Brings a database up to date, as a gate and a command that start at once do; run by migrations.test.ts, against the build. */
import { Database } from '../../dist/store/database.js';

const database = new Database(process.argv[2]);
process.stdout.write(JSON.stringify(await database.migrate()));
await database.close();
