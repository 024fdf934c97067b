import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { gateSecret, hasSecret, secretPath } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';
import { GATE_ID, gateId } from '../transparent/loop.ts';
import type { Database, Trx } from './database.ts';

/** Setting that says by which keys the gates of this database know each other's signatures, links and hashes. */
const SETTING = 'gate_keys';

const KEYS = ['audit', 'erased', 'derive', 'link'] as const;

interface SharedKeys {
  /** Where the gate has them that wrote this. */
  host: string;
  folder: string;
  /** Fingerprint of each by its file's name below the data folder. */
  files: Record<string, string>;
  /** The gates' id, which is no secret. */
  gate: string;
}

/**
 * Every gate on one PostgreSQL database needs the same keys and id: with others it would break the audit log's chain, not know who
 * was erased, and refuse the links and webhook signatures of the others. The first one writes down its id and fingerprints, never a
 * key; the next ones are compared with them before they change anything, and take over the id where they have none.
 *
 * @throws UserError that says which files to copy, and from where
 */
export async function requireSameKeys(database: Database, dataDir: string): Promise<void> {
  if (database.engine === 'sqlite' || (await database.schemaState()).applied.length === 0) return;
  const known = await readKeys(database);
  if (known === null) return;
  const [missing, other]: [string[], string[]] = [[], []];
  for (const [file, fingerprint] of Object.entries(known.files)) {
    if (!existsSync(join(dataDir, file))) missing.push(file);
    else if (fingerprintOf(file, readFileSync(join(dataDir, file))) !== fingerprint) other.push(file);
  }
  if (gateId(dataDir, known.gate) !== known.gate) other.push(GATE_ID);
  if (missing.length + other.length === 0) return;
  const own = known.host === hostname() && known.folder === dataDir;
  // What is lost with a key of this folder's own is told where it is needed.
  if (own && (database.isKeyLost('audit') || database.isKeyLost('erased'))) return;
  const wrong = [
    ...(missing.length > 0 ? [`${missing.join(', ')} missing`] : []),
    ...(other.length > 0 ? [`${other.join(', ')} not the same`] : []),
  ];
  throw new UserError(
    `every gate on this database needs the same keys and id, and in ${dataDir} they are not: ${wrong.join('; ')}. ${own ? 'Restore them from the backup' : `Copy them from ${known.folder} on ${known.host}, with their permissions (0600)`}`,
  );
}

/** Writes the fingerprints down where nobody has yet; what is not there yet is made. The database is up to date. */
export async function rememberKeys(database: Database, dataDir: string): Promise<void> {
  if (database.engine === 'sqlite') return;
  // Another gate may have been the first since this one compared.
  if ((await readKeys(database)) !== null) return requireSameKeys(database, dataDir);
  // Where one is lost, making another would hide it.
  if (database.isKeyLost('audit') || database.isKeyLost('erased')) return;
  for (const name of KEYS) gateSecret(dataDir, name);
  await database.transact(async (trx) => {
    await trx
      .insertInto('settings')
      .values({ key: SETTING, value: JSON.stringify(keysIn(dataDir)) })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute();
  });
  // Of two first gates one wrote.
  await requireSameKeys(database, dataDir);
}

/** After a key of this folder was replaced: the other gates are to be given the new one. */
export async function noteReplacedKey(trx: Trx, dataDir: string): Promise<void> {
  if (!KEYS.every((name) => hasSecret(dataDir, name))) return;
  await trx
    .updateTable('settings')
    .set({ value: JSON.stringify(keysIn(dataDir)) })
    .where('key', '=', SETTING)
    .execute();
}

async function readKeys({ db }: Database): Promise<SharedKeys | null> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', SETTING).executeTakeFirst();
  return row === undefined ? null : (JSON.parse(row.value) as SharedKeys);
}

function keysIn(dataDir: string): SharedKeys {
  const files = KEYS.map((name) => secretPath('', name));
  return {
    host: hostname(),
    folder: dataDir,
    gate: gateId(dataDir),
    files: Object.fromEntries(
      files.map((file) => [file, fingerprintOf(file, readFileSync(join(dataDir, file)))]),
    ),
  };
}

/** Says nothing of the key, and of each file something else. */
function fingerprintOf(file: string, content: Buffer): string {
  return createHmac('sha256', content).update(`presend key fingerprint: ${file}`).digest('hex');
}
