import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { type Engine, findEngine } from './engine-store.ts';
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

/**
 * Checks engines' passwords. argon2id costs some 10 ms of a core, which would cap AUTH at about 150 a second; so a success
 * is remembered under a keyed hash of name, password and stored hash. The key lives in this process only, and a changed
 * credential has another stored hash, so that an old entry can never match.
 */
export class CredentialChecker {
  readonly #database: Database;
  readonly #key = randomBytes(32);
  readonly #known = new Map<string, Buffer>();
  /** Verified against when the engine is unknown, so that a guess of names takes as long as a wrong password. */
  readonly #decoy = hashPassword(newPassword());

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns the engine, or null when name or password is wrong */
  async check(name: string, password: string): Promise<Engine | null> {
    const engine = await findEngine(this.#database.db, name);
    if (!engine?.secretHash) {
      await verify(await this.#decoy, password).catch(() => false);
      return null;
    }
    const proof = createHmac('sha256', this.#key)
      .update(JSON.stringify([engine.id, engine.secretHash, password]))
      .digest();
    const known = this.#known.get(engine.id);
    if (known && timingSafeEqual(known, proof)) return engine;
    if (!(await verify(engine.secretHash, password).catch(() => false))) return null;
    this.#known.set(engine.id, proof);
    return engine;
  }
}
