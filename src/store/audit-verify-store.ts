import type { Kysely, Selectable } from 'kysely';
import { counted } from '../message/counted.ts';
import {
  type ChainHead,
  GENESIS,
  SALT_BYTES,
  entryDigest,
  linkOf,
  readCheckpoint,
  redactionMark,
  same,
} from './audit-chain.ts';
import { FoundLog, type Segment, segments } from './audit-segment-store.ts';
import { CHECKPOINT } from './audit-tail-store.ts';
import type { AuditTable, Schema } from './schema.ts';

type Row = Selectable<AuditTable>;

/** What is wrong with one entry, or before it. */
export interface ChainFault {
  /** The entry; for a cut end the last that is left, 0 when none is. */
  id: number;
  at: number | null;
  /** A sentence. */
  what: string;
}

export interface ChainReport {
  /** Entries looked at, and how many of them presend redacted. */
  entries: number;
  redacted: number;
  /** The newest entry; null = the log is empty. */
  head: ChainHead | null;
  /** Entries that were there before the chain: they are known as they were found then. */
  adopted: { entries: number; at: number } | null;
  /** In the order of the log, the first few. */
  faults: ChainFault[];
  fault_count: number;
  /** Where the log went on under a new key because the old one was lost: what is before is known as it was found then. */
  segments: Segment[];
}

export interface VerifyOptions {
  key: Buffer;
  /** Only from this entry on; the one before it is believed. */
  from?: number;
  /** Only so many entries, the newest; the one before them is believed. */
  newest?: number;
  /** Heads written down elsewhere: these entries must be there and have these links. */
  heads?: readonly ChainHead[];
  onProgress?: (done: number, total: number) => void;
  /** Awaited between windows, so that others get their turn. */
  pause?: () => Promise<void>;
}

/** Entries read in one query. */
const WINDOW = 500;
const MAX_FAULTS = 20;

/**
 * Reads the audit log from its first entry and tells every edit, insertion, deletion and reordering, and a cut end, to whoever did not
 * have the gate's key (store/audit-chain.ts). Only reads; entries that are written meanwhile are looked at too.
 */
export async function verifyAudit(db: Kysely<Schema>, options: VerifyOptions): Promise<ChainReport> {
  const { key, newest, heads = [], onProgress, pause } = options;
  const from = newest === undefined ? (options.from ?? 1) : (await lastId(db)) - newest + 1;
  const total = await countFrom(db, from);
  const breaks = await segments(db);
  const walk = new Walk(key, await before(db, from), heads, {
    partly: from > 1,
    segment: breaks.at(-1)?.id ?? Number.NEGATIVE_INFINITY,
  });
  for (;;) {
    const rows = await rowsAfter(db, walk.readTo);
    for (const row of rows) walk.step(row);
    onProgress?.(walk.entries, Math.max(total, walk.entries));
    if (rows.length < WINDOW && (await finish(db, walk))) break;
    await pause?.();
  }
  return { ...walk.report(), adopted: await adoptedEntries(db), segments: breaks };
}

/** The last entries and the checkpoint, as they were at one moment. @returns false when there is more to read first */
async function finish(db: Kysely<Schema>, walk: Walk): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const rows = await rowsAfter(trx, walk.readTo);
    for (const row of rows) walk.step(row);
    if (rows.length === WINDOW) return false;
    const row = await trx
      .selectFrom('settings')
      .select('value')
      .where('key', '=', CHECKPOINT)
      .executeTakeFirst();
    walk.end(row?.value ?? null);
    return true;
  });
}

/** Goes along the chain and remembers what does not fit. */
class Walk {
  entries = 0;
  last: { id: number; at: number | null };
  /** Entries up to this id were read; the first may be below 1 where somebody put it there. */
  readTo: number;
  readonly #key: Buffer;
  readonly #heads: Map<number, ChainHead>;
  /** What the next link may be made from: after a fault there is more than one way on. */
  #before: Buffer[];
  #redacted = 0;
  #good = 0;
  #head: ChainHead | null = null;
  readonly #faults: ChainFault[] = [];
  #faultCount = 0;
  readonly #partly: boolean;
  /** The entry that the key begins with, −∞ for the first; what is before has other keys’ links. */
  readonly #segment: number;
  readonly #found = new FoundLog();

  constructor(
    key: Buffer,
    start: ChainHead,
    heads: readonly ChainHead[],
    { partly, segment }: { partly: boolean; segment: number },
  ) {
    this.#segment = segment;
    this.#key = key;
    this.#before = [start.chain];
    this.last = { id: start.id, at: null };
    this.#heads = new Map(heads.map((head) => [head.id, head]));
    this.#partly = partly;
    this.readTo = partly ? start.id : Number.MIN_SAFE_INTEGER;
  }

  step(row: Row): void {
    const what = this.#lookAt(row);
    if (what === null) this.#good += 1;
    else this.#fault(row.id, row.at, what);
    this.entries += 1;
    if (row.redacted !== null) this.#redacted += 1;
    const head = this.#heads.get(row.id);
    this.#heads.delete(row.id);
    if (head && !same(head.chain, row.chain))
      this.#fault(row.id, row.at, 'It is not the entry whose head was written down.');
    this.last = { id: row.id, at: row.at };
    this.readTo = row.id;
    if (row.chain !== null) this.#head = { id: row.id, chain: row.chain };
  }

  /** @param text the checkpoint as it is stored */
  end(text: string | null): void {
    const { id, at } = this.last;
    const checkpoint = text === null ? null : readCheckpoint(this.#key, text);
    for (const head of this.#heads.values()) {
      const outside = this.#partly && head.id <= id;
      if (!outside) this.#fault(id, at, `Entry ${head.id}, whose head was written down, is missing.`);
    }
    if (!checkpoint) {
      if (text !== null || id > 0)
        this.#fault(
          id,
          at,
          'The checkpoint of the newest entry is missing or not presend’s: entries after it may have been cut off.',
        );
    } else if (checkpoint.id > id) {
      this.#fault(id, at, `${missing(id + 1, checkpoint.id)} at the end.`);
    } else if (checkpoint.id < id || !same(checkpoint.chain, this.#head?.chain ?? GENESIS.chain)) {
      this.#fault(id, at, 'It is not the entry that the checkpoint names as the newest.');
    }
    if (this.#good === 0 && this.entries > 0 && !checkpoint)
      this.#faults[0]!.what +=
        ' No entry fits the key: secrets/audit.key in the data folder is not the one this log was written under; restore it from a backup, or see "presend keys replace audit".';
  }

  report(): Omit<ChainReport, 'adopted' | 'segments'> {
    return {
      entries: this.entries,
      redacted: this.#redacted,
      head: this.#head,
      faults: this.#faults,
      fault_count: this.#faultCount,
    };
  }

  #lookAt(row: Row): string | null {
    const { digest, chain, salt, redacted } = row;
    if (row.id < this.#segment) this.#found.add(row);
    if (digest === null || chain === null) return 'It was not written by presend.';
    const found = { ...row, digest, salt, redacted };
    if (row.id < this.#segment) return contentFault(this.#key, found);
    if (row.id === this.#segment) return this.#lookAtBreak(found, chain);
    const links = this.#before.map((link) => linkOf(this.#key, link, { ...row, digest }));
    const fits = links.some((link) => same(link, chain));
    // After a fault: the link as it is stored, as it should be, or as if the entry had never been there.
    this.#before = fits ? [chain] : [chain, links[0]!, this.#before[0]!];
    const content = contentFault(this.#key, found);
    if (content !== null) return content;
    if (fits) return null;
    const expected = this.last.id + 1;
    return row.id > expected
      ? `${missing(expected, row.id - 1)} before it.`
      : 'It was changed, put in or moved: it does not fit the entry before it.';
  }

  /** The first entry under the key, which stands for all before it as they were found. */
  #lookAtBreak(row: Row & { digest: Buffer }, chain: Buffer): string | null {
    this.#before = [chain];
    const fits = this.#partly || same(linkOf(this.#key, this.#found.digest(), row), chain);
    return (
      contentFault(this.#key, row) ??
      (fits
        ? null
        : 'Entries before it are not as they were found when the key was replaced, or somebody else than presend put it in.')
    );
  }

  #fault(id: number, at: number | null, what: string): void {
    this.#faultCount += 1;
    if (this.#faults.length < MAX_FAULTS) this.#faults.push({ id, at, what });
  }
}

function contentFault(key: Buffer, row: Row & { digest: Buffer }): string | null {
  const { digest, salt, redacted } = row;
  if (redacted !== null)
    return salt === null && same(redactionMark(key, row), redacted)
      ? null
      : 'What was left of it after a redaction was changed, or it was redacted by something else than presend.';
  return salt?.length === SALT_BYTES && same(entryDigest(salt, row), digest)
    ? null
    : 'Its content was changed.';
}

const missing = (first: number, last: number): string =>
  first === last
    ? `Entry ${first} is missing`
    : `${counted(last - first + 1, 'entry', 'entries')}, ${first} to ${last}, are missing`;

async function rowsAfter(db: Kysely<Schema>, id: number): Promise<Row[]> {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where('id', '>', id)
    .orderBy('id')
    .limit(WINDOW)
    .execute();
  return rows.map((row) => ({
    ...row,
    salt: bytes(row.salt),
    digest: bytes(row.digest),
    chain: bytes(row.chain),
    redacted: bytes(row.redacted),
  }));
}

/** SQLite lets a column hold anything; what is not bytes fits nothing. */
const bytes = (value: Buffer | null): Buffer | null =>
  value === null || Buffer.isBuffer(value) ? value : Buffer.alloc(0);

async function before(db: Kysely<Schema>, from: number): Promise<ChainHead> {
  if (from <= 1) return GENESIS;
  const row = await db
    .selectFrom('audit')
    .select(['id', 'chain'])
    .where('id', '<', from)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { id: row?.id ?? 0, chain: row?.chain ?? GENESIS.chain };
}

async function lastId(db: Kysely<Schema>): Promise<number> {
  const row = await db.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.id ?? 0;
}

async function countFrom(db: Kysely<Schema>, from: number): Promise<number> {
  const { count } = await db
    .selectFrom('audit')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('id', '>=', from)
    .executeTakeFirstOrThrow();
  return count;
}

async function adoptedEntries(db: Kysely<Schema>): Promise<ChainReport['adopted']> {
  const row = await db
    .selectFrom('audit')
    .select(['at', 'detail'])
    .where('subject_id', '=', 'log')
    .where('subject_type', '=', 'audit')
    .where('action', '=', 'chained')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? { entries: (JSON.parse(row.detail) as { entries: number }).entries, at: row.at } : null;
}

/** The newest entry as the checkpoint has it. @returns null when there is none, or it is not presend's */
export async function auditHead(db: Kysely<Schema>, key: Buffer): Promise<ChainHead | null> {
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', CHECKPOINT)
    .executeTakeFirst();
  return row ? readCheckpoint(key, row.value) : null;
}
