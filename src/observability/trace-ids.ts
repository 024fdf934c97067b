import { createHash } from 'node:crypto';
import { idOf, uuidOf } from '../message/id.ts';

/**
 * The trace of a message: its id's own 128 bits, as OpenTelemetry writes them (32 hex digits). Judging and delivering come later,
 * perhaps in another process after a restart: they find the trace by the message alone, and a person finds it by the id in a log line.
 *
 * @returns null for what is not a message's id
 */
export function traceIdOf(messageId: string): string | null {
  return idOf(messageId) === messageId ? uuidOf(messageId).replaceAll('-', '') : null;
}

/** The span of accepting a message, which all others of its trace hang from. Known without asking, as the trace is. */
export function rootSpanIdOf(messageId: string): string {
  return createHash('sha256').update(`presend.accept ${messageId}`).digest('hex').slice(0, 16);
}

/**
 * Whether a trace is among the share that is kept. The same answer in every process, so that a message is traced whole or not at all.
 * By a hash, because ids of one millisecond are consecutive numbers and would be kept or left out together.
 *
 * @param ratio 0 to 1
 */
export function isSampled(traceId: string, ratio: number): boolean {
  if (ratio >= 1) return true;
  return createHash('sha256').update(traceId).digest().readUInt32BE() / 2 ** 32 < ratio;
}

/** A `traceparent` header (W3C Trace Context 3.2). @returns null for one that is missing or not valid */
export function readTraceparent(
  header: string | string[] | undefined,
): { traceId: string; spanId: string; traceFlags: number } | null {
  if (typeof header !== 'string') return null;
  const found = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header.trim());
  if (!found) return null;
  const [, version, traceId, spanId, flags, more] = found as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ];
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 };
}
