import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { type Endpoint, OWN, endpoint } from '../http/endpoint.ts';
import { recordAudit } from '../store/audit.ts';
import { own } from './account-endpoints.ts';
import type { AccessContext } from './context.ts';
import { enrolmentOf, handOver } from './entry.ts';
import { passwordField } from './fields.ts';
import { newRecoveryCodes } from './recovery-code-store.ts';
import { beginEnrolment, confirmEnrolment, hasSecondFactor, removeSecondFactor } from './second-factor.ts';
import { endSessions, rotateSession } from './session-store.ts';
import { confirmPassword } from './sign-in.ts';
import type { User } from './user-store.ts';
import type { Enrolment, SessionView } from './web-types.ts';

const password = z.strictObject({ password: passwordField });

/** One-time codes of the own account. */
export function totpEndpoints(context: AccessContext): Endpoint[] {
  const { database, now, key, config } = context;
  return [
    endpoint('post', '/account/totp', {
      access: OWN,
      body: password,
      handle: async ({ body, req }): Promise<Enrolment> => {
        const { user } = await own(context, req);
        requirePassword(user);
        if (hasSecondFactor(user)) throw new ApiError('conflict', 'One-time codes are on already.');
        await confirmPassword(context, user, body.password, 'password');
        const secret = await database.transact((trx) =>
          beginEnrolment(trx, user, { key, actor: user.email, now: now() }),
        );
        return enrolmentOf(secret, user.email);
      },
    }),
    endpoint('post', '/account/totp/confirm', {
      access: OWN,
      body: z.strictObject({ code: z.string().max(40) }),
      handle: async ({ body, req, res }): Promise<{ recovery_codes: string[]; session: SessionView }> => {
        const { user, session } = await own(context, req);
        if (hasSecondFactor(user)) throw new ApiError('conflict', 'One-time codes are on already.');
        if (user.totp_secret === null) throw new ApiError('conflict', 'Begin by showing the QR code.');
        const by = { actor: user.email, now: now() };
        const done = await database.transact(async (trx) => {
          const codes = await confirmEnrolment(trx, user, body.code, { key, ...by });
          if (codes === null) return null;
          await endSessions(trx, user.id, 'one-time codes were switched on', by, { except: session.id });
          return { codes, token: await rotateSession(trx, session) };
        });
        if (!done) {
          throw new ApiError('invalid', 'This code is wrong.', {
            fields: {
              code: 'is wrong; check that the clock of your phone is right, and type the newest code',
            },
          });
        }
        return {
          recovery_codes: done.codes,
          session: await handOver(context, user, done.token, { req, res }),
        };
      },
    }),
    endpoint('post', '/account/totp/disable', {
      access: OWN,
      body: password,
      handle: async ({ body, req, res }): Promise<SessionView> => {
        const { user, session } = await own(context, req);
        if (config.access.require_totp.includes(user.role)) {
          throw new ApiError(
            'conflict',
            `Everybody with the role ${user.role} must use one-time codes here.`,
          );
        }
        if (user.totp_secret === null) throw new ApiError('conflict', 'One-time codes are off already.');
        await confirmPassword(context, user, body.password, 'password');
        const by = { actor: user.email, now: now() };
        const token = await database.transact(async (trx) => {
          await removeSecondFactor(trx, user, { ...by, action: 'totp_disabled' });
          await endSessions(trx, user.id, 'one-time codes were switched off', by, { except: session.id });
          return rotateSession(trx, session);
        });
        return handOver(context, user, token, { req, res });
      },
    }),
    endpoint('post', '/account/recovery-codes', {
      access: OWN,
      body: password,
      handle: async ({ body, req }): Promise<{ recovery_codes: string[] }> => {
        const { user } = await own(context, req);
        if (!hasSecondFactor(user)) throw new ApiError('conflict', 'Switch one-time codes on first.');
        await confirmPassword(context, user, body.password, 'password');
        const at = now();
        const codes = await database.transact(async (trx) => {
          await recordAudit(trx, {
            at,
            actor: user.email,
            subject: { type: 'user', id: user.id },
            action: 'recovery_codes_made',
          });
          return newRecoveryCodes(trx, user.id, { key, now: at });
        });
        return { recovery_codes: codes };
      },
    }),
  ];
}

function requirePassword(user: User): void {
  if (user.provider_only === 1 || user.password_hash === null) {
    throw new ApiError(
      'conflict',
      'You sign in by the identity provider, which asks for its own second step.',
    );
  }
}
