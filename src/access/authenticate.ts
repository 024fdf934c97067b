import type { Request } from 'express';
import type { Authenticate } from '../http/api-router.ts';
import type { Account } from '../http/endpoint.ts';
import { findApiToken } from './api-token-store.ts';
import { type AccessContext, isSecure, sessionLengths } from './context.ts';
import { readCookie } from './cookies.ts';
import { mustEnrol } from './entry.ts';
import { csrfToken } from './random-token.ts';
import { type Session, findSession } from './session-store.ts';
import type { User } from './user-store.ts';

/** A session as a request brings it. */
export interface KnownSession {
  session: Session;
  user: User;
  csrf: string;
}

/**
 * The session of a request's cookie; null when there is none that holds. Where the configuration came to ask for one-time
 * codes, sessions begun without them end.
 */
export async function sessionOf(context: AccessContext, req: Request): Promise<KnownSession | null> {
  const token = readCookie(req, 'presend_session', isSecure(context, req));
  if (token === null || token === '') return null;
  const found = await findSession(context.database, token, {
    lengths: sessionLengths(context),
    now: context.now(),
  });
  if (!found || (found.session.method !== 'oidc' && mustEnrol(context, found.user))) return null;
  return { ...found, csrf: csrfToken(token) };
}

/** The token of `Authorization: Bearer …`; null when the request has no such header. */
function bearerOf(req: Request): string | null {
  return /^Bearer +(\S+)$/iu.exec(req.get('authorization') ?? '')?.[1] ?? null;
}

/** Who asks: by API token where one is presented (a cookie beside it counts for nothing), otherwise by session. */
export function createAuthenticate(context: AccessContext): Authenticate {
  return async (req) => {
    if (req.get('authorization') !== undefined) {
      const bearer = bearerOf(req);
      const known = bearer === null ? null : await findApiToken(context.database, bearer, context.now());
      if (!known) return null;
      const { user, scopes, token } = known;
      return {
        account: { ...accountOf(user), scopes, actor: `${user.email} (${token.name})` },
        csrf: null,
        // No one sits before it; what needs a person has no scope.
        recent: true,
      };
    }
    const known = await sessionOf(context, req);
    return (
      known && {
        account: accountOf(known.user),
        csrf: known.csrf,
        recent: context.now() - known.session.created_at < context.config.access.confirm_minutes * 60_000,
      }
    );
  };
}

function accountOf({ id, email, name, role }: User): Account {
  return { id, email, name, role, scopes: null, actor: email };
}
