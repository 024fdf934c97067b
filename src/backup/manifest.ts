import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../config/user-error.ts';

/** The file in a backup's folder that says what it is; its last part to be written. */
export const MANIFEST = 'manifest.json';

/** The database in a backup: a file of its own, without a write-ahead log beside it. */
export const DATABASE = 'presend.db';

/** What an encrypted backup holds in the place of the files: tar (POSIX pax), gzip, age (https://age-encryption.org/v1). */
export const SEALED = 'content.tar.gz.age';

/** Raised when a backup changes so that an older presend would restore it wrongly. */
export const FORMAT = 1;

const size = z.int().nonnegative();
/** Never leads out of the backup. */
const pathWithin = z.string().regex(/^(?![/\\])(?!(?:.*[/\\])?\.\.?(?:[/\\]|$)).+$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const manifestSchema = z.object({
  kind: z.literal('presend-backup'),
  format: z.int().positive(),
  /** The id of the gate's data folder (`gate-id`), random; tells backups of several gates in one folder apart. */
  gate: z.string(),
  /** Version of presend that made it. */
  presend: z.string(),
  /** Migrations the database has had, in order. */
  migrations: z.array(z.string()).min(1),
  /** ISO 8601: the moment whose state it holds. */
  at: z.iso.datetime(),
  /** Whether a gate was at work on the data folder then. */
  gate_running: z.boolean(),
  reason: z.enum(['asked', 'before_update']),
  /** Rows of each table. */
  tables: z.record(z.string(), size),
  /** By path within the backup: bytes and sha256, hex. In an encrypted backup they are those inside of it. */
  files: z.record(pathWithin, z.object({ bytes: size, sha256 })),
  /** null = its files lie beside the manifest as they are. */
  sealed: z.object({ to: z.enum(['recipients', 'passphrase']), bytes: size, sha256 }).nullable(),
});

/** What a backup says of itself. It holds no secret and no address, and stays readable when the backup is encrypted. */
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * @param folder of one backup
 * @returns null when there is no manifest in it
 * @throws UserError when there is one that this presend cannot read
 */
export function readManifest(folder: string): Manifest | null {
  let text: string;
  try {
    text = readFileSync(join(folder, MANIFEST), 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new UserError(`${join(folder, MANIFEST)} is damaged, or not a backup of presend's`);
  if (parsed.data.format > FORMAT) {
    throw new UserError(
      `${folder} was made by a newer presend (${parsed.data.presend}) in a form that this one does not know; restore it with that version`,
    );
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
