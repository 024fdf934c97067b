import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { ApiError } from '../http/api-error.ts';
import { type Endpoint, READ, endpoint } from '../http/endpoint.ts';
import type { Database } from '../store/database.ts';
import type { HealthChecks } from './health-check.ts';
import { readInsight } from './insight.ts';
import { time } from './query-fields.ts';
import type { HealthView, InsightView } from './web-types.ts';

const DAY = 86_400_000;
const DEFAULT_MS = 14 * DAY;
const LONGEST_MS = 2 * 366 * DAY;

export interface FigureDeps {
  database: Database;
  now: () => number;
  config: Pick<Config, 'kill_switch'>;
  health: HealthChecks;
  version: string;
  startedAt: number;
}

/** The figures, and how the gate is. */
export function figureEndpoints({
  database,
  config,
  now,
  health,
  version,
  startedAt,
}: FigureDeps): Endpoint[] {
  return [
    endpoint('get', '/insight', {
      access: READ,
      query: z.strictObject({
        from: time.optional(),
        to: time.optional(),
        engine: z.string().max(100).optional(),
      }),
      handle: async ({ query }): Promise<InsightView> => {
        const to = query.to ?? now();
        const from = query.from ?? to - DEFAULT_MS;
        if (from >= to) throw invalid('from', 'must be before the end');
        if (to - from > LONGEST_MS) throw invalid('from', 'must be at most two years before the end');
        return readInsight(
          database.db,
          { from, to, engine: query.engine || null },
          { now: now(), killSwitch: config.kill_switch },
        );
      },
    }),
    endpoint('get', '/health', {
      access: READ,
      handle: (): Promise<HealthView> => health.look({ at: now(), version, started_at: startedAt }),
    }),
  ];
}

function invalid(field: string, why: string): ApiError {
  return new ApiError('invalid', `${field}: ${why}`, { fields: { [field]: why } });
}
