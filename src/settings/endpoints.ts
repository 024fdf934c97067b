import type { Endpoint } from '../http/endpoint.ts';
import { adapterEndpoints } from './adapter-endpoints.ts';
import { canaryEndpoints } from './canary-endpoints.ts';
import type { SettingsContext } from './context.ts';
import { engineEndpoints } from './engine-endpoints.ts';
import { rubricEndpoints } from './rubric-endpoints.ts';
import { upstreamEndpoints } from './upstream-endpoints.ts';

export interface SettingsDeps {
  settings: SettingsContext;
}

/** Engines, upstreams, the rubric, the adapter. */
export function settingsEndpoints({ settings }: SettingsDeps): Endpoint[] {
  return [
    ...engineEndpoints(settings),
    ...upstreamEndpoints(settings),
    ...rubricEndpoints(settings),
    ...adapterEndpoints(settings),
    ...canaryEndpoints(settings),
  ];
}
