import type { Config } from '../config/config.ts';
import { presendVersion } from '../config/version.ts';
import type { AdapterJudge } from '../judge/adapter-judge.ts';
import type { Logger } from '../observability/logger.ts';
import type { DryRun } from '../pipeline/dry-run.ts';
import type { Database } from '../store/database.ts';
import { backupChecks } from './backup-checks.ts';
import { auditCheck, watchAudit } from './audit-watch.ts';
import { exchangeChecks } from './exchange-checks.ts';
import { FillIn } from './fill-in.ts';
import { gateChecks } from './gate-checks.ts';
import { HealthChecks } from './health-check.ts';
import { addUpHours } from './hours.ts';
import { machineChecks } from './machine-checks.ts';

export interface InsightOptions {
  database: Database;
  config: Config;
  now: () => number;
  log: Logger;
  /** null: the rules judge alone. */
  adapter: AdapterJudge | null;
  dryRun: DryRun;
  /** Waits for a moment that mail does not need. */
  standBack: () => Promise<void>;
}

/** What the endpoints of insight share, and what it does in the background. */
export interface Insight extends Pick<InsightOptions, 'config' | 'dryRun' | 'standBack'> {
  /** Other parts add theirs. */
  health: HealthChecks;
  version: string;
  startedAt: number;
  start(): void;
  /** Adds up the hours that are over; to be repeated. */
  addUp(): Promise<void>;
  /** Reads the audit log once a day; to be repeated. */
  watchAudit(): Promise<void>;
  stop(): Promise<void>;
}

export function openInsight(options: InsightOptions): Insight {
  const { config, now, dryRun, standBack } = options;
  const fillIn = new FillIn(options);
  const health = new HealthChecks();
  health.add(
    ...gateChecks(options),
    ...backupChecks(options),
    auditCheck(options),
    ...exchangeChecks(options),
    ...machineChecks(options),
  );
  let stopped = false;
  return {
    config,
    dryRun,
    standBack,
    health,
    version: presendVersion(),
    startedAt: now(),
    start: () => fillIn.start(),
    addUp: async () => {
      await addUpHours({ ...options, stopped: () => stopped });
    },
    watchAudit: () => watchAudit({ ...options, stopped: () => stopped }),
    stop: () => {
      stopped = true;
      return fillIn.stop();
    },
  };
}
