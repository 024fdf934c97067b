import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import { UserError } from '../../config/user-error.ts';
import { presendVersion } from '../../config/version.ts';
import { failPoint } from '../../observability/fail-point.ts';
import { AuditTail, bindTail } from '../audit-tail-store.ts';
import type { Commit, Database, TransactOptions, Trx } from '../database.ts';
import { type GateKey, type GateKeys, bindKeys, gateKeys, isLost, lostKey } from '../gate-keys.ts';
import { GroupCommit, type Piece } from '../group-commit.ts';
import { MADE_BY, type SchemaState, newerSchema, stateOf } from '../migrate.ts';
import { bindLater } from '../later.ts';
import { migrations } from '../migrations/index.ts';
import type { Schema } from '../schema.ts';
import { together } from '../together.ts';
import type { PostgresConnection } from './connection.ts';
import { MigrationsInPostgres } from './ddl.ts';
import { onConnection, sharing } from './executors.ts';
import { ConnectionHealth } from './health.ts';
import { PostgresPeers } from './peers.ts';
import { connectionOptions, openPool, type OwnConnections, PIPELINED } from './pool.ts';
import { SharedConnections } from './shared-connections.ts';
import { PostgresError, isConsequence, lostRace, storeError } from './trouble.ts';

/** Connections of one gate that reads share. */
const CONNECTIONS = 8;

/** Connections for one user each: one for changes, one for whoever reads the audit log as it was at one moment. */
const OWN_CONNECTIONS = 2;

/**
 * The lock that changes take hold of: those that may run beside others share it, all others have it alone. By it a change that was
 * written for one writer at a time is right on any number of gates.
 */
const WRITERS = 7_809_639;

/** A change that lost against another is run again so often, after the first time alone. */
const TRIES = 4;

/** The database in PostgreSQL, which several gates may have open. */
export class PostgresDatabase implements Database {
  readonly engine = 'postgres';
  readonly db: Kysely<Schema>;
  readonly disk: ConnectionHealth;
  readonly peers: PostgresPeers;
  readonly url: string;
  readonly #own: OwnConnections;
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
   * @param options.single everything goes by one connection: temporary tables are seen, and nobody else's session is its own
   */
  constructor(url: string, folder: string, options: { readonly?: boolean; single?: boolean } = {}) {
    const { readonly = false, single = false } = options;
    this.url = url;
    this.#folder = folder;
    const onError = (error: Error): void => this.disk.failed(storeError(error));
    const own = openPool(url, { size: single ? 1 : OWN_CONNECTIONS, readonly, onError });
    const shared = single
      ? null
      : new SharedConnections(
          { ...connectionOptions(url, { readonly }), ...PIPELINED },
          { size: CONNECTIONS, onError },
        );
    this.#own = own;
    this.peers = new PostgresPeers(url);
    this.disk = new ConnectionHealth(() => sql`select 1`.execute(this.db));
    this.#keys = gateKeys(folder, { audit: () => this.#keyUse.audit, erased: () => this.#keyUse.erased });
    this.db = sharing(shared, {
      connect: own.connect,
      end: async () => void (await Promise.all([shared?.end(), own.end()])),
    });
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

  transact<T>(work: (trx: Trx) => Promise<T>, options?: TransactOptions): Promise<T> {
    return this.#commits.add(work, options);
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
    return new PostgresDatabase(this.url, this.#folder, { single: true });
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

  async #commit(group: Piece[]): Promise<number> {
    let concurrent = group[0]?.concurrent ?? false;
    // What may be run again is: savepoints for a case so rare would cost each change a statement.
    let apart = !concurrent;
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        const began = performance.now();
        const { settle, tookMs } = await this.#attempt(group, { concurrent, apart });
        this.disk.stored();
        const commit = { size: group.length, seconds: (performance.now() - began) / 1000 };
        for (const tell of this.#afterCommit) tell(commit);
        for (const done of settle) done();
        return tookMs;
      } catch (error) {
        if (error instanceof OneFailed) {
          apart = true;
          continue;
        }
        if (group[0]?.concurrent && lostRace(error) && left > 0) {
          concurrent = false;
          continue;
        }
        this.disk.failed(error);
        for (const { reject } of group) reject(error);
        return 0;
      }
    }
  }

  /** One transaction. */
  async #attempt(group: Piece[], how: How): Promise<Durable> {
    const own = await this.#own.connect();
    try {
      return await this.#transaction(own.connection, group, how);
    } catch (error) {
      // On a connection that broke there is nothing to take back: the server does.
      await own.connection.query('rollback').catch(() => {});
      throw error;
    } finally {
      own.release();
    }
  }

  async #transaction(
    connection: PostgresConnection,
    group: Piece[],
    { concurrent, apart }: How,
  ): Promise<Durable> {
    const settle: (() => void)[] = [];
    const control = new Control(connection);
    const lock = concurrent ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
    control.send(`begin; select ${lock}(${WRITERS})`);
    // Only the type differs: Kysely's own transaction begins without the lock.
    const trx = onConnection(connection) as Trx;
    const tail = new AuditTail(this.#keys.audit);
    bindTail(trx, tail);
    control.alsoSent(bindLater(trx));
    bindKeys(trx, this.#keys);
    // One change alone needs no savepoint: it is taken back as a whole.
    const alone = group.length === 1;
    let open = false;
    for (const { work, resolve, reject } of group) {
      if (!alone && apart) control.send(`${open ? 'release piece; ' : ''}savepoint piece`);
      open = true;
      const mark = tail.mark();
      try {
        const value = await work(trx);
        settle.push(() => resolve(value));
      } catch (error) {
        // Where there is no transaction, or not the lock, or an earlier change broke it, it is no fault of this one.
        await control.sent().catch((reason: unknown) => {
          if (!isConsequence(reason)) throw reason;
        });
        if (lostRace(error)) throw error;
        if (!alone && !apart) throw new OneFailed();
        control.send(alone ? 'rollback; begin' : 'rollback to piece');
        tail.takeBack(mark);
        settle.push(() => reject(error));
      }
    }
    const told = tail.mark().entries > 0;
    const done = performance.now();
    // Of a transaction in which a statement failed nothing is committed; the first that did says why.
    await together([
      control.sent(),
      tail.save(trx, () => {
        failPoint('commit-before');
        return control.commit();
      }),
    ]);
    failPoint('commit-done');
    const tookMs = performance.now() - done;
    // Whatever others have to know of is in the log.
    if (told) this.peers.tell();
    return { settle, tookMs };
  }
}

/** How a group of changes is committed. */
interface How {
  /** Beside those of other gates. */
  concurrent: boolean;
  /** One that fails is taken back alone. */
  apart: boolean;
}

/** What came of a group of changes. */
interface Durable {
  /** Tells those who asked. */
  settle: (() => void)[];
  /** What becoming durable took once their work was done, milliseconds. */
  tookMs: number;
}

/** One of several changes failed that cannot be taken back alone: all are made again, apart from each other. */
class OneFailed extends Error {
  override name = 'OneFailed';
}

/** Statements that make a transaction, sent without waiting for their answers: what follows one that failed fails as well. */
class Control {
  readonly #connection: PostgresConnection;
  readonly #sent: Promise<unknown>[] = [];
  #others: Promise<unknown>[] = [];

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  send(text: string): void {
    const sent = this.#connection.query(text);
    // Looked at later, by `sent`.
    sent.catch(() => {});
    this.#sent.push(sent);
  }

  /** Statements of changes that were not waited for either. */
  alsoSent(statements: Promise<unknown>[]): void {
    this.#others = statements;
  }

  /** @throws PostgresError of the first that failed */
  async sent(): Promise<void> {
    await together([...this.#sent.splice(0), ...this.#others.splice(0)]);
  }

  /** @throws PostgresError when it was not made durable: of a transaction in which a statement failed PostgreSQL commits nothing */
  async commit(): Promise<void> {
    const { command } = await this.#connection.query('commit');
    if (command !== 'COMMIT')
      throw new PostgresError(new Error(`the server answered commit with ${command}`), 'XX000');
  }
}
