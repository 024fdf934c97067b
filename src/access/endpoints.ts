import type { Endpoint } from '../http/endpoint.ts';
import type { AccessContext } from './context.ts';
import { accountEndpoints } from './account-endpoints.ts';
import { linkEndpoints } from './link-endpoints.ts';
import { oidcEndpoints } from './oidc-endpoints.ts';
import { sessionEndpoints } from './session-endpoints.ts';
import { totpEndpoints } from './totp-endpoints.ts';
import { userEndpoints } from './user-endpoints.ts';
import { type WelcomeDeps, welcomeEndpoints } from './welcome-endpoints.ts';

export interface AccessDeps {
  access: AccessContext;
  welcome: WelcomeDeps;
}

/** Sessions, users and first run. */
export function accessEndpoints({ access, welcome }: AccessDeps): Endpoint[] {
  return [
    ...sessionEndpoints(access),
    ...linkEndpoints(access),
    ...oidcEndpoints(access),
    ...accountEndpoints(access),
    ...totpEndpoints(access),
    ...userEndpoints(access),
    ...welcomeEndpoints(access, welcome),
  ];
}
