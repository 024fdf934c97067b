import { type Kysely, sql } from 'kysely';

/** Users, their sessions, links that work once, one-time codes and API tokens. */
export async function up(db: Kysely<any>): Promise<void> {
  const statements = [
    sql`create table users (
      id text primary key, email text not null, email_key text not null unique, name text not null,
      role text not null check (role in ('reviewer','admin','auditor')), password_hash text,
      provider_only integer not null default 0, oidc_issuer text, oidc_subject text,
      totp_secret text, totp_confirmed_at bigint, totp_last_step bigint, shortcuts integer not null default 1,
      disabled_at bigint, last_seen_at bigint, created_at bigint not null, updated_at bigint not null,
      unique (oidc_issuer, oidc_subject))`,

    sql`create table sessions (
      id text primary key, token_hash text not null unique, user_id text not null references users(id),
      method text not null check (method in ('password','oidc','setup')), created_at bigint not null,
      last_used_at bigint not null, expires_at bigint not null, address text not null, user_agent text not null)`,
    sql`create index sessions_by_user on sessions (user_id)`,

    sql`create table one_time_tokens (
      token_hash text primary key, kind text not null check (kind in ('setup','invite','reset','second_step','oidc')),
      user_id text references users(id), detail text not null, created_at bigint not null, expires_at bigint not null)`,
    sql`create index one_time_tokens_by_user on one_time_tokens (user_id)`,

    sql`create table recovery_codes (
      code_hash text primary key, user_id text not null references users(id), created_at bigint not null, used_at bigint)`,
    sql`create index recovery_codes_by_user on recovery_codes (user_id)`,

    sql`create table sign_in_attempts (
      key text primary key, failures integer not null, last_failed_at bigint not null, locked_until bigint not null)`,
    sql`create index sign_in_attempts_by_age on sign_in_attempts (last_failed_at)`,

    sql`create table api_tokens (
      id text primary key, user_id text not null references users(id), name text not null, token_hash text not null unique,
      hint text not null, scopes text not null, created_at bigint not null, expires_at bigint, last_used_at bigint,
      revoked_at bigint)`,
    sql`create index api_tokens_by_user on api_tokens (user_id)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
