import { listApiTokens } from './api-token-store.ts';
import { openTokens } from './one-time-token-store.ts';
import { type SessionLengths, isOver } from './session-store.ts';
import { isInvited } from './user-acts.ts';
import { type Reader, type User, listUsers } from './user-store.ts';
import type { TokenView, UserView } from './web-types.ts';
import type { ApiToken } from './api-token-store.ts';
import type { Scope } from '../http/endpoint.ts';

/** All users as the users page and `presend user list` show them. */
export async function userViews(
  db: Reader,
  { lengths, now }: { lengths: SessionLengths; now: number },
): Promise<UserView[]> {
  const [users, links, sessions, tokens] = await Promise.all([
    listUsers(db),
    openTokens(db, ['invite', 'reset'], now),
    db.selectFrom('sessions').selectAll().execute(),
    db.selectFrom('api_tokens').selectAll().where('revoked_at', 'is', null).execute(),
  ]);
  return users.map((user) => ({
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    state: stateOf(user),
    totp: user.totp_confirmed_at !== null,
    provider_only: user.provider_only === 1,
    sessions: sessions.filter((one) => one.user_id === user.id && !isOver(one, lengths, now)).length,
    tokens: tokens.filter((one) => one.user_id === user.id && tokenState(one, now) === 'active').length,
    link_expires_at: links.find((link) => link.user_id === user.id)?.expires_at ?? null,
    last_seen_at: user.last_seen_at,
    created_at: user.created_at,
  }));
}

function stateOf(user: User): UserView['state'] {
  if (user.disabled_at !== null) return 'disabled';
  if (isInvited(user) && user.oidc_subject === null) return 'invited';
  if (user.password_hash === null && user.provider_only === 0 && user.oidc_subject === null) return 'reset';
  return 'active';
}

export async function tokenViews(db: Reader, userId: string, now: number): Promise<TokenView[]> {
  return (await listApiTokens(db, userId)).map((row) => tokenView(row, now));
}

export function tokenView(row: ApiToken, now: number): TokenView {
  const { id, name, hint, created_at, expires_at, last_used_at } = row;
  const scopes = JSON.parse(row.scopes) as Scope[];
  return { id, name, hint, scopes, created_at, expires_at, last_used_at, state: tokenState(row, now) };
}

function tokenState(row: ApiToken, now: number): TokenView['state'] {
  if (row.revoked_at !== null) return 'revoked';
  return row.expires_at !== null && row.expires_at <= now ? 'expired' : 'active';
}
