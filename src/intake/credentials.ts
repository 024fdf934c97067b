import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Bounded } from '../access/bounded.ts';
import { type Engine, findEngine } from './engine-store.ts';
import type { LoginGuard } from './login-guard.ts';
import { hasLoginProof, loginProof, saveLoginProof } from './login-proof-store.ts';
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

/** Passwords known to be wrong: a worker with an old one repeats it, guesses do not. */
const WRONG_REMEMBERED = 10_000;

/**
 * Checks engines' passwords. argon2id costs some 10 ms of a core, which would cap AUTH at about 150 a second; so a success
 * is remembered under a keyed hash of name, password and stored hash. The key lives in this process only, and a changed
 * credential has another stored hash, so that an old entry can never match.
 *
 * A password remembered as right never waits for the failures of others, nor after a restart (`login-proof-store.ts`). That gives
 * guesses away to nobody: the gate makes all passwords itself (`newPassword`), and 192 bits are not guessed at any rate. One remembered as wrong is no new guess
 * and not counted again, so that a worker with the old password does not keep out the one with the new.
 *
 * Few hashes are computed at a time: guesses must not take the cores and the threads that files are written with.
 */
export class CredentialChecker {
  readonly #database: Database;
  readonly #guard: LoginGuard;
  readonly #bounded: Bounded;
  /** Of the gate: what is kept across restarts is derived from it. */
  readonly #derive: Buffer;
  readonly #key = randomBytes(32);
  /** Proofs of right passwords, by the name presented. */
  readonly #right = new Map<string, Buffer>();
  /** Proofs of wrong ones, in hexadecimal; the oldest go first. */
  readonly #wrong = new Set<string>();
  /** Compared with where no proof is, which takes as long. */
  readonly #noProof = randomBytes(32);
  /** Verified against when the engine is unknown, so that a guess of names takes as long as a wrong password. */
  readonly #decoy = hashPassword(newPassword());

  /** @param options.bounded shared with whatever else computes such hashes */
  constructor(options: { database: Database; guard: LoginGuard; bounded: Bounded; key: Buffer }) {
    this.#database = options.database;
    this.#guard = options.guard;
    this.#bounded = options.bounded;
    this.#derive = options.key;
  }

  /**
   * @param address where the client is
   * @throws BusyError when too many checks wait already
   */
  async check(name: string, password: string, address: string): Promise<Checked> {
    const engine = (await findEngine(this.#database.db, name)) ?? null;
    const proof = this.#proof(name, engine, password);
    const isProven = (): boolean => timingSafeEqual(this.#right.get(name) ?? this.#noProof, proof);
    const login = { account: name, engine, address };
    if (engine && isProven()) return this.#proven(engine, address);
    const lasting = loginProof(this.#derive, engine, password);
    if ((await hasLoginProof(this.#database.db, engine?.id ?? null, lasting)) && engine) {
      this.#right.set(name, proof);
      return this.#proven(engine, address);
    }
    if (this.#wrong.has(proof.toString('hex'))) {
      const waitMs = await this.#guard.waitMs(login);
      return waitMs > 0 ? { waitMs } : { wrong: true };
    }
    const attempt = await this.#guard.begin(login);
    if ('waitMs' in attempt) {
      // Another connection may have proven it while this one waited.
      return engine && isProven() ? this.#proven(engine, address) : attempt;
    }
    let matches: boolean | null;
    try {
      const against = engine?.secretHash ?? (await this.#decoy);
      // null: argon2 itself failed, which says nothing of the password for the next time.
      matches = await this.#bounded.run(
        async () => isProven() || (await verify(against, password).catch(() => null)),
        'engines',
      );
    } catch (err) {
      attempt.dropped();
      throw err;
    }
    if (!engine || engine.secretHash === null || !matches) {
      if (matches !== null) this.#rememberWrong(proof);
      attempt.wrong();
      return { wrong: true };
    }
    this.#right.set(name, proof);
    await this.#keep(engine, lasting);
    await attempt.right(engine);
    return { engine };
  }

  async #keep({ id }: Engine, proof: Buffer): Promise<void> {
    try {
      await this.#database.transact((trx) => saveLoginProof(trx, id, proof));
    } catch {
      // A disk that cannot be written to refuses the mail with its own reply; the login is right all the same.
    }
  }

  async #proven(engine: Engine, address: string): Promise<Checked> {
    await this.#guard.right(engine, address);
    return { engine };
  }

  /** With the name as presented in it: one that no engine has must look like the others the second time too. */
  #proof(name: string, engine: Engine | null, password: string): Buffer {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([name, engine?.id ?? null, engine?.secretHash ?? null, password]))
      .digest();
  }

  #rememberWrong(proof: Buffer): void {
    this.#wrong.add(proof.toString('hex'));
    if (this.#wrong.size <= WRONG_REMEMBERED) return;
    const [oldest] = this.#wrong;
    this.#wrong.delete(oldest!);
  }
}
