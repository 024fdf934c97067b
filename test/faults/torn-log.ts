import {
  closeSync,
  copyFileSync,
  cpSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { sql } from 'kysely';
import { Acceptor } from '../../src/intake/accept.ts';
import { addEngine } from '../../src/intake/engine-store.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';

/** Head of a frame of the write-ahead log (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). */
export const HEAD = 24;
export const FRAME = HEAD + 4096;

/** Messages accepted before the last one, all of them in the log. */
export const EARLIER = 3;

/** What a database holds of accepted messages; `check` is SQLite's word on every page. */
export interface Held {
  messages: number;
  bodies: number;
  deliveries: number;
  audit: number;
  check: string;
}

/** Whole messages, and nothing of another. */
export const holding = (messages: number): Held => ({
  messages,
  bodies: messages,
  deliveries: 2 * messages,
  audit: messages,
  check: 'ok',
});

/** A database whose log ends with the acceptance of one message, to be damaged and opened as after a crash. */
export class TornLog {
  readonly folder = mkdtempSync(join(tmpdir(), 'presend-torn-'));
  readonly #path = join(this.folder, 'presend.db');
  readonly #log: number;
  /** Where the last transaction begins and ends in the log. */
  readonly before: number;
  readonly after: number;

  private constructor(original: string, before: number, after: number) {
    for (const end of ['', '-wal']) copyFileSync(`${original}${end}`, `${this.#path}${end}`);
    // Without the key that its audit log is chained under no gate starts on it.
    cpSync(join(original, '../secrets'), join(this.folder, 'secrets'), { recursive: true });
    this.#log = openSync(`${this.#path}-wal`, 'r+');
    this.before = before;
    this.after = after;
  }

  static async make(): Promise<TornLog> {
    const path = join(mkdtempSync(join(tmpdir(), 'presend-torn-')), 'presend.db');
    const database = new SqliteDatabase(path);
    await database.migrate();
    const engine = await database.transact((trx) =>
      addEngine(trx, { name: 'engine', senderDomains: ['sender.example'] }, { actor: 'test', now: 1 }),
    );
    // A short log, because opening reads all of it.
    await sql`pragma wal_checkpoint(truncate)`.execute(database.db);
    const acceptor = new Acceptor({ database, now: () => 1_000, isInternal: () => false });
    const accept = (i: number) =>
      acceptor.accept({
        engineId: engine.id,
        raw: Buffer.from(`Message-ID: <${i}@sender.example>\r\nSubject: ${i}\r\n\r\n${'text '.repeat(600)}`),
        envelope: {
          from: 'ann@sender.example',
          recipients: [{ address: `a${i}@c.example` }, { address: `b${i}@c.example` }],
          params: { body8bit: false, smtpUtf8: false },
        },
        origin: {
          protocol: 'SMTP',
          remoteAddress: '127.0.0.1',
          helo: null,
          transmission: 'ESMTP',
          user: null,
        },
        answerEarly: false,
      });
    for (let i = 0; i < EARLIER; i += 1) await accept(i);
    const before = statSync(`${path}-wal`).size;
    await accept(EARLIER);
    const torn = new TornLog(path, before, statSync(`${path}-wal`).size);
    await database.close();
    return torn;
  }

  /** Cuts the log off; it only gets shorter. */
  cut(length: number): void {
    ftruncateSync(this.#log, length);
  }

  /** Flips one bit; the same again takes it back. */
  flip(at: number): void {
    const byte = Buffer.alloc(1);
    readSync(this.#log, byte, 0, 1, at);
    writeSync(this.#log, Buffer.from([byte[0] ^ 0x10]), 0, 1, at);
  }

  /** @param whole check every page too, which takes longer */
  look(whole: boolean): Held {
    // The index belongs to the log as it was. A connection that may not write leaves both files alone when it is closed.
    rmSync(`${this.#path}-shm`, { force: true });
    const database = new SQLite(this.#path, { readonly: true });
    const count = (table: string): number =>
      database.prepare<[], number>(`select count(*) from ${table}`).pluck().get() ?? -1;
    try {
      return {
        messages: count('messages'),
        bodies: count('bodies'),
        deliveries: count('deliveries'),
        audit: count("audit where action = 'accepted'"),
        check: whole ? String(database.pragma('integrity_check', { simple: true })) : 'ok',
      };
    } finally {
      database.close();
    }
  }

  close(): void {
    closeSync(this.#log);
  }
}
