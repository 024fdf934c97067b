import type { Role } from '../http/endpoint.ts';

/** Tables of access: who may use the browser app and how they prove it. */

export interface UserTable {
  id: string;
  /** As written. */
  email: string;
  /** Folded (`access/email-key.ts`); unique. */
  email_key: string;
  name: string;
  role: Role;
  /** argon2id; null until an invitation is taken up, and for who signs in by the identity provider only. */
  password_hash: string | null;
  /** 1 = signs in by the identity provider only. */
  provider_only: number;
  /** The identity provider's own id of the person, with its issuer; set at the first sign-in by it. */
  oidc_issuer: string | null;
  oidc_subject: string | null;
  /** Shared secret for one-time codes, encrypted with a key derived from the gate's; null = none. */
  totp_secret: string | null;
  /** null = the secret was shown but never confirmed. */
  totp_confirmed_at: number | null;
  /** Time step of the last code taken, so that each works once. */
  totp_last_step: number | null;
  /** 1 = keyboard shortcuts are on. */
  shortcuts: number;
  disabled_at: number | null;
  last_seen_at: number | null;
  created_at: number;
  updated_at: number;
}

export interface SessionTable {
  /** Public: names it in lists. */
  id: string;
  /** sha256 of the cookie's value, hex. */
  token_hash: string;
  user_id: string;
  method: 'password' | 'oidc' | 'setup';
  created_at: number;
  last_used_at: number;
  /** Absolute end; the idle one follows from `last_used_at`. */
  expires_at: number;
  /** Address and browser at sign-in. */
  address: string;
  user_agent: string;
}

/** Links and steps that work once: setup, invitation, reset, the second step of signing in, a round to the provider. */
export interface OneTimeTokenTable {
  /** sha256 of the token, hex. */
  token_hash: string;
  kind: 'setup' | 'invite' | 'reset' | 'second_step' | 'oidc';
  user_id: string | null;
  /** JSON of what the step must remember. */
  detail: string;
  created_at: number;
  expires_at: number;
}

export interface RecoveryCodeTable {
  code_hash: string;
  user_id: string;
  created_at: number;
  used_at: number | null;
}

/** Counts what went wrong, per account, per address and per known browser, so that a restart forgets nothing. */
export interface SignInAttemptTable {
  /** Kind and a keyed hash, so that the table tells no addresses. */
  key: string;
  failures: number;
  last_failed_at: number;
  locked_until: number;
}

export interface ApiTokenTable {
  id: string;
  user_id: string;
  name: string;
  token_hash: string;
  /** The last characters, to tell tokens apart. */
  hint: string;
  /** JSON array of scopes. */
  scopes: string;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
}

export interface AccessSchema {
  users: UserTable;
  sessions: SessionTable;
  one_time_tokens: OneTimeTokenTable;
  recovery_codes: RecoveryCodeTable;
  sign_in_attempts: SignInAttemptTable;
  api_tokens: ApiTokenTable;
}
