import { type Request, type RequestHandler, type Response, Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import { API_ERRORS, ApiError } from '../http/api-error.ts';
import { tokenHash } from './random-token.ts';
import { type AccessContext, baseOf } from './context.ts';

const MINUTE_MS = 60_000;

/** Requests an address may make in a minute; `token`: each API token. An office may have one address. */
const LIMITS = { all: 6_000, signIn: 30, link: 30, wrongToken: 30, token: 1_200 } as const;

/**
 * What stands before the browser API: changes that another site's page makes are refused, and signing in, one-time links and
 * API tokens have rates. The CSRF token of each session (`http/api-router.ts`) guards changes as well.
 */
export function accessGuards(
  context: AccessContext,
  limits: Readonly<Record<keyof typeof LIMITS, number>> = LIMITS,
): Router {
  const router = Router();
  router.use(refuseCrossSite(context), limited(limits.all));
  router.post(['/session', '/session/second-step'], limited(limits.signIn));
  router.post('/links/:act', limited(limits.link));
  router.get(['/oidc/start', '/oidc/callback'], limited(limits.signIn));
  router.use(
    limited(limits.wrongToken, {
      skip: (req) => req.get('authorization') === undefined,
      skipSuccessfulRequests: true,
      requestWasSuccessful: (_req, res) => res.statusCode !== API_ERRORS.unauthenticated,
    }),
    limited(limits.token, {
      skip: (req) => req.get('authorization') === undefined,
      keyGenerator: (req) => tokenHash(req.get('authorization') ?? ''),
    }),
  );
  return router;
}

/** Browsers say where a request comes from (Fetch Metadata; Origin for those that do not). */
function refuseCrossSite(context: AccessContext): RequestHandler {
  return (req, res, next) => {
    if (req.method === 'GET' || req.method === 'HEAD' || !isForeign(context, req)) return next();
    refuse(res, new ApiError('forbidden', 'This was sent from a page of another site.'));
  };
}

function isForeign(context: AccessContext, req: Request): boolean {
  const site = req.get('sec-fetch-site');
  // `same-site` is a neighbour: another subdomain, or another port of this machine.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = req.get('origin');
  if (origin === undefined) return false;
  return origin !== `${req.protocol}://${req.host}` && origin !== new URL(baseOf(context, req)).origin;
}

function limited(limit: number, options: Partial<Parameters<typeof rateLimit>[0]> = {}): RequestHandler {
  return rateLimit({
    windowMs: MINUTE_MS,
    limit,
    standardHeaders: false,
    legacyHeaders: false,
    // X-Forwarded-For of a proxy that is not configured is no fault of the client's.
    validate: false,
    handler: (_req, res) => {
      refuse(
        res,
        new ApiError('too_many', 'Too many requests: try again in a minute.', { retryAfterSeconds: 60 }),
      );
    },
    ...options,
  });
}

function refuse(res: Response, { code, message, retryAfterSeconds }: ApiError): void {
  if (retryAfterSeconds !== undefined) res.set('Retry-After', String(retryAfterSeconds));
  res.status(API_ERRORS[code]).json({ error: { code, message } });
}
