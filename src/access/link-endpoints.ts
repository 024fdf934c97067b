import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { listApiTokens, revokeApiTokens } from './api-token-store.ts';
import type { AccessContext } from './context.ts';
import { proceed } from './entry.ts';
import { findToken, takeToken } from './one-time-token-store.ts';
import { whenFree } from './hashing.ts';
import { hashPassword } from './password-hash.ts';
import { passwordTrouble } from './password-rules.ts';
import { emailField, nameField, passwordField, revokeField } from './fields.ts';
import { endEverything } from './user-acts.ts';
import { type User, addUser, adminExists, changeUser, userById } from './user-store.ts';
import type { LinkView, SignInResult } from './web-types.ts';

const KINDS = ['setup', 'invite', 'reset'] as const;
const token = z.string().max(200);

/** One-time links: the first admin, invitations, forgotten passwords. */
export function linkEndpoints(context: AccessContext): Endpoint[] {
  const { database, now } = context;
  return [
    endpoint('post', '/links/check', {
      access: 'public',
      body: z.strictObject({ token }),
      handle: async ({ body }): Promise<LinkView> => {
        const row = await findToken(database.db, KINDS, body.token, now());
        if (!row) throw gone();
        if (row.kind === 'setup') {
          if (await adminExists(database.db)) throw gone();
          return { kind: 'setup' };
        }
        const { id, email, name, role } = await userOf(row.user_id);
        const tokens = (await listApiTokens(database.db, id)).filter((one) => one.revoked_at === null);
        return {
          kind: row.kind as 'invite' | 'reset',
          email,
          name,
          role,
          expires_at: row.expires_at,
          tokens: tokens.length,
        };
      },
    }),
    endpoint('post', '/links/setup', {
      access: 'public',
      body: z.strictObject({ token, email: emailField, name: nameField, password: passwordField }),
      handle: async ({ body, req, res }): Promise<SignInResult> => {
        if (!(await findToken(database.db, ['setup'], body.token, now()))) throw gone();
        await requireGood(body.password, body);
        const passwordHash = await whenFree(context, () => hashPassword(body.password));
        const by = { actor: 'setup link', now: now() };
        const user = await database.transact(async (trx) => {
          // Asked again inside: two people may hold the same link.
          if ((await adminExists(trx)) || !(await takeToken(trx, ['setup'], body.token, now()))) throw gone();
          const { email, name } = body;
          return addUser(trx, { email, name, role: 'admin', passwordHash }, by);
        });
        return proceed(context, user, { method: 'setup', req, res });
      },
    }),
    endpoint('post', '/links/password', {
      access: 'public',
      body: z.strictObject({
        token,
        name: nameField.optional(),
        password: passwordField,
        revoke_tokens: revokeField,
      }),
      handle: async ({ body, req, res }): Promise<SignInResult> => {
        const row = await findToken(database.db, ['invite', 'reset'], body.token, now());
        if (!row) throw gone();
        const known = await userOf(row.user_id);
        const name = row.kind === 'invite' ? (body.name ?? known.name) : known.name;
        await requireGood(body.password, { name, email: known.email });
        const hash = await whenFree(context, () => hashPassword(body.password));
        const user = await database.transact(async (trx) => {
          const taken = await takeToken(trx, ['invite', 'reset'], body.token, now());
          const present = taken?.user_id ? await userById(trx, taken.user_id) : undefined;
          if (!present || present.disabled_at !== null || present.provider_only === 1) throw gone();
          const by = { actor: present.email, now: now() };
          await endEverything(trx, present, 'a new password was chosen', by);
          if (body.revoke_tokens) await revokeApiTokens(trx, present.id, by);
          return changeUser(
            trx,
            present,
            { password_hash: hash, name },
            { ...by, action: row.kind === 'invite' ? 'invitation_taken' : 'password_chosen' },
          );
        });
        return proceed(context, user, { method: 'password', req, res });
      },
    }),
  ];

  async function userOf(id: string | null): Promise<User> {
    const user = id === null ? undefined : await userById(database.db, id);
    if (!user || user.disabled_at !== null || user.provider_only === 1) throw gone();
    return user;
  }
}

async function requireGood(password: string, person: { name: string; email: string }): Promise<void> {
  const trouble = await passwordTrouble(password, person);
  if (trouble !== null) {
    throw new ApiError('invalid', `The password ${trouble}.`, { fields: { password: trouble } });
  }
}

function gone(): ApiError {
  return new ApiError('not_found', 'This link was used already, is too old, or was replaced by a newer one.');
}
