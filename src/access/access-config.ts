import { z } from 'zod';
import { secretFields } from '../config/secret.ts';
import { ROLES } from '../http/endpoint.ts';

const domain = z.string().regex(/^[^\s@]+\.[^\s@]+$/u, 'must be a domain like example.com');

/** The section `access` of the configuration: how people sign in to the browser app. */
export const accessSchema = z.strictObject({
  session_idle_hours: z.number().positive().max(720).default(12),
  session_days: z.number().positive().max(90).default(7),
  confirm_minutes: z.number().positive().max(10_080).default(60),
  trusted_proxies: z.array(z.string().min(1)).default([]),
  require_totp: z.array(z.enum(ROLES)).default([]),
  oidc: z
    .strictObject({
      issuer: z.url({ protocol: /^https?$/ }),
      client_id: z.string().min(1),
      ...secretFields('client_secret'),
      label: z.string().min(1).max(60).default('your identity provider'),
      email_domains: z.array(domain).default([]),
      create_users: z.boolean().default(false),
      default_role: z.enum(ROLES).nullable().default(null),
      role_claim: z.string().min(1).nullable().default(null),
      roles: z.partialRecord(z.enum(ROLES), z.array(z.string().min(1))).default({}),
    })
    .refine(
      ({ create_users, email_domains }) => !create_users || email_domains.length > 0,
      'create_users needs email_domains: otherwise anybody the provider knows would get an account',
    )
    .nullable()
    .default(null),
});

export type AccessConfig = z.infer<typeof accessSchema>;
