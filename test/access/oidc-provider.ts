import { createHash, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Who is signed in at the provider, and what it gets wrong. */
export interface ProviderState {
  claims: Record<string, unknown>;
  /** Wrong on purpose. */
  fault: 'none' | 'signature' | 'nonce' | 'audience' | 'issuer' | 'denied';
  /** Requests of the token endpoint. */
  exchanges: URLSearchParams[];
}

/**
 * An OpenID Connect provider as the wire has it: discovery, JWKS, authorization code with PKCE, RS256 id_token. It asks nobody
 * for a password: whoever is set is signed in.
 */
export async function startProvider(): Promise<{ issuer: string; state: ProviderState }> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const strange = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const codes = new Map<string, { challenge: string; nonce: string; redirectUri: string }>();
  const state: ProviderState = { claims: {}, fault: 'none', exchanges: [] };

  const idToken = (nonce: string): string => {
    const now = Math.floor(Date.now() / 1000);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const payload = {
      iss: state.fault === 'issuer' ? 'http://127.0.0.1:1/other' : issuer,
      aud: state.fault === 'audience' ? 'somebody-else' : 'presend',
      iat: now,
      exp: now + 300,
      nonce: state.fault === 'nonce' ? 'another' : nonce,
      ...state.claims,
    };
    const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${part(payload)}`;
    const key = state.fault === 'signature' ? strange : privateKey;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`;
  };

  const server: Server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', issuer);
    const json = (status: number, body: object): void => {
      res.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
      res.end(JSON.stringify(body));
    };
    if (url.pathname === '/.well-known/openid-configuration') {
      return json(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['client_secret_basic'],
      });
    }
    if (url.pathname === '/jwks') {
      return json(200, {
        keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }],
      });
    }
    if (url.pathname === '/authorize') {
      const query = url.searchParams;
      const back = new URL(query.get('redirect_uri')!);
      back.searchParams.set('state', query.get('state')!);
      if (state.fault === 'denied') back.searchParams.set('error', 'access_denied');
      else {
        const code = randomUUID();
        codes.set(code, {
          challenge: query.get('code_challenge')!,
          nonce: query.get('nonce')!,
          redirectUri: query.get('redirect_uri')!,
        });
        back.searchParams.set('code', code);
      }
      res.writeHead(302, { Location: back.href });
      return void res.end();
    }
    if (url.pathname === '/token' && req.method === 'POST') {
      let text = '';
      req.on('data', (chunk: Buffer) => (text += chunk.toString()));
      req.on('end', () => {
        const form = new URLSearchParams(text);
        state.exchanges.push(form);
        const known = codes.get(form.get('code') ?? '');
        codes.delete(form.get('code') ?? '');
        const verifier = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        // RFC 6749 2.3.1: id and secret are form-encoded before they become a Basic header.
        const [, given = ''] = (req.headers.authorization ?? '').split(' ');
        const [id, secret] = Buffer.from(given, 'base64').toString().split(':').map(decodeURIComponent);
        if (id !== 'presend' || secret !== 'provider-secret') return json(401, { error: 'invalid_client' });
        if (
          !known ||
          known.challenge !== verifier ||
          known.redirectUri !== form.get('redirect_uri') ||
          form.get('grant_type') !== 'authorization_code'
        ) {
          return json(400, { error: 'invalid_grant' });
        }
        json(200, {
          access_token: randomUUID(),
          token_type: 'Bearer',
          expires_in: 300,
          id_token: idToken(known.nonce),
        });
      });
      return;
    }
    json(404, {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { issuer, state };
}
