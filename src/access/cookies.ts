import type { CookieOptions, Request, Response } from 'express';

/**
 * Names of the gate's cookies. Behind TLS they have the prefix `__Host-`: browsers then take them from this very host with
 * `Secure` only, so that a neighbouring subdomain or a plain connection cannot plant one (RFC 6265bis 4.1.3.2).
 */
export type CookieName = 'presend_session' | 'presend_device' | 'presend_oidc';

const named = (name: CookieName, secure: boolean): string => (secure ? `__Host-${name}` : name);

export function readCookie(req: Request, name: CookieName, secure: boolean): string | null {
  const wanted = named(name, secure);
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === wanted) return pair.slice(at + 1).trim();
  }
  return null;
}

/** @param maxAgeMs null = until the browser is closed */
export function setCookie(
  res: Response,
  name: CookieName,
  value: string,
  { secure, maxAgeMs }: { secure: boolean; maxAgeMs: number | null },
): void {
  res.cookie(named(name, secure), value, {
    ...options(secure),
    ...(maxAgeMs === null ? {} : { maxAge: maxAgeMs }),
  });
}

export function clearCookie(res: Response, name: CookieName, secure: boolean): void {
  res.clearCookie(named(name, secure), options(secure));
}

const options = (secure: boolean): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  secure,
});
