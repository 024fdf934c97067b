import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import SQLite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { UserError } from '../config/user-error.ts';
import { failPoint } from '../observability/fail-point.ts';
import { adoptOldEntries } from './audit-adopt-store.ts';
import { AuditTail, bindTail } from './audit-tail-store.ts';
import { GroupCommit, type Piece } from './group-commit.ts';
import { bindKeys, type GateKey, type GateKeys, gateKeys, isLost, lostKey } from './gate-keys.ts';
import { anyChained, anyErased } from './key-use-store.ts';
import type { Commit, Database, TransactOptions, Trx } from './database.ts';
import { diskTrouble } from './disk-trouble.ts';
import { DiskTrust } from './disk-trust.ts';
import { migrateDatabase, type SchemaState, schemaState } from './migrate.ts';
import { NO_PEERS } from './peers.ts';
import type { Schema } from './schema.ts';
import { withStatementCache } from './statement-cache.ts';
import { rewriteLog } from './write-ahead-log.ts';

/** Pages in the write-ahead log before they are copied back: fewer, larger checkpoints write hot pages once. */
const CHECKPOINT_PAGES = 4000;

/**
 * Pages kept in memory, KiB. The system keeps the file's pages too: more of them here make nothing faster, and lie between what
 * comes and goes with large mails, so that glibc cannot give that back.
 */
const CACHE_KIB = 8 * 1024;

/** How often a log that others read is tried to be emptied. */
const SCRUB_ATTEMPTS = 20;

/** The database in a SQLite file of its own, durable by its write-ahead log and synchronous=FULL. */
export class SqliteDatabase implements Database {
  readonly engine = 'sqlite';
  readonly peers = NO_PEERS;
  readonly db: Kysely<Schema>;
  /** Whether changes reach the disk. */
  readonly disk: DiskTrust;
  readonly #raw: SQLite.Database;
  /** Transaction control, prepared once; used only while the one connection is held. */
  readonly #control: Record<
    'begin' | 'savepoint' | 'release' | 'takeBack' | 'commit' | 'rollback',
    SQLite.Statement
  >;
  readonly #commits = new GroupCommit((group) => this.#commit(group));
  readonly #lockWaitMs: number;
  /** Where its keys lie; null = a database in memory. */
  readonly #folder: string | null;
  readonly #keys: GateKeys;
  readonly #keyUse: Record<GateKey, () => boolean>;
  readonly #afterCommit: ((commit: Commit) => void)[] = [];

  /** @param options.lockWaitMs how long a change waits while another process writes */
  constructor(path: string, options: { readonly?: boolean; lockWaitMs?: number } = {}) {
    this.#lockWaitMs = options.lockWaitMs ?? 10_000;
    this.#folder = path === ':memory:' ? null : dirname(path);
    // Short, because waiting inside SQLite blocks the event loop; #begin waits for longer outside it.
    this.#raw = new SQLite(path, { readonly: options.readonly ?? false, timeout: 25 });
    this.#keyUse = { audit: () => anyChained(this.#raw), erased: () => anyErased(this.#raw) };
    this.#keys = gateKeys(this.#folder, this.#keyUse);
    if (!options.readonly) {
      this.#raw.pragma('journal_mode = WAL');
      // better-sqlite3 is built with synchronous=NORMAL for WAL, which does not sync at commit.
      this.#raw.pragma('synchronous = FULL');
      this.#raw.pragma('foreign_keys = ON');
      // What is deleted is overwritten with zeros: a text that was removed must not be in the file any more.
      this.#raw.pragma('secure_delete = ON');
      this.#raw.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    }
    this.#raw.pragma(`cache_size = -${CACHE_KIB}`);
    this.#raw.pragma('temp_store = MEMORY');
    this.#control = {
      begin: this.#raw.prepare('begin immediate'),
      savepoint: this.#raw.prepare('savepoint piece'),
      release: this.#raw.prepare('release piece'),
      takeBack: this.#raw.prepare('rollback to piece'),
      commit: this.#raw.prepare('commit'),
      rollback: this.#raw.prepare('rollback'),
    };
    this.disk = new DiskTrust(this.#raw);
    this.db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: withStatementCache(this.#raw) }) });
    bindKeys(this.db, this.#keys);
  }

  /** Before the first change after a stop that may have been a crash: see write-ahead-log.ts. */
  secureLog(): void {
    this.#raw.pragma('busy_timeout = 5000');
    rewriteLog(this.#raw);
    this.#raw.pragma('busy_timeout = 25');
  }

  /** Where its schema stands; changes nothing. */
  schemaState(): Promise<SchemaState> {
    return Promise.resolve(schemaState(this.#raw));
  }

  /** Whether a key that this database was written under is not in its folder any more; makes none. */
  isKeyLost(name: GateKey): boolean {
    return this.#folder !== null && isLost(this.#folder, name, this.#keyUse[name]);
  }

  /**
   * Brings the schema up to date, or leaves it as it is and throws; see `migrateDatabase`.
   *
   * @returns what was applied
   * @throws UserError when the key of the audit log is lost
   */
  async migrate(): Promise<string[]> {
    const applied = await migrateDatabase(this.#raw, this.db);
    if (this.#folder !== null) {
      if (this.isKeyLost('audit')) throw new UserError(lostKey(this.#folder, 'audit'));
      await adoptOldEntries({
        transact: (work) => this.transact(work),
        dataDir: this.#folder,
        now: Date.now,
      });
    }
    return applied;
  }

  transact<T>(work: (trx: Trx) => Promise<T>, { background = false }: TransactOptions = {}): Promise<T> {
    // All run alone here: what may run beside others' shares their commits.
    return this.#commits.add(work, { background });
  }

  /** @param listener told of every commit of this process, before those who asked for it are */
  onCommit(listener: (commit: Commit) => void): void {
    this.#afterCommit.push(listener);
  }

  /**
   * Empties the write-ahead log into the file, where what was deleted is overwritten: after it the removed texts are in neither.
   * Readers of other processes may be in the way for a moment.
   *
   * @returns false when they still were at the end; the next commit's checkpoint does it then
   */
  async scrub(): Promise<boolean> {
    for (let attempt = 0; attempt < SCRUB_ATTEMPTS; attempt += 1) {
      const [result] = await this.db
        .connection()
        .execute(async () => this.#raw.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]);
      if (result?.busy === 0) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
  }

  /** Which cannot write. */
  again(): Database {
    return new SqliteDatabase(this.#raw.name, { readonly: true });
  }

  async size(): Promise<{ total: number; log: number }> {
    const [file, log] = await Promise.all([
      stat(this.#raw.name),
      stat(`${this.#raw.name}-wal`).catch(() => ({ size: 0 })),
    ]);
    return { total: file.size + log.size, log: log.size };
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    await this.db.destroy();
    // Kysely closes nothing that it has not used.
    if (this.#raw.open) this.#raw.close();
  }

  async #commit(group: Piece[]): Promise<number> {
    const settle: (() => void)[] = [];
    const began = performance.now();
    let done = began;
    let cause: unknown;
    try {
      await this.db.connection().execute(async (connection) => {
        this.disk.require();
        await this.#begin();
        try {
          // Only the type differs: Kysely's own transaction begins deferred, see #begin.
          const trx = connection as unknown as Trx;
          const tail = new AuditTail(this.#keys.audit);
          bindTail(trx, tail);
          bindKeys(trx, this.#keys);
          for (const { work, resolve, reject } of group) {
            this.#control.savepoint.run();
            const mark = tail.mark();
            try {
              const value = await work(trx);
              this.#control.release.run();
              settle.push(() => resolve(value));
            } catch (error) {
              cause = error;
              // Fails when SQLite took the whole transaction back by itself (disk full, I/O error): then all of
              // the group failed.
              this.#control.takeBack.run();
              this.#control.release.run();
              tail.takeBack(mark);
              cause = undefined;
              if (diskTrouble(error)?.kind === 'damaged') this.disk.failed(error);
              settle.push(() => reject(error));
            }
          }
          done = performance.now();
          await tail.save(trx);
          failPoint('commit-before');
          this.#control.commit.run();
          failPoint('commit-done');
        } catch (error) {
          cause ??= error;
          if (this.#raw.inTransaction) this.#control.rollback.run();
          throw error;
        }
      });
    } catch (error) {
      // Nothing of the group is on disk. The first error says why; what follows it only that there was no
      // transaction left.
      this.disk.failed(cause ?? error);
      for (const { reject } of group) reject(cause ?? error);
      return 0;
    }
    this.disk.stored();
    const durable = performance.now();
    for (const tell of this.#afterCommit) tell({ size: group.length, seconds: (durable - began) / 1000 });
    for (const tell of settle) tell();
    return durable - done;
  }

  /**
   * Takes the write lock before anything is read: a transaction that read first could not write any more once another
   * process (the command line) has written in between. Waits for that other process without blocking the event loop.
   */
  async #begin(): Promise<void> {
    const until = performance.now() + this.#lockWaitMs;
    for (;;) {
      try {
        this.#control.begin.run();
        return;
      } catch (error) {
        const busy = (error as { code?: string }).code?.startsWith('SQLITE_BUSY') ?? false;
        if (!busy || performance.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }
}
