import { dirname } from 'node:path';
import { z } from 'zod';
import { rememberSecret } from './known-secrets.ts';
import { readSecret, secretFields } from './secret.ts';
import { UserError } from './user-error.ts';

const POSTGRES = /^postgres(ql)?:\/\//;

/** Whether `store` may be this. */
export function isStore(value: string): boolean {
  return value === 'sqlite' || (POSTGRES.test(value) && URL.canParse(value));
}

/** Where state, queue and CRM mirror are kept. */
export const storeFields = {
  /** `sqlite`: a file in the data folder; otherwise the address of a PostgreSQL database. */
  store: z
    .string()
    .refine(
      isStore,
      'must be sqlite, or the address of a PostgreSQL database: postgres://user@host:5432/name',
    )
    .default('sqlite'),
  ...secretFields('store_password'),
};

/** What of the configuration says where the database is. */
export interface StoreConfig {
  store: string;
  store_password?: string | undefined;
  store_password_env?: string | undefined;
  store_password_file?: string | undefined;
  source: string | null;
  data_dir: string;
}

/** That part of a configuration alone, to be handed to another process. */
export function storeOf({
  store,
  store_password,
  store_password_env,
  store_password_file,
  source,
  data_dir,
}: StoreConfig): StoreConfig {
  return { store, store_password, store_password_env, store_password_file, source, data_dir };
}

/**
 * The address of the PostgreSQL database with its password: the one of `store_password…`, else what stands in the address, else
 * none (then the driver looks at PGPASSWORD and ~/.pgpass).
 *
 * @returns null for SQLite
 * @throws UserError when the password's variable or file is missing, or is given twice
 */
export function postgresUrl(config: StoreConfig): string | null {
  if (config.store === 'sqlite') return null;
  const url = new URL(config.store);
  const password = readSecret({ ...config }, 'store_password', {
    section: 'store',
    base: dirname(config.source ?? config.data_dir),
  });
  if (password !== null && url.password !== '')
    throw new UserError('store: give the password either in the address or by store_password_file, not both');
  if (password !== null) url.password = encodeURIComponent(password);
  if (url.password !== '') rememberSecret(decodeURIComponent(url.password));
  return url.href;
}

/** The address as it may be shown. */
export function shownStore(store: string): string {
  if (store === 'sqlite') return store;
  const url = new URL(store);
  url.password = '';
  return url.href;
}
