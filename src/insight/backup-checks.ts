import { type LastBackup, readLastBackup } from '../backup/last-backup-store.ts';
import type { Config } from '../config/config.ts';
import { counted } from '../message/counted.ts';
import { type RestoreState, readRestoreState } from '../queue/restore-store.ts';
import type { Database } from '../store/database.ts';
import type { HealthAnswer, HealthCheck } from './health-check.ts';
import { oldestRecord } from './health-store.ts';
import { bytes, lasting } from './words.ts';

const DAY = 86_400_000;

/** Whether what is here could be had again, and whether a restore waits for its end. */
export function backupChecks({
  database: { db },
  config,
  now,
}: {
  database: Database;
  config: Config;
  now: () => number;
}): HealthCheck[] {
  return [
    {
      id: 'backup',
      group: 'Gate',
      title: 'Backup',
      look: async () =>
        backupAnswer(await readLastBackup(db), {
          since: (await oldestRecord(db)) ?? now(),
          now: now(),
          warnMs: config.backup.warn_days * DAY,
        }),
    },
    {
      id: 'restore',
      group: 'Gate',
      title: 'Restore',
      look: async () => restoreAnswer(await readRestoreState(db)),
    },
  ];
}

/** @param since when the oldest record here was made: how long there has been something to lose */
export function backupAnswer(
  last: LastBackup | null,
  { since, now, warnMs }: { since: number; now: number; warnMs: number },
): HealthAnswer {
  const advice = 'Run presend backup, by a timer (docs/OPERATING.md, "Backup").';
  if (last === null) {
    return now - since > warnMs
      ? { state: 'warn', detail: `None was made in ${lasting(now - since)}.`, advice }
      : { state: 'ok', detail: 'None was made yet.', advice };
  }
  const age = now - last.at;
  const detail = `${bytes(last.bytes)}, ${lasting(age)} old${last.encrypted ? ', encrypted' : ''}: ${last.path}.`;
  return age > warnMs ? { state: 'warn', detail, advice } : { state: 'ok', detail };
}

/** @returns null where nothing was restored, or all of it is settled */
export function restoreAnswer(state: RestoreState | null): HealthAnswer | null {
  if (state === null || state.done_at !== null) return null;
  const at = new Date(state.backup_at).toISOString().slice(0, 16).replace('T', ' ');
  return {
    state: 'warn',
    detail: `The state is that of ${at} UTC; ${counted(Object.keys(state.stopped).length, 'engine')} stopped, so that nothing goes out twice.`,
    advice: 'Bring in the opt-outs since then and settle uncertain mail, then: presend restore --done',
  };
}
