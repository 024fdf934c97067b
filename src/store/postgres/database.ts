import {
  HandleEmptyInListsPlugin,
  Kysely,
  Migrator,
  PostgresDialect,
  replaceWithNoncontingentExpression,
  sql,
} from 'kysely';
import { UserError } from '../../config/user-error.ts';
import { presendVersion } from '../../config/version.ts';
import { failPoint } from '../../observability/fail-point.ts';
import { AuditTail, bindTail } from '../audit-tail-store.ts';
import type { Commit, Database, TransactOptions, Trx } from '../database.ts';
import { type GateKey, type GateKeys, bindKeys, gateKeys, isLost, lostKey } from '../gate-keys.ts';
import { GroupCommit, type Piece } from '../group-commit.ts';
import { MADE_BY, type SchemaState, newerSchema, stateOf } from '../migrate.ts';
import { migrations } from '../migrations/index.ts';
import type { Schema } from '../schema.ts';
import { MigrationsInPostgres } from './ddl.ts';
import { ConnectionHealth } from './health.ts';
import { PostgresPeers } from './peers.ts';
import { openPool } from './pool.ts';
import { lostRace, storeError } from './trouble.ts';

/** Connections of one gate: one for changes, the others for reads. */
const CONNECTIONS = 10;

/**
 * The lock that changes take hold of: those that may run beside others share it, all others have it alone. By it a change that was
 * written for one writer at a time is right on any number of gates.
 */
const WRITERS = 7_809_639;

/** A change that lost against another is run again so often, after the first time alone. */
const TRIES = 4;

/** `in ()` is true of nothing, as SQLite has it; PostgreSQL does not read it. */
const EMPTY_LISTS = new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression });

/** The database in PostgreSQL, which several gates may have open. */
export class PostgresDatabase implements Database {
  readonly engine = 'postgres';
  readonly db: Kysely<Schema>;
  readonly disk: ConnectionHealth;
  readonly peers: PostgresPeers;
  readonly url: string;
  readonly #folder: string;
  readonly #keys: GateKeys;
  /** What the tables were written under, looked at with the schema. */
  readonly #keyUse: Record<GateKey, boolean> = { audit: false, erased: false };
  readonly #commits = new GroupCommit((group) => this.#commit(group));
  readonly #afterCommit: ((commit: Commit) => void)[] = [];

  /**
   * Nothing is connected before the first query.
   *
   * @param folder data folder, where this gate's keys lie
   * @param options.readonly the server refuses every change
   */
  constructor(url: string, folder: string, options: { readonly?: boolean; connections?: number } = {}) {
    const { readonly = false, connections = CONNECTIONS } = options;
    this.url = url;
    this.#folder = folder;
    const pool = openPool(url, { size: connections, readonly });
    this.peers = new PostgresPeers(url);
    this.disk = new ConnectionHealth(() => sql`select 1`.execute(this.db));
    pool.onError((error) => this.disk.failed(storeError(error)));
    this.#keys = gateKeys(folder, { audit: () => this.#keyUse.audit, erased: () => this.#keyUse.erased });
    this.db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), plugins: [EMPTY_LISTS] });
    bindKeys(this.db, this.#keys);
  }

  async schemaState(): Promise<SchemaState> {
    const { rows } = await sql<{
      there: string | null;
    }>`select to_regclass('kysely_migration')::text as there`.execute(this.db);
    if (rows[0]?.there == null) return stateOf([]);
    const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
      this.db,
    );
    const state = stateOf(applied.rows.map(({ name }) => name));
    if (state.pending.length === 0) await this.#lookForKeys();
    return state;
  }

  isKeyLost(name: GateKey): boolean {
    return isLost(this.#folder, name, () => this.#keyUse[name]);
  }

  /** Several gates that start at once do it one after the other (Kysely's migrator takes a lock). */
  async migrate(): Promise<string[]> {
    const before = await this.schemaState();
    if (before.unknown.length > 0) throw newerSchema(this.#name(), before, await this.#madeBy());
    const applied = before.pending.length === 0 ? [] : await this.#applyMigrations();
    await this.#lookForKeys();
    if (this.isKeyLost('audit')) throw new UserError(lostKey(this.#folder, 'audit'));
    return applied;
  }

  transact<T>(work: (trx: Trx) => Promise<T>, { concurrent = false }: TransactOptions = {}): Promise<T> {
    return this.#commits.add(work, concurrent);
  }

  onCommit(listener: (commit: Commit) => void): void {
    this.#afterCommit.push(listener);
  }

  /** The server looks after its own log. */
  secureLog(): void {}

  /** Space of deleted rows is taken up again by the server's vacuum. */
  scrub(): Promise<boolean> {
    return Promise.resolve(true);
  }

  again(): Database {
    return new PostgresDatabase(this.url, this.#folder, { connections: 1 });
  }

  async size(): Promise<{ total: number; log: number }> {
    const { rows } = await sql<{
      bytes: number;
    }>`select pg_database_size(current_database()) as bytes`.execute(this.db);
    return { total: rows[0]?.bytes ?? 0, log: 0 };
  }

  async close(): Promise<void> {
    this.disk.stop();
    await this.peers.stop();
    await this.#commits.idle();
    await this.db.destroy();
  }

  /** Without the password. */
  #name(): string {
    const { host, pathname } = new URL(this.url);
    return `${host}${pathname}`;
  }

  async #applyMigrations(): Promise<string[]> {
    const db = new Kysely<Schema>({
      dialect: new PostgresDialect({ pool: openPool(this.url, { size: 2, patient: true }) }),
      plugins: [new MigrationsInPostgres()],
    });
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
    const { error, results } = await migrator.migrateToLatest();
    await db.destroy();
    if (error) {
      const failed = results?.find((one) => one.status === 'Error')?.migrationName ?? 'unknown';
      const why = error instanceof Error ? error.message : JSON.stringify(error);
      throw new Error(
        `database migration ${failed} failed: ${why}. The database is as it was before; go on with the presend it had`,
        { cause: error },
      );
    }
    await this.db
      .insertInto('settings')
      .values({ key: MADE_BY, value: presendVersion() })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: presendVersion() }))
      .execute();
    return (results ?? []).map(({ migrationName }) => migrationName);
  }

  async #madeBy(): Promise<string | null> {
    const row = await this.db
      .selectFrom('settings')
      .select('value')
      .where('key', '=', MADE_BY)
      .executeTakeFirst();
    return row?.value ?? null;
  }

  async #lookForKeys(): Promise<void> {
    const chained = await this.db
      .selectFrom('audit')
      .select('id')
      .where('chain', 'is not', null)
      .limit(1)
      .executeTakeFirst();
    const erased = await this.db
      .selectFrom('suppressions')
      .select('id')
      .where('kind', '=', 'address')
      .where('value', '>=', 'erased:')
      .where('value', '<', 'erased;')
      .limit(1)
      .executeTakeFirst();
    this.#keyUse.audit = chained !== undefined;
    this.#keyUse.erased = erased !== undefined;
  }

  async #commit(group: Piece[]): Promise<void> {
    let concurrent = group[0]?.concurrent ?? false;
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        const began = performance.now();
        const settle = await this.#attempt(group, concurrent);
        this.disk.stored();
        const commit = { size: group.length, seconds: (performance.now() - began) / 1000 };
        for (const tell of this.#afterCommit) tell(commit);
        for (const done of settle) done();
        return;
      } catch (error) {
        if (group[0]?.concurrent && lostRace(error) && left > 0) {
          concurrent = false;
          continue;
        }
        this.disk.failed(error);
        for (const { reject } of group) reject(error);
        return;
      }
    }
  }

  /** One transaction. @returns what tells those who asked, once it is durable */
  async #attempt(group: Piece[], concurrent: boolean): Promise<(() => void)[]> {
    const settle: (() => void)[] = [];
    await this.db.connection().execute(async (connection) => {
      const lock = concurrent ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
      await sql.raw(`begin; select ${lock}(${WRITERS})`).execute(connection);
      try {
        // Only the type differs: Kysely's own transaction begins without the lock.
        const trx = connection as unknown as Trx;
        const tail = new AuditTail(this.#keys.audit);
        bindTail(trx, tail);
        bindKeys(trx, this.#keys);
        // Each statement is a journey to the server and back: one change alone needs no savepoint, it is taken back as a whole.
        const alone = group.length === 1;
        let open = false;
        for (const { work, resolve, reject } of group) {
          if (!alone) await sql.raw(`${open ? 'release piece; ' : ''}savepoint piece`).execute(trx);
          open = true;
          const mark = tail.mark();
          try {
            const value = await work(trx);
            settle.push(() => resolve(value));
          } catch (error) {
            if (lostRace(error)) throw error;
            await sql.raw(alone ? 'rollback; begin' : 'rollback to piece').execute(trx);
            tail.takeBack(mark);
            settle.push(() => reject(error));
          }
        }
        const told = tail.mark().entries > 0;
        await tail.save(trx);
        failPoint('commit-before');
        await sql.raw('commit').execute(connection);
        failPoint('commit-done');
        // Whatever others have to know of is in the log.
        if (told) this.peers.tell();
      } catch (error) {
        // On a connection that broke there is nothing to take back: the server does.
        await sql
          .raw('rollback')
          .execute(connection)
          .catch(() => {});
        throw error;
      }
    });
    return settle;
  }
}
