import type { Kysely, Selectable } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { AdapterMode } from '../judge/adapter-judge.ts';
import { safest } from '../judge/adapter-mode.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { type Queries, prepared } from '../store/prepared.ts';
import type { Schema } from '../store/schema.ts';
import type { KillSwitchTable } from '../store/settings-schema.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** One entry of the switch's history; the newest is its state. */
export type SwitchEntry = Selectable<KillSwitchTable>;

const newest = prepared((db) => db.selectFrom('kill_switch').selectAll().orderBy('id', 'desc').limit(1));

/** The newest entry, one read by the primary key; undefined = never touched, which means armed (`active`). */
export async function newestSwitchEntry(db: Queries): Promise<SwitchEntry | undefined> {
  const [entry] = await newest(db, {});
  return entry;
}

/** Newest first. */
export async function switchHistory(db: Reader, limit = 100): Promise<SwitchEntry[]> {
  return db.selectFrom('kill_switch').selectAll().orderBy('id', 'desc').limit(limit).execute();
}

export interface Trip {
  /** A user, `cli:…`, or a monitor's name. */
  by: string;
  reason: string;
  /** What a monitor measured, one sentence. */
  condition?: string | undefined;
  /** `shadow` (default): the adapter is still asked, for the record; `off`: it is not asked. */
  mode?: Exclude<AdapterMode, 'active'> | undefined;
  /** The report of brand damage behind it. */
  brandDamage?: number | undefined;
  at: number;
}

/**
 * Trips the switch. One that is tripped already is only ever tightened: a monitor that asks for `shadow` does not loosen `off`.
 *
 * @returns the state after it, and whether that is a new one
 */
export async function trip(trx: Trx, wanted: Trip): Promise<{ entry: SwitchEntry; changed: boolean }> {
  const before = await newestSwitchEntry(trx);
  const was = before?.mode ?? 'active';
  const mode = safest(was, wanted.mode ?? 'shadow');
  if (before && mode === was) return { entry: before, changed: false };
  const { by: actor, at, reason, condition = null, brandDamage } = wanted;
  const detail = brandDamage === undefined ? {} : { brand_damage: brandDamage };
  const entry = await add(trx, was, { at, actor, mode, reason, condition, action: 'tripped', detail });
  return { entry, changed: true };
}

/** Arms the switch again. @throws UserError when it is not tripped */
export async function reset(
  trx: Trx,
  { by, reason, at }: { by: string; reason: string; at: number },
): Promise<SwitchEntry> {
  const was = (await newestSwitchEntry(trx))?.mode ?? 'active';
  if (was === 'active') throw new UserError('the kill switch is not tripped');
  return add(trx, was, { at, actor: by, mode: 'active', reason, condition: null, action: 'reset' });
}

async function add(
  trx: Trx,
  was: AdapterMode,
  {
    action,
    detail = {},
    ...row
  }: Omit<SwitchEntry, 'id'> & { action: 'tripped' | 'reset'; detail?: Record<string, unknown> },
): Promise<SwitchEntry> {
  const { id } = await trx.insertInto('kill_switch').values(row).returning('id').executeTakeFirstOrThrow();
  await recordAudit(trx, {
    at: row.at,
    actor: row.actor,
    subject: { type: 'kill_switch', id: 'adapter' },
    action,
    before: { mode: was },
    after: { mode: row.mode },
    detail: {
      reason: row.reason,
      ...(row.condition === null ? {} : { condition: row.condition }),
      ...detail,
    },
  });
  return { id, ...row };
}
