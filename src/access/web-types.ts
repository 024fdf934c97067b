/** What the access part of the browser API takes and gives. Types only: the browser app imports them too. */
import type { Role, Scope } from '../http/endpoint.ts';

/** `GET /session`, for everybody. */
export interface SessionView {
  /** No admin exists yet: only the setup link leads in. */
  setup_needed: boolean;
  account: { id: string; email: string; name: string; role: Role; shortcuts: boolean } | null;
  csrf: string | null;
  /** Name of the identity provider on the sign-in button; null = none. */
  oidc: string | null;
}

/** A QR code: an SVG path of unit squares in a square of `size`. */
export interface QrCode {
  path: string;
  size: number;
}

/** What an authenticator app needs; shown while it is set up. */
export interface Enrolment {
  /** base32, to type in where there is no camera. */
  secret: string;
  uri: string;
  qr: QrCode;
}

/**
 * `POST /session`, `POST /session/second-step`, `POST /links/use`. `code`: repeat the token with a one-time code.
 * `enrol`: this role must use one-time codes; set the app up and repeat the token with its first code.
 */
export type SignInResult =
  | { step: 'done'; session: SessionView; recovery_codes: string[] | null }
  | { step: 'code'; token: string }
  | { step: 'enrol'; token: string; enrolment: Enrolment };

/** `POST /links/check`: what a one-time link is for. */
export type LinkView =
  | { kind: 'setup' }
  | {
      kind: 'invite' | 'reset';
      email: string;
      name: string;
      role: Role;
      expires_at: number;
      /** API tokens in use, which the new password may end. */
      tokens: number;
    };

/** `POST /account/sessions/end-others` */
export interface EndedOthers {
  ended: number;
  /** API tokens. */
  revoked: number;
  session: SessionView;
}

/** A one-time link, shown to the admin who made it. */
export interface OneTimeLink {
  link: string;
  expires_at: number;
}

/** `GET /users` */
export interface UserView {
  id: string;
  email: string;
  name: string;
  role: Role;
  /** `invited`: the link was not used yet; `reset`: waits for a new password. */
  state: 'active' | 'invited' | 'reset' | 'disabled';
  totp: boolean;
  provider_only: boolean;
  sessions: number;
  tokens: number;
  /** While an invitation or reset link can be used. */
  link_expires_at: number | null;
  last_seen_at: number | null;
  created_at: number;
}

export interface UsersView {
  users: UserView[];
  /** Name of the identity provider; null = none. */
  oidc: string | null;
}

/** `GET /account` */
export interface AccountView {
  id: string;
  email: string;
  name: string;
  role: Role;
  shortcuts: boolean;
  has_password: boolean;
  provider_only: boolean;
  totp: { since: number; recovery_codes_left: number } | null;
  /** This role must use one-time codes, so that they cannot be switched off. */
  totp_required: boolean;
  scopes: readonly Scope[];
}

/** `GET /account/sessions` */
export interface OwnSession {
  id: string;
  current: boolean;
  method: 'password' | 'oidc' | 'setup';
  created_at: number;
  last_used_at: number;
  expires_at: number;
  address: string;
  user_agent: string;
}

/** `GET /account/tokens`, `GET /users/:id/tokens` */
export interface TokenView {
  id: string;
  name: string;
  hint: string;
  scopes: Scope[];
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  state: 'active' | 'expired' | 'revoked';
}

/** `GET /welcome` */
export interface WelcomeView {
  dismissed: boolean;
  /** Names of upstreams in failover order; empty = the outbox. */
  upstreams: string[];
  /** Where the configuration is read from; null = the built-in defaults. */
  config_file: string | null;
  outbox_folder: string;
  engines: { id: string; name: string; sender_domains: string[]; mode: string; open: boolean }[];
  smtp: { host: string; port: number };
  http: string;
  crm: { prospects: number; companies: number; example: boolean };
  /** Prospects a test mail can go to. */
  recipients: { id: string; address: string; name: string | null; company: string | null }[];
  /** The newest test mail; null = none was sent. */
  last_test: string | null;
}

/** `GET /welcome/test-mail/:id`: where a test mail stands. */
export interface TestMailView {
  message_id: string;
  delivery_id: string;
  recipient: string;
  subject: string | null;
  state: string;
  decision: string | null;
  reason: string | null;
  /** One sentence: why. */
  rationale: string | null;
  /** What happened, oldest first. */
  steps: { at: number; action: string }[];
  /** Nothing more will happen by itself. */
  settled: boolean;
  upstream: string | null;
  response: string | null;
  /** The mail as captured in the outbox; null = it did not go there (yet). */
  captured: string | null;
}
