import type { Request, Response } from 'express';
import type { z } from 'zod';

/** What a person may do: a reviewer clears held mail, an admin does everything, an auditor reads everything. */
export const ROLES = ['reviewer', 'admin', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** What an API token may be used for; a session has all that its account's role allows. */
export const SCOPES = ['read', 'review', 'crm', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks. */
export interface Account {
  id: string;
  email: string;
  name: string;
  role: Role;
  /** null: a session; otherwise the scopes of the API token. */
  scopes: readonly Scope[] | null;
  /** As recorded in the audit log: the e-mail address, with the token's name where one was used. */
  actor: string;
}

/** What a handler is given. */
export interface Call<Query, Body> {
  account: Account;
  params: Record<string, string>;
  query: Query;
  body: Body;
  req: Request;
  /** For answers that are no JSON: a handler that writes to it returns `SENT`. */
  res: Response;
}

/** Returned by a handler that wrote the response itself (a download, an event stream). */
export const SENT = Symbol('sent');

type Handled = unknown;

export interface Rights {
  /** Roles that may call it. */
  roles: readonly Role[];
  /** The scope an API token needs; null: no token will do (acts on sessions, users' own secrets). */
  scope: Scope | null;
  /** A session must be of a recent sign-in (`access.confirm_minutes`): an open browser alone will not do. */
  recent?: true;
}

/**
 * One operation of the browser API under `/api`. Rights are data, so that one router enforces them and one test tries every
 * endpoint with every role.
 */
export interface Endpoint {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express path below `/api`, e.g. `/deliveries/:id/release`. */
  path: string;
  /** `public`: without an account (signing in, first setup). */
  access: 'public' | Rights;
  query: z.ZodType | null;
  body: z.ZodType | 'text' | null;
  /** Largest body, bytes. */
  limit: number;
  handle: (call: Call<never, never>) => Promise<Handled>;
}

interface Definition<Q extends z.ZodType | null, B extends z.ZodType | 'text' | null> {
  access: Endpoint['access'];
  query?: Q;
  body?: B;
  limit?: number;
  handle: (
    call: Call<
      Q extends z.ZodType ? z.output<Q> : null,
      B extends z.ZodType ? z.output<B> : B extends 'text' ? string : null
    >,
  ) => Promise<Handled>;
}

/** Default largest JSON body: far above any form, far below what stalls the loop. */
const BODY_LIMIT = 262_144;

/** Defines an endpoint; the handler's query and body have the types of their schemas. */
export function endpoint<Q extends z.ZodType | null = null, B extends z.ZodType | 'text' | null = null>(
  method: Endpoint['method'],
  path: string,
  definition: Definition<Q, B>,
): Endpoint {
  return {
    method,
    path,
    access: definition.access,
    query: definition.query ?? null,
    body: definition.body ?? null,
    limit: definition.limit ?? BODY_LIMIT,
    handle: definition.handle,
  };
}

/** Everybody with an account may read. */
export const READ: Rights = { roles: ROLES, scope: 'read' };
/** Acts on held mail. */
export const REVIEW: Rights = { roles: ['reviewer', 'admin'], scope: 'review' };
/** Changes of the CRM mirror. */
export const CRM: Rights = { roles: ['admin'], scope: 'crm' };
/** Settings, users, credentials. */
export const ADMIN: Rights = { roles: ['admin'], scope: 'admin' };
/** Reads that tell secrets' hints, the audit log, who does what. */
export const AUDIT: Rights = { roles: ['admin', 'auditor'], scope: 'admin' };
/** The same, for what gives somebody a way in or hands out a secret. */
export const recent = (rights: Rights): Rights => ({ ...rights, recent: true });
/** A person's own account, in a browser session only. */
export const OWN: Rights = { roles: ROLES, scope: null };
