import { PROVIDER_TITLES, type ProviderName } from '../message/provider.ts';
import type { Trx } from '../store/database.ts';
import type { SnsEnvelope } from './signatures/sns.ts';

/** The id under which the engine was told of a message: the gate's own, in the provider's form. */
export type GivenId = (provider: ProviderName, messageId: string) => string;

/** Queues a provider's event for an engine's webhook, in the transaction that notes the event. */
export type PassOn = (
  trx: Trx,
  event: {
    engineId: string;
    deliveryId: string | null;
    provider: ProviderName;
    body: string;
    contentType: string;
  },
) => Promise<void>;

/** Longer events stay here: an inbound mail with its attachments is not worth a copy in the queue. */
const MAX_BYTES = 1024 * 1024;

/**
 * An event as the engine would have got it from the provider, with the provider's id of the mail replaced by the one it was given.
 *
 * @param ids null = there is no id to replace
 * @returns null when it is too large to pass on
 */
export function passedOnBody(
  provider: ProviderName,
  payload: unknown,
  ids: { upstream: string; given: string } | null,
): string | null {
  const body = JSON.stringify(shaped(provider, payload, (value) => (ids ? replaceId(value, ids) : value)));
  return Buffer.byteLength(body) > MAX_BYTES ? null : body;
}

export function passedOnNote(provider: ProviderName): string {
  return `told the engine what ${PROVIDER_TITLES[provider]} said`;
}

function shaped(provider: ProviderName, payload: unknown, replace: (value: unknown) => unknown): unknown {
  // SendGrid's receivers loop over an array.
  if (provider === 'sendgrid') return [replace(payload)];
  if (provider !== 'ses') return replace(payload);
  // SES speaks inside a string.
  const envelope = payload as SnsEnvelope;
  return { ...envelope, Message: JSON.stringify(replace(JSON.parse(envelope.Message))) };
}

/** Replaces whole texts that are the id, in angle brackets or not, or the id with SendGrid's suffix. */
function replaceId(value: unknown, ids: { upstream: string; given: string }): unknown {
  if (typeof value === 'string') {
    const upstream = ids.upstream.replace(/^<|>$/g, '');
    const given = ids.given.replace(/^<|>$/g, '');
    if (value === upstream) return given;
    if (value === `<${upstream}>`) return `<${given}>`;
    return value.startsWith(`${upstream}.`) ? `${given}${value.slice(upstream.length)}` : value;
  }
  if (Array.isArray(value)) return value.map((one) => replaceId(one, ids));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaceId(one, ids)]));
}
