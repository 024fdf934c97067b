import { stringify } from 'csv-stringify/sync';
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { Kind } from './csv.ts';
import { FORMULA } from './csv-read.ts';

type Cell = string | number | null;
type Record_ = Record<string, Cell>;

const PAGE = 2000;

/** Columns of each kind, as an import reads them. */
const COLUMNS: Record<Kind, readonly string[]> = {
  companies:
    'id name domain headcount funding_stage funding_amount_usd funding_confidence disqualifiers industry city country regulated account_owner'.split(
      ' ',
    ),
  prospects:
    'id address name recipient_role title company_id company disqualifiers opt_out_channels thread_id account_owner regulated available_signals taken_over_by'.split(
      ' ',
    ),
  suppressions: ['address', 'domain', 'channel', 'reason', 'source'],
  commitments: ['prospect_id', 'subject', 'starts', 'ends', 'type', 'note'],
  peers: ['name', 'city', 'industry'],
  threads: ['thread_id', 'prospect_id', 'direction', 'at', 'person', 'role', 'message_id', 'subject', 'text'],
};

// oxlint-disable-next-line typescript/no-explicit-any
type Query = SelectQueryBuilder<Schema, any, any>;

/** Puts conditions on the query of an export. */
export type Narrow = (query: Query) => Query;

/**
 * A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection), and so does one
 * that begins with such an apostrophe itself; `readCsv` takes one away again.
 */
function guarded(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/**
 * All records of a kind as CSV, page by page, so that memory does not grow with the mirror. What is
 * exported can be imported again and changes nothing.
 *
 * @param narrow leaves records out
 */
export async function* exportCsv(
  db: Kysely<Schema>,
  kind: Kind,
  narrow: Narrow = (query) => query,
): AsyncGenerator<{ text: string; records: number }> {
  yield { text: stringify([[...COLUMNS[kind]]]), records: 0 };
  let after: string | number | null = null;
  for (;;) {
    const page: Record_[] = await readPage(db, kind, after, narrow);
    const last = page.at(-1);
    if (!last) return;
    const text = stringify(page.map(toCells), { columns: [...COLUMNS[kind]], cast: { string: guarded } });
    yield { text, records: page.length };
    after = last['key'] ?? null;
  }
}

/** The next rows by primary key, which each has as `key`. */
async function readPage(db: Kysely<Schema>, kind: Kind, after: Cell, narrow: Narrow): Promise<Record_[]> {
  const query = narrow(queryOf(db, kind));
  const rows: unknown = await (after === null ? query : query.where(sql.ref(KEY[kind]), '>', after))
    .orderBy(sql.ref(KEY[kind]))
    .limit(PAGE)
    .execute();
  return rows as Record_[];
}

const KEY: Record<Kind, string> = {
  companies: 'companies.id',
  prospects: 'prospects.id',
  suppressions: 'suppressions.id',
  commitments: 'commitments.id',
  peers: 'peers.id',
  threads: 'thread_messages.id',
};

function queryOf(db: Kysely<Schema>, kind: Kind): Query {
  switch (kind) {
    case 'prospects':
      return db
        .selectFrom('prospects')
        .leftJoin('companies', 'companies.id', 'prospects.company_id')
        .selectAll('prospects')
        .select(['prospects.id as key', 'companies.name as company']);
    case 'threads':
      return db
        .selectFrom('thread_messages')
        .innerJoin('threads', 'threads.id', 'thread_messages.thread_id')
        .selectAll('thread_messages')
        .select(['thread_messages.id as key', 'threads.subject']);
    default:
      return db.selectFrom(kind).selectAll().select('id as key');
  }
}

function toCells(row: Record_): Record_ {
  const cells: Record_ = { ...row };
  if (typeof row['at'] === 'number') cells['at'] = new Date(row['at']).toISOString();
  for (const field of ['disqualifiers', 'opt_out_channels']) {
    if (typeof row[field] === 'string') cells[field] = (JSON.parse(row[field]) as string[]).join(';');
  }
  if (row['available_signals'] === '{}') cells['available_signals'] = null;
  if (row['kind'] === 'address') cells['address'] = row['value'] ?? null;
  if (row['kind'] === 'domain') cells['domain'] = row['value'] ?? null;
  return cells;
}
