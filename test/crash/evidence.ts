import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import type { Ledger } from './ledger.ts';

/**
 * Looks at what a dead gate left, on a copy: opening the files themselves would do what is the next gate's to do. Notes
 * deliveries in doubt.
 *
 * @returns ids that clients were told and that are not there
 */
export async function look(folder: string, ledger: Ledger): Promise<string[]> {
  const copy = mkdtempSync(join(tmpdir(), 'presend-crash-copy-'));
  try {
    for (const file of ['presend.db', 'presend.db-wal']) {
      if (existsSync(join(folder, file))) copyFileSync(join(folder, file), join(copy, file));
    }
    const database = new SqliteDatabase(join(copy, 'presend.db'));
    const open = await database.db
      .selectFrom('attempts')
      .select('delivery_id')
      .where('handover_at', 'is not', null)
      .where('finished_at', 'is', null)
      .execute();
    const { generation } = ledger;
    ledger.inDoubt.push(...open.map(({ delivery_id: deliveryId }) => ({ generation, deliveryId })));
    const told = ledger.mails.flatMap(({ tries }) => tries.flatMap(({ id }) => id ?? []));
    const messages = await database.db.selectFrom('messages').select('id').execute();
    const there = new Set(messages.map(({ id }) => id));
    await database.close();
    return told.filter((id) => !there.has(id));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
