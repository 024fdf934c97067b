import { randomBytes } from 'node:crypto';
import type { Insertable } from 'kysely';
import {
  type ChainHead,
  type EntryContent,
  GENESIS,
  SALT_BYTES,
  entryDigest,
  linkOf,
  readCheckpoint,
  writeCheckpoint,
} from './audit-chain.ts';
import { bulkInsert } from './bulk-insert.ts';
import type { Trx } from './database.ts';
import { lockNames } from './locks-store.ts';
import { type Queries, prepared } from './prepared.ts';
import type { AuditTable } from './schema.ts';
import { together } from './together.ts';

/** Setting that holds the newest entry under the key. */
export const CHECKPOINT = 'audit_head';

/** The newest row, and what the checkpoint says is the newest. */
const ends = prepared((db) =>
  db
    .selectFrom('audit')
    .select((eb) => [
      eb.fn.max('id').as('last'),
      eb.selectFrom('settings').select('value').where('key', '=', CHECKPOINT).as('checkpoint'),
    ]),
);

const setCheckpoint = prepared((db, { value }: { value: string }) =>
  db
    .insertInto('settings')
    .values({ key: CHECKPOINT, value })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
    ),
);

/** A place in the log inside a commit. */
export interface TailMark {
  entries: number;
  written: number;
  head: ChainHead | null;
}

/** Most entries in one statement: SQLite takes 32,766 values, and each length is a statement of its own to compile. */
const ROWS = 64;

/**
 * The end of the audit log inside one commit. Entries are chained to the checkpoint, never to the last row: after a cut tail the next
 * entry shows the gap for ever, and nothing heals it. They are written at the end of the commit, all at once: only then, and only one
 * commit at a time, is the end of the log taken hold of, so that ids rise in the order of commits, whichever gate they are of.
 */
export class AuditTail {
  readonly #key: () => Buffer;
  readonly #entries: EntryContent[] = [];
  /** How many of them are written. */
  #written = 0;
  /** null = not read yet in this commit. */
  #head: ChainHead | null = null;

  constructor(key: () => Buffer) {
    this.#key = key;
  }

  add(entries: readonly EntryContent[]): void {
    for (const entry of entries) this.#entries.push(entry);
  }

  /** Where the log is, to come back to when a piece of the commit is taken back. */
  mark(): TailMark {
    return { entries: this.#entries.length, written: this.#written, head: this.#head };
  }

  /** What was written since is gone from the tables as well. */
  takeBack({ entries, written, head }: TailMark): void {
    this.#entries.length = entries;
    this.#written = written;
    this.#head = head;
  }

  /** Continues the chain over rows that are there already: entries from before there was one. */
  async adopt(trx: Queries, rows: readonly (EntryContent & { id: number })[]) {
    if (rows.length === 0) return [];
    const key = this.#key();
    let head = await this.#read(trx);
    const chained = rows.map((entry) => {
      const salt = randomBytes(SALT_BYTES);
      const digest = entryDigest(salt, entry);
      head = { id: entry.id, chain: linkOf(key, head.chain, { ...entry, digest }) };
      return { id: entry.id, salt, digest, chain: head.chain };
    });
    await saveCheckpoint(trx, writeCheckpoint(key, head));
    return chained;
  }

  /**
   * Writes the entries and the checkpoint; the last thing of the commit.
   *
   * @param commit ends the commit; sent behind them, without waiting for their answers: nobody else gets at the end of the log before
   */
  async save(trx: Trx, commit?: () => Promise<void>): Promise<void> {
    if (this.#written === this.#entries.length) return commit?.();
    const key = this.#key();
    let head = this.#head ?? (await this.#read(trx));
    const rows: Insertable<AuditTable>[] = this.#entries.slice(this.#written).map((entry) => {
      const salt = randomBytes(SALT_BYTES);
      const digest = entryDigest(salt, entry);
      const id = head.id + 1;
      head = { id, chain: linkOf(key, head.chain, { ...entry, id, digest }) };
      return { id, ...entry, salt, digest, chain: head.chain, redacted: null };
    });
    const writing: Promise<void>[] = [];
    for (let i = 0; i < rows.length; i += ROWS)
      writing.push(bulkInsert(trx, 'audit', rows.slice(i, i + ROWS)));
    writing.push(saveCheckpoint(trx, writeCheckpoint(key, head)));
    if (commit) writing.push(commit());
    await together(writing);
    this.#head = head;
    this.#written = this.#entries.length;
  }

  async #read(trx: Queries): Promise<ChainHead> {
    // In this order: the end is read when nobody else has hold of it.
    const [, [found]] = await together([lockNames(trx, ['the end of the audit log']), ends(trx, {})]);
    const { last, checkpoint } = found ?? { last: null, checkpoint: null };
    const head = checkpoint === null ? null : readCheckpoint(this.#key(), checkpoint);
    // Rows beyond the checkpoint were not written by presend: theirs are the ids, not the chain. A checkpoint that is missing starts
    // the chain anew, which `presend audit verify` tells.
    return { id: Math.max(head?.id ?? 0, last ?? 0), chain: head?.chain ?? GENESIS.chain };
  }
}

export async function saveCheckpoint(trx: Queries, value: string): Promise<void> {
  await setCheckpoint(trx, { value });
}

const tails = new WeakMap<object, AuditTail>();

/** Says which tail the entries of a commit are chained to. */
export function bindTail(trx: object, tail: AuditTail): void {
  tails.set(trx, tail);
}

/** Whether this is the transaction of a commit. */
export function isCommit(db: object): db is Trx {
  return tails.has(db);
}

/** @throws Error for a transaction that `Database.transact` did not open */
export function tailOf(trx: object): AuditTail {
  const tail = tails.get(trx);
  if (!tail) throw new Error('audit entries are written inside Database.transact');
  return tail;
}
