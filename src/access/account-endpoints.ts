import type { Request } from 'express';
import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { type Endpoint, OWN, SCOPES, endpoint, recent } from '../http/endpoint.ts';
import { SCOPES_OF, addApiToken, listApiTokens, revokeApiToken, revokeApiTokens } from './api-token-store.ts';
import { type KnownSession, sessionOf } from './authenticate.ts';
import { type AccessContext, sessionLengths } from './context.ts';
import { handOver, openSession } from './entry.ts';
import { nameField, passwordField, revokeField } from './fields.ts';
import { whenFree } from './hashing.ts';
import { hashPassword } from './password-hash.ts';
import { passwordTrouble } from './password-rules.ts';
import { recoveryCodesLeft } from './recovery-code-store.ts';
import { endSession, endSessions, listSessions, rotateSession } from './session-store.ts';
import { confirmPassword } from './sign-in.ts';
import { endEverything } from './user-acts.ts';
import { tokenView, tokenViews } from './user-list-store.ts';
import { changeUser } from './user-store.ts';
import type { AccountView, EndedOthers, OwnSession, SessionView, TokenView } from './web-types.ts';

/** Most tokens in use at once. */
const TOKENS_MAX = 20;

const newTokenBody = z.strictObject({
  name: nameField,
  scopes: z.array(z.enum(SCOPES)).min(1, 'choose at least one scope').max(SCOPES.length),
  days: z.int().min(1).max(366).nullable(),
});

/** A person's own account, in a browser session only. */
export function accountEndpoints(context: AccessContext): Endpoint[] {
  const { database, now, config } = context;

  return [
    endpoint('get', '/account', {
      access: OWN,
      handle: async ({ req }): Promise<AccountView> => {
        const { user } = await own(context, req);
        return {
          id: user.id,
          email: user.email,
          name: user.name,
          role: user.role,
          shortcuts: user.shortcuts === 1,
          has_password: user.password_hash !== null,
          provider_only: user.provider_only === 1,
          totp:
            user.totp_confirmed_at === null
              ? null
              : {
                  since: user.totp_confirmed_at,
                  recovery_codes_left: await recoveryCodesLeft(database.db, user.id),
                },
          totp_required: config.access.require_totp.includes(user.role),
          scopes: SCOPES_OF[user.role],
        };
      },
    }),
    endpoint('patch', '/account', {
      access: OWN,
      body: z.strictObject({ name: nameField.optional(), shortcuts: z.boolean().optional() }),
      handle: async ({ body, req }): Promise<{ name: string; shortcuts: boolean }> => {
        const { user } = await own(context, req);
        const changed = await database.transact((trx) =>
          changeUser(
            trx,
            user,
            {
              ...(body.name === undefined ? {} : { name: body.name }),
              ...(body.shortcuts === undefined ? {} : { shortcuts: body.shortcuts ? 1 : 0 }),
            },
            { actor: user.email, now: now(), action: 'account_changed' },
          ),
        );
        return { name: changed.name, shortcuts: changed.shortcuts === 1 };
      },
    }),
    endpoint('post', '/account/password', {
      access: OWN,
      body: z.strictObject({ current: passwordField, password: passwordField, revoke_tokens: revokeField }),
      handle: async ({ body, req, res }): Promise<SessionView> => {
        const { user, session } = await own(context, req);
        if (user.provider_only === 1 || user.password_hash === null) {
          throw new ApiError('conflict', 'You sign in by the identity provider and have no password here.');
        }
        await confirmPassword(context, user, body.current, 'current');
        const trouble = await passwordTrouble(body.password, user);
        if (trouble !== null) {
          throw new ApiError('invalid', `The password ${trouble}.`, { fields: { password: trouble } });
        }
        const hash = await whenFree(context, () => hashPassword(body.password));
        const by = { actor: user.email, now: now() };
        const changed = await database.transact(async (trx) => {
          await endEverything(trx, user, 'the password was changed', by);
          if (body.revoke_tokens) await revokeApiTokens(trx, user.id, by);
          return changeUser(trx, user, { password_hash: hash }, { ...by, action: 'password_changed' });
        });
        return openSession(context, changed, { method: session.method, req, res });
      },
    }),

    endpoint('get', '/account/sessions', {
      access: OWN,
      handle: async ({ req }): Promise<{ sessions: OwnSession[] }> => {
        const { user, session } = await own(context, req);
        const rows = await listSessions(database.db, user.id, {
          lengths: sessionLengths(context),
          now: now(),
        });
        return {
          sessions: rows.map((row) => ({
            id: row.id,
            current: row.id === session.id,
            method: row.method,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            address: row.address,
            user_agent: row.user_agent,
          })),
        };
      },
    }),
    endpoint('delete', '/account/sessions/:id', {
      access: OWN,
      handle: async ({ params, req }) => {
        const { user } = await own(context, req);
        const by = { actor: user.email, now: now() };
        if (!(await database.transact((trx) => endSession(trx, user, params['id']!, by)))) {
          throw new ApiError('not_found', 'This session is over already.');
        }
      },
    }),
    endpoint('post', '/account/sessions/end-others', {
      access: OWN,
      body: z.strictObject({ revoke_tokens: revokeField }),
      handle: async ({ body, req, res }): Promise<EndedOthers> => {
        const { user, session } = await own(context, req);
        const by = { actor: user.email, now: now() };
        const { token, ...done } = await database.transact(async (trx) => ({
          ended: await endSessions(trx, user.id, 'ended from the account page', by, { except: session.id }),
          revoked: body.revoke_tokens ? await revokeApiTokens(trx, user.id, by) : 0,
          token: await rotateSession(trx, session),
        }));
        return { ...done, session: await handOver(context, user, token, { req, res }) };
      },
    }),

    endpoint('get', '/account/tokens', {
      access: OWN,
      handle: async ({ account }): Promise<{ tokens: TokenView[] }> => ({
        tokens: await tokenViews(database.db, account.id, now()),
      }),
    }),
    endpoint('post', '/account/tokens', {
      access: recent(OWN),
      body: newTokenBody,
      handle: async ({ body, req }): Promise<{ token: string; view: TokenView }> => {
        const { user } = await own(context, req);
        const beyond = body.scopes.find((scope) => !SCOPES_OF[user.role].includes(scope));
        if (beyond !== undefined) {
          throw new ApiError('invalid', `Your role cannot give a token the scope ${beyond}.`, {
            fields: { scopes: `${beyond} is more than the role ${user.role} allows` },
          });
        }
        const at = now();
        const { token, row } = await database.transact(async (trx) => {
          const used = (await listApiTokens(trx, user.id)).filter((one) => one.revoked_at === null);
          if (used.length >= TOKENS_MAX) {
            throw new ApiError('conflict', `You have ${TOKENS_MAX} tokens; revoke one that is not used.`);
          }
          return addApiToken(
            trx,
            user,
            {
              name: body.name,
              scopes: [...new Set(body.scopes)],
              expiresAt: body.days === null ? null : at + body.days * 86_400_000,
            },
            { actor: user.email, now: at },
          );
        });
        return { token, view: tokenView(row, at) };
      },
    }),
    endpoint('delete', '/account/tokens/:id', {
      access: OWN,
      handle: async ({ params, account }) => {
        const by = { actor: account.actor, now: now() };
        if (!(await database.transact((trx) => revokeApiToken(trx, account.id, params['id']!, by)))) {
          throw new ApiError('not_found', 'There is no such token in use.');
        }
      },
    }),
  ];
}

/** The session behind a call that the router has let through. */
export async function own(context: AccessContext, req: Request): Promise<KnownSession> {
  const known = await sessionOf(context, req);
  if (!known) throw new ApiError('unauthenticated', 'Sign in first.');
  return known;
}
