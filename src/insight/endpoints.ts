import type { Endpoint } from '../http/endpoint.ts';
import type { Database } from '../store/database.ts';
import { auditEndpoints } from './audit-endpoints.ts';
import { figureEndpoints } from './insight-endpoints.ts';
import type { Insight } from './open.ts';
import { playgroundEndpoints } from './playground-endpoints.ts';
import { traceEndpoints } from './trace-endpoints.ts';

export interface InsightDeps {
  database: Database;
  now: () => number;
  insight: Insight;
}

/** Trace, insight, health, audit log and playground. */
export function insightEndpoints({ database, now, insight }: InsightDeps): Endpoint[] {
  return [
    ...traceEndpoints({ database, now }),
    ...figureEndpoints({ database, now, ...insight }),
    ...auditEndpoints({ database, now }),
    ...playgroundEndpoints({ database, now, ...insight }),
  ];
}
