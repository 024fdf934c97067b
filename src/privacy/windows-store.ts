import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';

/** Rows looked at in one query: what has no index is read in parts, so that mail gets its turn between them. */
const WINDOW = 5_000;

/** Ranges of ids that together hold every row of a table, in order. */
export async function* windows(
  db: Kysely<Schema>,
  table: 'deliveries' | 'revisions' | 'audit' | 'notifications',
): AsyncGenerator<{ after: string | number; to: string | number }> {
  const text = table === 'deliveries' || table === 'notifications';
  let after: string | number = text ? '' : 0;
  for (;;) {
    const row = await db
      .selectFrom(
        db
          // oxlint-disable-next-line typescript/no-explicit-any
          .selectFrom(table as any)
          .select('id')
          .where('id', '>', after)
          .orderBy('id')
          .limit(WINDOW)
          .as('part'),
      )
      .select((eb) => eb.fn.max('part.id').as('to'))
      .executeTakeFirst();
    const to = row?.to ?? null;
    if (to === null) return;
    yield { after, to };
    after = to;
  }
}
