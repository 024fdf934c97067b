import { createHash } from 'node:crypto';
import { whatIsTooMuch } from '../intake/json-body.ts';
import { UnreadableEventError } from './errors.ts';

/** Reading of JSON that others wrote: what is not of the expected type is not there. */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};
}

export function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The texts of an array, or the one text. */
export function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) => textOf(one) ?? []);
}

export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** One line of at most 300 characters, for notes and reasons. */
export function lineOf(value: unknown): string | null {
  // Cut before, too: of megabytes every run of blanks would be replaced.
  return textOf(value)?.slice(0, 3_000).replace(/\s+/g, ' ').trim().slice(0, 300) || null;
}

/**
 * A time as ISO 8601 text or seconds since the epoch, in milliseconds.
 *
 * @returns `fallback` when it is neither, or of no calendar
 */
export function timeOf(value: unknown, fallback: number): number {
  const ms = typeof value === 'number' ? value * 1000 : Date.parse(textOf(value) ?? '');
  const at = new Date(Math.round(ms)).getTime();
  return Number.isNaN(at) ? fallback : at;
}

/** Stands in for the id of an event that has none: the same event sent again is the same text. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

/** @throws UnreadableEventError when the body is not JSON, or has more in it than any event */
export function readJson(body: Buffer): unknown {
  const text = body.toString('utf8');
  const beyond = whatIsTooMuch(text);
  if (beyond !== null) throw new UnreadableEventError(beyond.replace(/^T(.*)\.$/, 't$1'));
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UnreadableEventError('the body is not JSON');
  }
}
