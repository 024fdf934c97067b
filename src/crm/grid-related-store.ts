import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { domainChain, domainOfKey } from './address.ts';
import { subjectsOf, touchedBy } from './affected-store.ts';
import { gridRecords, gridTotal } from './grid-store.ts';
import { commitmentsOf, prospectsOfCompany } from './lookup-store.ts';
import { toColumns } from './records.ts';
import { getRow, type Row } from './revision-store.ts';
import type { GridRecord, GridTable, HeldSummary, RecordView } from './web-types.ts';

const SHOWN = 50;

type AnyRow = Record<string, unknown>;

/** A record as the grid shows it; null when there is none. */
export async function gridRecord(
  db: Kysely<Schema>,
  table: GridTable,
  id: string,
): Promise<GridRecord | null> {
  const row = await rowOf(db, table, id);
  if (!row) return null;
  return (await gridRecords(db, table, [row]))[0] ?? null;
}

async function rowOf(db: Kysely<Schema>, table: GridTable, id: string): Promise<AnyRow | undefined> {
  const numeric = table !== 'companies' && table !== 'prospects';
  // "abc" is the id of no suppression.
  if (numeric && !/^\d{1,15}$/u.test(id)) return undefined;
  return await getRow(db, table, id);
}

/** A record with what belongs to it; null when there is none. */
export async function recordView(
  db: Kysely<Schema>,
  table: GridTable,
  id: string,
): Promise<RecordView | null> {
  const row = await rowOf(db, table, id);
  const record = row && (await gridRecords(db, table, [row]))[0];
  if (!row || !record) return null;
  const related = await relatedTo(db, table, row);
  const touched = await touchedBy(db, [{ table_name: table, before: JSON.stringify(row), after: null }]);
  return {
    record,
    ...related,
    held: await summaries(db, touched.deliveries.slice(0, SHOWN)),
    held_total: touched.total,
  };
}

type Related = Pick<
  RecordView,
  'company' | 'prospects' | 'prospects_total' | 'suppressions' | 'commitments' | 'threads'
>;

const NOTHING: Related = {
  company: null,
  prospects: [],
  prospects_total: 0,
  suppressions: [],
  commitments: [],
  threads: [],
};

async function relatedTo(db: Kysely<Schema>, table: GridTable, row: AnyRow): Promise<Related> {
  const id = String(row['id']);
  switch (table) {
    case 'companies': {
      const prospects = (await prospectsOfCompany(db, id, SHOWN)).map((one) => toColumns(one));
      const domain = row['domain'] as string | null;
      return {
        ...NOTHING,
        prospects: await gridRecords(db, 'prospects', prospects),
        prospects_total: await gridTotal(db, 'prospects', { q: '', filters: { company_id: id } }),
        suppressions: domain === null ? [] : await suppressionsOn(db, [], domainChain(domain)),
        threads: await threadsOf(db, 'company_id', id),
      };
    }
    case 'prospects': {
      const prospect = row as unknown as Row<'prospects'>;
      const company =
        prospect.company_id === null ? null : await gridRecord(db, 'companies', prospect.company_id);
      const chain = domainChain(domainOfKey(prospect.address_key));
      return {
        ...NOTHING,
        company,
        suppressions: await suppressionsOn(db, [prospect.address_key], chain),
        commitments: await gridRecords(db, 'commitments', await commitmentsOf(db, id)),
        threads: await threadsOf(db, 'prospect_id', id),
      };
    }
    case 'suppressions': {
      const { kind, value } = row as unknown as Row<'suppressions'>;
      if (kind === 'address') {
        const found = await db
          .selectFrom('prospects')
          .selectAll()
          .where('address_key', '=', value)
          .limit(SHOWN)
          .execute();
        return {
          ...NOTHING,
          prospects: await gridRecords(db, 'prospects', found),
          prospects_total: found.length,
        };
      }
      const onDomain = db
        .selectFrom('prospects')
        .where((where) =>
          where.or([where('address_key', 'like', `%@${value}`), where('address_key', 'like', `%.${value}`)]),
        );
      const found = await onDomain.selectAll().orderBy('address_key').limit(SHOWN).execute();
      const { total } = await onDomain
        .select((select) => select.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return {
        ...NOTHING,
        prospects: await gridRecords(db, 'prospects', found),
        prospects_total: total,
      };
    }
    case 'commitments': {
      const prospect = row['prospect_id'] as string | null;
      const found = prospect === null ? null : await gridRecord(db, 'prospects', prospect);
      return { ...NOTHING, prospects: found ? [found] : [], prospects_total: found ? 1 : 0 };
    }
    default:
      return NOTHING;
  }
}

async function suppressionsOn(
  db: Kysely<Schema>,
  keys: readonly string[],
  domains: readonly string[],
): Promise<GridRecord[]> {
  const rows = await db
    .selectFrom('suppressions')
    .selectAll()
    .where((where) =>
      where.or([
        where.and([where('kind', '=', 'address'), where('value', 'in', [...keys])]),
        where.and([where('kind', '=', 'domain'), where('value', 'in', [...domains])]),
      ]),
    )
    .orderBy('id')
    .limit(SHOWN)
    .execute();
  return await gridRecords(db, 'suppressions', rows);
}

async function threadsOf(
  db: Kysely<Schema>,
  column: 'company_id' | 'prospect_id',
  id: string,
): Promise<RecordView['threads']> {
  const rows = await db
    .selectFrom('threads')
    .select(['id', 'subject', 'updated_at'])
    .select((select) =>
      select
        .selectFrom('thread_messages')
        .select((count) => count.fn.countAll<number>().as('messages'))
        .whereRef('thread_messages.thread_id', '=', 'threads.id')
        .as('messages'),
    )
    .where(column, '=', id)
    .orderBy('updated_at', 'desc')
    .limit(SHOWN)
    .execute();
  return rows.map((row) => ({ ...row, messages: Number(row.messages) }));
}

async function summaries(
  db: Kysely<Schema>,
  deliveries: Awaited<ReturnType<typeof touchedBy>>['deliveries'],
): Promise<HeldSummary[]> {
  const subjects = await subjectsOf(
    db,
    deliveries.map(({ id }) => id),
  );
  return deliveries.map(({ id, recipient, hold_reason, note, updated_at }) => ({
    id,
    recipient,
    subject: subjects.get(id) ?? null,
    reason: hold_reason,
    rationale: note,
    held_at: updated_at,
  }));
}
