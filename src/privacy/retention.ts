import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteOldCopies } from '../backup/copies.ts';
import type { Config } from '../config/config.ts';
import type { Fingerprint } from '../crm/thread-store.ts';
import { idFloor } from '../message/id.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { removeMessages, removeTexts, settledAmong, withText, withoutText } from './removal-store.ts';

const DAY_MS = 86_400_000;

/** Messages handled in one transaction: mail must not wait long for it. */
const BATCH = 10;

export interface RetentionOptions {
  database: Database;
  config: Pick<Config, 'retention' | 'data_dir'>;
  now: () => number;
  /** Index function of the judge, which finds the entries of thread texts. */
  fingerprint: Fingerprint;
  /** Awaited between transactions, so that mail goes first. */
  pause: () => Promise<void>;
  stopped?: () => boolean;
}

/** What one run removed. */
export interface Removed {
  texts: number;
  messages: number;
  reduced: number;
}

/** Copies of the data folder as it was, which hold what was removed since. @returns what was deleted */
export async function removeOldCopies({
  database,
  config,
  now,
}: Pick<RetentionOptions, 'database' | 'config' | 'now'>): Promise<string[]> {
  const days = config.retention.copies_days;
  if (days === null) return [];
  const copies = await deleteOldCopies(config.data_dir, days, now());
  if (copies.length > 0)
    await database.transact((trx) =>
      recordAudit(trx, {
        at: now(),
        actor: 'gate',
        subject: { type: 'retention', id: 'copies' },
        action: 'removed',
        detail: { copies },
      }),
    );
  return copies;
}

/**
 * Removes what is older than the configuration keeps: texts first, later the rest. Only messages of which nothing is open; what is held,
 * deferred, scheduled, uncertain or with an account owner stays, however old. Each step is a transaction of its own and can be
 * cut off at any point.
 */
export async function applyRetention(options: RetentionOptions): Promise<Removed> {
  const { database, config, now, fingerprint } = options;
  const { bodies_days: texts, metadata_days: rest } = config.retention;
  const removed: Removed = { texts: 0, messages: 0, reduced: 0 };
  if (texts !== null) {
    await walk(options, texts, withText, async (ids) => {
      const deliveries = await database.transact(async (trx) =>
        removeTexts(trx, await settledAmong(trx, ids), {
          at: now(),
          removedFor: 'retention',
          fingerprint,
        }),
      );
      removed.texts += ids.length;
      await removeCaptured(config.data_dir, deliveries);
    });
  }
  if (rest !== null) {
    await walk(options, rest, withoutText, async (ids) => {
      const done = await database.transact(async (trx) =>
        removeMessages(trx, await settledAmong(trx, ids), now()),
      );
      removed.messages += done.removed;
      removed.reduced += done.reduced;
    });
  }
  if (removed.texts + removed.messages + removed.reduced > 0) {
    await database.transact((trx) =>
      recordAudit(trx, {
        at: now(),
        actor: 'gate',
        subject: { type: 'retention', id: 'messages' },
        action: 'removed',
        detail: { ...removed },
      }),
    );
    await database.scrub();
  }
  return removed;
}

/** Goes over the messages that came more than so many days ago, a batch at a time, each once. */
async function walk(
  { database, now, pause, stopped = () => false }: RetentionOptions,
  days: number,
  next: typeof withText,
  work: (settled: string[]) => Promise<void>,
): Promise<void> {
  const to = idFloor(now() - days * DAY_MS);
  let after = '';
  while (!stopped()) {
    const ids = await next(database.db, after, to, BATCH);
    const last = ids.at(-1);
    if (last === undefined) return;
    const settled = await settledAmong(database.db, ids);
    if (settled.length > 0) await work(settled);
    after = last;
    await pause();
  }
}

/** Removes mails that the outbox captured. */
export async function removeCaptured(dataDir: string, deliveryIds: readonly string[]): Promise<void> {
  for (const id of deliveryIds) {
    for (const end of ['eml', 'json', 'eml.part', 'json.part'])
      await rm(join(dataDir, 'outbox', `${id}.${end}`), { force: true });
  }
}
