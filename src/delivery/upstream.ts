import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readSecret, secretFields } from '../config/secret.ts';
import { UserError } from '../config/user-error.ts';

const seconds = z.number().positive();

/**
 * One upstream as written in the configuration.
 *
 * `tls`: `none` never, `opportunistic` STARTTLS where offered, `required` STARTTLS or nothing, `implicit` from
 * the first byte (port 465). A handshake or certificate that fails never falls back to clear text, not even
 * with `opportunistic`: that would hand the mail to whoever broke the handshake.
 */
export const upstreamSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be lower-case letters, digits, - and _'),
    host: z.string().min(1),
    port: z.int().min(1).max(65535).default(587),
    tls: z.enum(['none', 'opportunistic', 'required', 'implicit']).default('required'),
    verify_certificate: z.boolean().default(true),
    /** PEM file; relative to the configuration file. Replaces the system's certificate authorities. */
    ca_file: z.string().nullable().default(null),
    auth: z
      .strictObject({
        user: z.string().min(1),
        ...secretFields('password'),
      })
      .refine(
        (auth) =>
          [auth.password, auth.password_env, auth.password_file].filter((v) => v !== undefined).length === 1,
        'give exactly one of password, password_env and password_file',
      )
      .nullable()
      .default(null),
    /** Most connections open at once. */
    pool: z.int().positive().max(100).default(5),
    /** A connection is closed after this many messages. */
    max_messages: z.int().positive().default(100),
    /** DNS, TCP and TLS together. */
    connect_seconds: seconds.default(15),
    greeting_seconds: seconds.default(15),
    /** Silence of the upstream inside a session. */
    idle_seconds: seconds.default(60),
    /** One attempt up to the hand-over, the wait for a free connection included. Below `delivery.lease_seconds`. */
    attempt_seconds: seconds.default(100),
    /** The wait for the answer to the whole message; RFC 5321 4.5.3.2.6 asks for ten minutes. */
    answer_seconds: seconds.default(600),
    /** How long an unused connection is kept. */
    keep_seconds: seconds.default(30),
    /** Name given in EHLO; null = the gate's hostname. */
    helo_name: z.string().min(1).nullable().default(null),
  })
  .refine(
    (u) => u.auth === null || u.tls === 'required' || u.tls === 'implicit' || isLoopback(u.host),
    'auth needs tls: required or implicit, or the password could be read on the way',
  );

export type UpstreamConfig = z.infer<typeof upstreamSchema>;

/** An upstream with its secrets and files read. */
export type Upstream = Omit<UpstreamConfig, 'auth' | 'ca_file' | 'helo_name'> & {
  auth: { user: string; password: string } | null;
  /** PEM text. */
  ca: string | null;
  helo_name: string;
};

/**
 * Reads the password and the CA file, once, at start.
 *
 * @param options.base folder that relative paths start from
 * @param options.hostname the gate's name, for EHLO where the upstream names none
 * @throws UserError naming the upstream and the variable or file that is missing; never the secret
 */
export function loadUpstream(
  config: UpstreamConfig,
  options: { base: string; hostname: string; env?: NodeJS.ProcessEnv },
): Upstream {
  const { auth, ca_file, helo_name, ...rest } = config;
  const read = (path: string): string => {
    try {
      return readFileSync(resolve(options.base, path), 'utf8');
    } catch (error) {
      throw new UserError(`upstream ${config.name}: cannot read ${path}`, { cause: error });
    }
  };
  const from = {
    section: `upstream ${config.name}`,
    base: options.base,
    ...(options.env === undefined ? {} : { env: options.env }),
  };
  return {
    ...rest,
    auth: auth && { user: auth.user, password: readSecret(auth, 'password', from)! },
    ca: ca_file === null ? null : read(ca_file),
    helo_name: helo_name ?? options.hostname,
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
