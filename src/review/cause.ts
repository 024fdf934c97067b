import { createHash } from 'node:crypto';
import { randomFrom } from '../evaluate/random.ts';
import type { Cause } from './web-types.ts';

/** Reasons that are one cause, whichever engine's mail it is: the record or the adapter is in trouble, not the mail. */
const SHARED = ['stale_record', 'adapter_unavailable'] as const;
type Shared = (typeof SHARED)[number];

/** They follow another mail, and are settled with it. */
const FOLLOWERS = ['held_behind', 'whole_message'];

/** A group is no flood below this, and each of it can be read. */
export const SMALLEST_GROUP = 3;

/** What tells held mail of one cause from that of another. */
export type CauseKey =
  | { kind: Shared }
  | { kind: 'template'; reason: string; template: string }
  | { kind: 'rule'; reason: string; engineId: string };

/** What the cause of a held delivery is read from. */
export interface CauseRow {
  hold_reason: string | null;
  engine_id: string;
  /** null = too little text to tell, or fewer than `SMALLEST_GROUP` are held with it for the same reason. */
  template_key: string | null;
}

/** The key of a held delivery's cause; null for one that follows another mail. */
export function causeOf({ hold_reason: reason, engine_id, template_key }: CauseRow): string | null {
  if (reason === null || FOLLOWERS.includes(reason)) return null;
  if (isShared(reason)) return reason;
  if (template_key !== null) return `template:${reason}:${template_key}`;
  return `rule:${reason}:${engine_id}`;
}

/** @returns null for text that is no key */
export function readCause(key: string): CauseKey | null {
  if (isShared(key)) return { kind: key };
  const [kind, reason, last, ...rest] = key.split(':');
  if (!reason || !last || rest.length > 0) return null;
  if (kind === 'template') return { kind, reason, template: last };
  return kind === 'rule' ? { kind, reason, engineId: last } : null;
}

function isShared(text: string): text is Shared {
  return (SHARED as readonly string[]).includes(text);
}

/** One sentence: what the mail of a cause has in common. */
export function causeLabel(key: CauseKey, count: number, engine: string): Pick<Cause, 'kind' | 'label'> {
  const mails = `${count} mails`;
  switch (key.kind) {
    case 'stale_record':
      return { kind: key.kind, label: `${mails} wait because their CRM records are stale.` };
    case 'adapter_unavailable':
      return { kind: key.kind, label: `${mails} wait because the adapter could not be asked.` };
    case 'template':
      return { kind: key.kind, label: `${mails} of one template wait for ${key.reason}.` };
    case 'rule':
      return { kind: key.kind, label: `${mails} of engine ${engine} wait for ${key.reason}.` };
  }
}

/** Most of a group that is read before all of it is settled. */
const MOST_READ = 10;

/** How much of a group is read before all of it is settled: a tenth, at least 3. */
function sampleSize(count: number): number {
  return Math.min(count, MOST_READ, Math.max(SMALLEST_GROUP, Math.ceil(count / 10)));
}

const HOUR = 3_600_000;

/**
 * Draws some of a group at random, the same for everybody within an hour, so that nobody can choose what is read. Others that join the
 * group or leave it do not change what the rest is drawn by.
 */
export class Sample {
  readonly #seed: number;
  #drawn: { id: string; rank: number }[] = [];
  #count = 0;

  /** @param hour whole hours since the epoch (`hourOf`) */
  constructor(key: string, hour: number) {
    this.#seed = createHash('sha256').update(`${key} ${hour}`).digest().readUInt32LE();
  }

  /** How many the group has. */
  get count(): number {
    return this.#count;
  }

  /** The ids drawn from all that were added. */
  get ids(): string[] {
    return this.#drawn.slice(0, sampleSize(this.#count)).map(({ id }) => id);
  }

  add(id: string): void {
    this.#count += 1;
    const rank = randomFrom(hashOf(id, this.#seed))();
    const last = this.#drawn.at(-1);
    if (this.#drawn.length >= MOST_READ && last && rank >= last.rank) return;
    this.#drawn = [...this.#drawn, { id, rank }]
      .toSorted((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))
      .slice(0, MOST_READ);
  }
}

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) from a seed, 32 bits. */
function hashOf(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

export function hourOf(now: number): number {
  return Math.floor(now / HOUR);
}
