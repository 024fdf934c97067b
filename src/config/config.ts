import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { accessSchema } from '../access/access-config.ts';
import { backupSchema } from '../backup/config.ts';
import { comeFromSchema } from '../http/come-from.ts';
import { STOP_NAMES } from '../judge/stop-names.ts';
import { syncSchema } from '../crm/hubspot/settings.ts';
import { PROVIDERS } from '../message/provider.ts';
import { upstreamSchema } from '../delivery/upstream.ts';
import { killSwitchSchema } from '../kill-switch/config.ts';
import { notifySchema } from '../notify/config.ts';
import { providersSchema } from './providers.ts';
import { secretFields } from './secret.ts';
import { storeFields } from './store.ts';
import { loadStrictYaml } from './strict-yaml.ts';
import { isTimeZone } from './time-zone.ts';

const port = z.int().min(0).max(65535);
const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'must be an e-mail address like ann@example.com');
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 08:30');

const mailboxLimits = {
  daily_cap: z.int().positive().nullable().default(null),
  window: z
    .strictObject({
      days: z
        .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
        .min(1)
        .default(['mon', 'tue', 'wed', 'thu', 'fri']),
      from: time,
      to: time,
    })
    .nullable()
    .default(null),
  time_zone: z.string().default('UTC').refine(isTimeZone, 'must be an IANA time zone like Europe/Berlin'),
};

/**
 * What happens to a delivery of each decision. Each decision allows only what is at least as safe as a
 * person looking at it; PENALISE alone may be relayed.
 */
export const decisionsSchema = z.strictObject({
  SUPPRESS: z.enum(['suppress', 'hold']).default('suppress'),
  ESCALATE: z.enum(['forward', 'hold', 'suppress']).default('forward'),
  BLOCK: z.enum(['hold', 'forward', 'suppress']).default('hold'),
  PENALISE: z.enum(['hold', 'relay', 'forward', 'suppress']).default('hold'),
});

export const configSchema = z.strictObject({
  data_dir: z.string().default('data'),
  ...storeFields,
  models_dir: z.string().nullable().default(null),
  rubric: z.string().default('rubric.yaml'),
  hostname: z.string().nullable().default(null),
  smtp: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: port.default(2525),
      implicit_tls_port: port.nullable().default(null),
      tls: z.strictObject({ certificate: z.string(), key: z.string() }).nullable().default(null),
      auth_without_tls_on_loopback: z.boolean().default(false),
      max_message_bytes: z.int().positive().default(26_214_400),
      max_recipients: z.int().positive().default(100),
      max_connections: z.int().positive().default(500),
      max_connections_per_address: z.int().positive().default(100),
      max_line_bytes: z.int().min(998).default(16_384),
      max_commands_per_minute: z.int().positive().default(60_000),
      max_errors: z.int().positive().default(20),
      max_auth_attempts: z.int().positive().default(3),
      login_seconds: z.number().positive().default(60),
      idle_seconds: z.number().positive().default(60),
      session_seconds: z.number().positive().default(3_600),
      data_seconds: z.number().positive().default(300),
      min_data_bytes_per_second: z.int().min(0).default(1_000),
      data_grace_seconds: z.number().positive().default(15),
      backlog: z.int().positive().default(511),
      greeting_delay_ms: z.int().min(0).max(10_000).default(0),
      proxy_from: z.array(z.string()).default([]),
    })
    .prefault({}),
  engine_login: z
    .strictObject({
      account_failures: z.int().positive().default(5),
      address_failures: z.int().positive().default(30),
      first_wait_seconds: z.number().positive().default(15),
      longest_wait_seconds: z.number().positive().default(900),
      remembered: z.int().min(100).default(20_000),
      checks_at_once: z.int().positive().max(64).default(2),
      checks_waiting: z.int().min(0).default(64),
    })
    .prefault({}),
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: port.default(8080),
      public_url: z.url().nullable().default(null),
      max_body_bytes: z.int().positive().default(41_943_040),
      max_recipients: z.int().positive().default(1_000),
      body_seconds: z.number().positive().max(600).default(30),
      retry_minutes: z.number().min(0).max(1_440).default(10),
      fetch_attachments: z.boolean().default(false),
      accept_fields: z.array(z.string()).default([]),
      metrics_from: comeFromSchema.default(['loopback', 'private']),
    })
    .prefault({}),
  transparent: z
    .strictObject({
      https_port: port.nullable().default(null),
      host: z.string().default('127.0.0.1'),
    })
    .prefault({}),
  answer: z
    .strictObject({
      mode: z.enum(['sync', 'async']).default('sync'),
      wait_ms: z.int().positive().max(60_000).default(5_000),
      suppressed: z.enum(['reject', 'accept']).default('reject'),
    })
    .prefault({}),
  decisions: decisionsSchema.prefault({}),
  adapter: z
    .strictObject({
      mode: z.enum(['active', 'shadow', 'off']).default('active'),
      model: z.string().nullable().default(null),
      when_unavailable: z.enum(['rules', 'hold']).default('rules'),
      wait_minutes: z.number().min(0).max(1_440).default(15),
      timeout_ms: z.int().positive().max(600_000).default(30_000),
      queue: z.int().positive().max(10_000).default(64),
      gpu: z.enum(['auto', 'cuda', 'vulkan']).or(z.literal(false)).default(false),
      threads: z.int().positive().max(1024).nullable().default(null),
    })
    .prefault({}),
  kill_switch: killSwitchSchema.prefault({}),
  internal: z
    .strictObject({
      addresses: z.array(address).default([]),
      domains: z.array(z.string()).default([]),
    })
    .prefault({}),
  recipients: z
    .strictObject({
      same_domains: z.array(z.array(z.string()).min(2)).default([
        ['icloud.com', 'me.com', 'mac.com'],
        ['proton.me', 'protonmail.com', 'pm.me'],
        ['yandex.com', 'yandex.ru', 'ya.ru', 'yandex.by', 'yandex.kz', 'yandex.ua'],
      ]),
      ignore_dots: z.array(z.string()).default(['proton.me']),
      dash_tags: z.array(z.string()).default([]),
    })
    .prefault({}),
  upstreams: z
    .array(upstreamSchema)
    .default([])
    .refine(
      (list) => new Set(list.map((u) => u.name)).size === list.length,
      'two upstreams have the same name',
    )
    .refine(
      (list) => !list.some(({ name }) => (PROVIDERS as readonly string[]).includes(name)),
      'the plain name of a provider means its API (providers:); name its SMTP host otherwise, e.g. resend-smtp',
    ),
  providers: providersSchema.prefault({}),
  webhooks: z
    .strictObject({
      allow_private: z.boolean().default(false),
      give_up_hours: z.number().positive().default(24),
      keep_days: z.number().positive().default(30),
      timeout_seconds: z.number().positive().max(60).default(15),
      concurrency: z.int().positive().max(100).default(8),
    })
    .prefault({}),
  replies: z
    .strictObject({
      address: address.nullable().default(null),
      imap: z
        .array(
          z.strictObject({
            name: z.string().min(1),
            host: z.string().min(1),
            port: port.default(993),
            tls: z.enum(['none', 'required', 'implicit']).default('implicit'),
            ca_file: z.string().nullable().default(null),
            user: z.string().min(1),
            ...secretFields('password'),
            mailbox: z.string().default('INBOX'),
            poll_seconds: z.number().positive().default(60),
          }),
        )
        .default([]),
    })
    .prefault({}),
  unsubscribe: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
  hubspot: z
    .strictObject({
      ...secretFields('token'),
      base_url: z
        .url({ protocol: /^https?$/ })
        .refine(
          (url) => /^https:|^http:\/\/(?:localhost|127\.|\[::1\])/.test(url),
          'must be https, or http on this machine: the token travels in every request',
        )
        .default('https://api.hubapi.com'),
      opt_out_property: z.string().default('presend_opted_out'),
      sync: syncSchema.prefault({}),
    })
    .nullable()
    .default(null),
  delivery: z
    .strictObject({
      concurrency: z.int().positive().max(200).default(10),
      lease_seconds: z.int().min(5).default(120),
      first_retry_seconds: z.number().positive().default(60),
      max_retry_seconds: z.number().positive().default(3_600),
      give_up_hours: z.number().positive().default(72),
      undo_seconds: z.number().min(0).default(10),
      max_hops: z.int().positive().default(50),
    })
    .prefault({}),
  mailboxes: z
    .strictObject({
      default: z.strictObject(mailboxLimits).prefault({}),
      overrides: z.array(z.strictObject({ mailbox: address, ...mailboxLimits })).default([]),
    })
    .prefault({}),
  escalation: z
    .strictObject({
      from: address.default('presend@localhost.localdomain'),
      fallback: address.nullable().default(null),
      link_days: z.number().positive().default(14),
    })
    .prefault({}),
  review: z
    .strictObject({
      expire_days: z.number().positive().default(14),
      remind_days: z.number().positive().default(7),
      deputy: address.nullable().default(null),
      four_eyes: z
        .array(
          z.string().refine((name) => STOP_NAMES.includes(name), `must be one of ${STOP_NAMES.join(', ')}`),
        )
        .default([]),
    })
    .prefault({}),
  retention: z
    .strictObject({
      bodies_days: z.number().positive().nullable().default(90),
      metadata_days: z.number().positive().nullable().default(730),
      copies_days: z.number().positive().nullable().default(30),
    })
    .refine(
      ({ bodies_days: texts, metadata_days: rest }) => rest === null || (texts !== null && texts <= rest),
      'metadata_days cannot be shorter than bodies_days: a text is removed first',
    )
    .prefault({}),
  access: accessSchema.prefault({}),
  backup: backupSchema.prefault({}),
  notify: notifySchema.prefault({}),
  storage: z
    .strictObject({
      /** Below this nothing more is accepted, so that what is accepted can be seen through. */
      min_free_mb: z.number().min(0).default(100),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
      redact: z.boolean().default(true),
    })
    .prefault({}),
  tracing: z
    .strictObject({
      otlp_endpoint: z
        .url({ protocol: /^https?$/, error: 'must be a URL like http://localhost:4318' })
        .nullable()
        .default(null),
      sample: z.number().min(0).max(1).default(1),
      service_name: z.string().min(1).default('presend'),
    })
    .prefault({}),
});

/** The validated configuration, paths absolute, defaults filled in. */
export type Config = z.infer<typeof configSchema> & { hostname: string; source: string | null };

/** The folder that holds `config/`, `models/` and the example CRM. */
export const PROJECT_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Reads `--config`, else `$PRESEND_CONFIG`, else `config/presend.yaml` of the project. Relative paths in the
 * file are relative to it, except `data_dir`, which is relative to the working folder.
 *
 * @throws ConfigError with file and line
 */
export function loadConfig(
  options: { path?: string | undefined; dataDir?: string | undefined } = {},
): Config {
  const named = options.path ?? process.env['PRESEND_CONFIG'];
  const path = named ?? join(PROJECT_ROOT, 'config/presend.yaml');
  const source = named !== undefined || existsSync(path) ? resolve(path) : null;
  const parsed = source ? loadStrictYaml(source, configSchema) : configSchema.parse({});
  const base = source ? dirname(source) : join(PROJECT_ROOT, 'config');
  return {
    ...parsed,
    source,
    hostname: parsed.hostname ?? hostname(),
    data_dir: resolve(options.dataDir ?? process.env['PRESEND_DATA'] ?? parsed.data_dir),
    models_dir: parsed.models_dir && resolve(base, parsed.models_dir),
    rubric: resolve(base, parsed.rubric),
    backup: { ...parsed.backup, folder: parsed.backup.folder && resolve(base, parsed.backup.folder) },
    smtp: {
      ...parsed.smtp,
      tls: parsed.smtp.tls && {
        certificate: resolve(base, parsed.smtp.tls.certificate),
        key: resolve(base, parsed.smtp.tls.key),
      },
    },
  };
}
