import { dirname } from 'node:path';
import * as client from 'openid-client';
import type { Config } from '../config/config.ts';
import { readSecret } from '../config/secret.ts';
import { UserError } from '../config/user-error.ts';
import type { Claims } from './oidc-person.ts';

/** What must be remembered between leaving for the provider and coming back. */
export interface Round {
  state: string;
  nonce: string;
  verifier: string;
}

/** Discovery is asked again after this long, so that a provider's changed addresses are found. */
const DISCOVERY_MS = 3_600_000;

/** How long the provider may take to answer, seconds. */
const TIMEOUT_SECONDS = 10;

/**
 * Signing in by an OpenID Connect provider: authorization code flow with PKCE (RFC 7636), state and nonce. Signature, issuer,
 * audience and expiry of the id_token are checked by openid-client.
 */
export class Oidc {
  readonly #config: NonNullable<Config['access']['oidc']>;
  readonly #secret: string | null;
  readonly #now: () => number;
  #found: { at: number; configuration: Promise<client.Configuration> } | null = null;

  constructor(config: Pick<Config, 'access' | 'source' | 'data_dir'>, now: () => number) {
    const { oidc } = config.access;
    if (oidc === null) throw new Error('no identity provider is configured');
    if (oidc.issuer.startsWith('http:') && !/^(?:localhost|127\.|\[::1\])/u.test(new URL(oidc.issuer).host)) {
      throw new UserError('access.oidc.issuer must be https, unless it is on this machine');
    }
    this.#config = oidc;
    this.#now = now;
    this.#secret = readSecret(oidc, 'client_secret', {
      section: 'access.oidc',
      base: dirname(config.source ?? config.data_dir),
    });
  }

  /** @returns where to send the browser, and what to remember for when it comes back */
  async start(redirectUri: string): Promise<{ url: URL; round: Round }> {
    const round = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(await this.#provider(), {
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      code_challenge: await client.calculatePKCECodeChallenge(round.verifier),
      code_challenge_method: 'S256',
      state: round.state,
      nonce: round.nonce,
    });
    return { url, round };
  }

  /**
   * Trades the code the browser brought back for the claims of who signed in.
   *
   * @param callback the address the browser came back to, with its query
   * @throws whatever openid-client found wrong with it
   */
  async finish(callback: URL, { state, nonce, verifier }: Round): Promise<Claims> {
    const provider = await this.#provider();
    const tokens = await client.authorizationCodeGrant(provider, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims()!;
    // Some providers keep addresses out of the id_token.
    if (claims['email'] !== undefined || !provider.serverMetadata().userinfo_endpoint) return claims;
    return { ...(await client.fetchUserInfo(provider, tokens.access_token, claims.sub)), ...claims };
  }

  #provider(): Promise<client.Configuration> {
    if (this.#found && this.#now() - this.#found.at < DISCOVERY_MS) return this.#found.configuration;
    const { issuer, client_id } = this.#config;
    const configuration = client.discovery(
      new URL(issuer),
      client_id,
      undefined,
      this.#secret === null ? client.None() : client.ClientSecretBasic(this.#secret),
      {
        timeout: TIMEOUT_SECONDS,
        // Without it the signature of an id_token that came by the token endpoint is taken on trust.
        execute: [
          client.enableNonRepudiationChecks,
          ...(issuer.startsWith('http:') ? [client.allowInsecureRequests] : []),
        ],
      },
    );
    this.#found = { at: this.#now(), configuration };
    // A provider that was down is asked again at the next sign-in.
    configuration.catch(() => {
      this.#found = null;
    });
    return configuration;
  }
}
