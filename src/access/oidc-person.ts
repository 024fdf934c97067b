import { UserError } from '../config/user-error.ts';
import type { Role } from '../http/endpoint.ts';
import type { Trx } from '../store/database.ts';
import { recordAudit } from '../store/audit.ts';
import type { AccessConfig } from './access-config.ts';
import { voidTokens } from './one-time-token-store.ts';
import { setRole } from './user-acts.ts';
import { type By, type User, addUser, changeUser, userByEmail, userBySubject } from './user-store.ts';

type OidcConfig = NonNullable<AccessConfig['oidc']>;

/** Why somebody whom the provider knows does not get in; the sign-in page words it. */
export type OidcProblem = 'unverified' | 'domain' | 'unknown' | 'no_role' | 'disabled' | 'conflict';

/** Claims of the id_token that matter here (OpenID Connect Core 5.1). */
export interface Claims {
  iss: string;
  sub: string;
  email?: unknown;
  email_verified?: unknown;
  name?: unknown;
  [claim: string]: unknown;
}

/**
 * The user a provider's claims belong to: by the provider's own id once it is linked, before that by a verified e-mail
 * address, never by an unverified one, which anybody could claim.
 */
export async function personOf(
  trx: Trx,
  claims: Claims,
  config: OidcConfig,
  now: number,
): Promise<{ user: User } | { problem: OidcProblem }> {
  const role = roleOf(claims, config);
  if (role === 'none') return { problem: 'no_role' };
  const by: By = { actor: 'identity provider', now };

  const linked = await userBySubject(trx, { issuer: claims.iss, subject: claims.sub });
  if (linked) {
    if (linked.disabled_at !== null) return { problem: 'disabled' };
    return { user: await inRole(trx, linked, role, by) };
  }

  const { email } = claims;
  if (typeof email !== 'string' || claims.email_verified !== true) return { problem: 'unverified' };
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (config.email_domains.length > 0 && !config.email_domains.some((one) => one.toLowerCase() === domain)) {
    return { problem: 'domain' };
  }
  const known = await userByEmail(trx, email);
  if (known) {
    if (known.disabled_at !== null) return { problem: 'disabled' };
    // Another person of the provider has this account: addresses can be given to a successor.
    if (known.oidc_subject !== null) return { problem: 'conflict' };
    const link = { oidc_issuer: claims.iss, oidc_subject: claims.sub };
    const user = await changeUser(trx, known, link, { ...by, action: 'provider_linked' });
    await voidTokens(trx, 'invite', user.id);
    return { user: await inRole(trx, user, role, by) };
  }
  if (!config.create_users) return { problem: 'unknown' };
  const first = role ?? config.default_role;
  if (first === null) return { problem: 'no_role' };
  const name =
    typeof claims.name === 'string' && claims.name.trim() !== '' ? claims.name.slice(0, 100) : email;
  const added = await addUser(trx, { email, name, role: first }, by);
  const user = await changeUser(
    trx,
    added,
    { oidc_issuer: claims.iss, oidc_subject: claims.sub, provider_only: 1 },
    { ...by, action: 'provider_linked' },
  );
  return { user };
}

/**
 * @returns null where the provider says nothing of roles, so that the user's own stands; `none` when it says something and
 *   none of it is a role here, and no default is configured
 */
function roleOf(claims: Claims, { role_claim, roles, default_role }: OidcConfig): Role | 'none' | null {
  if (role_claim === null) return null;
  const value = claims[role_claim];
  const values = Array.isArray(value) ? value : [value];
  for (const role of ['admin', 'reviewer', 'auditor'] as const) {
    if (roles[role]?.some((wanted) => values.includes(wanted))) return role;
  }
  return default_role ?? 'none';
}

/** Where the provider gives the role, it gives it at every sign-in; the last admin stays one, so that the gate has one. */
async function inRole(trx: Trx, user: User, role: Role | null, by: By): Promise<User> {
  if (role === null || role === user.role) return user;
  try {
    return await setRole(trx, user, role, by);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await recordAudit(trx, {
      at: by.now,
      actor: by.actor,
      subject: { type: 'user', id: user.id },
      action: 'role_kept',
      detail: { given: role, why: error.message },
    });
    return user;
  }
}
