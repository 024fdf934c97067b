import { z } from 'zod';
import { type Endpoint, OWN, endpoint } from '../http/endpoint.ts';
import { sessionOf } from './authenticate.ts';
import { type AccessContext, isSecure } from './context.ts';
import { clearCookie } from './cookies.ts';
import { openSession, proceed, sessionView } from './entry.ts';
import { endSession } from './session-store.ts';
import { checkPassword, checkSecondStep } from './sign-in.ts';
import type { SessionView, SignInResult } from './web-types.ts';

const credentials = z.strictObject({
  email: z.string().max(320),
  password: z.string().max(1000),
});
const secondStep = z.strictObject({ token: z.string().max(200), code: z.string().max(40) });

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
      handle: async ({ body, req, res }): Promise<SignInResult> => {
        const user = await checkPassword(context, body, req);
        return proceed(context, user, { method: 'password', req, res });
      },
    }),
    endpoint('post', '/session/second-step', {
      access: 'public',
      body: secondStep,
      handle: async ({ body, req, res }): Promise<SignInResult> => {
        const { user, method, recoveryCodes } = await checkSecondStep(context, body, req);
        const session = await openSession(context, user, { method, req, res });
        return { step: 'done', session, recovery_codes: recoveryCodes };
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
