/** What the access part of the browser API takes and gives. Types only: the browser app imports them too. */
import type { Role } from '../http/endpoint.ts';

/** `GET /session`, for everybody. */
export interface SessionView {
  /** No admin exists yet: only the setup link leads in. */
  setup_needed: boolean;
  account: { id: string; email: string; name: string; role: Role; shortcuts: boolean } | null;
  csrf: string | null;
  /** Name of the identity provider on the sign-in button; null = none. */
  oidc: string | null;
}
