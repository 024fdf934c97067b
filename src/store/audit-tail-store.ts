import { randomBytes } from 'node:crypto';
import type { CompiledQuery, Insertable, Kysely } from 'kysely';
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
import type { AuditTable, Schema } from './schema.ts';

/** Setting that holds the newest entry under the key. */
export const CHECKPOINT = 'audit_head';

type Reader = Pick<Kysely<Schema>, 'selectFrom' | 'insertInto' | 'executeQuery'>;

/**
 * The end of the audit log inside one commit. Entries are chained to the checkpoint, never to the last row: after a cut tail the next
 * entry shows the gap for ever, and nothing heals it.
 */
export class AuditTail {
  readonly #key: () => Buffer;
  /** null = not read yet in this commit. */
  #head: ChainHead | null = null;
  #saved: ChainHead | null = null;

  constructor(key: () => Buffer) {
    this.#key = key;
  }

  /** Where the chain is, to come back to when a piece of the commit is taken back. */
  mark(): ChainHead | null {
    return this.#head;
  }

  takeBack(mark: ChainHead | null): void {
    // What was read stays true; only what the piece added is gone.
    this.#head = mark ?? this.#saved;
  }

  /** The rows of these entries, chained, in this order. They must be inserted, and before any others are asked for. */
  async chain(trx: Reader, entries: readonly EntryContent[]): Promise<Insertable<AuditTable>[]> {
    const key = this.#key();
    let head = this.#head ?? (await this.#read(trx));
    const rows = entries.map((entry) => {
      const salt = randomBytes(SALT_BYTES);
      const digest = entryDigest(salt, entry);
      const id = head.id + 1;
      head = { id, chain: linkOf(key, head.chain, { ...entry, id, digest }) };
      return { id, ...entry, salt, digest, chain: head.chain, redacted: null };
    });
    this.#head = head;
    return rows;
  }

  /** Continues the chain over rows that are there already: entries from before there was one. */
  async adopt(trx: Reader, rows: readonly (EntryContent & { id: number })[]) {
    const key = this.#key();
    let head = this.#head ?? (await this.#read(trx));
    const chained = rows.map((entry) => {
      const salt = randomBytes(SALT_BYTES);
      const digest = entryDigest(salt, entry);
      head = { id: entry.id, chain: linkOf(key, head.chain, { ...entry, digest }) };
      return { id: entry.id, salt, digest, chain: head.chain };
    });
    this.#head = head;
    return chained;
  }

  /** Writes the checkpoint; the last thing of the commit. */
  async save(trx: Reader): Promise<void> {
    if (this.#head === null || this.#head === this.#saved) return;
    await saveCheckpoint(trx, writeCheckpoint(this.#key(), this.#head));
    this.#saved = this.#head;
  }

  async #read(trx: Reader): Promise<ChainHead> {
    query ??= trx
      .selectFrom('audit')
      .select((eb) => [
        eb.fn.max('id').as('last'),
        eb.selectFrom('settings').select('value').where('key', '=', CHECKPOINT).as('checkpoint'),
      ])
      .compile();
    const { rows } = await trx.executeQuery(query);
    const { last, checkpoint } = rows[0] ?? { last: null, checkpoint: null };
    const head = checkpoint === null ? null : readCheckpoint(this.#key(), checkpoint);
    // Rows beyond the checkpoint were not written by presend: theirs are the ids, not the chain. A checkpoint that is missing starts
    // the chain anew, which `presend audit verify` tells.
    this.#saved = {
      id: Math.max(head?.id ?? 0, last ?? 0),
      chain: head?.chain ?? GENESIS.chain,
    };
    this.#head = this.#saved;
    return this.#saved;
  }
}

let query: CompiledQuery<{ last: number | null; checkpoint: string | null }> | null = null;
let upsert: CompiledQuery | null = null;

/** Compiled once: it is part of every commit. */
export async function saveCheckpoint(trx: Reader, value: string): Promise<void> {
  upsert ??= trx
    .insertInto('settings')
    .values({ key: CHECKPOINT, value })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
    )
    .compile();
  await trx.executeQuery({ ...upsert, parameters: [CHECKPOINT, value] });
}

const tails = new WeakMap<object, AuditTail>();

/** Says which tail the entries of a commit are chained to. */
export function bindTail(trx: object, tail: AuditTail): void {
  tails.set(trx, tail);
}

/** @throws Error for a transaction that `Database.transact` did not open */
export function tailOf(trx: object): AuditTail {
  const tail = tails.get(trx);
  if (!tail) throw new Error('audit entries are written inside Database.transact');
  return tail;
}
