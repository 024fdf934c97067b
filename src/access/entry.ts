import type { Request, Response } from 'express';
import type { SessionTable } from '../store/access-schema.ts';
import type { Trx } from '../store/database.ts';
import { type AccessContext, isSecure, originOf, sessionLengths } from './context.ts';
import { readCookie, setCookie } from './cookies.ts';
import { markDevice } from './device.ts';
import { issueToken } from './one-time-token-store.ts';
import { csrfToken } from './random-token.ts';
import { beginEnrolment, hasSecondFactor } from './second-factor.ts';
import { beginSession, endReplaced } from './session-store.ts';
import { qrCode, totpUri } from './totp.ts';
import { type User, adminExists, userById } from './user-store.ts';
import type { Enrolment, SessionView, SignInResult } from './web-types.ts';

type Method = SessionTable['method'];

/** Time for the second step of signing in; setting up an app takes a while. */
const SECOND_STEP_MS = 600_000;

/** After the password was right (or a link was used): a session, or the step that is still missing. */
export async function proceed(
  context: AccessContext,
  user: User,
  { method, req, res }: { method: Method; req: Request; res: Response },
): Promise<SignInResult> {
  const { database, key } = context;
  const now = context.now();
  const next = (trx: Trx, enrol: boolean) =>
    issueToken(trx, 'second_step', {
      userId: user.id,
      detail: { method, enrol },
      lastsMs: SECOND_STEP_MS,
      now,
      replace: false,
    });
  if (hasSecondFactor(user)) {
    const { token } = await database.transact((trx) => next(trx, false));
    return { step: 'code', token };
  }
  if (mustEnrol(context, user)) {
    return database.transact(async (trx) => {
      // Looked at again: meanwhile they may have been set up elsewhere, and must not be replaced by whoever knows the password.
      const present = await userById(trx, user.id);
      if (present && hasSecondFactor(present)) {
        const { token } = await next(trx, false);
        return { step: 'code' as const, token };
      }
      const secret = await beginEnrolment(trx, user, { key, actor: user.email, now });
      const { token } = await next(trx, true);
      return { step: 'enrol' as const, token, enrolment: enrolmentOf(secret, user.email) };
    });
  }
  return {
    step: 'done',
    session: await openSession(context, user, { method, req, res }),
    recovery_codes: null,
  };
}

/** The role asks for one-time codes and there are none yet. */
export function mustEnrol({ config }: Pick<AccessContext, 'config'>, user: User): boolean {
  return config.access.require_totp.includes(user.role) && !hasSecondFactor(user);
}

export function enrolmentOf(secret: string, email: string): Enrolment {
  const uri = totpUri(secret, email);
  return { secret, uri, qr: qrCode(uri) };
}

/** Begins a session with a fresh cookie, whatever cookie came before: a planted one is worth nothing. */
export async function openSession(
  context: AccessContext,
  user: User,
  { method, req, res }: { method: Method; req: Request; res: Response },
): Promise<SessionView> {
  const now = context.now();
  const before = readCookie(req, 'presend_session', isSecure(context, req));
  const { token } = await context.database.transact(async (trx) => {
    await endReplaced(trx, user, before, { actor: user.email, now });
    return beginSession(trx, user, {
      method,
      lengths: sessionLengths(context),
      origin: originOf(req),
      now,
    });
  });
  markDevice(context, user.email, { req, res });
  return handOver(context, user, token, { req, res });
}

/** Sets the session's cookie and says what the app must know of it. */
export function handOver(
  context: AccessContext,
  user: User,
  token: string,
  { req, res }: { req: Request; res: Response },
): Promise<SessionView> {
  const { absoluteMs } = sessionLengths(context);
  setCookie(res, 'presend_session', token, { secure: isSecure(context, req), maxAgeMs: absoluteMs });
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
