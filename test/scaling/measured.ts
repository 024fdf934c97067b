import type { Costs } from './figures.ts';

/**
 * What one mail of 2 KB leaves and costs on PostgreSQL, from `npm run bench:footprint` (2,000 mails, 2026-11-27, two cores of an AMD
 * EPYC, PostgreSQL 15, nothing else running, 10,970 syncs of the disk a second). Bytes do not depend on the machine. **Processor times
 * do**: put yours in and run `npm run bench:scaling -- --large` and `-- --sizing`.
 */
export const PER_MAIL = {
  gateCpuMs: 15.09,
  postgresCpuMs: 5.6,
  /** Queries and changes. */
  transactions: 28.14,
  auditEntries: 3,
  logBytes: 23_173,
  logSyncs: 0.67,
  bytes: {
    draft_texts: 8_364,
    thread_messages: 2_355,
    bodies: 1_699,
    audit: 1_114,
    verdicts: 1_011,
    messages: 1_102,
    deliveries: 590,
    attempts: 385,
    threads: 283,
    peer_uses: 217,
  },
} as const;

/** The end of the audit log under three writers that do nothing else, same run: entries of a commit, and commits a second. */
export const AUDIT_END = [
  { entries: 1, perSecond: 1_930 },
  { entries: 16, perSecond: 1_263 },
  { entries: 64, perSecond: 528 },
] as const;

/**
 * Mails a second that one database lets through where no two entries share a commit; more where they do. Its end of the audit log is
 * what is full first (docs/SCALING.md).
 */
export const MAILS_OF_ONE_DATABASE = AUDIT_END[0].perSecond / PER_MAIL.auditEntries;

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
    // 20 journeys of a mail (docs/SCALING.md) over its changes; not measured: a network of one data centre.
    journeys: 20 / CHANGES,
    journeyMs: 0.2,
    end: 1_000 / AUDIT_END[0].perSecond - ENTRY_MS,
    entry: ENTRY_MS,
  },
  // Not measured: providers answer DATA in a tenth of a second to half a second.
  upstream: { medianMs: 150, sigma: 0.5 },
};
