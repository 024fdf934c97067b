import type { Logger } from '../observability/logger.ts';
import { type ChainHead, headText } from '../store/audit-chain.ts';
import { type ChainReport, verifyAudit } from '../store/audit-verify-store.ts';
import type { Database } from '../store/database.ts';
import { keysOf } from '../store/gate-keys.ts';
import type { HealthAnswer, HealthCheck } from './health-check.ts';
import { type Verified, readVerified, saveVerified } from './health-store.ts';
import { lasting } from './words.ts';

const DAY = 86_400_000;

/** Entries that every look at the health page reads again. */
const NEWEST = 500;

interface AuditWatchOptions {
  database: Database;
  now: () => number;
  log: Logger;
  /** Waits for a moment that mail does not need. */
  standBack: () => Promise<void>;
  stopped: () => boolean;
}

class StoppedError extends Error {}

/**
 * Reads the whole audit log once a day, and writes its head into the log of the gate: whoever changes the database then has to
 * change what was shipped elsewhere too.
 */
export async function watchAudit(options: AuditWatchOptions): Promise<void> {
  const { database, now, log } = options;
  const { db } = database;
  const last = await readVerified(db);
  if (last && now() - last.at < DAY) return;
  const report = await readAll(options);
  if (!report) return;
  const head = textOf(report.head);
  const fault = report.faults[0] ?? null;
  const verified: Verified = { at: now(), entries: report.entries, head, fault };
  await database.transact((trx) => saveVerified(trx, verified));
  if (fault)
    log.error({ entry: fault.id, faults: report.fault_count }, `the audit log is not whole: ${fault.what}`);
  else log.info({ entries: report.entries, head }, 'the audit log is whole');
}

/** @returns null when the gate stopped meanwhile */
async function readAll({
  database: { db },
  standBack,
  stopped,
}: AuditWatchOptions): Promise<ChainReport | null> {
  const pause = async (): Promise<void> => {
    await standBack();
    if (stopped()) throw new StoppedError();
  };
  return verifyAudit(db, { key: keysOf(db).audit(), pause }).catch((error: unknown) => {
    if (error instanceof StoppedError) return null;
    throw error;
  });
}

/** The log's state: the last look at all of it, and the newest entries as they are now. */
export function auditCheck({ database, now }: Pick<AuditWatchOptions, 'database' | 'now'>): HealthCheck {
  const { db } = database;
  return {
    id: 'audit',
    group: 'Gate',
    title: 'Audit log',
    look: async (): Promise<HealthAnswer> => {
      const verified = await readVerified(db);
      const newest = await verifyAudit(db, { key: keysOf(db).audit(), newest: NEWEST });
      const fault = verified?.fault ?? newest.faults[0];
      if (fault)
        return {
          state: 'bad',
          detail: `Entry ${fault.id}: ${fault.what}`,
          advice: 'Somebody changed the log. See: presend audit verify',
        };
      return {
        state: 'ok',
        detail: verified
          ? `Whole: all ${verified.entries} entries were read ${lasting(now() - verified.at)} ago, the newest just now.`
          : 'Its newest entries are whole; all of it is read within the day.',
      };
    },
  };
}

const textOf = (head: ChainHead | null): string | null => head && headText(head);
