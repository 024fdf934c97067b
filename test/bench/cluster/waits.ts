import pg from 'pg';
import type { PostgresServer } from '../../support/postgres.ts';

/** Seldom enough that a server with a tenth of a core does not spend it on being looked at. */
const EVERY_MS = 250;

/** What the sessions of a database wait for, looked at again and again (pg_stat_activity). */
export class WaitSamples {
  readonly #counts = new Map<string, number>();
  readonly #loop: Promise<void>;
  #over = false;

  constructor(server: PostgresServer, database: string) {
    this.#loop = this.#sample(server, database);
  }

  /** @returns shares of all looks at sessions that were at work */
  async stop(): Promise<Record<string, number>> {
    this.#over = true;
    await this.#loop;
    const total = [...this.#counts.values()].reduce((sum, n) => sum + n, 0);
    return Object.fromEntries(
      [...this.#counts]
        .toSorted(([, a], [, b]) => b - a)
        .map(([name, n]) => [name, Math.round((n / total) * 1000) / 1000]),
    );
  }

  async #sample(server: PostgresServer, database: string): Promise<void> {
    const client = new pg.Client({ connectionString: server.url('postgres') });
    await client.connect();
    while (!this.#over) {
      const { rows } = await client.query<{ state: string; waits: string | null }>(
        "select state, wait_event_type || ':' || wait_event as waits from pg_stat_activity where datname = $1 and state <> 'idle'",
        [database],
      );
      for (const { state, waits } of rows) {
        // Between two statements of a transaction it is the gate that works, or the way to it.
        const name = state === 'active' ? (waits ?? 'runs') : 'waits for its gate';
        this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    await client.end();
  }
}
