import type { Kysely } from 'kysely';
import type { CanaryRunTable } from '../../store/kill-switch-schema.ts';
import type { Schema } from '../../store/schema.ts';
import { currentAdapter } from '../monitor-store.ts';
import { newestDecided } from './store.ts';

/** A run that is to be made. */
export interface Due {
  extent: CanaryRunTable['extent'];
  trigger: CanaryRunTable['trigger'];
  /** `gate`, or who asked for it. */
  actor: string;
}

/**
 * Which run the gate makes by itself now; null = none. It follows from what is stored, so that a change which a killed process
 * had not tried yet is tried by the next.
 */
export async function whatIsDue(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  {
    version,
    rubric,
    cases,
    everyMs,
    begun,
    now,
  }: {
    /** Of the adapter, the rubric and the cases as they are now. */
    version: string;
    rubric: string;
    cases: string;
    everyMs: number;
    /** A run was begun since the gate was started. */
    begun: boolean;
    now: number;
  },
): Promise<Due | null> {
  const all = (trigger: Due['trigger']): Due => ({ extent: 'all', trigger, actor: 'gate' });
  const whole = await newestDecided(db, version, 'all');
  const adapter = await currentAdapter(db);
  const since = adapter?.version === version ? adapter.since : 0;
  const ended = whole?.ended_at ?? null;
  if (!whole || ended === null || ended < since) return all('model');
  if (whole.rubric_version !== rubric) return all('rubric');
  if (whole.cases_version !== cases) return all('start');
  // Whoever is to arm the switch again should see the whole picture.
  const newest = await newestDecided(db, version);
  if (newest?.extent === 'some' && newest.state === 'fell') return all(newest.trigger);
  if (ended + everyMs <= now) return all('daily');
  return begun ? null : { extent: 'some', trigger: 'start', actor: 'gate' };
}
