import { readFileSync } from 'node:fs';
import { readSecret } from '../config/secret.ts';
import { UserError } from '../config/user-error.ts';
import type { BackupConfig } from './config.ts';
import type { Opening, Sealing } from './seal.ts';

/** Where a passphrase may stand that no file or section names; never in the arguments, which other users of the machine see. */
export const PASSPHRASE_VARIABLE = 'PRESEND_BACKUP_PASSPHRASE';

/** What the command line says of encryption. */
export interface SealingOptions {
  encrypt?: boolean | undefined;
  recipient?: string[] | undefined;
  recipientsFile?: string | undefined;
  passphraseFile?: string | undefined;
}

/**
 * Whom to encrypt for: the command line's choice before the configuration's.
 *
 * @param base folder that the configuration's relative paths start from
 * @returns null = no encryption was asked for
 * @throws UserError when it was asked for and there is nobody to encrypt for, or a secret cannot be read
 */
export function readSealing(
  options: SealingOptions,
  config: BackupConfig['encrypt'],
  base: string,
  env: NodeJS.ProcessEnv = process.env,
): Sealing | null {
  const recipients = [
    ...(options.recipient ?? []),
    ...(options.recipientsFile === undefined ? [] : keyLines(options.recipientsFile)),
  ];
  if (recipients.length > 0 && options.passphraseFile !== undefined) {
    throw new UserError('give recipients or a passphrase, not both');
  }
  if (recipients.length > 0) return { recipients };
  if (options.passphraseFile !== undefined) return { passphrase: firstLine(options.passphraseFile) };
  if (config && config.recipients.length > 0) return { recipients: config.recipients };
  const configured = config && readSecret(config, 'passphrase', { section: 'backup.encrypt', base, env });
  if (configured) return { passphrase: configured };
  const given = env[PASSPHRASE_VARIABLE];
  if (given && (options.encrypt || config)) return { passphrase: given };
  if (options.encrypt || config) {
    throw new UserError(
      `there is nobody to encrypt the backup for: give --recipient age1…, --recipients-file, --passphrase-file or $${PASSPHRASE_VARIABLE}, or set backup.encrypt in the configuration`,
    );
  }
  return null;
}

/** What opens an encrypted backup. @throws UserError when nothing was given, or a file cannot be read */
export function readOpening(
  options: { identity?: string | undefined; passphraseFile?: string | undefined },
  kind: 'recipients' | 'passphrase',
  configured: { config: BackupConfig['encrypt']; base: string },
  env: NodeJS.ProcessEnv = process.env,
): Opening {
  if (kind === 'recipients') {
    if (options.identity === undefined) {
      throw new UserError(
        'the backup is encrypted for a recipient: give the file with its identity (AGE-SECRET-KEY-…) as --identity FILE',
      );
    }
    return { identities: keyLines(options.identity) };
  }
  const { config, base } = configured;
  const passphrase =
    options.passphraseFile === undefined
      ? (env[PASSPHRASE_VARIABLE] ??
        (config && readSecret(config, 'passphrase', { section: 'backup.encrypt', base, env })))
      : firstLine(options.passphraseFile);
  if (!passphrase) {
    throw new UserError(
      `the backup is encrypted with a passphrase: give it as --passphrase-file FILE or in $${PASSPHRASE_VARIABLE}`,
    );
  }
  return { passphrase };
}

/** Keys in a file as age writes them: one a line, empty lines and `#` comments left out. */
function keyLines(path: string): string[] {
  const lines = read(path)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new UserError(`${path} holds no key`);
  return lines;
}

function firstLine(path: string): string {
  const line = read(path).split(/\r?\n/, 1)[0]!;
  if (line === '') throw new UserError(`the first line of ${path} is empty; it is to be the passphrase`);
  return line;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read ${path}`, { cause: error });
  }
}
