import type { Trx } from '../store/database.ts';
import { recordAudit } from '../store/audit.ts';
import { forgetRecoveryCodes, newRecoveryCodes, useRecoveryCode } from './recovery-code-store.ts';
import { seal, unseal } from './sealed.ts';
import { newTotpSecret, totpStep } from './totp.ts';
import { type By, type User, changeUser } from './user-store.ts';

/** Whether signing in asks for a one-time code. */
export function hasSecondFactor(user: User): boolean {
  return user.totp_confirmed_at !== null;
}

/** Makes a secret that counts once it is confirmed by a code of it. @returns it, base32 */
export async function beginEnrolment(
  trx: Trx,
  user: User,
  { key, ...by }: By & { key: Buffer },
): Promise<string> {
  const secret = newTotpSecret();
  await changeUser(
    trx,
    user,
    { totp_secret: seal(key, ['totp', user.id], secret), totp_confirmed_at: null, totp_last_step: null },
    { ...by, action: 'totp_begun' },
  );
  return secret;
}

/** Switches one-time codes on. @returns the recovery codes, or null when the code is wrong */
export async function confirmEnrolment(
  trx: Trx,
  user: User,
  code: string,
  { key, ...by }: By & { key: Buffer },
): Promise<string[] | null> {
  const step = stepOf(user, code, { key, now: by.now });
  if (step === null) return null;
  await changeUser(
    trx,
    user,
    { totp_confirmed_at: by.now, totp_last_step: step },
    { ...by, action: 'totp_enabled' },
  );
  return newRecoveryCodes(trx, user.id, { key, now: by.now });
}

/** Switches one-time codes off and forgets the secret and the recovery codes. */
export async function removeSecondFactor(
  trx: Trx,
  user: User,
  by: By & { action: 'totp_disabled' | 'totp_reset' },
): Promise<User> {
  await forgetRecoveryCodes(trx, user.id);
  return changeUser(trx, user, { totp_secret: null, totp_confirmed_at: null, totp_last_step: null }, by);
}

/** Takes a one-time code or a recovery code; each works once. @returns whether it was right */
export async function takeCode(
  trx: Trx,
  user: User,
  code: string,
  { key, now }: { key: Buffer; now: number },
): Promise<boolean> {
  const step = stepOf(user, code, { key, now });
  if (step !== null) {
    await trx.updateTable('users').set({ totp_last_step: step }).where('id', '=', user.id).execute();
    return true;
  }
  if (!(await useRecoveryCode(trx, user.id, code, { key, now }))) return false;
  await recordAudit(trx, {
    at: now,
    actor: user.email,
    subject: { type: 'user', id: user.id },
    action: 'recovery_code_used',
  });
  return true;
}

function stepOf(user: User, code: string, { key, now }: { key: Buffer; now: number }): number | null {
  if (user.totp_secret === null) return null;
  const secret = unseal(key, ['totp', user.id], user.totp_secret);
  return totpStep(secret, code, { now, lastStep: user.totp_last_step });
}
