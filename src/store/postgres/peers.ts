import pg from 'pg';
import type { Peers } from '../peers.ts';
import { PIPELINED, connectionOptions } from './pool.ts';

/** What gates tell each other by. */
const CHANNEL = 'presend';

/** The lock that the gate that leads holds, for as long as its session lasts. */
const LEADER = 7_809_640;

/** Between two signs of life, each of which asks for the lead where nobody has it. */
const BEAT_MS = 1_000;

/** A session without them is ended by the server: a gate that stands still leads no longer, and holds no lock. */
const SILENT_MS = 5_000;

/** How often others are told at most. */
const TELL_MS = 25;

/**
 * The session that gates on one database know of each other by: LISTEN/NOTIFY for changes, an advisory lock for the lead
 * (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS). When it breaks it is opened anew; until then this
 * gate does not lead, and looks for work at the pace of its polls.
 */
export class PostgresPeers implements Peers {
  readonly #url: string;
  readonly #listeners: (() => void)[] = [];
  readonly #topics = new Map<string, ((message: unknown) => void)[]>();
  #client: pg.Client | null = null;
  #leads = false;
  /** When the last sign of life was sent, by the clock that goes on while a process stands still. */
  #beatAt = 0;
  #stopped = false;
  #beating: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #telling: NodeJS.Timeout | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  /** Not for longer than the server waits for a sign of life: a gate that stood still must not go on as if nothing had been. */
  leads(): boolean {
    return this.#leads && performance.now() - this.#beatAt < SILENT_MS;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  say(topic: string, message: unknown): void {
    const said = JSON.stringify({ topic, message });
    this.#client?.query('select pg_notify($1, $2)', [CHANNEL, said]).catch(() => {});
  }

  onSaid(topic: string, listener: (message: unknown) => void): void {
    this.#topics.set(topic, [...(this.#topics.get(topic) ?? []), listener]);
  }

  async start(): Promise<void> {
    await this.#beat();
  }

  /** Something was changed here. */
  tell(): void {
    if (this.#stopped || this.#client === null) return;
    this.#telling ??= setTimeout(() => {
      this.#telling = null;
      // What is not told is found by the others' polls.
      this.#client?.query(`notify ${CHANNEL}`).catch(() => {});
    }, TELL_MS).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#leads = false;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#telling) clearTimeout(this.#telling);
    await this.#beating;
    await this.#client?.end().catch(() => {});
    this.#client = null;
  }

  #beat(): Promise<void> {
    this.#beating = this.#signOfLife().finally(() => {
      if (this.#stopped) return;
      this.#timer = setTimeout(() => void this.#beat(), BEAT_MS).unref();
    });
    return this.#beating;
  }

  async #signOfLife(): Promise<void> {
    try {
      const client = (this.#client ??= await this.#open());
      const at = performance.now();
      const { rows } = await client.query<{ leads: number }>(
        this.#leads ? 'select 1 as leads' : `select pg_try_advisory_lock(${LEADER}) as leads`,
      );
      this.#leads = rows[0]?.leads === 1 && this.#client === client;
      this.#beatAt = at;
    } catch {
      this.#lost(this.#client);
    }
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client({
      ...connectionOptions(this.#url),
      // Others are told while it is asked for a sign of life.
      ...PIPELINED,
      query_timeout: SILENT_MS,
      options: `-c idle_session_timeout=${SILENT_MS}`,
    });
    // Whatever breaks it, the session is over, and the lock with it.
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    await client.connect();
    const { rows } = await client.query<{ own: number }>('select pg_backend_pid() as own');
    const own = rows[0]?.own;
    client.on('notification', ({ processId, payload = '' }) => {
      if (processId !== own) this.#heard(payload);
    });
    await client.query(`listen ${CHANNEL}`);
    return client;
  }

  #heard(payload: string): void {
    if (payload === '') return this.#listeners.forEach((tell) => tell());
    const { topic, message } = JSON.parse(payload) as { topic: string; message: unknown };
    for (const tell of this.#topics.get(topic) ?? []) tell(message);
  }

  #lost(client: pg.Client | null): void {
    if (client === null || this.#client !== client) return;
    this.#leads = false;
    this.#client = null;
    client.end().catch(() => {});
  }
}
