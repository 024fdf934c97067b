import type { Kysely } from 'kysely';
import type { Label } from '../review/act.ts';
import { LABELS } from '../review/act.ts';
import type { Schema } from '../store/schema.ts';
import { type AgreementReport, agreementOf } from './kappa.ts';
import { type LabelRow, type LabelWindow, labelsGiven, spotCheckRatings } from './stats-store.ts';

type Counts = Record<Label, number> & { total: number };

export interface LabelStats {
  /** Newest label of each person on each delivery. */
  labels: Counts;
  deliveries: number;
  /** By the rule or reason it was stopped for; `passed` where it was not. Most first. */
  by_rule: ({ rule: string } & Counts)[];
  by_reviewer: ({ reviewer: string } & Counts)[];
  /** Where two reviewers answered about the same verdict. */
  agreement: AgreementReport;
  /** Where two people answered one item of a spot check: blind, and by decision. */
  spot_check_agreement: AgreementReport;
}

/** What people answered to "was the judge right?", and how far they agree. */
export async function labelStats(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  window: LabelWindow,
): Promise<LabelStats> {
  const rows = newestOfEach(await labelsGiven(db, window));
  return {
    labels: counted(rows),
    deliveries: new Set(rows.map(({ delivery_id }) => delivery_id)).size,
    by_rule: grouped(rows, ({ rule }) => rule ?? 'passed').map(([rule, own]) => ({ rule, ...counted(own) })),
    by_reviewer: grouped(rows, ({ actor }) => actor).map(([reviewer, own]) => ({
      reviewer,
      ...counted(own),
    })),
    agreement: agreementBetween(rows),
    spot_check_agreement: agreementOf(await spotCheckRatings(db, window)),
  };
}

/** How far reviewers agree whose labels these are. */
export function agreementBetween(rows: readonly LabelRow[]): AgreementReport {
  return agreementOf(
    rows.map(({ delivery_id, verdict_id, actor, right }) => ({
      // After a new verdict it is another question.
      subject: `${delivery_id} ${verdict_id}`,
      rater: actor,
      category: right,
    })),
  );
}

function newestOfEach(rows: readonly LabelRow[]): LabelRow[] {
  return [...new Map(rows.map((row) => [`${row.delivery_id} ${row.actor}`, row])).values()];
}

function counted(rows: readonly LabelRow[]): Counts {
  const of = (label: Label): number => rows.filter(({ right }) => right === label).length;
  return {
    ...(Object.fromEntries(LABELS.map((label) => [label, of(label)])) as Record<Label, number>),
    total: rows.length,
  };
}

function grouped<T>(rows: readonly T[], key: (row: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups].toSorted(([, a], [, b]) => b.length - a.length);
}
