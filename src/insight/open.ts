import type { Logger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import { FillIn } from './fill-in.ts';

/** What insight does in the background. */
export interface Insight {
  start(): void;
  stop(): Promise<void>;
}

/** @param standBack waits for a moment that mail does not need */
export function openInsight(options: {
  database: Database;
  log: Logger;
  standBack: () => Promise<void>;
}): Insight {
  const fillIn = new FillIn(options);
  return {
    start: () => fillIn.start(),
    stop: () => fillIn.stop(),
  };
}
