import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { rememberSecret } from './known-secrets.ts';
import { UserError } from './user-error.ts';

type SecretFields<K extends string> = Record<K | `${K}_env` | `${K}_file`, z.ZodOptional<z.ZodString>>;

/** Every key that may hold a secret itself. */
const SECRET_KEYS = new Set<string>();

/**
 * Three keys of a section, of which at most one is given: the secret itself, the name of an environment variable, or a file
 * whose first line it is (a credential of the service, else relative to the configuration file).
 */
export function secretFields<K extends string>(name: K): SecretFields<K> {
  SECRET_KEYS.add(name);
  const text = z.string().min(1).optional();
  return { [name]: text, [`${name}_env`]: text, [`${name}_file`]: text } as SecretFields<K>;
}

export interface SecretSource {
  /** What the section is called in messages, e.g. `providers.resend`. */
  section: string;
  /** Folder that relative paths start from. */
  base: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * Reads a secret written with `secretFields`.
 *
 * @returns null when none of the three keys is given
 * @throws UserError naming the section and the variable or file that is missing; never the secret
 */
export function readSecret(
  values: Readonly<Record<string, unknown>>,
  name: string,
  source: SecretSource,
): string | null {
  const secret = find(values, name, source);
  if (secret !== null) rememberSecret(secret);
  return secret;
}

function find(
  values: Readonly<Record<string, unknown>>,
  name: string,
  { section, base, env = process.env }: SecretSource,
): string | null {
  const given = [name, `${name}_env`, `${name}_file`].filter((key) => values[key] !== undefined);
  if (given.length === 0) return null;
  if (given.length > 1) throw new UserError(`${section}: give only one of ${given.join(' and ')}`);
  const value = String(values[given[0]!]);
  if (given[0] === name) return value;
  if (given[0] === `${name}_env`) {
    const found = env[value];
    if (!found) throw new UserError(`${section}: environment variable ${value} is not set`);
    return found;
  }
  try {
    return readFileSync(secretFile(value, base, env), 'utf8').split(/\r?\n/, 1)[0]!;
  } catch (error) {
    throw new UserError(`${section}: cannot read ${value}`, { cause: error });
  }
}

/** By its bare name a credential that systemd hands over (LoadCredential=, systemd.exec(5)) comes before a file of that name. */
function secretFile(value: string, base: string, env: NodeJS.ProcessEnv): string {
  const folder = env['CREDENTIALS_DIRECTORY'];
  if (folder && !isAbsolute(value) && existsSync(join(folder, value))) return join(folder, value);
  return resolve(base, value);
}

/**
 * Secrets that stand in the configuration itself, where backups, tickets and colleagues see them.
 *
 * @returns their dotted paths, never their values
 */
export function inlineSecrets(config: unknown, path: readonly string[] = []): string[] {
  if (typeof config !== 'object' || config === null) return [];
  return Object.entries(config).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'string'
      ? SECRET_KEYS.has(key)
        ? [[...path, key].join('.')]
        : []
      : inlineSecrets(value, [...path, key]),
  );
}
