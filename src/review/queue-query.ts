import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { DELIVERY_STATES, type DeliveryState } from '../message/disposition.ts';
import type { QueueQuery } from './web-types.ts';

const text = z.string().max(500);

/** The filter as it stands in a URL; unknown names are refused. */
export const queueQuerySchema = z.strictObject({
  state: text.optional(),
  reason: text.optional(),
  engine: text.optional(),
  assigned: text.optional(),
  snoozed: z.enum(['0', '1', 'only']).optional(),
  due: z.enum(['red', 'amber']).optional(),
  company: text.optional(),
  cause: text.optional(),
  q: text.optional(),
  sort: z.enum(['oldest', 'newest', 'due']).optional(),
  cursor: text.optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be a number from 1 to 200')
    .refine((limit) => Number(limit) <= 200, 'must be a number from 1 to 200')
    .optional(),
});

/** A saved view is a filter and an order, not a place in the list. */
export const viewQuerySchema = queueQuerySchema.omit({ cursor: true, limit: true });

/** The filter of the queue, read. */
export interface QueueFilter {
  /** null = every state. */
  states: DeliveryState[] | null;
  reasons: string[];
  /** Name or id; by id once it was looked up (`byEngineId`). */
  engine: string | null;
  assigned: { id: string } | 'nobody' | null;
  snoozed: 'hide' | 'show' | 'only';
  /** Expires before this time. */
  dueBefore: number | null;
  company: string | null;
  cause: string | null;
  /** All must be found. */
  words: string[];
}

export type QueueSort = NonNullable<QueueQuery['sort']>;

const HOUR = 3_600_000;

/** When a hold is due soon (amber) and when it is pressing (red), milliseconds before it expires. */
export const DUE_MS = { amber: 24 * HOUR, red: 4 * HOUR };

/** More words than anybody types; each costs a look at every row. */
const MAX_WORDS = 12;

/**
 * @param me the asking account's id
 * @throws ApiError naming the field for a state that does not exist
 */
export function readQueueQuery(
  query: Omit<z.output<typeof queueQuerySchema>, 'cursor' | 'limit' | 'sort'>,
  { me, now }: { me: string; now: number },
): QueueFilter {
  const { assigned, snoozed = '0' } = query;
  return {
    states: statesOf(query.state ?? 'held'),
    reasons: listOf(query.reason),
    engine: query.engine || null,
    assigned: !assigned ? null : assigned === 'none' ? 'nobody' : { id: assigned === 'me' ? me : assigned },
    snoozed: snoozed === '0' ? 'hide' : snoozed === '1' ? 'show' : 'only',
    dueBefore: query.due ? now + DUE_MS[query.due] : null,
    company: query.company || null,
    cause: query.cause || null,
    words: (query.q ?? '').split(/\s+/).filter(Boolean).slice(0, MAX_WORDS),
  };
}

function statesOf(given: string): DeliveryState[] | null {
  if (given === 'all') return null;
  const states = listOf(given);
  const unknown = states.find((state) => !(DELIVERY_STATES as readonly string[]).includes(state));
  if (unknown !== undefined || states.length === 0) {
    const message = `must be all, or one or more of ${DELIVERY_STATES.join(', ')}`;
    throw new ApiError('invalid', `state: ${message}`, { fields: { state: message } });
  }
  return states as DeliveryState[];
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

/** Where a page ends: the sort value of its last row and its id. */
export type Cursor = [value: number | string, id: string];

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws ApiError for text that no page gave */
export function readCursor(text: string): Cursor {
  try {
    const [value, id, ...rest] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if ((typeof value === 'number' || typeof value === 'string') && typeof id === 'string' && !rest.length) {
      return [value, id];
    }
  } catch {
    // Told below.
  }
  throw new ApiError('invalid', 'cursor: is not from a page', { fields: { cursor: 'is not from a page' } });
}

/** What the filter menus choose by. */
interface Chosen {
  reason: string | null;
  engine: string;
  engine_id: string;
  assigned_id: string | null;
}

/** Whether anything is chosen by the filter menus. */
export function isMenuUsed({ reasons, engine, assigned }: QueueFilter): boolean {
  return reasons.length > 0 || engine !== null || assigned !== null;
}

/** Whether a delivery is what the filter menus choose. */
export function isChosen(one: Chosen, filter: QueueFilter): boolean {
  return fitsReason(one, filter) && fitsEngine(one, filter) && fitsPerson(one, filter);
}

export function fitsReason({ reason }: Pick<Chosen, 'reason'>, { reasons }: QueueFilter): boolean {
  return reasons.length === 0 || reasons.includes(reason ?? '');
}

export function fitsEngine(
  { engine, engine_id }: Pick<Chosen, 'engine' | 'engine_id'>,
  filter: QueueFilter,
): boolean {
  return filter.engine === null || engine === filter.engine || engine_id === filter.engine;
}

export function fitsPerson({ assigned_id }: Pick<Chosen, 'assigned_id'>, { assigned }: QueueFilter): boolean {
  if (assigned === null) return true;
  return assigned === 'nobody' ? assigned_id === null : assigned_id === assigned.id;
}
