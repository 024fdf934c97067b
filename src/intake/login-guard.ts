import { type Attempts, type BackoffLimits, attemptsAtOnce, failed } from '../access/backoff.ts';
import { networkOf } from '../access/network.ts';
import type { Config } from '../config/config.ts';
import { deriveSecret } from '../config/gate-secret.ts';
import type { Database } from '../store/database.ts';
import type { Engine } from './engine-store.ts';
import { lastLogin, rememberLogin } from './known-network-store.ts';
import { PendingLogins } from './pending-logins.ts';

/** A login is written down again after this long. */
const REFRESH_MS = 86_400_000;

/** Who tries to log in, and from where. */
export interface Login {
  /** The name presented, whether or not there is such an engine; null for a key, which names nobody. */
  account: string | null;
  /** The engine of that name or key. */
  engine: Engine | null;
  address: string;
}

interface Counted {
  key: string;
  limits: BackoffLimits;
  /** Of that engine from that network alone: a success ends it. */
  own: boolean;
}

/** A login under way; one of these ends it. */
export interface LoginAttempt {
  right(engine: Engine): Promise<void>;
  wrong(): void;
  /** It was not checked, and counts as nothing. */
  dropped(): void;
}

/**
 * Back-off of engines' logins, by SMTP and by API key: each failure beyond the free ones doubles the wait of the account and of
 * the address (IPv6: of the /64).
 *
 * Where an engine logged in within the last 30 days, only failures of that engine from that network count: guesses by others,
 * on the account or from behind the same address on other accounts, do not keep it out. An unknown name waits as a known one does.
 *
 * No more attempts are under way at once than may fail before the wait begins, so that guesses in parallel do not slip through
 * between check and count; the ones beyond wait for those to end, since all may be right.
 *
 * Counts live in memory, the ones that failed last, so that a flood of guesses neither writes to disk nor grows; a restart forgets
 * them, but not from where engines logged in.
 */
export class LoginGuard {
  readonly #database: Database;
  readonly #key: Buffer;
  readonly #now: () => number;
  readonly #limits: Config['engine_login'];
  readonly #account: BackoffLimits;
  readonly #address: BackoffLimits;
  readonly #counts = new Map<string, Attempts>();
  readonly #pending = new PendingLogins();
  /** Last login written down, by engine and network. */
  readonly #logins = new Map<string, number>();

  constructor(options: {
    database: Database;
    key: Buffer;
    now: () => number;
    limits: Config['engine_login'];
  }) {
    this.#database = options.database;
    this.#key = options.key;
    this.#now = options.now;
    const { limits } = options;
    this.#limits = limits;
    const wait = { firstMs: limits.first_wait_seconds * 1000, longestMs: limits.longest_wait_seconds * 1000 };
    this.#account = { free: limits.account_failures, ...wait };
    this.#address = { free: limits.address_failures, ...wait };
  }

  /**
   * Waits while as many are under way as may fail.
   *
   * @returns the attempt to be made; or for how long to wait, milliseconds: nothing is counted then
   * @throws BusyError when too many wait already
   */
  async begin(login: Login): Promise<LoginAttempt | { waitMs: number }> {
    const counted = await this.#counted(login);
    for (;;) {
      const waitMs = this.#wait(counted);
      if (waitMs > 0) return { waitMs };
      const full = this.#full(counted);
      if (!full) break;
      await this.#pending.oneEnded(full.key);
    }
    for (const { key } of counted) this.#pending.begin(key);
    const end = (): void => {
      for (const { key } of counted) this.#pending.end(key);
    };
    return {
      right: async (engine) => {
        for (const { key, own } of counted) if (own) this.#counts.delete(key);
        end();
        await this.#remember(engine, login.address);
      },
      wrong: () => {
        this.#fail(counted);
        end();
      },
      dropped: end,
    };
  }

  /** Counts a failure of a login that needed no `begin`. @returns for how long it had to wait, and then nothing is counted; milliseconds */
  async wrong(login: Login): Promise<number> {
    const counted = await this.#counted(login);
    const waitMs = this.#wait(counted);
    if (waitMs === 0) this.#fail(counted);
    return waitMs;
  }

  /** For how long the login has to wait, milliseconds; 0 = not at all. Counts nothing. */
  async waitMs(login: Login): Promise<number> {
    return this.#wait(await this.#counted(login));
  }

  /** A login that needed no `begin`, since its secret cannot be guessed, was right. What others failed at stays counted. */
  async right(engine: Engine, address: string): Promise<void> {
    await this.#remember(engine, address);
  }

  async #counted({ account, engine, address }: Login): Promise<Counted[]> {
    const network = networkOf(address);
    const id = engine?.id ?? '';
    if (await this.#isKnown(id, network)) {
      const key = this.#hash('own', id, engine?.secretHash ?? '', network);
      return [{ key, limits: this.#account, own: true }];
    }
    const counted = [{ key: this.#hash('address', network), limits: this.#address, own: false }];
    if (account !== null) {
      // With the credential in it: a new password begins anew.
      const key = this.#hash('account', account, engine?.secretHash ?? '');
      counted.push({ key, limits: this.#account, own: false });
    }
    return counted;
  }

  #wait(counted: readonly { key: string }[]): number {
    const now = this.#now();
    return Math.max(0, ...counted.map(({ key }) => (this.#counts.get(key)?.locked_until ?? 0) - now));
  }

  #full(counted: readonly Counted[]): Counted | undefined {
    const now = this.#now();
    return counted.find(
      ({ key, limits }) => this.#pending.count(key) >= attemptsAtOnce(this.#counts.get(key), limits, now),
    );
  }

  #fail(counted: readonly Counted[]): void {
    const now = this.#now();
    for (const { key, limits } of counted) this.#set(key, failed(this.#counts.get(key), limits, now));
  }

  /** The ones that failed last are kept. */
  #set(key: string, attempts: Attempts): void {
    this.#counts.delete(key);
    this.#counts.set(key, attempts);
    if (this.#counts.size > this.#limits.remembered) {
      const [oldest] = this.#counts.keys();
      this.#counts.delete(oldest!);
    }
  }

  /** Asked for unknown names too, so that both take as long. */
  async #isKnown(engineId: string, network: string): Promise<boolean> {
    const networkHash = this.#hash('network', network);
    const now = this.#now();
    const written = this.#logins.get(`${engineId} ${networkHash}`);
    if (written !== undefined && now - written < REFRESH_MS) return true;
    const last = await lastLogin(this.#database.db, { engineId, networkHash, now });
    return last !== null;
  }

  async #remember({ id }: Engine, address: string): Promise<void> {
    const networkHash = this.#hash('network', networkOf(address));
    const now = this.#now();
    const login = `${id} ${networkHash}`;
    if (now - (this.#logins.get(login) ?? Number.NEGATIVE_INFINITY) < REFRESH_MS) return;
    try {
      await this.#database.transact((trx) => rememberLogin(trx, { engineId: id, networkHash, now }));
    } catch {
      // A disk that cannot be written to refuses the mail with its own reply; the login is right all the same.
      return;
    }
    this.#logins.delete(login);
    this.#logins.set(login, now);
    if (this.#logins.size > this.#limits.remembered) this.#logins.delete([...this.#logins.keys()][0]!);
  }

  #hash(...parts: string[]): string {
    return deriveSecret(this.#key, 'engine-login', ...parts).toString('hex', 0, 16);
  }
}
