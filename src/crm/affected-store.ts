import { type Kysely, sql } from 'kysely';
import type { Database } from '../store/database.ts';
import { engineOf } from '../store/engine.ts';
import type { Schema } from '../store/schema.ts';
import type { Delivery } from '../queue/settle.ts';
import { chunks, type Revision, type TrackedTable } from './revision-store.ts';
import { countedId } from './record-id.ts';

type AnyRow = Record<string, unknown>;

/** Tables that an overlay can change. */
const LAID_OVER: readonly TrackedTable[] = ['companies', 'prospects', 'suppressions', 'commitments', 'peers'];

/**
 * The database as it would be after changes that were not made: a connection of its own on which temporary views
 * of the changed tables stand before the real ones (in SQLite and PostgreSQL alike a temporary object hides the one of the same
 * name). Nothing is written and nobody waits. Every query of the judge sees the changes, so that it is true for every rule.
 *
 * @param revisions of the changes, as they would have been written
 * @returns to be closed
 */
export async function overlaid(
  database: Database,
  revisions: readonly Pick<Revision, 'table_name' | 'record_id' | 'after'>[],
): Promise<Database> {
  const overlay = database.again();
  try {
    for (const table of LAID_OVER) {
      const changes = new Map(
        revisions
          .filter((revision) => revision.table_name === table)
          .map(({ record_id, after }) => [record_id, after]),
      );
      if (changes.size > 0) await layOver(overlay.db, table, changes);
    }
    return overlay;
  } catch (error) {
    await overlay.close();
    throw error;
  }
}

async function layOver(
  db: Kysely<Schema>,
  table: TrackedTable,
  changes: ReadonlyMap<string, string | null>,
): Promise<void> {
  const [its, temporary] = engineOf(db) === 'postgres' ? ['public', 'pg_temp'] : ['main', 'temp'];
  const main = sql.id(its, table);
  const there = sql.id(temporary, `there_${table}`);
  const gone = sql.id(temporary, `gone_${table}`);
  await sql`create temp table ${sql.id(`there_${table}`)} as select * from ${main} where 1 = 0`.execute(db);
  await sql`create temp table ${sql.id(`gone_${table}`)} as select id from ${main} where 1 = 0`.execute(db);
  const numeric = table !== 'companies' && table !== 'prospects';
  for (const some of chunks([...changes.keys()], 500)) {
    const ids = some.map((id) => sql`(${numeric ? countedId(id) : id})`);
    await sql`insert into ${gone} values ${sql.join(ids)}`.execute(db);
  }
  const rows = [...changes.values()].flatMap((json) => (json === null ? [] : [JSON.parse(json) as AnyRow]));
  for (const row of rows) {
    const columns = Object.keys(row).map((name) => sql.id(name));
    const values = Object.values(row).map((value) => sql`${value}`);
    await sql`insert into ${there} (${sql.join(columns)}) values (${sql.join(values)})`.execute(db);
  }
  await sql`create temp view ${sql.id(table)} as
    select * from ${main} where id not in (select id from ${gone}) union all select * from ${there}`.execute(
    db,
  );
}

/** Most held deliveries that one change is followed to. */
const MAX_TOUCHED = 500;

/**
 * Held deliveries that changes of these records could touch, the newest first. Peers and general commitments are read for
 * every recipient, so they touch every one.
 *
 * @returns at most MAX_TOUCHED, and how many there are
 */
export async function touchedBy(
  db: Kysely<Schema>,
  revisions: readonly Pick<Revision, 'table_name' | 'before' | 'after'>[],
): Promise<{ deliveries: Delivery[]; total: number }> {
  const whose = recipientsOf(revisions);
  let query = db
    .selectFrom('deliveries')
    .leftJoin('prospects', 'prospects.id', 'deliveries.prospect_id')
    .leftJoin('prospects as addressee', 'addressee.address_key', 'deliveries.address_key')
    .where('deliveries.state', '=', 'held')
    .where('deliveries.kind', '=', 'mail')
    .where('deliveries.internal', '=', 0);
  if (whose !== 'everybody') {
    const { prospects, companies, keys, domains } = whose;
    if (prospects.length + companies.length + keys.length + domains.length === 0)
      return { deliveries: [], total: 0 };
    query = query.where((where) =>
      where.or([
        where('deliveries.prospect_id', 'in', prospects),
        where('prospects.company_id', 'in', companies),
        where('addressee.company_id', 'in', companies),
        where('deliveries.address_key', 'in', keys),
        where('prospects.address_key', 'in', keys),
        ...domains.flatMap((domain) =>
          (['deliveries.address_key', 'prospects.address_key'] as const).flatMap((column) => [
            where(column, 'like', `%@${domain}`),
            where(column, 'like', `%.${domain}`),
          ]),
        ),
      ]),
    );
  }
  const deliveries = await query
    .selectAll('deliveries')
    .orderBy('deliveries.created_at', 'desc')
    .limit(MAX_TOUCHED)
    .execute();
  if (deliveries.length < MAX_TOUCHED) return { deliveries, total: deliveries.length };
  const { total } = await query
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { deliveries, total };
}

interface Recipients {
  prospects: string[];
  companies: string[];
  keys: string[];
  domains: string[];
}

/** Beyond this many records a change counts as one that may touch everybody. */
const MAX_RECORDS = 400;

function recipientsOf(
  revisions: readonly Pick<Revision, 'table_name' | 'before' | 'after'>[],
): Recipients | 'everybody' {
  if (revisions.length > MAX_RECORDS) return 'everybody';
  const whose: Recipients = { prospects: [], companies: [], keys: [], domains: [] };
  for (const { table_name, before, after } of revisions) {
    for (const json of [before, after]) {
      if (json === null) continue;
      const row = JSON.parse(json) as AnyRow;
      switch (table_name) {
        case 'companies':
          whose.companies.push(String(row['id']));
          break;
        case 'prospects':
          whose.prospects.push(String(row['id']));
          whose.keys.push(String(row['address_key']));
          break;
        case 'suppressions':
          (row['kind'] === 'domain' ? whose.domains : whose.keys).push(String(row['value']));
          break;
        case 'commitments':
          if (typeof row['prospect_id'] !== 'string') return 'everybody';
          whose.prospects.push(row['prospect_id']);
          break;
        default:
          // Peers, and threads: whose texts resemble one is not known beforehand.
          return 'everybody';
      }
    }
  }
  return whose;
}

/** Subjects of the messages that deliveries belong to, by delivery id. */
export async function subjectsOf(
  db: Kysely<Schema>,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  const rows = [];
  for (const some of chunks(ids, 500)) {
    rows.push(
      ...(await db
        .selectFrom('deliveries')
        .innerJoin('messages', 'messages.id', 'deliveries.message_id')
        .select(['deliveries.id', 'messages.subject'])
        .where('deliveries.id', 'in', [...some])
        .execute()),
    );
  }
  return new Map(rows.map(({ id, subject }) => [id, subject]));
}

/** Held deliveries of these ids, as they are now. */
export async function deliveriesBy(db: Kysely<Schema>, ids: readonly string[]): Promise<Delivery[]> {
  const found: Delivery[] = [];
  for (const some of chunks(ids, 500))
    found.push(
      ...(await db
        .selectFrom('deliveries')
        .selectAll()
        .where('id', 'in', [...some])
        .execute()),
    );
  return found;
}
