import { createHash, randomBytes } from 'node:crypto';
import type { CompiledQuery, Kysely, Selectable } from 'kysely';
import { sigv4Secret } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import type { ApiKeyTable } from '../store/front-schema.ts';
import type { EngineTable, Schema } from '../store/schema.ts';
import { type Engine, engineFromRow, findEngine } from './engine-store.ts';

/** Every key of the gate's holds this, so that one can be told from a real provider's. */
export const KEY_MARK = 'psk_';

/** A key as it is shown: without what it takes to use it. */
export type ApiKey = Omit<ApiKeyTable, 'key_hash'>;

/** What an engine's owner is given, once. */
export type NewApiKey =
  | { kind: 'bearer'; id: string; key: string }
  | { kind: 'sigv4'; accessKeyId: string; secretAccessKey: string };

/**
 * The part of a presented key that is ours: SDKs that insist on a prefix of their own (`SG.`, `re_`) may put it before.
 */
const ownPart = (key: string): string => {
  const at = key.indexOf(KEY_MARK);
  return at < 0 ? key : key.slice(at);
};

/** The keys hold 192 random bits, so a plain hash keeps them as well as a slow one would. */
const hashOf = (key: string): string => createHash('sha256').update(ownPart(key)).digest('hex');

async function audit(
  trx: Trx,
  engineId: string,
  action: string,
  detail: Record<string, unknown>,
  actor: string,
  at: number,
) {
  await recordAudit(trx, { at, actor, subject: { type: 'engine', id: engineId }, action, detail });
}

/** Makes a key for an engine. The key itself is returned here and never again. */
export async function addApiKey(
  trx: Trx,
  engineId: string,
  { kind, derive, actor, now }: { kind: ApiKeyTable['kind']; derive: Buffer; actor: string; now: number },
): Promise<NewApiKey> {
  const random = randomBytes(24);
  const id =
    kind === 'bearer'
      ? random.toString('hex', 0, 6)
      : `PSK${random.toString('hex', 0, 9).toUpperCase().slice(0, 17)}`;
  const key = `${KEY_MARK}${random.toString('base64url')}`;
  await trx
    .insertInto('api_keys')
    .values({
      id,
      engine_id: engineId,
      kind,
      key_hash: kind === 'bearer' ? hashOf(key) : null,
      hint: kind === 'bearer' ? key.slice(-4) : id.slice(-4),
      created_at: now,
      revoked_at: null,
    })
    .execute();
  await audit(trx, engineId, 'key_added', { id, kind }, actor, now);
  return kind === 'bearer'
    ? { kind, id, key }
    : { kind, accessKeyId: id, secretAccessKey: sigv4Secret(derive, id) };
}

/** Keys of an engine, newest first, revoked ones too. */
export async function listApiKeys(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  engineId: string,
): Promise<ApiKey[]> {
  return db
    .selectFrom('api_keys')
    .select(['id', 'engine_id', 'kind', 'hint', 'created_at', 'revoked_at'])
    .where('engine_id', '=', engineId)
    .orderBy('created_at', 'desc')
    .execute();
}

/** @throws UserError when the engine has no such key in use */
export async function revokeApiKey(
  trx: Trx,
  engineId: string,
  id: string,
  { actor, now }: { actor: string; now: number },
): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('engine_id', '=', engineId)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n)
    throw new UserError(`there is no key ${id} in use; list them with: presend engine keys <name>`);
  await audit(trx, engineId, 'key_revoked', { id }, actor, now);
}

/** Finds the engine a presented key belongs to. */
export class ApiKeys {
  readonly #database: Database;
  readonly #derive: Buffer;
  #byHash: CompiledQuery<Selectable<EngineTable>> | null = null;

  constructor(database: Database, derive: Buffer) {
    this.#database = database;
    this.#derive = derive;
  }

  /** @returns null for a key that is unknown or revoked */
  async byBearer(key: string): Promise<Engine | null> {
    const { db } = this.#database;
    // Asked by every request: compiled once, since that costs more than running it.
    this.#byHash ??= db
      .selectFrom('api_keys')
      .innerJoin('engines', 'engines.id', 'api_keys.engine_id')
      .selectAll('engines')
      .where('key_hash', '=', '')
      .where('revoked_at', 'is', null)
      .compile();
    const asked: CompiledQuery<Selectable<EngineTable>> = { ...this.#byHash, parameters: [hashOf(key)] };
    const { rows } = await db.executeQuery(asked);
    return rows[0] ? engineFromRow(rows[0]) : null;
  }

  /** @returns the engine and the secret its requests must be signed with; null when the id is unknown or revoked */
  async byAccessKeyId(id: string): Promise<{ engine: Engine; secretAccessKey: string } | null> {
    const row = await this.#database.db
      .selectFrom('api_keys')
      .select('engine_id')
      .where('id', '=', id)
      .where('kind', '=', 'sigv4')
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    const engine = row && (await findEngine(this.#database.db, row.engine_id));
    return engine ? { engine, secretAccessKey: sigv4Secret(this.#derive, id) } : null;
  }
}
