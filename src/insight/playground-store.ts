import { type Kysely, sql } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { PlaygroundProspect } from './web-types.ts';

/** Prospects whose name, address or company has the text in it; without one, the newest. */
export async function searchProspects(
  db: Kysely<Schema>,
  text: string,
  limit: number,
): Promise<PlaygroundProspect[]> {
  const like = `%${text
    .trim()
    .toLowerCase()
    .replace(/[\\%_]/g, String.raw`\$&`)}%`;
  let query = db
    .selectFrom('prospects')
    .leftJoin('companies', 'companies.id', 'prospects.company_id')
    .select(['prospects.id', 'prospects.name', 'prospects.address', 'companies.name as company'])
    .orderBy('prospects.updated_at', 'desc')
    .orderBy('prospects.id')
    .limit(limit);
  if (text.trim() !== '') {
    query = query.where((eb) =>
      eb.or(
        (['prospects.name', 'prospects.address', 'prospects.id', 'companies.name'] as const).map(
          (column) => sql<boolean>`lower(${sql.ref(column)}) like ${like} escape '\\'`,
        ),
      ),
    );
  }
  return query.execute();
}
