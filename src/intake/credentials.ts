import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Bounded } from '../access/bounded.ts';
import type { Config } from '../config/config.ts';
import { type Engine, findEngine } from './engine-store.ts';
import type { LoginGuard } from './login-guard.ts';
import type { Database } from '../store/database.ts';

/** OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** A new random password for an engine: 32 characters, 192 bits. */
export function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2);
}

/** What came of a name and a password. Which of the two was wrong is not told, nor does it take another time. */
export type Checked = { engine: Engine } | { wrong: true } | { waitMs: number };

/**
 * Checks engines' passwords. argon2id costs some 10 ms of a core, which would cap AUTH at about 150 a second; so a success
 * is remembered under a keyed hash of name, password and stored hash. The key lives in this process only, and a changed
 * credential has another stored hash, so that an old entry can never match.
 *
 * Few hashes are computed at a time: guesses must not take the cores and the threads that files are written with.
 */
export class CredentialChecker {
  readonly #database: Database;
  readonly #guard: LoginGuard;
  readonly #bounded: Bounded;
  readonly #key = randomBytes(32);
  readonly #known = new Map<string, Buffer>();
  /** Verified against when the engine is unknown, so that a guess of names takes as long as a wrong password. */
  readonly #decoy = hashPassword(newPassword());

  constructor(options: { database: Database; guard: LoginGuard; limits: Config['engine_login'] }) {
    this.#database = options.database;
    this.#guard = options.guard;
    const { checks_at_once, checks_waiting } = options.limits;
    this.#bounded = new Bounded({ atOnce: checks_at_once, waiting: checks_waiting });
  }

  /**
   * @param address where the client is
   * @throws BusyError when too many checks wait already
   */
  async check(name: string, password: string, address: string): Promise<Checked> {
    const engine = (await findEngine(this.#database.db, name)) ?? null;
    const attempt = await this.#guard.begin({ account: name, engine, address });
    if ('waitMs' in attempt) return attempt;
    if (!(await this.#matches(engine, password)) || !engine) return { wrong: true };
    await attempt.right(engine);
    return { engine };
  }

  async #matches(engine: Engine | null, password: string): Promise<boolean> {
    const { id, secretHash } = engine ?? { id: '', secretHash: null };
    const proof = createHmac('sha256', this.#key)
      .update(JSON.stringify([id, secretHash, password]))
      .digest();
    const known = this.#known.get(id);
    if (known && timingSafeEqual(known, proof)) return true;
    const against = secretHash ?? (await this.#decoy);
    const right = await this.#bounded.run(() => verify(against, password).catch(() => false));
    if (!right || secretHash === null) return false;
    this.#known.set(id, proof);
    return true;
  }
}
