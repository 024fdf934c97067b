import { redactionMark } from './audit-chain.ts';
import type { Trx } from './database.ts';
import { keysOf } from './gate-keys.ts';

/** What is left of an entry. */
export interface RedactedEntry {
  id: number;
  actor: string;
  subject_id: string;
  /** JSON. */
  detail: string;
}

/**
 * Takes content out of entries for good: the salt goes, the digest and the chain stay, and what is left is marked as presend's own doing,
 * so that `presend audit verify` finds the log whole.
 */
export async function redactEntries(trx: Trx, entries: readonly RedactedEntry[]): Promise<void> {
  const key = keysOf(trx).audit();
  for (const entry of entries) {
    const { digest } = await trx
      .selectFrom('audit')
      .select('digest')
      .where('id', '=', entry.id)
      .executeTakeFirstOrThrow();
    // What presend did not write is left as it is: it must not become presend's by being redacted.
    if (digest === null) continue;
    const { id, actor, subject_id, detail } = entry;
    await trx
      .updateTable('audit')
      .set({
        actor,
        subject_id,
        detail,
        salt: null,
        redacted: redactionMark(key, { ...entry, digest }),
      })
      .where('id', '=', id)
      .execute();
  }
}
