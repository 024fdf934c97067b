import type { Kysely } from 'kysely';
import { fingerprints } from '../judge/language/fingerprint.ts';
import type { Schema } from '../store/schema.ts';
import { type DecidedMail, decidedFor } from './similar-store.ts';
import type { DeliveryView } from './web-types.ts';

/** Newest decided mails that are compared. */
const COMPARED = 100;
/** Share of common fingerprints from which two mails count as alike. */
const ALIKE = 0.2;
const SHOWN = 5;
/** Texts whose fingerprints are kept, a few kilobytes each. */
const MAX_KEPT = 2_000;

/** What was decided about mail like another, held for the same reason; by the fingerprints that find copied text. */
export class Similar {
  /** Message and revision → fingerprints: bytes at a revision never change. */
  readonly #kept = new Map<string, ReadonlySet<number>>();

  async to(
    db: Kysely<Schema>,
    mail: { id: string; hold_reason: string | null; text: string },
  ): Promise<DeliveryView['similar']> {
    const result: DeliveryView['similar'] = { released: 0, rejected: 0, escalated: 0, items: [] };
    const own = new Set(fingerprints(mail.text));
    if (mail.hold_reason === null || own.size === 0) return result;
    const alike: { decided: DecidedMail; likeness: number }[] = [];
    for (const decided of await decidedFor(db, mail.hold_reason, { not: mail.id, limit: COMPARED })) {
      const likeness = likenessOf(own, this.#printsOf(decided));
      if (likeness >= ALIKE) alike.push({ decided, likeness });
    }
    for (const { decided } of alike) {
      if (decided.act === 'release') result.released += 1;
      else if (decided.act === 'escalate') result.escalated += 1;
      else result.rejected += 1;
    }
    result.items = alike
      .toSorted((a, b) => b.likeness - a.likeness || b.decided.at - a.decided.at)
      .slice(0, SHOWN)
      .map(({ decided: { id, recipient, subject, act, label, actor, at }, likeness }) => ({
        id,
        recipient,
        subject,
        act,
        label,
        by: actor,
        at,
        likeness: Math.round(likeness * 100) / 100,
      }));
    return result;
  }

  #printsOf(mail: DecidedMail): ReadonlySet<number> {
    if (mail.text === null) return new Set();
    const key = `${mail.message_id} ${mail.body_revision}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const prints = new Set(fingerprints(mail.text));
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(key, prints);
    return prints;
  }
}

/** Jaccard: what two sets share of what they have together, 0 to 1. */
function likenessOf(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let shared = 0;
  for (const one of a) if (b.has(one)) shared += 1;
  return shared / (a.size + b.size - shared);
}
