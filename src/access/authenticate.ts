import type { Request } from 'express';
import type { Authenticate } from '../http/api-router.ts';
import type { Account } from '../http/endpoint.ts';
import { type AccessContext, isSecure, sessionLengths } from './context.ts';
import { readCookie } from './cookies.ts';
import { csrfToken } from './random-token.ts';
import { type Session, findSession } from './session-store.ts';
import type { User } from './user-store.ts';

/** A session as a request brings it. */
export interface KnownSession {
  session: Session;
  user: User;
  csrf: string;
}

/** The session of a request's cookie; null when there is none that holds. */
export async function sessionOf(context: AccessContext, req: Request): Promise<KnownSession | null> {
  const token = readCookie(req, 'presend_session', isSecure(context, req));
  if (token === null || token === '') return null;
  const found = await findSession(context.database, token, {
    lengths: sessionLengths(context),
    now: context.now(),
  });
  return found && { ...found, csrf: csrfToken(token) };
}

/** Who asks, by session cookie. */
export function createAuthenticate(context: AccessContext): Authenticate {
  return async (req) => {
    const known = await sessionOf(context, req);
    return known && { account: accountOf(known.user), csrf: known.csrf };
  };
}

function accountOf({ id, email, name, role }: User): Account {
  return { id, email, name, role, scopes: null, actor: email };
}
