import { z } from 'zod';
import type { Role } from '../http/endpoint.ts';
import { digest, quietHours, timeZone } from './config.ts';
import { TOPICS } from './topics.ts';

/** Somebody with an account. */
export interface Person {
  id: string;
  address: string;
  name: string;
  role: Role;
  disabled: boolean;
}

const topics = z.array(z.enum(TOPICS)).transform((list) => TOPICS.filter((topic) => list.includes(topic)));

/** What a person wants to hear, by which way. */
export const preferencesSchema = z.strictObject({
  /** By mail to the account's address. */
  email: topics,
  /** Mentioned in the Slack channel for these. */
  slack: topics,
  slack_member_id: z
    .string()
    .regex(/^[UW][A-Z0-9]{5,20}$/, 'must be a member ID like U012AB3CD (Slack profile, “Copy member ID”)')
    .nullable(),
  time_zone: timeZone,
  quiet_hours: quietHours,
  digest,
});
export type NotifyPreferences = z.output<typeof preferencesSchema>;
