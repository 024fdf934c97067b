import { WEB_PATH } from '../http/web-app.ts';
import { parseMail } from '../off-loop/mail.ts';
import { reasonText } from '../notify/words.ts';
import { newestVerdict } from '../pipeline/verdict-store.ts';
import { readRaw, textRemoval } from '../queue/store.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Queries } from '../store/prepared.ts';
import type { LinkFacts } from './link-page.ts';

/** More of a text than anybody reads on a phone. */
const MAX_TEXT = 20_000;

/** A page of the app about one delivery. */
export function deliveryUrl(publicUrl: string, deliveryId: string): string {
  return `${publicUrl}${WEB_PATH}/deliveries/${encodeURIComponent(deliveryId)}`;
}

/** The draft, or the sentence that tells of its removal. */
async function readText(
  db: Queries,
  { message_id, body_revision }: Delivery,
): Promise<{ subject: string | null; body: string }> {
  const removed = await textRemoval(db, message_id);
  if (removed !== null) return { subject: null, body: removed };
  return (await parseMail(await readRaw(db, message_id, body_revision))).draft;
}

/** What the page behind a link shows: the mail at its present text, why it was stopped, and the verdict now. */
export async function readFacts(db: Queries, delivery: Delivery, publicUrl: string): Promise<LinkFacts> {
  const [verdict, draft, engine] = await Promise.all([
    newestVerdict(db, delivery.id),
    readText(db, delivery),
    db.selectFrom('engines').select('name').where('id', '=', delivery.engine_id).executeTakeFirst(),
  ]);
  const reason = reasonText(delivery.hold_reason);
  const decided = verdict?.decision ?? (verdict?.hold_reason ? `none (${verdict.hold_reason})` : 'none');
  const findings = (verdict?.findings ?? [])
    .filter(({ enforced }) => enforced)
    .map((finding) => `${finding.rule}: ${finding.rationale}`);
  return {
    recipient: delivery.recipient,
    subject: draft.subject,
    engine: engine?.name ?? 'unknown',
    why: delivery.note === null ? reason : `${reason}: ${delivery.note}`,
    verdict: [decided, ...findings].join(' · '),
    state: delivery.state,
    text: draft.body.length > MAX_TEXT ? `${draft.body.slice(0, MAX_TEXT)}…` : draft.body,
    href: deliveryUrl(publicUrl, delivery.id),
  };
}
