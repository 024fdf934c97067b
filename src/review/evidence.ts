import type { Kysely } from 'kysely';
import type { ProspectSnapshot } from '../crm/prospect.ts';
import { findProspect, snapshot } from '../crm/snapshot.ts';
import { findThread } from '../crm/threads.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Schema } from '../store/schema.ts';
import type { EvidenceField } from './web-types.ts';

/** Found by what the draft says; today's record alone has no such value. */
const BY_DRAFT = ['peers', 'foreign'];

/** The record of a delivery's recipient as it is now; null for one that the CRM mirror does not know. */
export async function recordToday(
  db: Kysely<Schema>,
  delivery: Pick<Delivery, 'recipient' | 'prospect_id'>,
  { threadId, now }: { threadId: string | null; now: number },
): Promise<ProspectSnapshot | null> {
  const found = await findProspect(db, {
    address: delivery.recipient,
    prospectIdHint: delivery.prospect_id,
  });
  if (!found) return null;
  const thread =
    threadId ??
    (await findThread(db, {
      prospectId: found.prospect.id,
      prospectThreadId: found.prospect.thread_id,
      inReplyTo: null,
      references: [],
      threadIdHint: null,
    }));
  return snapshot(db, {
    found,
    address: delivery.recipient,
    threadId: thread,
    names: [],
    fingerprints: [],
    today: new Date(now).toISOString().slice(0, 10),
  });
}

/** The CRM fields that findings rest on, as they were judged and as they are. */
export function evidenceOf(
  { findings }: Pick<Verdict, 'findings'>,
  today: ProspectSnapshot | null,
): EvidenceField[] {
  const judged = new Map(findings.flatMap(({ fields }) => fields).map(({ field, value }) => [field, value]));
  return [...judged].map(([field, as_judged]): EvidenceField => {
    const path = pathOf(field);
    const root = path[0] ?? '';
    const comparable = today === null || (root in today && !BY_DRAFT.includes(root));
    const value = today === null || !comparable ? null : (valueAt(today, path) ?? null);
    return { field, as_judged, today: value, comparable, changed: comparable && !same(as_judged, value) };
  });
}

/** `available_signals.rounds[0].amount` as its keys. */
function pathOf(field: string): string[] {
  return field.split(/[.[\]]+/).filter((key) => key !== '');
}

function valueAt(record: unknown, path: readonly string[]): unknown {
  let value = record;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value;
}

/** Lists of flags are kept in no order. */
function same(a: unknown, b: unknown): boolean {
  return ordered(a) === ordered(b);
}

function ordered(value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value ?? null);
  return JSON.stringify(value.map((one) => JSON.stringify(one)).toSorted());
}
