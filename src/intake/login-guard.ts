import { type Attempts, type BackoffLimits, failed } from '../access/backoff.ts';
import { networkOf } from '../access/network.ts';
import type { Config } from '../config/config.ts';
import { deriveSecret } from '../config/gate-secret.ts';
import type { Database } from '../store/database.ts';
import type { Engine } from './engine-store.ts';
import { lastLogin, rememberLogin } from './known-network-store.ts';

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
  /** Of that engine from that network alone: a success ends it. Otherwise a success only takes its own attempt back. */
  own: boolean;
}

/** A login counted as failed until it is `right`, so that guesses in parallel do not slip through between check and count. */
export interface LoginAttempt {
  right(engine: Engine): Promise<void>;
}

/**
 * Back-off of engines' logins, by SMTP and by API key: each failure beyond the free ones doubles the wait of the account and of
 * the address (IPv6: of the /64).
 *
 * Where an engine logged in within the last 30 days, only failures of that engine from that network count: guesses by others,
 * on the account or from behind the same address on other accounts, do not keep it out. An unknown name waits as a known one does.
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

  /** @returns the attempt to be made; or for how long to wait, milliseconds: nothing is counted then */
  async begin(login: Login): Promise<LoginAttempt | { waitMs: number }> {
    const counted = await this.#counted(login);
    const waitMs = this.#wait(counted);
    if (waitMs > 0) return { waitMs };
    const now = this.#now();
    for (const { key, limits } of counted) this.#set(key, failed(this.#counts.get(key), limits, now));
    return {
      right: async (engine) => {
        for (const { key, own } of counted) {
          if (own) this.#counts.delete(key);
          else this.#takeBack(key);
        }
        await this.#remember(engine, login.address);
      },
    };
  }

  /** For how long the login has to wait, milliseconds; 0 = not at all. Counts nothing. */
  async waitMs(login: Login): Promise<number> {
    return this.#wait(await this.#counted(login));
  }

  /** A login that needed no `begin`, since its secret cannot be guessed, was right. */
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

  /** The ones that failed last are kept. */
  #set(key: string, attempts: Attempts): void {
    this.#counts.delete(key);
    this.#counts.set(key, attempts);
    if (this.#counts.size > this.#limits.remembered) {
      const [oldest] = this.#counts.keys();
      this.#counts.delete(oldest!);
    }
  }

  #takeBack(key: string): void {
    const before = this.#counts.get(key);
    if (!before) return;
    if (before.failures <= 1) this.#counts.delete(key);
    else this.#counts.set(key, { ...before, failures: before.failures - 1, locked_until: 0 });
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
