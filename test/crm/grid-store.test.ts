import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { overlaid, touchedBy } from '../../src/crm/affected-store.ts';
import { readCsv, readCsvText } from '../../src/crm/csv-read.ts';
import { gridRows } from '../../src/crm/grid-store.ts';
import { getCompany, getProspectByAddress, createCompany, createProspect } from '../../src/crm/store.ts';
import type { Database } from '../../src/store/database.ts';
import { plansOf } from '../support/query-plans.ts';
import { ann, openDatabase } from './open.ts';

/** How an engine would go about a query; PostgreSQL, where reading whole tables is forbidden to it. */
async function plan(database: Database, query: string): Promise<string> {
  const onPostgres = database.engine === 'postgres';
  if (onPostgres) await sql`set enable_seqscan = off`.execute(database.db);
  const explain = onPostgres ? 'explain (costs off)' : 'explain query plan';
  const { rows } = await sql.raw<Record<string, string>>(`${explain} ${query}`).execute(database.db);
  return rows.flatMap((row) => Object.values(row).filter((value) => typeof value === 'string')).join('\n');
}

async function filled(): Promise<{ database: Database; company: string; prospect: string }> {
  const database = await openDatabase();
  return await database.transact(async (trx) => {
    const company = await createCompany(trx, { name: 'Acme', headcount: 300 }, ann);
    const fields = { address: 'jane@acme.example', company_id: company.id };
    const prospect = await createProspect(trx, fields, ann);
    return { database, company: company.id, prospect: prospect.id };
  });
}

test('an overlay shows changed, new and missing records to every query, by index, and writes nothing', async () => {
  const { database, company, prospect } = await filled();
  const row = await database.db.selectFrom('companies').selectAll().executeTakeFirstOrThrow();
  const other = await database.db.selectFrom('prospects').selectAll().executeTakeFirstOrThrow();
  const overlay = await overlaid(database, [
    { table_name: 'companies', record_id: company, after: JSON.stringify({ ...row, headcount: 1 }) },
    { table_name: 'companies', record_id: company, after: JSON.stringify({ ...row, headcount: 9000 }) },
    { table_name: 'prospects', record_id: prospect, after: null },
    {
      table_name: 'prospects',
      record_id: 'p_new',
      after: JSON.stringify({
        ...other,
        id: 'p_new',
        address: 'bob@acme.example',
        address_key: 'bob@acme.example',
      }),
    },
  ]);
  try {
    expect((await getCompany(overlay.db, company))?.headcount).toBe(9000);
    expect(await getProspectByAddress(overlay.db, 'jane@acme.example')).toBeNull();
    expect((await getProspectByAddress(overlay.db, 'bob@acme.example'))?.id).toBe('p_new');
    const steps = await plan(overlay, `select * from prospects where address_key = 'x@y.example'`);
    expect(steps).toMatch(/SEARCH main\.prospects USING INDEX|Index Scan using \w+ on prospects/u);
    expect(steps).not.toMatch(/SCAN main\.prospects\b|Seq Scan on prospects/u);
    // The mirror itself goes on meanwhile.
    await database.transact((trx) => createCompany(trx, { name: 'Later' }, ann));
  } finally {
    await overlay.close();
  }
  expect((await getCompany(database.db, company))?.headcount).toBe(300);
  expect(await getProspectByAddress(database.db, 'bob@acme.example')).toBeNull();
});

const FIRST = { q: '', filters: {}, limit: 10, offset: 0 };

test('the orders that people sort by come from an index', async () => {
  const { database } = await filled();
  for (const sort of ['address', 'name', 'title', 'updated_at'])
    for (const dir of ['asc', 'desc'] as const) {
      const [page] = await plansOf(database, (db) => gridRows(db, 'prospects', { ...FIRST, sort, dir }));
      expect(page?.sql).toContain('order by');
      expect(page?.steps.join('\n'), `${sort} ${dir}`).not.toMatch(/SCAN prospects$|-> +Sort|TEMP B-TREE/mu);
    }
});

test('what is empty is less than anything, in a column with an index and in one without', async () => {
  const { database } = await filled();
  await database.transact(async (trx) => {
    await createProspect(trx, { address: 'bo@acme.example', name: 'Bo', recipient_role: 'vp_eng' }, ann);
    await createProspect(trx, { address: 'al@acme.example', name: 'al', recipient_role: 'cto' }, ann);
  });
  for (const sort of ['name', 'recipient_role'])
    for (const dir of ['asc', 'desc'] as const) {
      const rows = await gridRows(database.db, 'prospects', { ...FIRST, sort, dir });
      const labels = rows.map(({ label }) => label.split('@')[0]);
      expect(dir === 'asc' ? labels : labels.toReversed(), `${sort} ${dir}`).toEqual(['jane', 'al', 'bo']);
    }
});

test('a change of nobody’s record touches nobody', async () => {
  const { database } = await filled();
  expect(await touchedBy(database.db, [])).toEqual({ deliveries: [], total: 0 });
});

test('a file read in turns is the file read at once, whatever is cut in two', async () => {
  const text = `\uFEFFEmail;Name\r\n${Array.from({ length: 4000 }, (_, i) => `p${i}@x.example;"Zoë 🌍; ""${i}""\nØ"`).join('\r\n')}\r\n`;
  let turns = 0;
  const inTurns = await readCsvText(text, 'a.csv', async () => {
    turns += 1;
  });
  expect(inTurns).toEqual(readCsv(Buffer.from(text), 'a.csv'));
  expect(inTurns.rows).toHaveLength(4000);
  expect(turns).toBeGreaterThan(1);
  await expect(readCsvText('a,b\n"x,y\n', 'a.csv', async () => {})).rejects.toThrow(
    /a\.csv is not well-formed CSV/u,
  );
});
