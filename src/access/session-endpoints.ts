import type { Request, Response } from 'express';
import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { type Endpoint, OWN, endpoint } from '../http/endpoint.ts';
import { sessionOf } from './authenticate.ts';
import { type AccessContext, isSecure, originOf, sessionLengths } from './context.ts';
import { clearCookie, setCookie } from './cookies.ts';
import { verifyPassword } from './password-hash.ts';
import { csrfToken } from './random-token.ts';
import { type Session, beginSession, endSession } from './session-store.ts';
import { type User, adminExists, userByEmail } from './user-store.ts';
import type { SessionView } from './web-types.ts';

const credentials = z.strictObject({
  email: z.string().max(320),
  password: z.string().max(256),
});

/** Who is signed in, signing in and out. */
export function sessionEndpoints(context: AccessContext): Endpoint[] {
  const { database, now } = context;
  return [
    endpoint('get', '/session', {
      access: 'public',
      handle: async ({ req }): Promise<SessionView> => {
        const known = await sessionOf(context, req);
        return sessionView(context, known && { user: known.user, csrf: known.csrf });
      },
    }),
    endpoint('post', '/session', {
      access: 'public',
      body: credentials,
      handle: async ({ body, req, res }): Promise<SessionView> => {
        const user = await userByEmail(database.db, body.email);
        const usable = user?.disabled_at === null && user.provider_only === 0 ? user : undefined;
        if (!(await verifyPassword(usable?.password_hash ?? null, body.password)) || !usable) {
          throw new ApiError('unauthenticated', 'The e-mail address or the password is wrong.');
        }
        return openSession(context, { user: usable, method: 'password', req, res });
      },
    }),
    endpoint('post', '/session/end', {
      access: OWN,
      handle: async ({ account, req, res }) => {
        const known = await sessionOf(context, req);
        if (known) {
          const by = { actor: account.actor, now: now() };
          await database.transact((trx) => endSession(trx, known.user, known.session.id, by));
        }
        clearCookie(res, 'presend_session', isSecure(context, req));
      },
    }),
  ];
}

/** Begins a session with a fresh cookie, whatever cookie came before: a planted one is worth nothing. */
export async function openSession(
  context: AccessContext,
  { user, method, req, res }: { user: User; method: Session['method']; req: Request; res: Response },
): Promise<SessionView> {
  const lengths = sessionLengths(context);
  const { token } = await context.database.transact((trx) =>
    beginSession(trx, user, { method, lengths, origin: originOf(req), now: context.now() }),
  );
  setCookie(res, 'presend_session', token, {
    secure: isSecure(context, req),
    maxAgeMs: lengths.absoluteMs,
  });
  return sessionView(context, { user, csrf: csrfToken(token) });
}

/** What the app is told of who is signed in. */
export async function sessionView(
  { database, config }: AccessContext,
  known: { user: User; csrf: string } | null,
): Promise<SessionView> {
  return {
    setup_needed: known === null && !(await adminExists(database.db)),
    account: known && {
      id: known.user.id,
      email: known.user.email,
      name: known.user.name,
      role: known.user.role,
      shortcuts: known.user.shortcuts === 1,
    },
    csrf: known?.csrf ?? null,
    oidc: config.access.oidc?.label ?? null,
  };
}
