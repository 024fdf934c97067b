import { hash, verify } from '@node-rs/argon2';
import { newToken } from './random-token.ts';

/** OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Verified against where there is no password, so that it takes as long as a wrong one. */
let decoy: Promise<string> | undefined;

export function hashPassword(password: string): Promise<string> {
  return hash(normal(password), ARGON2);
}

/** @param hashed null: there is none; takes as long and is never right */
export async function verifyPassword(hashed: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword(newToken());
  const against = hashed ?? (await decoy);
  const right = await verify(against, normal(password)).catch(() => false);
  return hashed !== null && right;
}

/** The same characters however the keyboard composes them (NIST SP 800-63B 3.1.1.2). */
function normal(password: string): string {
  return password.normalize('NFKC');
}
