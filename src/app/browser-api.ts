import type { Router } from 'express';
import { type AccessDeps, accessEndpoints } from '../access/endpoints.ts';
import { type CrmDeps, crmEndpoints } from '../crm/endpoints.ts';
import { type HubSpotDeps, hubSpotEndpoints } from '../crm/hubspot/endpoints.ts';
import { type Authenticate, apiRouter } from '../http/api-router.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { type InsightDeps, insightEndpoints } from '../insight/endpoints.ts';
import { type SpotCheckDeps, spotCheckEndpoints } from '../kill-switch/spot-check/endpoints.ts';
import { type NotifyDeps, notifyEndpoints } from '../notify/endpoints.ts';
import type { Logger } from '../observability/logger.ts';
import { type PrivacyDeps, privacyEndpoints } from '../privacy/endpoints.ts';
import { type ReviewDeps, reviewEndpoints } from '../review/endpoints.ts';
import { type SettingsDeps, settingsEndpoints } from '../settings/endpoints.ts';

/** What the parts behind the browser API need, all of them together. */
export type BrowserApiDeps = AccessDeps &
  ReviewDeps &
  CrmDeps &
  HubSpotDeps &
  SettingsDeps &
  InsightDeps &
  SpotCheckDeps &
  NotifyDeps &
  PrivacyDeps;

/** Every endpoint below `/api`. */
function browserEndpoints(deps: BrowserApiDeps): Endpoint[] {
  return [
    ...accessEndpoints(deps),
    ...reviewEndpoints(deps),
    ...crmEndpoints(deps),
    ...hubSpotEndpoints(deps),
    ...settingsEndpoints(deps),
    ...insightEndpoints(deps),
    ...spotCheckEndpoints(deps),
    ...notifyEndpoints(deps),
    ...privacyEndpoints(deps),
  ];
}

/** The browser API as one router, to be mounted at `/api`; its endpoints beside it, for a test that tries the rights of all. */
export function browserApi(deps: BrowserApiDeps & { authenticate: Authenticate; log: Logger }): {
  router: Router;
  endpoints: readonly Endpoint[];
} {
  const endpoints = browserEndpoints(deps);
  return {
    router: apiRouter({ endpoints, authenticate: deps.authenticate, log: deps.log }),
    endpoints,
  };
}
