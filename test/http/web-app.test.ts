import { describe, expect, it } from 'vitest';
import { startGate } from '../support/gate.ts';

/** `fetch` undoes compression and hides it; this shows the header. */
const raw = (url: string, accept = 'text/html') =>
  fetch(url, { headers: { accept, 'accept-encoding': 'gzip' }, redirect: 'manual' });

describe('the browser app as the gate serves it', () => {
  it('leads browsers from the root to /app/ and leaves other clients alone', async () => {
    const gate = await startGate();
    const browser = await raw(`${gate.httpBase}/`);
    expect([browser.status, browser.headers.get('location')]).toEqual([302, '/app/']);
    expect((await raw(`${gate.httpBase}/`, 'application/json')).status).toBe(404);
  });

  it('answers every path below /app with the page, under a policy with a fresh nonce that the page repeats', async () => {
    const gate = await startGate();
    const nonces = new Set<string>();
    for (const path of ['/app', '/app/', '/app/queue', '/app/deliveries/none?tab=raw']) {
      const answer = await raw(`${gate.httpBase}${path}`);
      expect(answer.status, path).toBe(200);
      const policy = answer.headers.get('content-security-policy') ?? '';
      const nonce = /style-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      nonces.add(nonce);
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain('unsafe');
      const html = await answer.text();
      expect(html).toContain(`nonce="${nonce}"`);
      expect(html).not.toContain('__NONCE__');
    }
    expect(nonces.size).toBe(4);
  });

  it('compresses assets, lets them be kept for good, and has no page in place of a missing one', async () => {
    const gate = await startGate();
    const html = await (await raw(`${gate.httpBase}/app/`)).text();
    const script = /src="(\/app\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
    const asset = await raw(`${gate.httpBase}${script}`);
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await raw(`${gate.httpBase}/app/assets/none.js`)).status).toBe(404);
    expect((await raw(`${gate.httpBase}/app/favicon.svg`)).headers.get('content-type')).toContain(
      'image/svg',
    );
  });

  it('gives the frame of a mail a policy without scripts, forms or remote pictures unless they are asked for', async () => {
    const gate = await startGate();
    const policy = async (query: string) =>
      (await raw(`${gate.httpBase}/app/mail-frame${query}`)).headers.get('content-security-policy') ?? '';
    expect(await policy('')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; base-uri 'none'",
    );
    expect(await policy('?images=remote')).toContain('img-src data: https: http:;');
    expect(await policy('?images=anything')).toContain('img-src data:;');
  });
});
