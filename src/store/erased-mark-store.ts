import type SQLite from 'better-sqlite3';

/** Whether the database remembers people who were erased, by hashes of their addresses (crm/erased.ts). */
export function anyErased(raw: SQLite.Database): boolean {
  const found = raw
    .prepare(
      "select 1 from suppressions where kind = 'address' and value >= 'erased:' and value < 'erased;' limit 1",
    )
    .get();
  return found !== undefined;
}
