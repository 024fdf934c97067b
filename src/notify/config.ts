import { z } from 'zod';
import { secretFields } from '../config/secret.ts';
import { isTimeZone } from '../config/time-zone.ts';
import { TOPICS } from './topics.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 08:30');
const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'must be an e-mail address like ann@example.com');

export const timeZone = z.string().refine(isTimeZone, 'must be an IANA time zone like Europe/Berlin');
export const quietHours = z
  .strictObject({ from: clockTime, to: clockTime })
  .refine(({ from, to }) => from !== to, 'from and to are the same time')
  .nullable();
export const digest = z.strictObject({ at: clockTime, empty: z.boolean().default(false) }).nullable();

/** Section `notify` of the configuration. */
export const notifySchema = z.strictObject({
  email: z.array(address).default([]),
  slack: z
    .strictObject(secretFields('webhook_url'))
    .refine((slack) => Object.values(slack).filter(Boolean).length === 1, {
      message: 'give one of webhook_url, webhook_url_env and webhook_url_file',
    })
    .nullable()
    .default(null),
  about: z.array(z.enum(TOPICS)).default([...TOPICS]),
  detail: z.enum(['full', 'counts']).default('full'),
  gather_seconds: z.number().min(0).max(3_600).default(30),
  every_minutes: z.number().positive().max(1_440).default(15),
  due_soon_hours: z.number().positive().default(24),
  flood: z.int().min(2).default(20),
  time_zone: timeZone.default('UTC'),
  quiet_hours: quietHours.default(null),
  digest: digest.default({ at: '08:00', empty: false }),
  link_hours: z
    .number()
    .positive()
    .max(24 * 90)
    .default(72),
});

export type NotifyConfig = z.output<typeof notifySchema>;
