import type { Endpoint } from '../http/endpoint.ts';
import type { AccessContext } from './context.ts';
import { sessionEndpoints } from './session-endpoints.ts';

export interface AccessDeps {
  access: AccessContext;
}

/** Sessions, users and first run. */
export function accessEndpoints({ access }: AccessDeps): Endpoint[] {
  return [...sessionEndpoints(access)];
}
