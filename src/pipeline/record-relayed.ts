import { recordRelayed } from '../crm/snapshot.ts';
import type { Fingerprint } from '../crm/thread-store.ts';
import { properNames } from '../judge/language/names.ts';
import { fold } from '../message/fold.ts';
import { newText } from '../message/new-text.ts';
import { parseMail } from '../off-loop/mail.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Trx } from '../store/database.ts';
import { newestVerdict } from './verdict-store.ts';

/** What a relayed mail adds to the CRM mirror; read before the settling transaction, which may await nothing else. */
export interface RelayedDraft {
  messageId: string | null;
  subject: string | null;
  text: string;
  peerNames: string[];
}

export async function readRelayedDraft(raw: Buffer): Promise<RelayedDraft> {
  const { headers, draft } = await parseMail(raw);
  return {
    messageId: headers.messageId,
    subject: draft.subject,
    text: newText(draft),
    peerNames: properNames(fold(draft.body).text).map(({ name }) => name),
  };
}

/** Adds the relayed draft to the prospect's thread and counts the peer companies it named. */
export async function recordRelayedDraft(
  trx: Trx,
  delivery: Delivery,
  relayed: RelayedDraft,
  fingerprint: Fingerprint,
  now: number,
): Promise<void> {
  if (delivery.prospect_id === null) return;
  const verdict = await newestVerdict(trx, delivery.id);
  await recordRelayed(
    trx,
    {
      ...relayed,
      prospectId: delivery.prospect_id,
      threadId: verdict?.prospect?.thread_id ?? null,
      at: now,
    },
    fingerprint,
  );
}
