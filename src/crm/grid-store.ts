import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Database } from '../store/database.ts';
import { engineOf } from '../store/engine.ts';
import type { Schema } from '../store/schema.ts';
import { parseTime } from './fields.ts';
import { columnOf, TABLES } from './grid-tables.ts';
import { companiesBy, prospectsBy } from './import-store.ts';
import { chunks, type Row } from './revision-store.ts';
import type { CellValue, GridColumn, GridRecord, GridTable } from './web-types.ts';

export interface GridQuery {
  q: string;
  /** By field; see GridPage in web-types. */
  filters: Readonly<Record<string, string>>;
  sort: string | null;
  dir: 'asc' | 'desc';
  limit: number;
  offset: number;
}

export type GridFilter = Pick<GridQuery, 'q' | 'filters'>;

/** Rows of several tables through one code path, as in revision-store. */
// oxlint-disable-next-line typescript/no-explicit-any
type Query = SelectQueryBuilder<any, any, any>;
type AnyRow = Record<string, unknown>;

/** One page of a table, in the order asked for and by id among equals; what is empty is less than anything. */
export async function gridRows(
  db: Kysely<Schema>,
  table: GridTable,
  query: GridQuery,
): Promise<GridRecord[]> {
  const order = orderOf(table, query.sort, engineOf(db));
  let select = narrowed(db.selectFrom(table).selectAll(table) as Query, table, query);
  if (order?.full) select = select.orderBy(order.by, query.dir);
  else if (order)
    select = select.orderBy(order.by, (by) =>
      query.dir === 'asc' ? by.asc().nullsFirst() : by.desc().nullsLast(),
    );
  const rows = await select
    .orderBy(`${table}.id`, query.dir)
    .limit(query.limit)
    .offset(query.offset)
    .execute();
  return await gridRecords(db, table, rows);
}

export async function gridTotal(db: Kysely<Schema>, table: GridTable, filter: GridFilter): Promise<number> {
  const row = (await narrowed(db.selectFrom(table) as Query, table, filter)
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow()) as { total: number | string };
  return Number(row.total);
}

/** Rows as the grid shows them, with their newest revision and the names behind ids. */
export async function gridRecords(
  db: Kysely<Schema>,
  table: GridTable,
  rows: readonly AnyRow[],
): Promise<GridRecord[]> {
  const ids = rows.map((row) => String(row['id']));
  const versions = await versionsOf(db, table, ids);
  const labels = await labelsOf(db, table, rows);
  return rows.map((row) => {
    const values = valuesOf(table, row);
    const named = Object.entries(values).flatMap(([field, value]) => {
      const label =
        columnOf(table, field)?.kind === REFERENCE[table] ? labels.get(value as string) : undefined;
      return label === undefined ? [] : [[field, label] as const];
    });
    const id = String(row['id']);
    return {
      id,
      label: (values[TABLES[table].label] as string | null) ?? id,
      version: versions.get(id) ?? 0,
      values,
      labels: Object.fromEntries(named),
    };
  });
}

const REFERENCE: Partial<Record<GridTable, 'company' | 'prospect'>> = {
  prospects: 'company',
  commitments: 'prospect',
};

async function labelsOf(
  db: Kysely<Schema>,
  table: GridTable,
  rows: readonly AnyRow[],
): Promise<Map<string, string>> {
  if (table === 'prospects') {
    const found = await companiesBy(
      db,
      'id',
      rows.map((row) => row['company_id'] as string | null),
    );
    return new Map(found.map(({ id, name }) => [id, name]));
  }
  if (table === 'commitments') {
    const found = await prospectsBy(
      db,
      'id',
      rows.map((row) => row['prospect_id'] as string | null),
    );
    return new Map(found.map(({ id, address }) => [id, address]));
  }
  return new Map();
}

/** Newest revision of each record; those without one are left out. */
async function versionsOf(
  db: Kysely<Schema>,
  table: GridTable,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  for (const some of chunks(ids, 500)) {
    const rows = await db
      .selectFrom('revisions')
      .select((select) => ['record_id', select.fn.max('id').as('version')])
      .where('table_name', '=', table)
      .where('record_id', 'in', [...some])
      .groupBy('record_id')
      .execute();
    for (const { record_id, version } of rows) versions.set(record_id, version);
  }
  return versions;
}

function valuesOf(table: GridTable, row: AnyRow): Record<string, CellValue> {
  return Object.fromEntries(
    TABLES[table].columns.map(({ field, kind }) => {
      if (table === 'suppressions' && field === 'target') return [field, targetOf(row)];
      const value = row[field] as CellValue;
      const parsed = (kind === 'list' || kind === 'json') && typeof value === 'string';
      return [field, parsed ? (JSON.parse(value) as CellValue) : (value ?? null)];
    }),
  );
}

/** A suppression's target as people write it. */
export function targetOf(row: Partial<Pick<Row<'suppressions'>, 'kind' | 'value'>>): string {
  return `${row.kind === 'domain' ? '@' : ''}${row.value ?? ''}`;
}

/** Puts the quick search and the column filters on a query of the table. */
export function narrowed<Q extends Query>(query: Q, table: GridTable, { q, filters }: GridFilter): Q {
  let narrow: Query = query;
  for (const word of q.toLowerCase().split(/\s+/u).filter(Boolean).slice(0, 8)) {
    narrow = narrow.where(anyOf(searches(table, word)));
  }
  for (const [field, text] of Object.entries(filters)) {
    const column = columnOf(table, field);
    if (column && text !== '') narrow = narrow.where(condition(table, column, text));
  }
  return narrow as Q;
}

function searches(table: GridTable, word: string): RawBuilder<boolean>[] {
  const found = TABLES[table].search.map((field) => contains(ref(table, field), word));
  if (table === 'prospects') found.push(companyNamed(word));
  if (table === 'commitments') found.push(prospectNamed(word));
  return found;
}

const companyNamed = (word: string): RawBuilder<boolean> =>
  sql`prospects.company_id in (select c.id from companies c
    where ${contains(sql.ref('c.name'), word)} or ${contains(sql.ref('c.domain'), word)})`;
const prospectNamed = (word: string): RawBuilder<boolean> =>
  sql`commitments.prospect_id in (select p.id from prospects p
    where ${contains(sql.ref('p.address'), word)} or ${contains(sql.ref('p.name'), word)})`;

function condition(table: GridTable, { field, kind, open }: GridColumn, text: string): RawBuilder<boolean> {
  const column = ref(table, field === 'target' ? 'value' : field);
  if (text === '(empty)')
    return sql`(${column} is null or cast(${column} as text) in ('', ${sql.lit('[]')}, ${sql.lit('{}')}))`;
  if (text === '(filled)')
    return sql`(${column} is not null and cast(${column} as text) not in ('', ${sql.lit('[]')}, ${sql.lit('{}')}))`;
  const words = text.split(',').map((word) => word.trim().toLowerCase());
  switch (kind) {
    case 'number':
    case 'date':
    case 'time':
      return range(column, kind, text);
    case 'list':
      return anyOf(words.map((word) => contains(column, `"${word}"`)));
    case 'choice':
      return open
        ? anyOf(words.map((word) => contains(column, word)))
        : anyOf(words.map((word) => sql`${column} = ${word}`));
    case 'company':
      return anyOf([companyNamed(text), sql`${column} = ${text}`]);
    case 'prospect':
      return anyOf([prospectNamed(text), sql`${column} = ${text}`]);
    default:
      return contains(column, field === 'target' ? text.replace(/^@/u, '') : text);
  }
}

/** `from..to`, either side open, or one value. */
function range(
  column: RawBuilder<unknown>,
  kind: 'number' | 'date' | 'time',
  text: string,
): RawBuilder<boolean> {
  const [from = '', to = from] = text.split('..').map((side) => side.trim());
  const parts: RawBuilder<boolean>[] = [];
  const low = bound(kind, from, 'low');
  const high = bound(kind, to, 'high');
  // Any number may be asked for; PostgreSQL would take it for one that fits the column.
  const value = (end: number | string) =>
    kind === 'number' ? sql`cast(${end} as double precision)` : sql`${end}`;
  if (low !== null) parts.push(sql`${column} >= ${value(low)}`);
  if (high !== null) parts.push(sql`${column} <= ${value(high)}`);
  return parts.length === 0 ? sql`1 = 0` : sql`(${sql.join(parts, sql` and `)})`;
}

const DAY_MS = 86_400_000;

/** One end of a range; a whole day counts to its last millisecond. Null = open, or no value that could be compared. */
function bound(kind: 'number' | 'date' | 'time', text: string, end: 'low' | 'high'): number | string | null {
  if (text === '') return null;
  if (kind === 'number') return Number.isFinite(Number(text)) ? Number(text) : null;
  try {
    const at = parseTime(text, 'filter');
    if (kind === 'date') return new Date(at).toISOString().slice(0, 10);
    return end === 'high' && text.length === 10 ? at + DAY_MS - 1 : at;
  } catch {
    return null;
  }
}

function contains(column: RawBuilder<unknown>, text: string): RawBuilder<boolean> {
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/gu, '\\$&')}%`;
  return sql`lower(${column}) like ${pattern} escape ${sql.lit('\\')}`;
}

const anyOf = (conditions: RawBuilder<boolean>[]): RawBuilder<boolean> =>
  sql`(${sql.join(conditions, sql` or `)})`;

function ref(table: GridTable, field: string): RawBuilder<unknown> {
  return sql.ref(`${table}.${field}`);
}

interface Order {
  by: RawBuilder<unknown>;
  /** It is never empty: PostgreSQL finds no index where that is left open. */
  full: boolean;
}

/** What a column is sorted by; texts without case, as the indexes of migrations 0005 and 0021 have them. Null = by id only. */
function orderOf(table: GridTable, field: string | null, engine: Database['engine']): Order | null {
  const column = field === null ? undefined : columnOf(table, field);
  if (!column) return null;
  const start = (text: RawBuilder<unknown>) => (engine === 'postgres' ? sql`left(${text}, 200)` : text);
  if (column.field === 'address') return { by: ref(table, 'address_key'), full: true };
  if (column.field === 'target') return { by: ref(table, 'value'), full: true };
  if (column.field === 'name' && table !== 'prospects')
    return { by: start(ref(table, 'name_key')), full: true };
  switch (column.kind) {
    case 'time':
      return { by: ref(table, column.field), full: true };
    case 'company':
      return { by: sql`(select c.name_key from companies c where c.id = prospects.company_id)`, full: false };
    case 'prospect':
      return {
        by: sql`(select p.address_key from prospects p where p.id = commitments.prospect_id)`,
        full: false,
      };
    case 'text':
    case 'choice':
      return { by: start(sql`lower(${ref(table, column.field)})`), full: false };
    default:
      return { by: ref(table, column.field), full: false };
  }
}
