import type { Request } from 'express';
import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import {
  ADMIN,
  AUDIT,
  type Account,
  type Endpoint,
  ROLES,
  type Rights,
  type Role,
  endpoint,
  recent,
} from '../http/endpoint.ts';
import type { Trx } from '../store/database.ts';
import { revokeApiToken } from './api-token-store.ts';
import { type AccessContext, baseOf, sessionLengths } from './context.ts';
import { emailField, nameField, revokeField } from './fields.ts';
import { linkTo } from './links.ts';
import { endSessions } from './session-store.ts';
import {
  type LinkToken,
  disableUser,
  enableUser,
  inviteAgain,
  inviteUser,
  removeUser,
  resetPassword,
  resetTotp,
  setProviderOnly,
  setRole,
} from './user-acts.ts';
import { tokenViews, userViews } from './user-list-store.ts';
import { type By, type User, changeUser, userByEmail, userById } from './user-store.ts';
import type { OneTimeLink, TokenView, UserView, UsersView } from './web-types.ts';

const invitation = z.strictObject({ email: emailField, name: nameField, role: z.enum(ROLES) });
const changes = z.strictObject({
  name: nameField.optional(),
  role: z.enum(ROLES).optional(),
  provider_only: z.boolean().optional(),
});

/** What ends in another person's sign-in is done in a browser: a token that leaks must not become a session. */
const IN_BROWSER: Rights = { roles: ['admin'], scope: null };

/** @throws ApiError: a token's scopes would be worth nothing if it could make an admin */
function noAdminByToken({ scopes }: Account, role: Role | undefined): void {
  if (scopes !== null && role === 'admin')
    throw new ApiError('forbidden', 'An admin is made in a browser session; an API token will not do.');
}

/** Users and their roles. */
export function userEndpoints(context: AccessContext): Endpoint[] {
  const { database, now, config } = context;

  const list = (): Promise<UserView[]> =>
    userViews(database.db, { lengths: sessionLengths(context), now: now() });
  const view = async (id: string): Promise<UserView> => {
    const found = (await list()).find((user) => user.id === id);
    if (!found) throw unknownUser();
    return found;
  };
  const asLink = ({ token, expiresAt }: LinkToken, req: Request): OneTimeLink => ({
    link: linkTo(baseOf(context, req), token),
    expires_at: expiresAt,
  });
  /** One act on one user, in one transaction with what it reads. */
  const act = <T>(
    call: { account: Account; params: Record<string, string> },
    work: (trx: Trx, user: User, by: By) => Promise<T>,
  ): Promise<T> =>
    database.transact(async (trx) => {
      const user = await userById(trx, call.params['id']!);
      if (!user) throw unknownUser();
      return work(trx, user, { actor: call.account.actor, now: now() });
    });

  return [
    endpoint('get', '/users', {
      access: AUDIT,
      handle: async (): Promise<UsersView> => ({
        users: await list(),
        oidc: config.access.oidc?.label ?? null,
      }),
    }),
    endpoint('post', '/users', {
      access: recent(ADMIN),
      body: invitation,
      handle: async ({ body, account, req }): Promise<{ user: UserView } & OneTimeLink> => {
        noAdminByToken(account, body.role);
        if (await userByEmail(database.db, body.email)) {
          throw new ApiError('conflict', `There is a user ${body.email} already.`, {
            fields: { email: 'has an account already' },
          });
        }
        const by = { actor: account.actor, now: now() };
        const { user, link } = await database.transact((trx) => inviteUser(trx, body, by));
        return { user: await view(user.id), ...asLink(link, req) };
      },
    }),
    endpoint('patch', '/users/:id', {
      access: recent(ADMIN),
      body: changes,
      handle: async (call): Promise<UserView> => {
        const { name, role, provider_only } = call.body;
        noAdminByToken(call.account, role);
        if (provider_only === true && config.access.oidc === null) {
          throw new ApiError('conflict', 'No identity provider is configured (access.oidc).');
        }
        await act(call, async (trx, user, by) => {
          let present = user;
          if (name !== undefined && name !== user.name) {
            present = await changeUser(trx, present, { name }, { ...by, action: 'renamed' });
          }
          if (role !== undefined) present = await setRole(trx, present, role, by);
          if (provider_only !== undefined) await setProviderOnly(trx, present, provider_only, by);
        });
        return view(call.params['id']!);
      },
    }),
    endpoint('delete', '/users/:id', {
      access: ADMIN,
      handle: async (call) => {
        await act(call, (trx, user, by) => removeUser(trx, user, by));
      },
    }),
    endpoint('post', '/users/:id/disable', {
      access: ADMIN,
      handle: async (call): Promise<UserView> => {
        notOneself(call, 'disable');
        await act(call, (trx, user, by) => disableUser(trx, user, by));
        return view(call.params['id']!);
      },
    }),
    endpoint('post', '/users/:id/enable', {
      access: recent(ADMIN),
      handle: async (call): Promise<UserView> => {
        await act(call, (trx, user, by) => enableUser(trx, user, by));
        return view(call.params['id']!);
      },
    }),
    endpoint('post', '/users/:id/invite', {
      access: recent(ADMIN),
      handle: async (call): Promise<OneTimeLink> =>
        asLink(
          await act(call, (trx, user, by) => {
            noAdminByToken(call.account, user.role);
            return inviteAgain(trx, user, by);
          }),
          call.req,
        ),
    }),
    endpoint('post', '/users/:id/reset-password', {
      access: recent(IN_BROWSER),
      body: z.strictObject({ revoke_tokens: revokeField }),
      handle: async (call): Promise<OneTimeLink> => {
        notOneself(call, 'reset the password of');
        const revokeTokens = call.body.revoke_tokens;
        return asLink(
          await act(call, (trx, user, by) => resetPassword(trx, user, by, { revokeTokens })),
          call.req,
        );
      },
    }),
    endpoint('post', '/users/:id/reset-totp', {
      access: recent(IN_BROWSER),
      handle: async (call): Promise<UserView> => {
        notOneself(call, 'reset the one-time codes of');
        await act(call, (trx, user, by) => resetTotp(trx, user, by));
        return view(call.params['id']!);
      },
    }),
    endpoint('post', '/users/:id/end-sessions', {
      access: IN_BROWSER,
      handle: async (call): Promise<{ ended: number }> => ({
        ended: await act(call, (trx, user, by) => endSessions(trx, user.id, 'an admin ended them', by)),
      }),
    }),
    endpoint('get', '/users/:id/tokens', {
      access: AUDIT,
      handle: async ({ params }): Promise<{ tokens: TokenView[] }> => ({
        tokens: await tokenViews(database.db, params['id']!, now()),
      }),
    }),
    endpoint('delete', '/users/:id/tokens/:token', {
      access: ADMIN,
      handle: async (call) => {
        const done = await act(call, (trx, user, by) =>
          revokeApiToken(trx, user.id, call.params['token']!, by),
        );
        if (!done) throw new ApiError('not_found', 'There is no such token in use.');
      },
    }),
  ];
}

function unknownUser(): ApiError {
  return new ApiError('not_found', 'There is no such user.');
}

function notOneself({ account, params }: { account: Account; params: Record<string, string> }, what: string) {
  if (account.id === params['id']) {
    throw new ApiError(
      'conflict',
      `You cannot ${what} yourself here; your own account has a page of its own.`,
    );
  }
}
