import { join } from 'node:path';
import { PROJECT_ROOT } from '../config/config.ts';
import { loadExampleCrm } from '../crm/example.ts';
import { addEngine, listEngines } from '../intake/engine-store.ts';
import type { Database } from '../store/database.ts';

/** Creates the demo engine and the example CRM in an empty database. Returns whether it was empty. */
export async function firstStart(database: Database, now: number): Promise<boolean> {
  if ((await listEngines(database.db)).length > 0) return false;
  await database.transact((trx) =>
    addEngine(
      trx,
      { name: 'demo', senderDomains: ['demo.example'], loopbackWithoutAuth: true, trustedHeaders: true },
      { actor: 'gate', now },
    ),
  );
  const known = await database.db.selectFrom('prospects').select('id').limit(1).executeTakeFirst();
  if (!known) await loadExampleCrm(database, join(PROJECT_ROOT, 'config/example-crm'));
  return true;
}
