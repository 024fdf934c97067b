import { z } from 'zod';
import type { ProviderName } from '../message/provider.ts';
import { type SecretSource, readSecret, secretFields } from './secret.ts';

/** An account at a provider: how to send through it, whom to believe about events, and where opt-outs are written back. */
const account = {
  ...secretFields('api_key'),
  /** Opt-outs that the mirror learns are written to the provider's suppression list. */
  write_back: z.boolean().default(true),
  /** Most requests open at once. */
  pool: z.int().positive().max(100).default(5),
  /** One attempt up to the hand-over. */
  attempt_seconds: z.number().positive().default(60),
  /** The wait for the answer after it. */
  answer_seconds: z.number().positive().default(60),
};

/** The key travels in every request: in the clear only on this machine. */
const safeUrl = z
  .url({ protocol: /^https?$/ })
  .refine(
    (url) => /^https:|^http:\/\/(?:localhost|127\.|\[::1\])/.test(url),
    'must be https, or http on this machine',
  );

const baseUrl = (url: string) => safeUrl.default(url);

/** `providers:` of the configuration; a provider that is not named is neither sent through nor believed. */
export const providersSchema = z.strictObject({
  resend: z
    .strictObject({
      ...account,
      base_url: baseUrl('https://api.resend.com'),
      ...secretFields('webhook_secret'),
    })
    .optional(),
  sendgrid: z
    .strictObject({
      ...account,
      base_url: baseUrl('https://api.sendgrid.com'),
      /** ECDSA public key of the signed event webhook, base64. */
      webhook_public_key: z.string().optional(),
      /** Basic auth in the URL of the inbound parse webhook, which SendGrid does not sign. */
      ...secretFields('inbound_password'),
    })
    .optional(),
  postmark: z
    .strictObject({
      ...account,
      base_url: baseUrl('https://api.postmarkapp.com'),
      /** Basic auth in the URL of the webhook: any user, this password. */
      ...secretFields('webhook_password'),
      /** Message stream whose suppression list is written. */
      message_stream: z.string().default('outbound'),
    })
    .optional(),
  mailersend: z
    .strictObject({
      ...account,
      base_url: baseUrl('https://api.mailersend.com'),
      ...secretFields('webhook_secret'),
    })
    .optional(),
  mailgun: z
    .strictObject({
      ...account,
      /** https://api.eu.mailgun.net for accounts in the EU. */
      base_url: baseUrl('https://api.mailgun.net'),
      ...secretFields('webhook_signing_key'),
      /** Sending domains whose unsubscribe lists are written. */
      domains: z.array(z.string()).default([]),
    })
    .optional(),
  ses: z
    .strictObject({
      ...account,
      region: z.string().default('us-east-1'),
      /** null = the region's own endpoint. */
      base_url: safeUrl.nullable().default(null),
      access_key_id: z.string().optional(),
      /** SNS topics that may report events. */
      topic_arns: z.array(z.string().regex(/^arn:aws[\w-]*:sns:/, 'must be an SNS topic ARN')).default([]),
    })
    .optional(),
});

export type ProvidersConfig = z.infer<typeof providersSchema>;

/** The secrets of one provider's section, read. null = not given. */
export interface ProviderSecrets {
  /** For SES the secret access key. */
  apiKey: string | null;
  /** Whatever proves that an event comes from the provider. */
  webhook: string | null;
  /** SendGrid's inbound parse alone. */
  inbound: string | null;
}

const WEBHOOK_KEY: Record<ProviderName, string | null> = {
  resend: 'webhook_secret',
  sendgrid: null,
  postmark: 'webhook_password',
  mailersend: 'webhook_secret',
  mailgun: 'webhook_signing_key',
  ses: null,
};

/**
 * Reads the secrets of every provider that is configured, once, at start.
 *
 * @throws UserError naming the section and the variable or file that is missing
 */
export function readProviderSecrets(
  config: ProvidersConfig,
  from: Omit<SecretSource, 'section'>,
): Map<ProviderName, ProviderSecrets> {
  return new Map(
    (Object.keys(config) as ProviderName[])
      .filter((name) => config[name] !== undefined)
      .map((name) => {
        const values = config[name] as Record<string, unknown>;
        const read = (key: string | null): string | null =>
          key === null ? null : readSecret(values, key, { ...from, section: `providers.${name}` });
        return [
          name,
          {
            apiKey: read('api_key'),
            webhook:
              name === 'sendgrid' ? (config.sendgrid?.webhook_public_key ?? null) : read(WEBHOOK_KEY[name]),
            inbound: read(name === 'sendgrid' ? 'inbound_password' : null),
          },
        ];
      }),
  );
}

/** Providers that mail can be sent through by their API: those with a key. */
export function accountsOf(config: ProvidersConfig): Set<ProviderName> {
  const withKey = (name: ProviderName): boolean =>
    ['api_key', 'api_key_env', 'api_key_file'].some((key) => config[name] && key in config[name]);
  return new Set((Object.keys(config) as ProviderName[]).filter(withKey));
}
