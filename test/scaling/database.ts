import { GroupCommit } from '../../src/store/group-commit.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { DatabaseCost } from './figures.ts';
import { Station } from './station.ts';

/** One PostgreSQL server: cores that run statements, and the end of the audit log, which one commit at a time has hold of. */
export class SimulatedDatabase {
  readonly cores: Station;
  readonly end: Station;
  readonly #clock: VirtualClock;
  readonly #cost: DatabaseCost;
  commits = 0;
  changes = 0;
  largestGroup = 0;

  constructor(clock: VirtualClock, cost: DatabaseCost, cores: number) {
    this.#clock = clock;
    this.#cost = cost;
    this.cores = new Station(clock, cores);
    this.end = new Station(clock, 1);
  }

  /** The changes of one gate, put together by the gate's own group commit. */
  gate(): GateChanges {
    const { change, journeys, journeyMs, end, entry } = this.#cost;
    const commits = new GroupCommit(
      async (group) => {
        this.commits += 1;
        this.changes += group.length;
        this.largestGroup = Math.max(this.largestGroup, group.length);
        let entries = 0;
        const settle = [];
        for (const { work, resolve } of group) {
          // The work of a simulated change is to say how many entries it adds.
          const adds = (await work(undefined as never)) as number;
          entries += adds;
          settle.push(() => resolve(adds));
        }
        await this.#clock.sleep(group.length * journeys * journeyMs);
        await this.cores.serve(group.length * change);
        const done = this.#clock.now();
        if (entries > 0) await this.end.serve(end + entries * entry);
        for (const tell of settle) tell();
        return this.#clock.now() - done;
      },
      { now: () => this.#clock.now(), wait: (ms) => this.#clock.sleep(ms) },
    );
    return {
      commit: (entries, { background = true } = {}) =>
        commits.add(() => Promise.resolve(entries), { concurrent: true, background }),
    };
  }
}

export interface GateChanges {
  /**
   * Resolves when it is durable.
   *
   * @param entries that it adds to the audit log
   * @param options.background nobody waits for it, as for nothing but accepting and claims for the judge
   */
  commit(entries: number, options?: { background?: boolean }): Promise<unknown>;
}
