import { addressKey } from '../crm/address.ts';
import { addSuppression } from '../crm/suppression-store.ts';
import { settle } from '../queue/settle.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import { type Candidate, learnUpstreamId } from './delivery-store.ts';
import type { FeedbackEvent, FeedbackKind } from './event.ts';
import { findDeliveries } from './find-delivery.ts';
import { type GivenId, type PassOn, passedOnBody, passedOnNote } from './pass-on.ts';
import { addProviderEvent, saveEffect } from './provider-event-store.ts';
import { queueWriteBacks } from './write-back-store.ts';

export interface ApplyOptions {
  database: Database;
  now: () => number;
  /** Where opt-outs are written back: names of providers, `hubspot`. */
  writeBackTargets: readonly string[];
  givenId: GivenId;
  passOn: PassOn;
}

/** What an event puts an end to; the others suppress nothing. */
const SUPPRESSES: Partial<Record<FeedbackKind, { channel: 'email' | 'all'; words: string }>> = {
  hard_bounce: { channel: 'email', words: 'hard bounce' },
  complaint: { channel: 'all', words: 'complaint' },
  unsubscribe: { channel: 'email', words: 'unsubscribed' },
};

/**
 * One event of a provider, in one transaction: counted once, its opt-out in the mirror, what it settles settled, the engine's
 * copy queued. What the opt-out means for held mail follows from the revision it leaves (`pipeline/rejudge.ts`).
 *
 * @returns false when it had come before and changed nothing now
 */
export function applyEvent(event: FeedbackEvent, options: ApplyOptions): Promise<boolean> {
  return options.database.transact(async (trx) => {
    const now = options.now();
    const [recipient] = event.recipients;
    const address = recipient === undefined ? null : addressKey(recipient);
    if (!(await addProviderEvent(trx, event, { kind: event.kind, address, receivedAt: now }))) return false;
    const found = await findDeliveries(trx, event, now);
    const effects = [
      ...(await suppress(trx, event, found, options, now)),
      ...(await settleUncertain(trx, event, found, now)),
      ...(await passOn(trx, event, found, options)),
    ];
    await noteInTimeline(trx, event, found, now);
    await saveEffect(trx, event, {
      deliveryId: found[0]?.delivery.id ?? null,
      effect: effects.length === 0 ? null : effects.join('; '),
    });
    return true;
  });
}

/** What the provider says of a mail's fate stands in its history; that somebody opened it does not. */
async function noteInTimeline(
  trx: Trx,
  event: FeedbackEvent,
  found: readonly Candidate[],
  now: number,
): Promise<void> {
  if (event.kind === 'other') return;
  for (const { delivery } of found) {
    await recordAudit(trx, {
      at: now,
      actor: `provider:${event.provider}`,
      subject: { type: 'delivery', id: delivery.id },
      action: event.kind,
      detail: event.detail === null ? {} : { note: event.detail },
    });
  }
}

async function suppress(
  trx: Trx,
  event: FeedbackEvent,
  found: readonly Candidate[],
  { writeBackTargets }: ApplyOptions,
  now: number,
): Promise<string[]> {
  const stop = SUPPRESSES[event.kind];
  // A forward that bounces says something of the account owner, who is nobody's prospect.
  if (!stop || (found.length > 0 && found.every((c) => c.attempt === 'forward'))) return [];
  const effects: string[] = [];
  const reason = [stop.words, event.detail].filter((text) => text !== null).join(': ');
  for (const value of new Set(event.recipients.flatMap((recipient) => addressKey(recipient) ?? []))) {
    await addSuppression(
      trx,
      {
        kind: 'address',
        value,
        channel: stop.channel,
        reason,
        source: `${event.provider}:${event.eventId}`,
      },
      { actor: `provider:${event.provider}`, at: now },
    );
    const optOut = { kind: 'address', value, reason, at: now, except: event.provider } as const;
    await queueWriteBacks(trx, optOut, writeBackTargets);
    effects.push(`suppressed ${value} (${stop.channel})`);
  }
  return effects;
}

/** Whatever a provider says of a mail's fate, it had taken it. `other` may be a refusal and settles nothing. */
async function settleUncertain(
  trx: Trx,
  event: FeedbackEvent,
  found: readonly Candidate[],
  now: number,
): Promise<string[]> {
  if (event.kind === 'other') return [];
  const effects: string[] = [];
  for (const { delivery } of found) {
    if (event.upstreamId !== null) await learnUpstreamId(trx, delivery.id, event.upstreamId);
    if (delivery.state !== 'uncertain') continue;
    const { state } = await settle(
      trx,
      delivery.id,
      { type: 'confirm', by: 'event' },
      {
        actor: `provider:${event.provider}`,
        now,
        detail: { provider: event.provider, event: event.eventId, kind: event.kind },
      },
    );
    effects.push(`settled ${delivery.id} as ${state}`);
  }
  return effects;
}

/** Once per message of an engine: it submitted the message, not the gate's deliveries of it. */
async function passOn(
  trx: Trx,
  event: FeedbackEvent,
  found: readonly Candidate[],
  { givenId, passOn }: ApplyOptions,
): Promise<string[]> {
  const own = found.filter((c) => c.delivery.kind === 'mail' && c.attempt === 'relay');
  const messages = new Map(own.map(({ delivery }) => [delivery.message_id, delivery]));
  const { provider, upstreamId, payload } = event;
  let passed = false;
  for (const delivery of messages.values()) {
    const given = givenId(provider, delivery.message_id);
    const body = passedOnBody(
      provider,
      payload,
      upstreamId === null ? null : { upstream: upstreamId, given },
    );
    if (body === null) continue;
    const { engine_id: engineId, id: deliveryId } = delivery;
    await passOn(trx, { engineId, deliveryId, provider, body, contentType: 'application/json' });
    passed = true;
  }
  return passed ? [passedOnNote(provider)] : [];
}
