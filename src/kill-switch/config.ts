import { z } from 'zod';
import { isTimeZone } from '../config/time-zone.ts';

const share = z.number().min(0).max(1);

/** `kill_switch` of the configuration. What each figure means stands in `kill-switch/README.md`. */
export const killSwitchSchema = z.strictObject({
  trip_to: z.enum(['shadow', 'off']).default('shadow'),
  watch_seconds: z.number().positive().max(3_600).default(60),
  false_positives: z
    .strictObject({
      prospects: z.int().min(20).max(5_000).default(500),
      limit: share.default(0.15),
      labels: z.int().positive().default(20),
    })
    .prefault({}),
  failures: z
    .strictObject({
      calls: z.int().min(100).max(10_000).default(1_000),
      limit: share.default(0.01),
      failures: z.int().positive().default(5),
    })
    .prefault({}),
  probes: z
    .strictObject({
      limit: share.default(0.5),
      labels: z.int().positive().default(10),
      weeks: z.int().positive().default(12),
    })
    .prefault({}),
  latency: z
    .strictObject({ calls: z.int().min(20).default(200), p95_ms: z.number().positive().default(5_000) })
    .prefault({}),
  drift: z
    .strictObject({
      base_days: z.int().positive().default(28),
      judged: z.int().positive().default(200),
      points: share.default(0.1),
    })
    .prefault({}),
  spot_check: z
    .strictObject({
      enabled: z.boolean().default(true),
      decisions: z.int().positive().max(200).default(20),
      day: z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']).default('mon'),
      at: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 06:00')
        .default('06:00'),
      time_zone: z.string().default('UTC').refine(isTimeZone, 'must be an IANA time zone like Europe/Berlin'),
    })
    .prefault({}),
  canary: z
    .strictObject({
      enabled: z.boolean().default(true),
      at_start: z.int().positive().max(1_000).default(20),
      every_hours: z.number().positive().default(24),
    })
    .prefault({}),
});

export type KillSwitchConfig = z.infer<typeof killSwitchSchema>;

/** The same with the canary off: for a gate that judges nobody's mail. */
export function withoutCanary(config: KillSwitchConfig): KillSwitchConfig {
  return { ...config, canary: { ...config.canary, enabled: false } };
}
