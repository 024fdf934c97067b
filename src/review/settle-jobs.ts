import { UserError } from '../config/user-error.ts';
import { newId } from '../message/id.ts';
import type { Logger } from '../observability/logger.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { type Act, actorDetail, personOf, versionOf } from './act.ts';
import { doneTogether, outcomeOf } from './bulk.ts';
import type { HeldRow } from './cause-store.ts';
import { readyGroup } from './causes.ts';
import type { Review } from './review.ts';
import type { CauseSettleBody, SettleJob } from './web-types.ts';

/** Acts made at once, which share a commit; progress moves by so many. */
const AT_ONCE = 50;
/** A finished job is told of for so long. */
const KEEP_MS = 3_600_000;

interface Running {
  job: SettleJob;
  /** What it has released and could take back. */
  released: string[];
  work: Promise<void>;
  finishedAt: number | null;
}

/**
 * Settles what is held for one cause, in batches. Each release re-checks rules 1 and 2 of its own record, and what changed
 * since the group was listed is refused. Progress lives in this process: a gate that stops half-way leaves the rest held.
 */
export class SettleJobs {
  readonly #options: { database: Database; review: Review; now: () => number; log: Logger };
  readonly #jobs = new Map<string, Running>();
  #stopping = false;

  constructor(options: { database: Database; review: Review; now: () => number; log: Logger }) {
    this.#options = options;
  }

  /** @throws UserError when the sample was not read, or the cause is being settled */
  async start(key: string, body: CauseSettleBody, act: Act): Promise<SettleJob> {
    const { database, now, log } = this.#options;
    this.#forget();
    const { group, sample } = await readyGroup(database.db, key, { me: personOf(act).id, now: now() });
    const busy = [...this.#jobs.values()].some(({ job }) => job.cause === key && job.state === 'running');
    if (busy) throw new UserError('somebody is settling this cause now');
    const job: SettleJob = {
      job: newId(now()),
      cause: key,
      act: body.act,
      state: 'running',
      total: group.members.length,
      done: 0,
      awaiting_approval: 0,
      refused: [],
      undo_until: null,
    };
    const running: Running = { job, released: [], work: Promise.resolve(), finishedAt: null };
    this.#jobs.set(job.job, running);
    try {
      await database.transact((trx) =>
        recordAudit(trx, {
          at: now(),
          actor: act.actor,
          subject: { type: 'cause', id: key },
          action: 'settle',
          detail: { act: body.act, total: job.total, sample, job: job.job, ...actorDetail(act) },
        }),
      );
    } catch (error) {
      this.#jobs.delete(job.job);
      throw error;
    }
    running.work = this.#run(running, group.members, act).catch((err: unknown) => {
      log.error({ err, cause: key }, 'settling a cause stopped; the rest stays held');
      if (job.state === 'running') job.state = 'done';
    });
    return snapshotOf(job);
  }

  /** How far a job is; undefined for an unknown one, and an hour after its end. */
  get(key: string, id: string): SettleJob | undefined {
    const job = this.#jobs.get(id)?.job;
    return job?.cause === key ? snapshotOf(job) : undefined;
  }

  /** Stops a job and takes back what can still be. Undefined for an unknown one. */
  async undo(key: string, id: string, act: Act): Promise<SettleJob | undefined> {
    const running = this.#jobs.get(id);
    if (running?.job.cause !== key) return undefined;
    const { job } = running;
    const { database, review, now } = this.#options;
    const began = now();
    job.state = 'undone';
    await running.work;
    for (let from = 0; from < running.released.length; from += AT_ONCE) {
      const some = running.released.slice(from, from + AT_ONCE);
      const outcomes = await Promise.all(
        some.map((one) =>
          outcomeOf(
            one,
            () => review.undo(one, act),
            () => doneTogether(database, one, 'undo', { actor: act.actor, began }),
          ),
        ),
      );
      for (const [i, outcome] of outcomes.entries()) {
        if ('why' in outcome) job.refused.push({ id: some[i]!, why: outcome.why });
        else job.done -= 1;
      }
    }
    running.released = [];
    job.undo_until = null;
    return snapshotOf(job);
  }

  /** Lets batches under way come to their end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#jobs.values()].map(({ work }) => work));
  }

  async #run(running: Running, members: HeldRow[], act: Act): Promise<void> {
    const { database, review, now } = this.#options;
    const { job } = running;
    const began = now();
    for (let from = 0; from < members.length; from += AT_ONCE) {
      if (this.#stopping || job.state === 'undone') break;
      const some = members.slice(from, from + AT_ONCE);
      const outcomes = await Promise.all(
        some.map((one) =>
          outcomeOf(
            one.id,
            () => review[job.act](one.id, { ...act, version: versionOf(one) }),
            () => doneTogether(database, one.id, job.act, { actor: act.actor, began }),
          ),
        ),
      );
      for (const [i, outcome] of outcomes.entries()) {
        const { id } = some[i]!;
        if ('why' in outcome) job.refused.push({ id, why: outcome.why });
        else if (outcome.state === 'held') job.awaiting_approval += 1;
        else {
          job.done += 1;
          if (outcome.undo_until === null) continue;
          running.released.push(id);
          job.undo_until = Math.min(job.undo_until ?? outcome.undo_until, outcome.undo_until);
        }
      }
    }
    if (job.state === 'running') job.state = 'done';
    running.finishedAt = now();
  }

  #forget(): void {
    const before = this.#options.now() - KEEP_MS;
    for (const [id, { finishedAt }] of this.#jobs) {
      if (finishedAt !== null && finishedAt < before) this.#jobs.delete(id);
    }
  }
}

function snapshotOf(job: SettleJob): SettleJob {
  return { ...job, refused: [...job.refused] };
}
