import { UserError } from '../config/user-error.ts';
import type { Role } from '../http/endpoint.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { revokeApiTokens } from './api-token-store.ts';
import { issueToken, voidTokens } from './one-time-token-store.ts';
import { removeSecondFactor } from './second-factor.ts';
import { endSessions } from './session-store.ts';
import {
  type By,
  type NewUser,
  type User,
  addUser,
  changeUser,
  otherAdmins,
  removeUserRow,
} from './user-store.ts';

const INVITE_MS = 7 * 86_400_000;
const RESET_MS = 86_400_000;

/** A token of a one-time link; `links.ts` makes the link of it. */
export interface LinkToken {
  token: string;
  expiresAt: number;
}

/** Adds a user who chooses their password by a one-time link. @throws UserError when the address is taken */
export async function inviteUser(
  trx: Trx,
  user: Pick<NewUser, 'email' | 'name' | 'role'>,
  by: By,
): Promise<{ user: User; link: LinkToken }> {
  const added = await addUser(trx, user, by);
  return { user: added, link: await issueLink(trx, added, 'invite', by) };
}

/** A new invitation link; the one before is void. @throws UserError when the user has signed in already */
export async function inviteAgain(trx: Trx, user: User, by: By): Promise<LinkToken> {
  if (!isInvited(user))
    throw new UserError(`the user ${user.email} has an account already; reset the password instead`);
  requireEnabled(user);
  return issueLink(trx, user, 'invite', by);
}

/** The present password stops working, sessions end (API tokens too if asked for), and a one-time link lets the user choose another. */
export async function resetPassword(
  trx: Trx,
  user: User,
  by: By,
  { revokeTokens = false }: { revokeTokens?: boolean } = {},
): Promise<LinkToken> {
  requireEnabled(user);
  if (revokeTokens) await revokeApiTokens(trx, user.id, by);
  if (user.provider_only === 1) {
    throw new UserError(
      `the user ${user.email} signs in by the identity provider only and has no password here`,
    );
  }
  if (isInvited(user)) return issueLink(trx, user, 'invite', by);
  const changed = await changeUser(trx, user, { password_hash: null }, { ...by, action: 'password_reset' });
  await endEverything(trx, user, 'the password was reset', by);
  return issueLink(trx, changed, 'reset', by);
}

/** @throws UserError when nobody else could do what only admins can */
export async function setRole(trx: Trx, user: User, role: Role, by: By): Promise<User> {
  if (user.role === role) return user;
  if (user.role === 'admin') await requireOtherAdmin(trx, user, 'demoted');
  const changed = await changeUser(trx, user, { role }, { ...by, action: 'role_changed' });
  await endEverything(trx, user, 'the role was changed', by);
  return changed;
}

export async function disableUser(trx: Trx, user: User, by: By): Promise<User> {
  if (user.disabled_at !== null) return user;
  if (user.role === 'admin') await requireOtherAdmin(trx, user, 'disabled');
  const changed = await changeUser(trx, user, { disabled_at: by.now }, { ...by, action: 'disabled' });
  await endEverything(trx, user, 'the user was disabled', by);
  await voidTokens(trx, 'invite', user.id);
  await voidTokens(trx, 'reset', user.id);
  return changed;
}

export async function enableUser(trx: Trx, user: User, by: By): Promise<User> {
  if (user.disabled_at === null) return user;
  return changeUser(trx, user, { disabled_at: null }, { ...by, action: 'enabled' });
}

/** For who lost phone and recovery codes. */
export async function resetTotp(trx: Trx, user: User, by: By): Promise<User> {
  if (user.totp_secret === null) throw new UserError(`the user ${user.email} uses no one-time codes`);
  const changed = await removeSecondFactor(trx, user, { ...by, action: 'totp_reset' });
  await endEverything(trx, user, 'one-time codes were reset', by);
  return changed;
}

/** @param providerOnly true: the password works no more, only the identity provider's sign-in does */
export async function setProviderOnly(trx: Trx, user: User, providerOnly: boolean, by: By): Promise<User> {
  if ((user.provider_only === 1) === providerOnly) return user;
  if (providerOnly && user.role === 'admin' && user.oidc_subject === null) {
    await requireOtherAdmin(trx, user, 'moved to the identity provider before having signed in by it once');
  }
  const changed = await changeUser(
    trx,
    user,
    { provider_only: providerOnly ? 1 : 0 },
    { ...by, action: 'provider_only_changed' },
  );
  await endEverything(trx, user, 'the way to sign in was changed', by);
  // Their links end in a password and a session, past the provider.
  if (providerOnly) {
    await voidTokens(trx, 'invite', user.id);
    await voidTokens(trx, 'reset', user.id);
  }
  return changed;
}

/** Takes back an invitation. @throws UserError when the user has ever signed in: then the audit log speaks of them */
export async function removeUser(trx: Trx, user: User, by: By): Promise<void> {
  if (!isInvited(user)) {
    throw new UserError(
      `the user ${user.email} has signed in before and stays in the records; disable the user instead`,
    );
  }
  if (user.role === 'admin') await requireOtherAdmin(trx, user, 'removed');
  await endEverything(trx, user, 'the user was removed', by);
  await removeUserRow(trx, user);
  const { email, name, role } = user;
  await recordAudit(trx, {
    at: by.now,
    actor: by.actor,
    subject: { type: 'user', id: user.id },
    action: 'removed',
    before: { email, name, role },
  });
}

/** Nobody has signed in as this user yet. */
export function isInvited(user: User): boolean {
  return user.password_hash === null && user.last_seen_at === null;
}

/** All sessions, and sign-ins that wait for their second step. */
export async function endEverything(trx: Trx, user: User, why: string, by: By): Promise<number> {
  await voidTokens(trx, 'second_step', user.id);
  return endSessions(trx, user.id, why, by);
}

async function issueLink(trx: Trx, user: User, kind: 'invite' | 'reset', by: By): Promise<LinkToken> {
  const lastsMs = kind === 'invite' ? INVITE_MS : RESET_MS;
  const link = await issueToken(trx, kind, { userId: user.id, lastsMs, now: by.now });
  await recordAudit(trx, {
    at: by.now,
    actor: by.actor,
    subject: { type: 'user', id: user.id },
    action: `${kind}_link_made`,
    detail: { email: user.email, expires_at: link.expiresAt },
  });
  return link;
}

function requireEnabled(user: User): void {
  if (user.disabled_at !== null)
    throw new UserError(`the user ${user.email} is disabled; enable the user first`);
}

async function requireOtherAdmin(trx: Trx, user: User, what: string): Promise<void> {
  // An admin who cannot sign in is nobody's last one.
  const active = user.disabled_at === null && (user.password_hash !== null || user.oidc_subject !== null);
  if (active && (await otherAdmins(trx, user.id)) === 0) {
    throw new UserError(
      `the last active admin, ${user.email}, cannot be ${what}; make somebody else an admin first`,
    );
  }
}
