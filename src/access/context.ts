import type { Request } from 'express';
import type { Config } from '../config/config.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import type { Bounded } from './bounded.ts';
import type { Oidc } from './oidc.ts';
import type { Origin, SessionLengths } from './session-store.ts';

/** What the parts of access share. */
export interface AccessContext {
  database: Database;
  now: () => number;
  config: Pick<Config, 'access' | 'http'>;
  /** The gate's own key (`gateSecret(…, 'derive')`); secrets of access are derived from it. */
  key: Buffer;
  log: Logger;
  /** null = no identity provider is configured. */
  oidc: Oidc | null;
  /** Where argon2id hashes are computed, engines' too. */
  hashing: Bounded;
}

export function sessionLengths({ config: { access } }: Pick<AccessContext, 'config'>): SessionLengths {
  return {
    idleMs: access.session_idle_hours * 3_600_000,
    absoluteMs: access.session_days * 86_400_000,
  };
}

/** Whether cookies may be, and so must be, for TLS only. Forwarded headers count from trusted proxies only. */
export function isSecure({ config }: Pick<AccessContext, 'config'>, req: Request): boolean {
  return req.secure || (config.http.public_url?.startsWith('https:') ?? false);
}

/** Where people reach the gate, without a slash at the end; as this request did where the configuration does not say. */
export function baseOf({ config }: Pick<AccessContext, 'config'>, req: Request): string {
  return config.http.public_url?.replace(/\/+$/u, '') ?? `${req.protocol}://${req.host}`;
}

export function originOf(req: Request): Origin {
  return {
    address: (req.ip ?? 'unknown').replace(/^::ffff:/u, ''),
    userAgent: req.get('user-agent') ?? '',
  };
}
