import type SQLite from 'better-sqlite3';

/** Whether the database remembers people who were erased, by hashes of their addresses (crm/erased.ts). */
export function anyErased(raw: SQLite.Database): boolean {
  return isThere(
    raw,
    "select 1 from suppressions where kind = 'address' and value >= 'erased:' and value < 'erased;' limit 1",
  );
}

/** Whether entries of the audit log are chained under a key (store/audit-chain.ts). */
export function anyChained(raw: SQLite.Database): boolean {
  // A database of a presend from before the chain has no such column.
  return (
    isThere(raw, "select 1 from pragma_table_info('audit') where name = 'chain'") &&
    isThere(raw, 'select 1 from audit where chain is not null limit 1')
  );
}

const isThere = (raw: SQLite.Database, query: string): boolean => raw.prepare(query).get() !== undefined;
