import type { Config } from '../config/config.ts';
import type { AdapterMode, JudgeModel } from '../judge/adapter-judge.ts';
import { modelLimit, safest } from '../judge/adapter-mode.ts';
import type { Database } from '../store/database.ts';
import { type MonitorsNow, monitorsNow } from './monitors-now.ts';
import { type SwitchEntry, newestSwitchEntry, switchHistory } from './switch-store.ts';

/** Everything about the switch at one moment. Times are milliseconds since the epoch. */
export interface SwitchStatus {
  /** What the switch allows. */
  mode: AdapterMode;
  /** The entry that put it there; null = it was never touched. */
  entry: SwitchEntry | null;
  /** What the adapter does: the safest of what is configured, what the model may do and what the switch allows. */
  effective: AdapterMode;
  configured: AdapterMode;
  /** null = no model is chosen or it is switched off: the rules judge alone. */
  model: { name: string; version: string; limit: AdapterMode } | null;
  /** null without a model: there is nothing to watch. */
  watched: MonitorsNow | null;
  /** Newest first. */
  history: SwitchEntry[];
}

/** @param model the model that judges, not necessarily loaded */
export async function switchStatus(
  { db }: Pick<Database, 'db'>,
  { config, model, now }: { config: Config; model: JudgeModel | null; now: number },
): Promise<SwitchStatus> {
  const entry = (await newestSwitchEntry(db)) ?? null;
  const mode = entry?.mode ?? 'active';
  const configured = config.adapter.mode;
  const limit = model && modelLimit(model);
  return {
    mode,
    entry,
    effective: limit === null ? 'off' : safest(configured, limit, mode),
    configured,
    model: model && { name: model.name, version: model.adapter.version, limit: modelLimit(model) },
    watched:
      model && (await monitorsNow({ db, config: config.kill_switch, version: model.adapter.version, now })),
    history: await switchHistory(db),
  };
}
