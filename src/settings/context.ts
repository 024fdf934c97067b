import type { Config } from '../config/config.ts';
import type { Courier } from '../delivery/courier.ts';
import type { ProviderApi } from '../delivery/provider-api.ts';
import type { RubricSource } from '../judge/rubric-source.ts';
import type { Canary } from '../kill-switch/canary/canary.ts';
import type { KillSwitch } from '../kill-switch/switch.ts';
import type { ProviderName } from '../message/provider.ts';
import type { Logger } from '../observability/logger.ts';
import type { AdapterBench } from '../pipeline/consult-adapter.ts';
import type { Database } from '../store/database.ts';
import type { Backtests } from './backtests.ts';
import type { RubricChanges } from './rubric-change.ts';

/** What the settings show and change, of a running gate. */
export interface SettingsContext {
  database: Database;
  config: Config;
  now: () => number;
  log: Logger;
  /** The gate's key that engines' secrets are derived from. */
  derive: Buffer;
  rubric: { source: RubricSource; changes: RubricChanges };
  backtests: Backtests;
  killSwitch: KillSwitch;
  /** null: there is no adapter, or its canary is off. */
  canary: Canary | null;
  /** null: the rules judge alone. */
  bench: AdapterBench | null;
  courierFor: (names: readonly string[]) => Courier;
  apis: ReadonlyMap<ProviderName, ProviderApi>;
  /** Base URL that engines reach the gate by. */
  publicUrl: () => string;
  /** Where SMTP listens; known once it does. */
  smtpPort: () => number;
  /** Looks for work at once. */
  wake: () => void;
}
