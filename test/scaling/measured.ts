import type { Costs } from './figures.ts';

/**
 * What one mail of 2 KB leaves and costs on PostgreSQL, from `npm run bench:footprint` (2,000 mails, 2026-11-27, two cores of an AMD
 * EPYC, PostgreSQL 15). Bytes do not depend on the machine. **Processor times do**: it had a load of 17 and a disk of 361 syncs a
 * second, so they are upper bounds. Put a quiet machine's in and run `npm run bench:scaling -- --large` and `-- --sizing`.
 */
export const PER_MAIL = {
  gateCpuMs: 43.38,
  postgresCpuMs: 12.41,
  /** Queries and changes. */
  transactions: 41.25,
  auditEntries: 3,
  logBytes: 25_617,
  logSyncs: 1.54,
  bytes: {
    draft_texts: 8_356,
    thread_messages: 2_367,
    bodies: 1_703,
    audit: 1_126,
    verdicts: 1_056,
    messages: 860,
    deliveries: 582,
    attempts: 340,
    threads: 287,
    peer_uses: 234,
  },
} as const;

/** The end of the audit log under three writers that do nothing else, same run: entries of a commit, and commits a second. */
export const AUDIT_END = [
  { entries: 1, perSecond: 115 },
  { entries: 16, perSecond: 72 },
  { entries: 64, perSecond: 38 },
] as const;

/**
 * Mails a second that one database lets through with these costs. Simulated ("1 M, 32 gates, rules alone"): the log's end is busy all the
 * time, and what came in the burst's 600 s and the 618 s after it (348 a second, then 15) is through by then.
 */
export const MAILS_OF_ONE_DATABASE = (348 * 600 + 15 * 618) / (600 + 618);

/** Of a gate's processor time: not measured, by the number of statements of each step. */
const SHARES = { accept: 0.25, judge: 0.25, deliver: 0.5 };

/** Changes of a mail that commit: accept, verdict, opening, hand-over and end of the attempt, and its share of claims. */
const CHANGES = 6;

/** A straight line through the first and the last row: what a commit holds the end for, and each entry more. */
const ENTRY_MS =
  (1_000 / AUDIT_END[2].perSecond - 1_000 / AUDIT_END[0].perSecond) /
  (AUDIT_END[2].entries - AUDIT_END[0].entries);

export const MEASURED: Costs = {
  gate: {
    accept: SHARES.accept * PER_MAIL.gateCpuMs,
    judge: SHARES.judge * PER_MAIL.gateCpuMs,
    deliver: SHARES.deliver * PER_MAIL.gateCpuMs,
  },
  database: {
    change: PER_MAIL.postgresCpuMs / CHANGES,
    // Not measured: statements of a change, and a network of one data centre.
    journeys: 6,
    journeyMs: 0.2,
    end: 1_000 / AUDIT_END[0].perSecond - ENTRY_MS,
    entry: ENTRY_MS,
  },
  // Not measured: providers answer DATA in a tenth of a second to half a second.
  upstream: { medianMs: 150, sigma: 0.5 },
};
