/** Looks at every page of the database named as its argument; exit code 0 when all are well (page-check.ts). */
import SQLite from 'better-sqlite3';

try {
  const database = new SQLite(process.argv[2] ?? '', { readonly: true });
  process.exitCode = database.pragma('quick_check(1)', { simple: true }) === 'ok' ? 0 : 1;
  database.close();
} catch {
  process.exitCode = 1;
}
