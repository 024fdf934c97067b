import { forgetSessions, type SessionLengths } from '../access/session-store.ts';
import type { Config } from '../config/config.ts';
import { settleLearnt } from '../feedback/settle-learnt.ts';
import type { Insight } from '../insight/open.ts';
import { fingerprints } from '../judge/language/fingerprint.ts';
import type { Canary } from '../kill-switch/canary/canary.ts';
import { forgetRuns } from '../kill-switch/canary/store.ts';
import type { KillSwitch } from '../kill-switch/switch.ts';
import type { Watch } from '../kill-switch/watch.ts';
import type { SpotChecks } from '../kill-switch/spot-check/spot-checks.ts';
import { forgetCalls } from '../kill-switch/call-store.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Logger } from '../observability/logger.ts';
import { forget, keepHouse } from '../pipeline/housekeeping.ts';
import type { Rejudging } from '../pipeline/rejudge.ts';
import type { RubricChanges } from '../settings/rubric-change.ts';
import { finishErasures } from '../privacy/erase.ts';
import { applyRetention, removeOldCopies } from '../privacy/retention.ts';
import type { Database } from '../store/database.ts';
import { repeat } from './lifecycle.ts';

interface ChoreOptions {
  database: Database;
  config: Config;
  now: () => number;
  log: Logger;
  pollMs: number;
  rejudging: Rejudging;
  killSwitch: KillSwitch;
  watch: Watch;
  spotChecks: SpotChecks;
  /** null: there is no adapter, or its canary is off. */
  canary: Canary | null;
  rubricChanges: RubricChanges;
  notifier: Notifier;
  insight: Insight;
  sessionLengths: SessionLengths;
  /** The gate is stopping. */
  stopped: () => boolean;
  /** There is mail to deliver. */
  wake: () => void;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How late the weekly draw may be. */
const SPOT_CHECK_MS = MINUTE;

/** Calls kept of each adapter: more than any window looks at. */
const KEPT_CALLS = 20_000;

/** Runs of the canary kept. */
const KEPT_RUNS = 200;

/** What the gate does again and again beside its mail. @returns one stop for each, which waits for the round in progress */
export function startChores(options: ChoreOptions): (() => Promise<void>)[] {
  const { database, config, now, log, pollMs, rejudging, killSwitch, rubricChanges, notifier, wake } =
    options;
  const each = (everyMs: number, failure: string, work: () => Promise<void>): (() => Promise<void>) => {
    const repeated = repeat(everyMs, work, (err) => log.error({ err }, `${failure}; trying again`));
    return () => repeated.stop();
  };
  /** Done by one gate for all that share the database. */
  const chore = (everyMs: number, failure: string, work: () => Promise<void>): (() => Promise<void>) =>
    each(everyMs, failure, async () => {
      if (database.peers.leads()) await work();
    });
  return [
    each(pollMs * 2, 'housekeeping failed', async () => {
      await killSwitch.refresh();
      await rubricChanges.notice();
    }),
    chore(pollMs * 2, 'housekeeping failed', async () => {
      const settled = await settleLearnt(database, now());
      if (settled + (await keepHouse({ database, config, now, log, rejudging })) > 0) wake();
    }),
    chore(pollMs * 2, 'notifying failed', async () => {
      if ((await notifier.round()) > 0) wake();
    }),
    chore(config.kill_switch.watch_seconds * 1_000, 'the kill switch could not look', () =>
      options.watch.look(),
    ),
    chore(SPOT_CHECK_MS, 'the spot check could not be drawn', async () => {
      const check = await options.spotChecks.drawIfDue();
      if (check) log.info({ check: check.id, population: check.population }, 'a spot check is drawn');
    }),
    // Each has an adapter of its own; a run is begun by the one that leads.
    each(pollMs * 2, 'the canary could not look', async () => options.canary?.look()),
    chore(MINUTE, 'hours could not be added up', () => options.insight.addUp()),
    chore(HOUR, 'the audit log could not be read', () => options.insight.watchAudit()),
    each(HOUR, 'old copies could not be removed', async () => {
      const copies = await removeOldCopies({ database, config, now });
      if (copies.length > 0) log.info({ copies }, 'old copies of the data were deleted');
    }),
    chore(HOUR, 'old texts could not be removed', async () => {
      const removed = await applyRetention({
        database,
        config,
        now,
        fingerprint: fingerprints,
        pause: options.insight.standBack,
        stopped: options.stopped,
      });
      if (removed.texts + removed.messages > 0)
        log.info(removed, 'what is older than the retention allows was removed');
    }),
    // A minute at the queue's usual pace.
    chore(pollMs * 120, 'an erasure could not be finished', async () => {
      await finishErasures({
        database,
        dataDir: config.data_dir,
        now,
        fingerprint: fingerprints,
        pause: options.insight.standBack,
        stopped: options.stopped,
      });
    }),
    chore(HOUR, 'old entries could not be removed', async () => {
      await forget({ database, config, now });
      await notifier.forget();
      await database.transact((trx) => forgetCalls(trx, KEPT_CALLS));
      await database.transact((trx) => forgetRuns(trx, KEPT_RUNS));
      await database.transact((trx) => forgetSessions(trx, options.sessionLengths, now()));
    }),
  ];
}
