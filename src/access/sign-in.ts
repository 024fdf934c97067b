import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { ApiError } from '../http/api-error.ts';
import type { SessionTable } from '../store/access-schema.ts';
import { type Counted, attemptKey, attemptSucceeded, beginAttempt } from './attempt-store.ts';
import { ACCOUNT_LIMITS, ADDRESS_LIMITS } from './backoff.ts';
import { type AccessContext, originOf } from './context.ts';
import { knownDevice } from './device.ts';
import { emailKey } from './email-key.ts';
import { whenFree } from './hashing.ts';
import { findToken, takeToken } from './one-time-token-store.ts';
import { verifyPassword } from './password-hash.ts';
import { confirmEnrolment, takeCode } from './second-factor.ts';
import { type User, userByEmail, userById } from './user-store.ts';

/**
 * Checks an e-mail address and a password. Whether there is such an account shows neither in the answer nor in its time nor in
 * when it is locked.
 *
 * @throws ApiError `unauthenticated`, or `too_many` with how long to wait
 */
export async function checkPassword(
  context: AccessContext,
  { email, password }: { email: string; password: string },
  req: Request,
): Promise<User> {
  const { database } = context;
  const { counted, returned } = countedFor(context, email, req);
  const wait = await database.transact((trx) => beginAttempt(trx, [...counted, ...returned], context.now()));
  if (wait !== null) throw tooMany(wait);
  const user = await userByEmail(database.db, email);
  const usable = user?.disabled_at === null && user.provider_only === 0 ? user : undefined;
  const right = await whenFree(context, () => verifyPassword(usable?.password_hash ?? null, password)).catch(
    async (error: unknown) => {
      // Not tried, so it counts as nothing.
      await database.transact((trx) =>
        attemptSucceeded(trx, { cleared: [], returned: [...counted, ...returned] }),
      );
      throw error;
    },
  );
  if (!right || !usable) {
    throw new ApiError('unauthenticated', 'The e-mail address or the password is wrong.');
  }
  await database.transact((trx) => attemptSucceeded(trx, { cleared: counted, returned }));
  return usable;
}

/** Guesses count on the account and the address; in a browser its owner is known from, on that browser alone. */
function countedFor(
  context: AccessContext,
  email: string,
  req: Request,
): { counted: Counted[]; returned: Counted[] } {
  const { key } = context;
  const device = knownDevice(context, email, req);
  if (device !== null) {
    return { counted: [{ key: attemptKey(key, 'device', device), limits: ACCOUNT_LIMITS }], returned: [] };
  }
  return {
    counted: [{ key: attemptKey(key, 'account', emailKey(email)), limits: ACCOUNT_LIMITS }],
    returned: [addressCount(context, req)],
  };
}

/** One customer of a network has a whole /64 of IPv6 addresses. */
function addressCount({ key }: Pick<AccessContext, 'key'>, req: Request): Counted {
  const { address } = originOf(req);
  const network = address === 'unknown' ? address : ipKeyGenerator(address, 64);
  return { key: attemptKey(key, 'address', network), limits: ADDRESS_LIMITS };
}

/** What the second step remembers of the first. */
interface SecondStep {
  method: SessionTable['method'];
  enrol: boolean;
}

/**
 * Checks the code of the second step.
 *
 * @returns the user; `recoveryCodes` when one-time codes were set up by it
 * @throws ApiError `conflict` when the first step is too long ago, `invalid` for a wrong code, `too_many`
 */
export async function checkSecondStep(
  context: AccessContext,
  { token, code }: { token: string; code: string },
  req: Request,
): Promise<{ user: User; method: SessionTable['method']; recoveryCodes: string[] | null }> {
  const { database, key } = context;
  const now = context.now();
  const result = await database.transact(async (trx) => {
    const row = await findToken(trx, ['second_step'], token, now);
    const user = row?.user_id ? await userById(trx, row.user_id) : undefined;
    if (!row || !user || user.disabled_at !== null) return { over: true } as const;
    const count: Counted = { key: attemptKey(key, 'second_step', user.id), limits: ACCOUNT_LIMITS };
    const address = addressCount(context, req);
    const wait = await beginAttempt(trx, [count, address], now);
    if (wait !== null) return { wait } as const;
    const { method, enrol } = JSON.parse(row.detail) as SecondStep;
    const recoveryCodes = enrol
      ? await confirmEnrolment(trx, user, code, { key, actor: user.email, now })
      : null;
    const right = enrol ? recoveryCodes !== null : await takeCode(trx, user, code, { key, now });
    if (!right) return { wrong: true } as const;
    await attemptSucceeded(trx, { cleared: [count], returned: [address] });
    await takeToken(trx, ['second_step'], token, now);
    return { user, method, recoveryCodes };
  });
  if ('over' in result) throw new ApiError('conflict', 'Signing in took too long; begin again.');
  if (result.wait !== undefined) throw tooMany(result.wait);
  if ('wrong' in result) {
    throw new ApiError('invalid', 'This code is wrong or was used already.', {
      fields: { code: 'is wrong or was used already; wait for the next one' },
    });
  }
  return result;
}

/**
 * Checks the own password before something that a session alone should not do.
 *
 * @throws ApiError `invalid` with the field, or `too_many`
 */
export async function confirmPassword(
  context: AccessContext,
  user: User,
  password: string,
  field: string,
): Promise<void> {
  const { database, key, now } = context;
  const count: Counted = { key: attemptKey(key, 'own', user.id), limits: ACCOUNT_LIMITS };
  const wait = await database.transact((trx) => beginAttempt(trx, [count], now()));
  if (wait !== null) throw tooMany(wait);
  const right = await whenFree(context, () => verifyPassword(user.password_hash, password)).catch(
    async (error: unknown) => {
      await database.transact((trx) => attemptSucceeded(trx, { cleared: [], returned: [count] }));
      throw error;
    },
  );
  if (!right) {
    throw new ApiError('invalid', 'The password is wrong.', { fields: { [field]: 'is wrong' } });
  }
  await database.transact((trx) => attemptSucceeded(trx, { cleared: [count], returned: [] }));
}

function tooMany(waitMs: number): ApiError {
  const seconds = Math.ceil(waitMs / 1000);
  const text = seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return new ApiError('too_many', `Too many attempts: try again in ${text}.`, {
    retryAfterSeconds: seconds,
  });
}
