import type { Kysely } from 'kysely';
import type { Schema } from '../../store/schema.ts';
import type { KillSwitchConfig } from '../config.ts';
import { currentAdapter, watchedSince } from '../monitor-store.ts';
import type { MonitorReading } from '../monitor.ts';
import { probeReadings } from '../monitors/probes.ts';
import { answeredItems, itemsOfChecks } from './answer-store.ts';
import { type SpotCheck, listChecks } from './draw-store.ts';
import { checkResult, isOpen } from './results.ts';
import { nextDue } from './schedule.ts';
import { SHOWN_CHECKS, isWaiting, openItems, revealed } from './view.ts';
import { headsOf } from './view-store.ts';
import type { CheckDetails, CheckResult, SpotCheckPage } from './web-types.ts';

type Db = Kysely<Schema>;

const WEEK = 7 * 86_400_000;

export interface PageOptions {
  db: Db;
  config: KillSwitchConfig;
  now: number;
  /** The adapter that judges; null = the rules alone; undefined = the one that judged here last. */
  adapter?: string | null | undefined;
}

/** All about spot checks. @param person who asks and may answer; null = who may not */
export async function spotCheckPage(options: PageOptions, person: string | null): Promise<SpotCheckPage> {
  const { db, config, now } = options;
  const { enabled, decisions, day, at, time_zone } = config.spot_check;
  const items = person === null ? [] : await openItems(db, { person, now });
  const adapter = await adapterOf(options);
  return {
    schedule: {
      enabled,
      decisions,
      day,
      at,
      time_zone,
      next_at: enabled ? nextDue(now, config.spot_check) : null,
    },
    adapter,
    items,
    waiting: items.filter(isWaiting).length,
    checks: await checkResults(options),
    probes: await probesNow(options, adapter),
  };
}

async function adapterOf({ db, adapter }: PageOptions): Promise<string | null> {
  return adapter === undefined ? ((await currentAdapter(db))?.version ?? null) : adapter;
}

/** What the probe monitor says now. */
async function probesNow(
  { db, config: { probes: config }, now }: PageOptions,
  version: string | null,
): Promise<MonitorReading[]> {
  const since = version === null ? now : await watchedSince(db, version, now);
  const items = await answeredItems(db, now - config.weeks * WEEK);
  return probeReadings(items, { config, version, since, now });
}

/** Of the newest checks, newest first. */
export async function checkResults({ db, now }: Pick<PageOptions, 'db' | 'now'>): Promise<CheckResult[]> {
  const checks = await listChecks(db, SHOWN_CHECKS);
  const items = await itemsOfChecks(
    db,
    checks.map(({ id }) => id),
  );
  return checks.map((check) =>
    checkResult(
      check,
      items.filter(({ check_id: id }) => id === check.id),
      now,
    ),
  );
}

/**
 * A check with its items. While it is open, who may answer sees only those they have answered.
 *
 * @param person who asks and may answer; null = who may not, and sees all
 */
export async function checkDetails(
  { db, now }: Pick<PageOptions, 'db' | 'now'>,
  check: SpotCheck,
  person: string | null,
): Promise<CheckDetails> {
  const items = await itemsOfChecks(db, [check.id]);
  const shown = items.filter(
    ({ answers }) =>
      person === null || !isOpen(check, now) || answers.some(({ person_key: key }) => key === person),
  );
  const heads = await headsOf(
    db,
    shown.map(({ delivery_id }) => delivery_id),
  );
  return {
    ...checkResult(check, items, now),
    shown: shown.map((item) => {
      const head = heads.get(item.delivery_id);
      return {
        id: item.id,
        subject: head?.subject ?? null,
        recipient: head?.recipient ?? '',
        revealed: revealed(item, person ?? ''),
      };
    }),
  };
}
