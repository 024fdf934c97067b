import type { Endpoint } from '../http/endpoint.ts';
import type { AccessContext } from './context.ts';
import { accountEndpoints } from './account-endpoints.ts';
import { linkEndpoints } from './link-endpoints.ts';
import { oidcEndpoints } from './oidc-endpoints.ts';
import { sessionEndpoints } from './session-endpoints.ts';
import { totpEndpoints } from './totp-endpoints.ts';
import { userEndpoints } from './user-endpoints.ts';

export interface AccessDeps {
  access: AccessContext;
}

/** Sessions, users and first run. */
export function accessEndpoints({ access }: AccessDeps): Endpoint[] {
  return [
    ...sessionEndpoints(access),
    ...linkEndpoints(access),
    ...oidcEndpoints(access),
    ...accountEndpoints(access),
    ...totpEndpoints(access),
    ...userEndpoints(access),
  ];
}
