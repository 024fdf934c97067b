import { type Kysely, sql } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { type QueueFilter, isChosen } from './queue-query.ts';
import { type QueueGroup, queueCount } from './queue-store.ts';
import type { Facet, QueuePage } from './web-types.ts';

type Db = Kysely<Schema>;

interface Choice {
  key: string;
  label: string;
  filters: Partial<QueueFilter>;
}

/** Where the count of a choice of a long list stops. */
const COUNTED_OF_CHOICE = 100;

/**
 * The filter menus of a list too long to be counted: every choice there is, most first, and how much it finds up to a bound. What is
 * rare is among them, however much else is held.
 *
 * @param some some of the list, counted: a choice that has its bound there is not looked for
 */
export async function longMenus(
  db: Db,
  filter: QueueFilter,
  now: number,
  some: readonly QueueGroup[],
): Promise<QueuePage['facets']> {
  const menu = async (choices: Choice[]): Promise<Facet[]> => {
    const counted: Facet[] = [];
    for (const { key, label, filters } of choices) {
      const chosen = { ...filter, ...filters };
      const found = isFrequent(some, chosen)
        ? { count: COUNTED_OF_CHOICE, more: true as const }
        : await queueCount(db, chosen, now, COUNTED_OF_CHOICE);
      if (found.count > 0) counted.push({ key, label, ...found });
    }
    return counted.toSorted((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  };
  const reasons = await reasonsOf(db, filter);
  const engines = await db.selectFrom('engines').select(['id', 'name']).execute();
  const people = await peopleOf(db);
  return {
    reasons: await menu(reasons.map((key) => ({ key, label: key, filters: { reasons: [key] } }))),
    engines: await menu(engines.map(({ id, name }) => ({ key: name, label: name, filters: { engine: id } }))),
    assigned: await menu([
      { key: 'none', label: 'Nobody', filters: { assigned: 'nobody' } },
      ...people.map(({ key, label }) => ({ key, label, filters: { assigned: { id: key } } })),
    ]),
  };
}

function isFrequent(some: readonly QueueGroup[], filter: QueueFilter): boolean {
  const found = some.filter((one) => isChosen(one, filter)).reduce((sum, { count }) => sum + count, 0);
  return found > COUNTED_OF_CHOICE;
}

/** Each step of the recursion looks up the next reason in the index, and passes what has the same. */
async function reasonsOf(db: Db, { states }: QueueFilter): Promise<string[]> {
  const held = states?.length === 1 && states[0] === 'held';
  const next = held
    ? sql`select min(hold_reason) from deliveries where state = 'held'`
    : sql`select min(hold_reason) from deliveries where hold_reason is not null`;
  const { rows } = await sql<{ reason: string }>`with recursive found (reason) as (
      select (${next})
      union all
      select (${next} and hold_reason > found.reason) from found where found.reason is not null)
    select reason from found where reason is not null`.execute(db);
  return rows.map(({ reason }) => reason);
}

/** Everybody who ever took a delivery, with the name they had then. */
async function peopleOf(db: Db): Promise<{ key: string; label: string }[]> {
  const next = sql`select min(assigned_id) from review_states where assigned_id is not null`;
  const { rows } = await sql<{ key: string; label: string }>`with recursive found (person) as (
      select (${next})
      union all
      select (${next} and assigned_id > found.person) from found where found.person is not null)
    select person as key, (select s.assigned_name from review_states s where s.assigned_id = person limit 1) as label
    from found where person is not null`.execute(db);
  return rows;
}
