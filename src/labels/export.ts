import type { Kysely } from 'kysely';
import type { Profile } from '../judge/adapter/profile.ts';
import { parseMail } from '../off-loop/mail.ts';
import type { ParsedMessage } from '../message/types.ts';
import { headerText } from '../insight/draft-text.ts';
import type { Schema } from '../store/schema.ts';
import { type Answer, type Unclear, answersOf } from './answers.ts';
import { decidedDeliveries, decidedIds, storedText, threadOwners } from './decided-store.ts';
import { type Example, exampleOf } from './example.ts';
import { type Format, rowOf } from './formats.ts';
import { knownOf } from './scrub/known.ts';
import { scrubExample } from './scrub/scrub-example.ts';
import { Scrubber } from './scrub/scrubber.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/**
 * Why a decision gave no row. Beside what makes it teach nothing (`Unclear`): `no_record` the recipient is not in the CRM
 * mirror, so there is no context; `text_gone` the mail is not kept or cannot be read any more; `no_rejected` a right pass that
 * the adapter never read, in a format that needs a rejected answer; `scrub_incomplete` a known name was still there after
 * scrubbing.
 */
export type Skipped = Unclear | 'no_record' | 'text_gone' | 'no_rejected' | 'scrub_incomplete';

export interface ExportOptions {
  since: number;
  until: number;
  format: Format;
  /** The gate's key that ids are hashed under; null = nothing is scrubbed. */
  scrubKey: Buffer | null;
  /** How prompts are written, for the format `prompt`. */
  profile: Profile;
}

export interface ExportListener {
  onRow: (row: Record<string, unknown>) => void;
  /** @param total deliveries in all */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface ExportSummary {
  since: number;
  until: number;
  format: Format;
  scrubbed: boolean;
  /** Deliveries that people decided about in that time, and how many of them were looked at before an end by hand. */
  deliveries: number;
  looked_at: number;
  rows: number;
  by_decision: Record<string, number>;
  /** By the rule that should fire: `none` for a good draft, `adapter` where no rule does. */
  by_rule: Record<string, number>;
  by_label: Record<string, number>;
  skipped: Partial<Record<Skipped, number>>;
}

/** Deliveries read at a time. */
const CHUNK = 50;

/**
 * Turns what people decided into rows of training data, oldest mail first. Reads only, chunk by chunk, without one long
 * transaction.
 */
export async function exportLabels(
  db: Reader,
  options: ExportOptions,
  { onRow, onProgress, signal }: ExportListener,
): Promise<ExportSummary> {
  const { since, until, format, scrubKey, profile } = options;
  const ids = await decidedIds(db, since, until);
  const summary: ExportSummary = {
    since,
    until,
    format,
    scrubbed: scrubKey !== null,
    deliveries: ids.length,
    looked_at: 0,
    rows: 0,
    by_decision: {},
    by_rule: {},
    by_label: {},
    skipped: {},
  };
  const skip = (why: Skipped): void => count(summary.skipped, why);
  for (let at = 0; at < ids.length && !signal?.aborted; at += CHUNK) {
    for (const delivery of await decidedDeliveries(db, ids.slice(at, at + CHUNK))) {
      if (signal?.aborted) break;
      const { answers, unclear } = answersOf(delivery);
      if (unclear) skip(unclear);
      for (const answer of answers) {
        const made = await exampleFrom(db, delivery, answer, scrubKey);
        if (typeof made === 'string') {
          skip(made);
          continue;
        }
        const row = rowOf(made, format, profile);
        if (row === null) {
          skip('no_rejected');
          continue;
        }
        onRow(row);
        summary.rows += 1;
        count(summary.by_decision, made.chosen.decision);
        count(summary.by_rule, made.rule ?? 'adapter');
        count(summary.by_label, made.meta.label);
      }
      summary.looked_at += 1;
      onProgress?.(summary.looked_at, ids.length);
    }
  }
  return summary;
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

async function exampleFrom(
  db: Reader,
  { id, messageId }: { id: string; messageId: string },
  answer: Answer,
  scrubKey: Buffer | null,
): Promise<Example | Skipped> {
  const { prospect, revision } = answer.verdict;
  const raw = await storedText(db, messageId, revision);
  const draft = raw && (await readable(raw))?.draft;
  if (!draft) return 'text_gone';
  if (prospect === null) return 'no_record';
  const example = exampleOf(id, answer, { prospect, draft });
  if (scrubKey === null) return example;
  const threads = [...prospect.thread, ...prospect.foreign].flatMap(({ threadId }) => threadId ?? []);
  const owners = await threadOwners(db, [...new Set(threads)]);
  const known = knownOf({ prospect, draft, headers: headerText(raw), owners });
  const scrubber = new Scrubber({ ...known, ids: [...known.ids, id, messageId] }, scrubKey);
  const scrubbed = scrubExample(example, scrubber);
  const { prospect: record, draft: text, chosen, rejected } = scrubbed;
  const told = [record, text.subject, text.body, chosen.rationale, rejected?.rationale];
  return textsIn(told).some((one) => scrubber.leaks(one)) ? 'scrub_incomplete' : scrubbed;
}

async function readable(raw: Buffer): Promise<ParsedMessage | null> {
  try {
    return await parseMail(raw);
  } catch {
    return null;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsIn(item)]);
}
