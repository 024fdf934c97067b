import type { Config } from '../config/config.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { KillSwitch } from '../kill-switch/switch.ts';
import type { Logger } from '../observability/logger.ts';
import type { Rejudge } from '../pipeline/rejudge.ts';
import type { Database } from '../store/database.ts';
import { CauseList } from './cause-list.ts';
import { Live } from './live.ts';
import { Notes } from './notes.ts';
import { Presence } from './presence.ts';
import type { Review } from './review.ts';
import { SettleJobs } from './settle-jobs.ts';
import { Similar } from './similar.ts';

export interface DeskOptions {
  database: Database;
  config: Config;
  now: () => number;
  log: Logger;
  rubric: () => Rubric;
  review: Review;
  rejudge: Rejudge;
  killSwitch: Pick<KillSwitch, 'refresh'>;
}

/** What the endpoints of review share. */
export interface ReviewDesk extends DeskOptions {
  notes: Notes;
  live: Live;
  presence: Presence;
  jobs: SettleJobs;
  causes: CauseList;
  similar: Similar;
  /** Ends the streams; lets batches under way come to their end. */
  stop(): Promise<void>;
}

export function openDesk(options: DeskOptions): ReviewDesk {
  const { database, now, log } = options;
  const live = new Live({ database, log });
  const presence = new Presence({ now, onChange: (change) => live.presence(change), peers: database.peers });
  const jobs = new SettleJobs(options);
  return {
    ...options,
    notes: new Notes({ database, now }),
    live,
    presence,
    jobs,
    causes: new CauseList({ db: database.db, now }),
    similar: new Similar(),
    stop: async () => {
      presence.stop();
      await live.stop();
      await jobs.stop();
    },
  };
}
