import type { Kysely, Selectable } from 'kysely';
import { recordAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import type { SpotCheckAnswerTable, SpotCheckItemTable } from '../../store/kill-switch-schema.ts';
import type { Schema } from '../../store/schema.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

export type SpotCheckItem = Selectable<SpotCheckItemTable>;
export type SpotCheckAnswer = Selectable<SpotCheckAnswerTable>;
export type AnsweredItem = SpotCheckItem & { answers: SpotCheckAnswer[] };

/** How long after the draw an item can be answered for the first time. */
export const OPEN_MS = 28 * 86_400_000;
/** How long after an answer its person may change it. */
export const CHANGE_MS = 7 * 86_400_000;

/** Items that somebody answered after this time, with all their answers. */
export async function answeredItems(db: Reader, after: number): Promise<AnsweredItem[]> {
  const items = await db
    .selectFrom('spot_check_items')
    .selectAll()
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('spot_check_answers')
          .select('spot_check_answers.item_id')
          .whereRef('spot_check_answers.item_id', '=', 'spot_check_items.id')
          .where('spot_check_answers.at', '>', after),
      ),
    )
    .orderBy('id')
    .execute();
  return withAnswers(db, items);
}

/** All items of some checks. */
export async function itemsOfChecks(db: Reader, checks: readonly number[]): Promise<AnsweredItem[]> {
  if (checks.length === 0) return [];
  const items = await db
    .selectFrom('spot_check_items')
    .selectAll()
    .where('check_id', 'in', [...checks])
    .orderBy('id')
    .execute();
  return withAnswers(db, items);
}

export async function findItem(db: Reader, id: number): Promise<AnsweredItem | undefined> {
  const items = await db.selectFrom('spot_check_items').selectAll().where('id', '=', id).execute();
  return (await withAnswers(db, items))[0];
}

/** Most ids in one question: PostgreSQL and SQLite both take more. */
const CHUNK = 500;

async function withAnswers(db: Reader, items: readonly SpotCheckItem[]): Promise<AnsweredItem[]> {
  const answers = new Map<number, SpotCheckAnswer[]>();
  for (let from = 0; from < items.length; from += CHUNK) {
    const rows = await db
      .selectFrom('spot_check_answers')
      .selectAll()
      .where(
        'item_id',
        'in',
        items.slice(from, from + CHUNK).map(({ id }) => id),
      )
      .orderBy('at')
      .orderBy('person_key')
      .execute();
    for (const row of rows) answers.set(row.item_id, [...(answers.get(row.item_id) ?? []), row]);
  }
  return items.map((item) => ({ ...item, answers: answers.get(item.id) ?? [] }));
}

/** How many items of checks that are open nobody has answered yet, not even with "not sure". */
export async function unansweredItems(db: Reader, now: number): Promise<number> {
  const { count } = await db
    .selectFrom('spot_check_items')
    .innerJoin('spot_checks', 'spot_checks.id', 'spot_check_items.check_id')
    .leftJoin('spot_check_answers', 'spot_check_answers.item_id', 'spot_check_items.id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('spot_checks.drawn_at', '>', now - OPEN_MS)
    .where('spot_check_answers.item_id', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}

/** Items of open checks that a person has not answered, and nobody else definitely. */
export async function waitingItems(db: Reader, person: string, now: number): Promise<number> {
  const { count } = await db
    .selectFrom('spot_check_items')
    .innerJoin('spot_checks', 'spot_checks.id', 'spot_check_items.check_id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('spot_checks.drawn_at', '>', now - OPEN_MS)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('spot_check_answers')
            .select('spot_check_answers.item_id')
            .whereRef('spot_check_answers.item_id', '=', 'spot_check_items.id')
            .where((or) =>
              or.or([
                or('spot_check_answers.person_key', '=', person),
                or('spot_check_answers.decision', '!=', 'not_sure'),
              ]),
            ),
        ),
      ),
    )
    .executeTakeFirstOrThrow();
  return count;
}

/** Keeps a person's answer, which takes the place of an earlier one of theirs, with its audit entry. */
export async function saveAnswer(
  trx: Trx,
  answer: SpotCheckAnswer,
  { check, actor, before }: { check: number; actor: string; before: SpotCheckAnswer | undefined },
): Promise<void> {
  await trx
    .insertInto('spot_check_answers')
    .values(answer)
    .onConflict((conflict) => conflict.columns(['item_id', 'person_key']).doUpdateSet(answer))
    .execute();
  await recordAudit(trx, {
    at: answer.at,
    actor,
    subject: { type: 'spot_check', id: String(check) },
    action: before ? 'answered_again' : 'answered',
    ...(before ? { before: shown(before) } : {}),
    after: shown(answer),
    detail: { item: answer.item_id, by: answer.person_name },
  });
}

const shown = ({ decision, rule, note }: SpotCheckAnswer) => ({ decision, rule, note });
