import type { Request, Response } from 'express';
import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { type Endpoint, SENT, endpoint } from '../http/endpoint.ts';
import { WEB_PATH } from '../http/web-app.ts';
import { type AccessContext, baseOf, isSecure } from './context.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';
import { openSession } from './entry.ts';
import type { Round } from './oidc.ts';
import { personOf } from './oidc-person.ts';
import { issueToken, takeToken } from './one-time-token-store.ts';

/** Time to sign in at the provider. */
const ROUND_MS = 600_000;

/** Pages of the app only: what stands after the sign-in must not be another site. */
const OWN_PAGE = /^\/app(?:\/[\w\-/.~%]*)?(?:\?[\w\-.~%&=+]*)?$/u;

interface Remembered extends Round {
  to: string;
}

/** Signing in by the identity provider: the browser goes there and comes back. */
export function oidcEndpoints(context: AccessContext): Endpoint[] {
  const { database, now, oidc, config, log } = context;
  const redirectUri = (req: Request): string => `${baseOf(context, req)}/api/oidc/callback`;
  const back = (res: Response, problem: string): typeof SENT => {
    res.redirect(303, `${WEB_PATH}/sign-in?problem=${problem}`);
    return SENT;
  };
  return [
    endpoint('get', '/oidc/start', {
      access: 'public',
      query: z.strictObject({ to: z.string().max(2000).optional() }),
      handle: async ({ query, req, res }) => {
        if (!oidc) throw new ApiError('not_found', 'No identity provider is configured.');
        try {
          const { url, round } = await oidc.start(redirectUri(req));
          const to = query.to !== undefined && OWN_PAGE.test(query.to) ? query.to : `${WEB_PATH}/`;
          const detail: Remembered = { ...round, to };
          const { token } = await database.transact((trx) =>
            issueToken(trx, 'oidc', { userId: null, detail, lastsMs: ROUND_MS, now: now(), replace: false }),
          );
          // Binds the round to this browser: a callback address sent to somebody else signs nobody in.
          setCookie(res, 'presend_oidc', token, { secure: isSecure(context, req), maxAgeMs: ROUND_MS });
          res.redirect(303, url.href);
          return SENT;
        } catch (err) {
          log.error({ err }, 'the identity provider cannot be reached');
          return back(res, 'unreachable');
        }
      },
    }),
    endpoint('get', '/oidc/callback', {
      access: 'public',
      handle: async ({ req, res }) => {
        if (!oidc || !config.access.oidc)
          throw new ApiError('not_found', 'No identity provider is configured.');
        const secure = isSecure(context, req);
        const token = readCookie(req, 'presend_oidc', secure);
        clearCookie(res, 'presend_oidc', secure);
        const row = await database.transact((trx) => takeToken(trx, ['oidc'], token ?? '', now()));
        if (!row) return back(res, 'over');
        const { to, ...round } = JSON.parse(row.detail) as Remembered;
        if (req.query['error'] === 'access_denied') return back(res, 'denied');
        const query = req.originalUrl.split('?').slice(1).join('?');
        let claims;
        try {
          claims = await oidc.finish(new URL(`${redirectUri(req)}?${query}`), round);
        } catch (err) {
          log.warn({ err }, 'a sign-in by the identity provider failed');
          return back(res, 'failed');
        }
        const settings = config.access.oidc;
        const found = await database.transact((trx) => personOf(trx, claims, settings, now()));
        if ('problem' in found) return back(res, found.problem);
        await openSession(context, found.user, { method: 'oidc', req, res });
        res.redirect(303, to);
        return SENT;
      },
    }),
  ];
}
