import type { RequestHandler } from 'express';
import { PAGE_POLICY } from './page.ts';

const A_YEAR = 31_536_000;

/** Features of a browser that no page of the gate has a use for; a page that were taken over gets none of them either. */
const NO_FEATURES = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
]; // biome-ignore format: one long list

/**
 * What every answer of the gate says to a browser (OWASP Secure Headers Project), before any router: only a few answers loosen
 * one of them, each where it is sent (`web-app.ts`). No CORS header is ever sent: other sites' pages read nothing.
 * Cross-Origin-Embedder-Policy is left out: it would keep a reviewer from loading a mail's remote pictures when they ask for
 * them, and only guards what `SharedArrayBuffer` opens, which nothing here uses.
 *
 * @param publicUrl `http.public_url`: where it is https, browsers are told to come by TLS only (RFC 6797); null = unknown
 */
export function securityHeaders(publicUrl: string | null): RequestHandler {
  const url = publicUrl === null ? null : new URL(publicUrl);
  const always = {
    'Content-Security-Policy': PAGE_POLICY,
    'X-Content-Type-Options': 'nosniff',
    // For browsers that know no frame-ancestors.
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Origin-Agent-Cluster': '?1',
    'Permissions-Policy': NO_FEATURES.map((name) => `${name}=()`).join(', '),
    // A name that a mail's link holds must not be looked up because somebody looks at the mail.
    'X-DNS-Prefetch-Control': 'off',
    'X-Permitted-Cross-Domain-Policies': 'none',
    'Cache-Control': 'no-store',
  };
  return (req, res, next) => {
    res.set(always);
    // Not under a provider's name in transparent mode: that name is not the gate's to speak for.
    if (url?.protocol === 'https:' && req.host === url.host) {
      res.set('Strict-Transport-Security', `max-age=${A_YEAR}`);
    }
    next();
  };
}
