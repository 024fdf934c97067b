import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import compression from 'compression';
import express, { Router } from 'express';

/** Where the browser app lives; the fronts of providers own paths at the root. */
export const WEB_PATH = '/app';

const A_YEAR = 31_536_000;

/**
 * The browser app as built by Vite: hashed assets that never change, and one page for every path below `/app`. The page
 * carries a fresh nonce, the only inline styles its policy allows (the component library and the grid write theirs with it).
 *
 * @param folder `dist/web`
 */
export function webAppRoutes(folder: string): Router {
  const router = Router();
  const index = join(folder, 'index.html');
  const template = existsSync(index) ? readFileSync(index, 'utf8') : null;

  router.get('/', (req, res, next) => {
    if (req.accepts(['json', 'html']) !== 'html') return next();
    res.redirect(302, `${WEB_PATH}/`);
  });
  router.use(
    `${WEB_PATH}/assets`,
    // Only here: these answers are the same for everybody, so that their length tells nothing (BREACH).
    compression(),
    express.static(join(folder, 'assets'), {
      immutable: true,
      maxAge: A_YEAR * 1000,
      index: false,
      setHeaders: (res) => res.setHeader('Cache-Control', `public, max-age=${A_YEAR}, immutable`),
    }),
    (_req, res) => void res.status(404).end(),
  );
  router.get(`${WEB_PATH}/favicon.svg`, (_req, res) => {
    res.sendFile('favicon.svg', { root: folder, maxAge: 86_400_000 });
  });
  router.get(`${WEB_PATH}/mail-frame`, (req, res) => {
    res
      .set({
        'Content-Security-Policy': mailFramePolicy(req.query['images'] === 'remote'),
        'X-Frame-Options': 'SAMEORIGIN',
      })
      .type('html')
      .send(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mail</title></head><body></body></html>',
      );
  });
  router.get([WEB_PATH, `${WEB_PATH}/*path`], (_req, res) => {
    if (template === null) {
      return void res.status(503).type('text').send('The browser app is not built; run: npm start');
    }
    const nonce = randomBytes(16).toString('base64');
    res
      .set('Content-Security-Policy', pagePolicy(nonce))
      .type('html')
      .send(template.replaceAll('__NONCE__', nonce));
  });
  return router;
}

function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/**
 * The frame a mail is shown in: an empty page whose policy lets a mail's own styles work and nothing else; the app writes the
 * sanitised mail into it. A page of its own, since a `srcdoc` frame would inherit the app's policy and lose the mail's styles.
 * The frame is sandboxed without scripts, forms or navigation as well.
 */
function mailFramePolicy(remoteImages: boolean): string {
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `img-src data:${remoteImages ? ' https: http:' : ''}`,
    "form-action 'none'",
    "frame-ancestors 'self'",
    "base-uri 'none'",
  ].join('; ');
}
