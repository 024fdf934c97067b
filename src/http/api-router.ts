import express, { type NextFunction, type Request, type Response, Router } from 'express';
import type { z } from 'zod';
import { didYouMean } from '../config/nearest.ts';
import { keysAt } from '../config/schema-keys.ts';
import { UserError } from '../config/user-error.ts';
import { TransitionError } from '../message/disposition.ts';
import type { Logger } from '../observability/logger.ts';
import { API_ERRORS, ApiError, type ApiErrorCode } from './api-error.ts';
import { sameText } from './constant-time.ts';
import { type Account, type Endpoint, SENT } from './endpoint.ts';
import { oddJson } from './odd-json.ts';

/** Who a request comes from. */
export interface Authenticated {
  account: Account;
  /** The token a change must repeat in `X-CSRF-Token`; null where no cookie was used, so that nothing can be forged. */
  csrf: string | null;
  /** The sign-in is as recent as acts with `recent` rights need it. */
  recent: boolean;
}

export type Authenticate = (req: Request) => Promise<Authenticated | null>;

/** A request without a session gets an account of nobody only where the endpoint is public. */
const NOBODY: Account = { id: '', email: '', name: '', role: 'auditor', scopes: [], actor: 'nobody' };

/**
 * The browser API: for each endpoint the account, its rights, the CSRF token, the body and query by their schemas, then the
 * handler; errors leave in one shape.
 */
export function apiRouter({
  endpoints,
  authenticate,
  log,
}: {
  endpoints: readonly Endpoint[];
  authenticate: Authenticate;
  log: Logger;
}): Router {
  const router = Router();
  for (const one of endpoints) {
    router[one.method](
      one.path,
      async (req, _res, next) => {
        await authorise(one, req, authenticate);
        next();
      },
      bodyReader(one),
      async (req, res) => {
        const call = {
          account: accountOf(req),
          params: req.params as Record<string, string>,
          query: one.query === null ? null : check(one.query, req.query),
          body: one.body === null ? null : one.body === 'text' ? textOf(req) : checkBody(one.body, req.body),
          req,
          res,
        };
        const result = await one.handle(call as Parameters<Endpoint['handle']>[0]);
        if (result === SENT) return;
        if (result === undefined) return void res.status(204).end();
        res.json(result);
      },
    );
  }
  router.use((req) => {
    throw new ApiError('not_found', `There is nothing at ${req.method} ${req.originalUrl.split('?')[0]}.`);
  });
  router.use((err: unknown, req: Request, res: Response, _next: NextFunction) => {
    const error = asApiError(err);
    if (error.code === 'trouble') log.error({ err, route: req.path }, 'an API request failed');
    if (res.headersSent) return void res.destroy();
    if (error.retryAfterSeconds !== undefined) res.set('Retry-After', String(error.retryAfterSeconds));
    res.status(API_ERRORS[error.code]).json({
      error: { code: error.code, message: error.message, ...(error.fields && { fields: error.fields }) },
    });
  });
  return router;
}

const ACCOUNT = Symbol('account');

function accountOf(req: Request): Account {
  return (req as Request & { [ACCOUNT]?: Account })[ACCOUNT] ?? NOBODY;
}

async function authorise({ access, method }: Endpoint, req: Request, authenticate: Authenticate) {
  if (access === 'public') return;
  const known = await authenticate(req);
  if (!known) throw new ApiError('unauthenticated', 'Sign in first.');
  const { account, csrf, recent } = known;
  if (!access.roles.includes(account.role)) {
    throw new ApiError(
      'forbidden',
      `This needs the role ${access.roles.join(' or ')}; you are ${account.role}.`,
    );
  }
  if (account.scopes !== null && (access.scope === null || !account.scopes.includes(access.scope))) {
    throw new ApiError(
      'forbidden',
      access.scope === null
        ? 'This needs a browser session; an API token will not do.'
        : `This needs an API token with the scope ${access.scope}.`,
    );
  }
  if (method !== 'get' && csrf !== null && !sameText(req.get('x-csrf-token') ?? '', csrf)) {
    throw new ApiError('forbidden', 'The page is out of date: reload it and try again.');
  }
  if (access.recent && !recent) {
    throw new ApiError(
      'sign_in_again',
      'You signed in some time ago: sign in again, so that it is certain to be you.',
    );
  }
  (req as Request & { [ACCOUNT]?: Account })[ACCOUNT] = account;
}

/** After the rights are known, so that nobody unknown makes the gate read a large body. */
function bodyReader({ body, limit }: Endpoint): express.RequestHandler {
  if (body === null) return (_req, _res, next) => next();
  // Nobody sends these packed, and what is not unpacked cannot be a bomb.
  const options = { limit, inflate: false };
  return body === 'text' ? express.text({ type: () => true, ...options }) : express.json(options);
}

function textOf(req: Request): string {
  return typeof req.body === 'string' ? req.body : '';
}

function checkBody(schema: z.ZodType, body: unknown): unknown {
  const odd = oddJson(body);
  if (odd) {
    const { field, message } = odd;
    throw new ApiError('invalid', `${field}: ${message}`, { fields: { [field]: message } });
  }
  return check(schema, body);
}

function check(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const fields = Object.fromEntries(
    result.error.issues.flatMap((issue): [string, string][] =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => [
            [...issue.path, key].join('.'),
            `is unknown${didYouMean(key, keysAt(schema, issue.path)) || '; remove it or check its spelling'}`,
          ])
        : [[issue.path.join('.') || 'body', issue.message]],
    ),
  );
  const [[field, message] = ['body', 'is not valid']] = Object.entries(fields);
  throw new ApiError('invalid', `${field}: ${message}`, { fields });
}

function asApiError(err: unknown): ApiError {
  if (err instanceof ApiError) return err;
  if (err instanceof TransitionError) return new ApiError('conflict', sentence(err.message));
  if (err instanceof UserError) return new ApiError('conflict', sentence(err.message));
  // Body parsers and the router set a status.
  const status = (err as { status?: number }).status ?? 503;
  const code: ApiErrorCode = status === 413 ? 'too_large' : status < 500 ? 'invalid' : 'trouble';
  const message = {
    too_large: 'This is larger than presend takes here.',
    invalid: 'The request was not understood.',
    trouble: 'presend cannot answer just now; try again in a moment.',
  }[code];
  return new ApiError(code, message, code === 'trouble' ? { retryAfterSeconds: 5 } : {});
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/u.test(first) ? first : `${first}.`;
}
