import { parse } from 'chrono-node/en';
import { Refusal } from './refusal.ts';

/** Longest a mail may wait, as at Resend and MailerSend. */
const MAX_AHEAD_MS = 30 * 86_400_000;
/** A time this far in the past is a clock that is a little slow. */
const SLACK_MS = 60_000;
const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/**
 * Reads a time: ISO 8601, or plain English such as "in 1 min" and "tomorrow at 9am" (UTC where it names no zone).
 *
 * @returns milliseconds since the epoch; null for a time that is now
 * @throws Refusal when it cannot be understood in whole, is past, or more than 30 days ahead
 */
export function readScheduledAt(text: string, field: string, now: number): number | null {
  const at = ISO.test(text) ? readIso(text) : readEnglish(text, now);
  if (at === null) {
    throw new Refusal(
      'invalid_field',
      `The \`${field}\` field is not a time. Write it like 2026-12-01T09:00:00Z or "in 1 min".`,
      { field },
    );
  }
  return boundedTime(at, field, now);
}

/**
 * @param at milliseconds since the epoch
 * @throws Refusal when it is past or more than 30 days ahead
 */
export function boundedTime(at: number, field: string, now: number): number | null {
  if (at < now - SLACK_MS) {
    throw new Refusal('invalid_field', `The \`${field}\` field is in the past.`, { field });
  }
  if (at > now + MAX_AHEAD_MS) {
    throw new Refusal('invalid_field', `The \`${field}\` field is more than 30 days ahead.`, { field });
  }
  return at <= now ? null : at;
}

function readIso(text: string): number | null {
  // Without a zone Date takes the gate's own; the providers take UTC.
  const zoned = /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  const at = Date.parse(zoned.replace(' ', 'T'));
  return Number.isNaN(at) ? null : at;
}

function readEnglish(text: string, now: number): number | null {
  const trimmed = text.trim();
  if (trimmed.length > 100) return null;
  const [found, ...more] = parse(trimmed, { instant: new Date(now), timezone: 0 }, { forwardDate: true });
  // A time found in a sentence that says more may be the wrong one.
  if (!found || more.length > 0 || found.text.length < trimmed.length) return null;
  return found.date().getTime();
}
