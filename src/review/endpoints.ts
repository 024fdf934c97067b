import type { Endpoint } from '../http/endpoint.ts';
import { actEndpoints } from './act-endpoints.ts';
import { deliveryEndpoints } from './delivery-endpoints.ts';
import { damageEndpoints } from './damage-endpoints.ts';
import type { ReviewDesk } from './desk.ts';
import { liveEndpoints } from './live-endpoints.ts';
import { queueEndpoints } from './queue-endpoints.ts';
import { viewEndpoints } from './view-endpoints.ts';

export interface ReviewDeps {
  desk: ReviewDesk;
}

/** The review part of the browser API; `web-types.ts` says what it takes and gives. */
export function reviewEndpoints({ desk }: ReviewDeps): Endpoint[] {
  return [
    ...queueEndpoints(desk),
    ...viewEndpoints(desk),
    ...deliveryEndpoints(desk),
    ...actEndpoints(desk),
    ...damageEndpoints(desk),
    ...liveEndpoints(desk),
  ];
}
