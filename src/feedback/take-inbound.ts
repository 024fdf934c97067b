import type { Database } from '../store/database.ts';
import { answeredDelivery } from './delivery-store.ts';
import type { InboundMail } from './event.ts';
import { type PassOn, passedOnBody, passedOnNote } from './pass-on.ts';
import { addProviderEvent, knowsEvent, saveEffect } from './provider-event-store.ts';
import type { InboundEvent } from './received.ts';

/** Message-IDs that are looked up, the nearest: a conversation of more is none, and a statement takes so many values only. */
const MOST_REFERENCES = 100;

export interface InboundOptions {
  database: Database;
  now: () => number;
  /** Puts a mail into the mirror; resolves when it is durable. The same mail may come twice when the gate was killed in between. */
  takeInbound: (mail: InboundMail) => Promise<void>;
  /** Fetches a mail that the event told the place of; null = nobody can be made out as its author. */
  fetchMail: (path: string) => Promise<InboundMail | null>;
  passOn: PassOn;
}

/**
 * One mail that a provider took in: taken first and noted as counted after, so that none is lost in between. The engine whose mail
 * it answers is told as well.
 *
 * @returns false when it had come before
 * @throws FeedbackTroubleError when the mail cannot be fetched now
 */
export async function takeInboundEvent(event: InboundEvent, options: InboundOptions): Promise<boolean> {
  const { database, now } = options;
  if (await knowsEvent(database.db, event)) return false;
  const { content, provider, payload } = event;
  const mail = 'mail' in content ? content.mail : await options.fetchMail(content.fetchPath);
  if (mail !== null) await options.takeInbound(mail);
  return database.transact(async (trx) => {
    const note = { kind: 'inbound', address: mail?.from ?? null, receivedAt: now() };
    if (!(await addProviderEvent(trx, event, note))) return false;
    const references =
      mail === null
        ? []
        : [mail.inReplyTo, ...mail.references.slice(-MOST_REFERENCES)].filter((id) => id !== null);
    const answered = await answeredDelivery(trx, references);
    const effects = [mail === null ? 'could not tell who wrote it' : 'took the mail in'];
    const body = payload === null ? null : passedOnBody(provider, payload, null);
    if (answered && body !== null) {
      await options.passOn(trx, { ...answered, provider, body, contentType: 'application/json' });
      effects.push(passedOnNote(provider));
    }
    await saveEffect(trx, event, { deliveryId: answered?.deliveryId ?? null, effect: effects.join('; ') });
    return true;
  });
}
