import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What an entry of the audit log says. `detail` is the JSON as it is stored. */
export interface EntryContent {
  at: number;
  actor: string;
  subject_type: string;
  subject_id: string;
  action: string;
  detail: string;
}

/** An entry and the link of the chain that ends with it. */
export interface ChainHead {
  id: number;
  chain: Buffer;
}

/** What the first entry is chained to. */
export const GENESIS: ChainHead = { id: 0, chain: Buffer.alloc(32) };

/** Random bytes of a salt: whoever has the digest alone cannot try contents until one fits. */
export const SALT_BYTES = 16;

/**
 * Digest of an entry's content, SHA-256 over the salt and the content as JSON. Taking salt and content away leaves nothing that
 * the content could be guessed from.
 *
 * @returns 32 bytes
 */
export function entryDigest(salt: Buffer, entry: EntryContent): Buffer {
  const { at, actor, subject_type, subject_id, action, detail } = entry;
  return createHash('sha256')
    .update(salt)
    .update(JSON.stringify([at, actor, subject_type, subject_id, action, detail]))
    .digest();
}

/**
 * The link of one entry: HMAC-SHA-256 (RFC 2104) over the link before it, its place, what stays of it whatever is redacted, and its
 * digest. Keyed, because whoever can write the database could otherwise make a chain of his own that fits.
 *
 * @returns 32 bytes
 */
export function linkOf(
  key: Buffer,
  before: Buffer,
  entry: { id: number; at: number; subject_type: string; action: string; digest: Buffer },
): Buffer {
  const { id, at, subject_type, action, digest } = entry;
  return createHmac('sha256', key)
    .update('link')
    .update(before)
    .update(digest)
    .update(JSON.stringify([id, at, subject_type, action]))
    .digest();
}

/**
 * Proof that presend itself took content out of an entry, over what is left of it. Without it, a redaction could not be told from an
 * edit.
 *
 * @returns 32 bytes
 */
export function redactionMark(
  key: Buffer,
  entry: { id: number; digest: Buffer; actor: string; subject_id: string; detail: string },
): Buffer {
  const { id, digest, actor, subject_id, detail } = entry;
  return createHmac('sha256', key)
    .update('redacted')
    .update(digest)
    .update(JSON.stringify([id, actor, subject_id, detail]))
    .digest();
}

/** The newest entry under the key, as the settings table keeps it: a log that ends before it was cut. */
export function writeCheckpoint(key: Buffer, head: ChainHead): string {
  return JSON.stringify({
    id: head.id,
    chain: head.chain.toString('hex'),
    mac: checkpointMac(key, head).toString('hex'),
  });
}

/** @returns null when presend did not write it under this key */
export function readCheckpoint(key: Buffer, text: string): ChainHead | null {
  try {
    const { id, chain, mac } = JSON.parse(text) as { id: number; chain: string; mac: string };
    const head = { id, chain: Buffer.from(chain, 'hex') };
    return same(checkpointMac(key, head), Buffer.from(mac, 'hex')) ? head : null;
  } catch {
    return null;
  }
}

function checkpointMac(key: Buffer, { id, chain }: ChainHead): Buffer {
  return createHmac('sha256', key)
    .update('checkpoint')
    .update(chain)
    .update(JSON.stringify([id]))
    .digest();
}

/** Whether two of these values are the same; null is like nothing. */
export function same(a: Buffer | null, b: Buffer | null): boolean {
  return a !== null && b !== null && a.length === b.length && timingSafeEqual(a, b);
}

/** A head as people write it down: `1204:9f3a…`. */
export function headText({ id, chain }: ChainHead): string {
  return `${id}:${chain.toString('hex')}`;
}

/** @returns null when it is no head */
export function readHead(text: string): ChainHead | null {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text.trim());
  return match ? { id: Number(match[1]), chain: Buffer.from(match[2]!, 'hex') } : null;
}
